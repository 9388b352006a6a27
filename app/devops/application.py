"""The DevOps assistant as a FastAPI application: below /devops of the platform, or alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from app.devops.assembly import Devops, assemble
from app.devops.routes import devops_router
from app.settings import Settings
from app.web.rates import RateLimits
from app.web.service import alone, create_app
from app.wiring.devops import DevopsPorts, build_devops

PREFIX = "/devops"
# Around a JSON body of a log: the field names, the YAML and what else is known.
_ENVELOPE_BYTES = 1_000_000


def create(settings: Settings) -> FastAPI:
    """Its routes without a prefix: whoever mounts it chooses one. Raises StartError."""
    ports = build_devops(settings)
    return serve_over(assemble(settings, ports), ports, settings)


def serve_over(devops: Devops, ports: DevopsPorts, settings: Settings) -> FastAPI:
    """The application over what was put together."""

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        # Without connections nobody delivers anything, and nothing has to be looked for.
        working = asyncio.create_task(devops.worker.run()) if devops.reception.connections else None
        yield
        if working:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
        await ports.aclose()

    pings = {"records": ports.records.ping, "cache": ports.cache.ping}
    pings |= {"chat": ports.chat.ping} if ports.chat else {}
    return create_app(
        [devops_router(devops)],
        title="genai-ops DevOps assistant",
        keys=ports.tenants_by_key,
        pings=pings,
        # Without a model the rules answer, without a cache nobody counts requests.
        optional=tuple(name for name in pings if name != "records"),
        limits=RateLimits(
            ports.cache,
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
        ),
        max_body_bytes=devops.service.log_bytes + _ENVELOPE_BYTES,
        lifespan=lifespan,
    )


def create_alone(settings: Settings) -> FastAPI:
    """It alone on an address of its own. Raises StartError."""
    return alone(create(settings), prefix=PREFIX)
