"""create_app: one FastAPI application with everything that each of our services needs at its edge."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from app.web.authentication import Keys
from app.web.direct import DirectRoute, DirectRoutes
from app.web.documented import DocumentedErrors
from app.web.health import Ping, health_router
from app.web.limits import RequestLimits
from app.web.metrics import RequestMetrics
from app.web.problems import Dialect, Dialects, Problem, install_problems
from app.web.rates import RateLimits

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


def create_app(
    routers: Sequence[APIRouter],
    *,
    title: str,
    keys: Mapping[str, str],
    pings: Mapping[str, Ping],
    max_body_bytes: int,
    body_setting: str = "",
    lifespan: Lifespan | None = None,
    dialects: Mapping[str, Dialect] | None = None,
    limits: RateLimits | None = None,
    optional: Collection[str] = (),
    error_shapes: Sequence[type[BaseModel]] = (),
) -> FastAPI:
    """`keys` maps API keys to tenants, `limits` bounds each; `lifespan` opens and closes what the routers use.

    `body_setting`: the name of the setting, if any, that `max_body_bytes` comes from.
    `optional`: the names in `pings` that the service does without.
    `dialects`: how errors are told under a path prefix; the longest one that fits decides. `error_shapes`: the bodies
    that those have, for the document.
    """
    spoken = Dialects(dialects or {})

    @asynccontextmanager
    async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
        if lifespan is None:
            yield
            return
        async with lifespan():
            yield

    app = DocumentedErrors(
        title=title,
        version=version("genai-ops"),
        lifespan=_lifespan,
        # A redirect would name the scheme that we see: behind a load balancer the key would go out again, unencrypted.
        redirect_slashes=False,
        description="Errors are RFC 9457 problems with a stable `code`; on OpenAI's routes they have OpenAI's shape.",
    )
    app.error_shapes = (Problem, *error_shapes)
    app.state.keys = Keys(keys, limits)
    for router in (*routers, health_router(pings, optional=optional)):
        app.include_router(router)
    install_problems(app, spoken)
    direct = [route for router in routers for route in router.routes if isinstance(route, DirectRoute)]
    app.add_middleware(DirectRoutes, routes=direct, handlers=app.exception_handlers)
    app.add_middleware(RequestLimits, max_bytes=max_body_bytes, dialects=spoken, setting=body_setting)
    app.add_middleware(RequestMetrics)
    return app


def alone(service: FastAPI, *, prefix: str) -> FastAPI:
    """The same below its prefix, as a load balancer forwards it, and at the root, where probes ask."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.router.lifespan_context(service):
            yield

    root = FastAPI(lifespan=lifespan, openapi_url=None)
    root.mount(prefix, service)
    root.mount("/", service)
    return root
