"""The cold e-mail writer as a FastAPI application: below /coldmail of the platform, or alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.coldmail.assembly import assemble_service
from app.coldmail.routes import coldmail_router
from app.settings import Settings
from app.web.rates import RateLimits
from app.web.service import alone, create_app
from app.wiring.coldmail import ColdmailPorts, build_coldmail

PREFIX = "/coldmail"
# A page of 10 MB as a JSON string: quotes and line ends are escaped there, and by some programs each letter that is not ASCII,
# which makes six bytes of two.
_MAX_BODY_BYTES = 32_000_000


def create(settings: Settings, *, ports: ColdmailPorts | None = None) -> FastAPI:
    """Its routes without a prefix: whoever mounts it chooses one. Raises StartError.

    ports: others than those the settings name, for tests that live without the web.
    """
    held = ports or build_coldmail(settings)
    service = assemble_service(held)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        await service.aclose()
        await held.aclose()

    pings = {"records": held.records.ping, "cache": held.cache.ping, "embedder": held.embedder.ping}
    pings |= {"chat": held.chat.ping} if held.chat else {}
    return create_app(
        [coldmail_router(service)],
        title="genai-ops cold e-mail writer",
        keys=held.tenants_by_key,
        pings=pings,
        # Without a model the template writes, without an embedder shared skills alone choose the links.
        optional=("cache", "embedder", "chat"),
        limits=RateLimits(
            held.cache,
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
        ),
        max_body_bytes=_MAX_BODY_BYTES,
        lifespan=lifespan,
    )


def create_alone(settings: Settings) -> FastAPI:
    """It alone on an address of its own. Raises StartError."""
    return alone(create(settings), prefix=PREFIX)
