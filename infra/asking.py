"""How the account is asked before the program starts: with clients that give up early, and never taking an error for absence."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.naming import Names
from infra.tags import owned_by

CONNECT_S, READ_S = 5, 10
DENIED = ("403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")


class Stop(Exception):
    """The account is not what this stack expects; the message says what was found and what to do."""


class Clients(Protocol):
    def __call__(self, service: str) -> Any: ...


def clients(
    *, region: str, profile: str | None = None, connect_s: float = CONNECT_S, read_s: float = READ_S
) -> Clients:
    """boto3 clients that give up early: a hanging call costs two attempts, not the minutes of botocore's defaults."""
    session = boto3.session.Session(region_name=region, profile_name=profile)
    config = Config(
        connect_timeout=connect_s,
        read_timeout=read_s,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    return lambda service: session.client(service, config=config)


@contextmanager
def asking(what: str, *, not_found: tuple[str, ...]) -> Iterator[list[bool]]:
    """Run one question to AWS; the yielded list stays empty when the answer was "not found". Raises: Stop."""
    there: list[bool] = []
    try:
        yield there
        there.append(True)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code not in not_found:
            raise Stop(_refusal(what, code=code, error=error)) from error
    except BotoCoreError as error:
        raise Stop(
            f"AWS did not answer whether the {what} exists: {error}. Nothing was changed; check the network and repeat."
        ) from error


def _refusal(what: str, *, code: str, error: ClientError) -> str:
    if code in DENIED:
        return (
            f"Access to the {what} was denied. Either the name belongs to somebody else's account, or these credentials "
            f"lack the permission to look ({error.operation_name}). Nothing was changed; use the deploy role, "
            f"or choose another stack name."
        )
    return (
        f"AWS answered {code or 'an error'} when asked for the {what}: {error}. Nothing was changed; "
        f"repeat when it is resolved."
    )


def must_own(what: str, *, tags: Mapping[str, str], names: Names, claim: str) -> None:
    """Raises: Stop for a thing that carries no ownership tag, or another stack's."""
    owner = owned_by(tags)
    if owner == names.owner:
        return
    if owner is None:
        raise Stop(
            f"The {what} exists but does not carry the tag genai-ops:stack={names.owner}, so it is not known to be this stack's. "
            f"Nothing was changed. If it is, claim it: {claim}"
        )
    raise Stop(
        f"The {what} belongs to {owner!r}, not to {names.owner!r}. Nothing was changed; choose another stack name."
    )


def pairs(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
