"""Which tenant a request speaks for."""

import hmac
from collections.abc import Mapping

from fastapi import Request

from app.kernel.errors import Unauthenticated

LOCAL_TENANT = "local"


class Keys:
    """Keys to tenants. Without keys everybody on loopback is the tenant `local`, whatever they send."""

    def __init__(self, tenants_by_key: Mapping[str, str]) -> None:
        self._tenants = [(key.encode(), tenant) for key, tenant in tenants_by_key.items()]

    def tenant_of(self, request: Request) -> str:
        if not self._tenants:
            return LOCAL_TENANT
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        given = bearer if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
        sent = given.strip().encode("latin-1")  # the bytes as they came: keys may hold any character
        found = ""
        for key, tenant in self._tenants:  # all of them, so that time tells nothing of which one matched
            if hmac.compare_digest(key, sent):
                found = tenant
        if not found:
            raise Unauthenticated(
                "This service needs a key: send `Authorization: Bearer <key>` or `X-API-Key: <key>`."
            )
        return found


async def tenant(request: Request) -> str:
    """The dependency that routes use; async, because FastAPI sends a plain function through a thread."""
    keys: Keys = request.app.state.keys
    return keys.tenant_of(request)
