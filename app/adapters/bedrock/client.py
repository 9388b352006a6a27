"""One boto3 client of bedrock-runtime: one attempt a call, time limits, and responses that can be cut."""

import logging
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from app.adapters.aws_calls import aws_session
from app.adapters.bedrock.errors import of_error
from app.adapters.bedrock.threads import current_cut
from app.kernel.errors import ProviderDenied, SettingsError, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

_CONNECTIONS = 64
_NO_RIGHT_TO_ASK = ("AccessDeniedException", "ValidationException", "UnknownOperationException")


def runtime_client(*, region: str, timeout_s: float, endpoint_url: str | None) -> "BedrockRuntimeClient":
    """Region, credentials and address come from the usual AWS chain where they are not given.

    timeout_s is the longest silence, not the longest answer. Raises SettingsError without a region.
    """
    try:
        client: BedrockRuntimeClient = aws_session().client(
            "bedrock-runtime",
            region_name=region or None,
            endpoint_url=endpoint_url,
            config=Config(
                # Retries belong to app/resilience, which knows the deadline and the other providers.
                retries={"total_max_attempts": 1, "mode": "standard"},
                connect_timeout=min(10.0, timeout_s),
                read_timeout=timeout_s,
                max_pool_connections=_CONNECTIONS,
                tcp_keepalive=True,
            ),
        )
    except NoRegionError:
        raise SettingsError("Bedrock needs a region; set GENAI_REGION or AWS_REGION.") from None
    for name in ("botocore", "langchain_aws"):
        # At lower levels they log whole prompts, and langchain's embeddings each refusal with what AWS said.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    client.meta.events.register("after-call.bedrock-runtime.ConverseStream", _hold)
    return client


def _hold(http_response: Any, **_: Any) -> None:
    """The reading thread's way out: whoever cancels shuts this response."""
    cut = current_cut.get()
    if cut is not None and http_response.status_code == 200:
        cut.hold(http_response.raw)


def ping(client: "BedrockRuntimeClient") -> None:
    """Ask for something that is free and needs no model. A refusal of the right to ask it is an answer as well.

    Raises Unavailable when the address does not answer, fails or does not know the credentials.
    """
    try:
        client.list_async_invokes(maxResults=1)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _NO_RIGHT_TO_ASK:
            return
        raise Unavailable(of_error(error, what="a ping").detail) from None
    except BotoCoreError as error:
        found = of_error(error, what="a ping")
        if isinstance(found, Unavailable):
            raise found from None
        raise (found if not isinstance(found, ProviderDenied) else Unavailable(found.detail)) from None
