"""Everything that Bedrock, boto3 or langchain-aws can raise, turned into one of our errors."""

from collections.abc import Mapping

import urllib3
from botocore import eventstream
from botocore import exceptions as boto
from langchain_core.exceptions import ContextOverflowError

from app.adapters.aws_errors import translated
from app.kernel.errors import (
    GenaiError,
    ProviderDenied,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
    Unavailable,
)

# Every error shape of botocore's bedrock-runtime model; a test fails when it gains one that is not here.
# Inside an event stream the same names begin with a small letter.
ERRORS: Mapping[str, tuple[type[GenaiError], str]] = {
    "AccessDeniedException": (
        ProviderDenied,
        "allow bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream on the model and its profile, "
        "bedrock:ApplyGuardrail on the guardrail, and enable the model for the account",
    ),
    "ResourceNotFoundException": (
        ProviderDenied,
        "check that the model, the profile or the guardrail is there in this region",
    ),
    "ServiceQuotaExceededException": (ProviderDenied, "ask AWS for a higher quota"),
    "ThrottlingException": (ProviderThrottled, "try again"),
    "ModelNotReadyException": (ProviderUnavailable, "the model is being loaded; try again"),
    "ModelTimeoutException": (ProviderTimeout, "the model took too long; try again or ask for less"),
    "ModelErrorException": (ProviderUnavailable, "the model failed; try again"),
    "ModelStreamErrorException": (ProviderUnavailable, "the model failed in the middle; ask again"),
    "InternalServerException": (ProviderUnavailable, "try again"),
    "ServiceUnavailableException": (ProviderUnavailable, "try again"),
    "ConflictException": (ProviderRejected, "another request is being worked on"),
    "ValidationException": (
        ProviderRejected,
        "the request does not suit the model; check its id and whether it is called through an inference profile",
    ),
}
_PAUSE_S = 1.0
# What reading a stream raises when the other side has gone.
BROKEN = (
    boto.IncompleteReadError,
    boto.ResponseStreamingError,
    eventstream.ParserError,
    urllib3.exceptions.ProtocolError,
    ConnectionError,
)
CAUGHT = (
    boto.BotoCoreError, boto.ClientError, eventstream.ParserError, urllib3.exceptions.HTTPError, OSError, ValueError,
)  # fmt: skip


def of_error(error: Exception, *, what: str) -> GenaiError:
    """One of ours for one of CAUGHT. The vendor's message stays out: it may repeat what was asked."""
    if isinstance(error, ContextOverflowError):
        return ProviderRejected(
            f"The request is longer than {what!r} can read; ask with less text.",
            code="context_length_exceeded",
        )
    if isinstance(error, boto.ClientError):
        return _of_code(error, what)
    if isinstance(error, boto.ConnectionClosedError | boto.ConnectTimeoutError | boto.ReadTimeoutError):
        return _plain(translated(error, what))
    if isinstance(error, urllib3.exceptions.ReadTimeoutError):
        return ProviderTimeout(f"Bedrock stopped in the middle of {what!r}; ask again.", retry_after_s=1)
    if isinstance(error, BROKEN):
        return ProviderUnavailable(f"Bedrock cut {what!r} off ({type(error).__name__}); ask again.")
    if isinstance(error, ValueError):
        return ProviderUnavailable(f"Bedrock answered something unreadable for {what!r}; ask again.")
    found = _plain(translated(error, what))
    if type(found) is ProviderRejected:
        return ProviderRejected(
            f"boto3 cannot ask {what!r} like this ({type(error).__name__}); check GENAI_REGION and AWS_ variables."
        )
    return found


def _of_code(error: boto.ClientError, what: str) -> GenaiError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    name = code[:1].upper() + code[1:]
    if name not in ERRORS:
        return _plain(translated(error, what))
    kind, hint = ERRORS[name]
    if issubclass(kind, ProviderRejected):
        return kind(f"Bedrock refused {what!r} ({name}); {hint}.")
    return kind(f"Bedrock could not do {what!r} ({name}); {hint}.", retry_after_s=_pause_s(error))


def _pause_s(error: boto.ClientError) -> float:
    """Seconds of a Retry-After header; Bedrock itself sends none today, a gateway before it may."""
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return _PAUSE_S


def _plain(error: GenaiError) -> GenaiError:
    """The port's kinds only: a missing sign-in is a refusal of the account, which another provider does not share."""
    if isinstance(error, ProviderRejected | ProviderThrottled | ProviderTimeout | ProviderUnavailable):
        return error
    if isinstance(error, Unavailable) and error.retry_after_s is not None:
        return ProviderUnavailable(error.detail, retry_after_s=error.retry_after_s)
    return ProviderDenied(error.detail)
