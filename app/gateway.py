"""All apps behind one address, under the paths that the cluster's load balancer gives them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module

from fastapi import FastAPI

from app.settings import Settings

# path -> module with `create(settings) -> FastAPI`; tests/contracts compares it with infra's listener rules.
APPS = {
    "/": "app.rag.application",
    "/devops": "app.devops.application",
    "/coldmail": "app.coldmail.application",
}


def create(settings: Settings) -> FastAPI:
    """The application at `/` with the others mounted below it."""
    root: FastAPI = import_module(APPS["/"]).create(settings)
    below = {path: import_module(module).create(settings) for path, module in APPS.items() if path != "/"}
    for path, app in below.items():
        root.mount(path, app)
    _live_together(root, list(below.values()))
    return root


def _live_together(root: FastAPI, below: Sequence[FastAPI]) -> None:
    """Starlette starts and stops the outermost application only: the others would never close their ports."""
    own = root.router.lifespan_context

    @asynccontextmanager
    async def all_of_them(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for each in below:
                await stack.enter_async_context(each.router.lifespan_context(each))
            await stack.enter_async_context(own(app))
            yield

    root.router.lifespan_context = all_of_them
