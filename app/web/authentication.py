"""Which tenant a request speaks for."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request

from app.kernel.errors import Forbidden, Unauthenticated
from app.web.rates import RateLimits

LOCAL_TENANT = "local"
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class Keys:
    """Keys to tenants. Without keys everybody on this machine is the tenant `local`, whatever key they send.

    A web page elsewhere is not on this machine, though its visitor's browser is: it is told by Host and Origin.
    """

    def __init__(self, tenants_by_key: Mapping[str, str], limits: RateLimits | None = None) -> None:
        self._tenants = [
            (key.encode(), tenant, _name_of(key, tenant)) for key, tenant in tenants_by_key.items()
        ]
        # None where nothing is limited: the hottest route then pays for one comparison.
        self.limits = limits if limits and limits.any and tenants_by_key else None

    def tenant_of(self, request: Request) -> str:
        if not self._tenants:
            _refuse_pages_from_elsewhere(request)
            return LOCAL_TENANT
        return self._owner(request)[0]

    async def admit(self, request: Request, limits: RateLimits) -> str:
        """The tenant of a request that is within its key's limits. Raises RateLimited."""
        tenant, name = self._owner(request)
        await limits.admit(request, name)
        return tenant

    def _owner(self, request: Request) -> tuple[str, str]:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        given = bearer if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
        sent = given.strip().encode("latin-1")  # the bytes as they came: keys may hold any character
        found = None
        for (
            key,
            tenant,
            name,
        ) in self._tenants:  # all of them, so that time tells nothing of which one matched
            if hmac.compare_digest(key, sent):
                found = tenant, name
        if found is None:
            raise Unauthenticated(
                "This service needs a key: send `Authorization: Bearer <key>` or `X-API-Key: <key>`."
            )
        return found


def _name_of(key: str, tenant: str) -> str:
    """What a key is counted under: its own, the same in every process, and not the key."""
    return sha256(f"{tenant}:{key}".encode()).hexdigest()[:32]


def _refuse_pages_from_elsewhere(request: Request) -> None:
    """A name that was pointed here stands in Host (DNS rebinding), a page that posts a form in Origin."""
    for header in ("host", "origin"):
        value = request.headers.get(header)
        if value is not None and _name_in(value) not in _HERE:
            raise Forbidden(
                f"Without keys this service answers this machine only, not {header} {value[:100]!r}; "
                "open it as 127.0.0.1 or localhost, or set GENAI_API_KEYS.",
                code="not_from_here",
            )


def _name_in(value: str) -> str | None:
    """The host of a Host or an Origin; None when it cannot be read."""
    try:
        return urlsplit(f"//{value.rpartition('//')[2]}").hostname
    except ValueError:  # a bracket without its other half, or no address between them
        return None


async def tenant(request: Request) -> str:
    """The dependency that routes use; async, because FastAPI sends a plain function through a thread.

    Raises Unauthenticated, Forbidden, RateLimited.
    """
    keys: Keys = request.app.state.keys
    if keys.limits is None:
        return keys.tenant_of(request)
    return await keys.admit(request, keys.limits)
