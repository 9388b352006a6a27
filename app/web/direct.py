"""Answers the hottest routes ahead of FastAPI's routing, dependency graph and exit stacks, with the same answers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

Handlers = Mapping[Any, Callable[[Request, Any], Any]]


class DirectRoute(APIRoute):
    """A route with a fixed path whose endpoint takes the Request, nothing else, and returns the Response.

    FastAPI adds a quarter of a millisecond to a request and such an endpoint needs none of it. The route still
    stands in FastAPI, for openapi.json and for what is not asked for exactly, such as another method.
    """


class DirectRoutes:
    """Calls the endpoints of `routes` itself; `handlers` are the application's, for the errors they raise."""

    def __init__(self, app: ASGIApp, *, routes: Iterable[DirectRoute], handlers: Handlers) -> None:
        self._app = app
        self._routes = {(method, route.path): route for route in routes for method in route.methods or ()}
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["type"] == "http" and not scope.get("root_path")
        route = self._routes.get((scope["method"], scope["path"])) if known else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        request = Request(scope, receive)
        try:
            response = await route.endpoint(request)
        except Exception as error:
            # The handler of Exception itself belongs to the outermost layer, which also logs and re-raises.
            kinds = (kind for kind in type(error).__mro__ if kind in self._handlers and kind is not Exception)
            kind = next(kinds, None)
            if kind is None:
                raise
            response = await self._handlers[kind](request, error)
        await response(scope, receive, send)
