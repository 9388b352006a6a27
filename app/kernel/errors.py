"""Every error the product raises on purpose; the web edge turns each into a problem with a stable code.

GenaiError
├── BadInput                 the caller can mend it; nothing was changed
│   ├── UnsupportedDocument  not one of PDF, DOCX, TXT, MD, HTML
│   ├── UnreadableDocument   the right type, but broken, encrypted, empty or hostile
│   ├── LimitExceeded        too large, too many pages, too long
│   ├── UrlRefused           an address that must not be fetched, or an answer that must not be read
│   └── UrlUnreachable       nobody answers there, or not in time
├── Unauthenticated          no key, or an unknown one
├── Forbidden                a key that may not do this
├── RateLimited              a key that asked for more than a minute allows; later it may again
├── NotFound                 no such thing for this caller
├── Conflict                 a conditional write lost, or the state forbids the step
│   └── LeaseLost            another worker holds the job now
├── Unavailable              a dependency does not answer; retry later
│   ├── ProviderThrottled    the provider asks us to slow down
│   ├── ProviderTimeout      the provider did not answer in time
│   └── ProviderUnavailable  the provider is down or cut the answer
├── ProviderRejected         the provider refused this request; a retry will not help
│   └── ProviderDenied       it refuses our account (key, rights, credit); another provider may still answer
├── EmbedderMismatch         the index was built by another embedder
└── StartError               the service cannot start like this
    ├── SettingsError        a setting is unknown, malformed or contradicts another
    ├── FolderBusy           another process owns the data folder
    └── AddressBusy          the port is taken
"""


class GenaiError(Exception):
    """What happened, with which value, and what to do next.

    `code` is stable and part of the HTTP contract; `detail` is for people and may change.
    `retry_after_s` is set when waiting helps; `field` is the path of the request's field that is at fault.
    """

    code = "internal_error"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        retry_after_s: float | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.retry_after_s = retry_after_s
        self.field = field


class BadInput(GenaiError):
    code = "bad_input"


class UnsupportedDocument(BadInput):
    code = "document_unsupported"


class UnreadableDocument(BadInput):
    code = "document_unreadable"


class LimitExceeded(BadInput):
    code = "limit_exceeded"


class UrlRefused(BadInput):
    code = "url_refused"


class UrlUnreachable(BadInput):
    code = "url_unreachable"


class Unauthenticated(GenaiError):
    code = "unauthenticated"


class Forbidden(GenaiError):
    code = "forbidden"


class RateLimited(GenaiError):
    code = "rate_limited"


class NotFound(GenaiError):
    code = "not_found"


class Conflict(GenaiError):
    code = "conflict"


class LeaseLost(Conflict):
    code = "lease_lost"


class Unavailable(GenaiError):
    code = "unavailable"


class ProviderThrottled(Unavailable):
    code = "provider_throttled"


class ProviderTimeout(Unavailable):
    code = "provider_timeout"


class ProviderUnavailable(Unavailable):
    code = "provider_unavailable"


class ProviderRejected(GenaiError):
    code = "provider_rejected"


class ProviderDenied(ProviderRejected):
    code = "provider_denied"


class EmbedderMismatch(GenaiError):
    code = "embedder_mismatch"


class StartError(GenaiError):
    code = "start_error"


class SettingsError(StartError):
    code = "settings_error"


class FolderBusy(StartError):
    code = "folder_busy"


class AddressBusy(StartError):
    code = "address_busy"
