"""How many requests, how long they took, and how they ended, by route."""

import time
from functools import cache

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUESTS = Counter("genai_http_requests_total", "HTTP requests", ["method", "route", "status"])
_SECONDS = Histogram(
    "genai_http_request_seconds", "Time to the last byte of an answer", ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)  # fmt: skip


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


# nginx's number for a client that went before its request was whole; it was no fault of ours.
_GONE = 499


_COUNTED = "genai.counted"


class RequestMetrics:
    """Labels carry the route's template and known methods: a scanner cannot grow the number of series."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # An application below another one is counted by the outer, which sees the whole path.
        if scope["type"] != "http" or scope.get(_COUNTED):
            return await self._app(scope, receive, send)
        scope[_COUNTED] = True
        started = time.perf_counter()
        status = _GONE

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        except Exception:
            status = 500
            raise
        finally:
            route = _route_of(scope)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            _count(method, route, status).inc()
            _seconds(method, route).observe(time.perf_counter() - started)


def _route_of(scope: Scope) -> str:
    path = getattr(scope.get("route"), "path", None)
    return f"{scope.get('root_path', '')}{path}" if path else "unmatched"


# Finding the series by its labels takes longer than counting in it.
@cache
def _count(method: str, route: str, status: int) -> Counter:
    return _REQUESTS.labels(method, route, str(status))


@cache
def _seconds(method: str, route: str) -> Histogram:
    return _SECONDS.labels(method, route)
