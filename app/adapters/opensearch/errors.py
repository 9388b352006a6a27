"""Every error that opensearch-py raises, and every refusal inside a reply, turned into one of ours."""

from collections.abc import Mapping
from typing import Any

from opensearchpy import exceptions as vendor
from opensearchpy.helpers import errors as helpers

from app.kernel.errors import (
    Conflict,
    GenaiError,
    NotFound,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    Unavailable,
)

# What each class of the library means here; a test fails when the library brings one that is not listed. A bare
# TransportError, and a refusal inside a reply, is told apart by its HTTP status.
MEANINGS: Mapping[type[Exception], type[GenaiError]] = {
    vendor.ConnectionTimeout: ProviderTimeout,
    vendor.SSLError: Unavailable,
    vendor.ConnectionError: Unavailable,
    vendor.NotFoundError: NotFound,
    vendor.ConflictError: Conflict,
    vendor.RequestError: ProviderRejected,
    vendor.AuthenticationException: ProviderRejected,
    vendor.AuthorizationException: ProviderRejected,
    vendor.TransportError: ProviderRejected,
    vendor.SerializationError: Unavailable,  # a reply that was cut, or is no JSON: a proxy's page
    vendor.ImproperlyConfigured: ProviderRejected,
    vendor.OpenSearchException: ProviderRejected,
    vendor.OpenSearchDslException: ProviderRejected,
    vendor.UnknownDslObject: ProviderRejected,
    vendor.ValidationException: ProviderRejected,
    vendor.IllegalOperation: ProviderRejected,
    helpers.BulkIndexError: ProviderRejected,
    helpers.ScanError: Unavailable,
}

_RETRY_AFTER_S = 1
# Raised with 403 or 429 when a disk is full or the cluster has no manager: the request itself is fine.
_BLOCKED = "cluster_block_exception"


def translated(error: Exception, what: str) -> GenaiError:
    """Our error for one of the library's; `what` names the request."""
    if isinstance(error, vendor.TransportError) and isinstance(error.status_code, int):
        return of_status(error.status_code, _cause(error.info) or str(error.error)[:200], what)
    meaning = next((MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS), ProviderRejected)
    told = _reason(error)
    if meaning is ProviderTimeout:
        return ProviderTimeout(
            f"OpenSearch did not answer {what} in time; try again.", retry_after_s=_RETRY_AFTER_S
        )
    if issubclass(meaning, Unavailable):
        return Unavailable(
            f"OpenSearch cannot be reached for {what} ({told}); check GENAI_OPENSEARCH_URL and the network.",
            retry_after_s=_RETRY_AFTER_S,
        )
    return meaning(f"The request {what} to OpenSearch could not be made ({told}).")


def of_status(status: int, cause: str, what: str) -> GenaiError:
    """Our error for an HTTP status, of a whole reply or of one part of it."""
    if status == 429 and _BLOCKED not in cause:
        return ProviderThrottled(
            f"OpenSearch asks to slow down at {what} ({cause}); try again.", retry_after_s=_RETRY_AFTER_S
        )
    if status >= 500 or _BLOCKED in cause:
        kind = ProviderTimeout if status == 504 else Unavailable
        return kind(
            f"OpenSearch failed at {what} ({status}: {cause}); try again, and look at its health when it stays.",
            retry_after_s=_RETRY_AFTER_S,
        )
    if status == 408:
        return ProviderTimeout(
            f"OpenSearch did not finish {what} in time; try again.", retry_after_s=_RETRY_AFTER_S
        )
    if status == 404:
        return NotFound(f"OpenSearch does not have what {what} asks for ({cause}).")
    if status == 409:
        return Conflict(f"Another writer was first at {what} ({cause}); read it again.")
    if status in (401, 403):
        return ProviderRejected(
            f"OpenSearch refuses us at {what} ({status}); check GENAI_OPENSEARCH_USER, GENAI_OPENSEARCH_PASSWORD "
            "and the role of that user."
        )
    return ProviderRejected(f"OpenSearch refused {what} ({status}: {cause}).")


def of_part(reply: Mapping[str, Any], what: str) -> GenaiError | None:
    """Our error for one part of a reply to many (msearch, bulk, mget); None when the part is fine."""
    if "error" not in reply:
        return None
    return of_status(
        int(reply.get("status", 404 if "index_not_found" in str(reply) else 500)), _cause(reply), what
    )


def _cause(info: Any) -> str:
    error = info.get("error") if isinstance(info, Mapping) else None
    if isinstance(error, Mapping):
        causes = error.get("root_cause") or [error]
        return f"{causes[0].get('type')}: {str(causes[0].get('reason'))[:300]}"
    return str(error)[:300] if error else ""


def _reason(error: Exception) -> str:
    """The kind of failure below the library's own, and no more: messages may quote what was sent."""
    below = error.args[2] if len(error.args) > 2 else None
    return type(below if isinstance(below, Exception) else error).__name__
