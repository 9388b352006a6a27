"""How the AWS adapters call boto3: in threads of their own, with short time limits and few attempts."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeVar

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from app.adapters.aws_errors import aws_errors
from app.kernel.errors import ProviderTimeout

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.client import BaseClient
    from botocore.loaders import Loader
    from botocore.model import OperationModel

_T = TypeVar("_T")
_CONNECT_S = 2
_ATTEMPTS = 3
# More than a worker has jobs at once would only wait in AWS's queue instead of ours.
_THREADS = 32


class Calls:
    """A pool of threads for one store: a store that hangs takes none of the threads that others need.

    whole_s: the longest that a call may take, attempts, pauses and a free thread included. Socket limits alone do not
    bound it: an answer that drips resets them with every byte.
    """

    def __init__(self, store: str, *, whole_s: float) -> None:
        self._store = store
        self._whole_s = whole_s
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix=store)

    async def __call__(self, call: Callable[[], _T], what: str, *, extra_s: float = 0.0) -> _T:
        """The call's result; AWS's errors become ours and name `what`. extra_s: on top of the longest time, for much data."""

        def guarded() -> _T:
            with aws_errors(what):
                return call()

        try:
            async with asyncio.timeout(self._whole_s + extra_s):
                return await asyncio.get_running_loop().run_in_executor(self._threads, guarded)
        except TimeoutError:
            raise ProviderTimeout(
                f"{self._store} took more than {self._whole_s + extra_s:.0f} s for {what!r}; try again.",
                retry_after_s=1,
            ) from None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def aws_session() -> boto3.session.Session:
    """A session that looks for credentials and region by itself; with others it shares what never changes."""
    core = botocore.session.get_session()
    core.register_component("data_loader", _services())
    return boto3.session.Session(botocore_session=core)


@cache
def _services() -> "Loader":
    """What botocore knows of AWS's services. Reading it anew is five sixths of making a client: 60 ms of 74 for DynamoDB's."""
    services: Loader = botocore.session.get_session().get_component("data_loader")
    return services


def refuse_cut_answers(client: "BaseClient") -> None:
    """Let an answer whose head was cut off be a lost connection.

    Python's HTTP client takes "200 OK" and nothing behind it for a success without a body: an item that is there would
    be missing, a job that waits would be gone.
    """
    client.meta.events.register("after-call", _refuse_cut_answer)


def _refuse_cut_answer(*, http_response: "AWSResponse", model: "OperationModel", **_: object) -> None:
    headers, status = http_response.headers, http_response.status_code
    bodiless = model.http.get("method") == "HEAD" or status in (204, 304)
    sized = bodiless or "content-length" in headers or "transfer-encoding" in headers
    if status < 400 and not (sized and "date" in headers):
        raise ConnectionClosedError(endpoint_url=http_response.url)


def limits(
    *, read_s: float, attempts: int = _ATTEMPTS, checksums: Literal["when_supported", "when_required"]
) -> Config:
    """read_s: longest silence of AWS. A call ends within attempts x (2 s + read_s) and pauses of at most 3 s.

    The pauses between attempts are drawn at random (botocore's standard mode), so that many callers spread out.
    """
    return Config(
        connect_timeout=_CONNECT_S,
        read_timeout=read_s,
        max_pool_connections=_THREADS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
    )
