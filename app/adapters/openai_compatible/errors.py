"""Everything that a server or httpx can say instead of an answer, turned into one of our errors."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from app.kernel.errors import (
    GenaiError,
    ProviderDenied,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    ProviderUnavailable,
)

# Every concrete class that httpx exports; a test fails when httpx adds one that is not here.
EXCEPTIONS: Mapping[type[Exception], type[GenaiError]] = {
    httpx.ConnectTimeout: ProviderTimeout,
    httpx.ReadTimeout: ProviderTimeout,
    httpx.WriteTimeout: ProviderTimeout,
    httpx.PoolTimeout: ProviderTimeout,
    httpx.ConnectError: ProviderUnavailable,
    httpx.ReadError: ProviderUnavailable,
    httpx.WriteError: ProviderUnavailable,
    httpx.CloseError: ProviderUnavailable,
    httpx.ProxyError: ProviderUnavailable,
    httpx.RemoteProtocolError: ProviderUnavailable,
    httpx.DecodingError: ProviderUnavailable,
    httpx.StreamClosed: ProviderUnavailable,
    httpx.StreamConsumed: ProviderUnavailable,
    httpx.ResponseNotRead: ProviderUnavailable,
    httpx.RequestNotRead: ProviderRejected,
    httpx.LocalProtocolError: ProviderRejected,
    httpx.UnsupportedProtocol: ProviderRejected,
    httpx.TooManyRedirects: ProviderRejected,
    httpx.InvalidURL: ProviderRejected,
    httpx.CookieConflict: ProviderRejected,
}
# Statuses that do not follow from their first digit.
_STATUSES: Mapping[int, type[GenaiError]] = {
    401: ProviderDenied,
    402: ProviderDenied,
    403: ProviderDenied,
    408: ProviderTimeout,
    409: ProviderUnavailable,  # OpenAI: a lock was not had in time
    425: ProviderUnavailable,
    429: ProviderThrottled,
    499: ProviderTimeout,
    501: ProviderRejected,
    505: ProviderRejected,
    504: ProviderTimeout,
    522: ProviderTimeout,
    524: ProviderTimeout,
}
_HINTS = {
    401: "check the key",
    402: "the account is out of credit",
    403: "the key may not use this model",
    404: "check the base URL (with /v1) and the model name",
    405: "check the base URL (with /v1)",
    413: "the request is too large for this server",
}
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
# A 429 that no waiting mends.
_SPENT = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}


def of_exception(error: Exception, *, service: str) -> GenaiError:
    """Messages of httpx stay out: a URL may carry credentials."""
    kind = next(
        (ours for theirs, ours in EXCEPTIONS.items() if isinstance(error, theirs)), ProviderUnavailable
    )
    return kind(
        f"The {service} service did not answer ({type(error).__name__}); check its address and state."
    )


def of_status(
    status: int, *, service: str, body: Any = None, retry_after_s: float | None = None
) -> GenaiError:
    """The error of a response that is no success; of the body only its code is repeated, never its prose."""
    code = error_code(body)
    said = f"{status}{f', {code}' if code else ''}"
    if status == 429 and code in _SPENT:
        return ProviderDenied(f"The {service} service refused ({said}): the account's quota is used up.")
    kind = _STATUSES.get(status) or (ProviderUnavailable if 500 <= status < 600 else ProviderRejected)
    hint = _HINTS.get(status, "the request was not accepted" if kind is ProviderRejected else "try again")
    return kind(f"The {service} service answered {said}; {hint}.", retry_after_s=retry_after_s)


def error_code(body: Any) -> str:
    """`code` or `type` of an OpenAI error body, when it looks like a word of a protocol."""
    error = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return ""
    for name in ("code", "type"):
        value = error.get(name)
        # Long mixed words are more likely a key that the server echoes than a code.
        if (
            isinstance(value, str)
            and _TOKEN.fullmatch(value)
            and not value.lower().startswith(("sk-", "key"))
        ):
            return value
    return ""
