"""Alive, ready, and how fast: the three questions of probes and dashboards."""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as PROCESS_REGISTRY
from pydantic import BaseModel, Field

from app.kernel.errors import GenaiError

_log = logging.getLogger("genai.web")

_PING_TIMEOUT_S = 2.0

Ping = Callable[[], Awaitable[None]]


class Alive(BaseModel):
    status: str = "ok"


class DependencyHealth(BaseModel):
    ok: bool
    latency_ms: float
    detail: str = ""
    required: bool = Field(True, description="Whether the service is not ready without it.")


class Readiness(BaseModel):
    ready: bool
    dependencies: dict[str, DependencyHealth]


def health_router(pings: Mapping[str, Ping], *, optional: Collection[str] = ()) -> APIRouter:
    """`pings` names the dependencies; a ping raises when its dependency cannot be used.

    optional: those that the service does without; they are shown, and take nothing out of the load balancer.
    """
    router = APIRouter(tags=["operations"])
    checks = {name: Check(ping, required=name not in optional) for name, ping in pings.items()}

    # HEAD as well: many a monitor asks so, and takes a refusal for an outage.
    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz", summary="Is the process alive?")
    async def healthz() -> Alive:
        return Alive()

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", summary="Can it answer?", responses={503: {"model": Readiness}})
    async def readyz(response: Response) -> Readiness:
        found = await asyncio.gather(*(check() for check in checks.values()))
        readiness = Readiness(
            ready=all(health.ok or not health.required for health in found),
            dependencies=dict(zip(checks, found, strict=True)),
        )
        if not readiness.ready:
            response.status_code = 503
            response.headers["Retry-After"] = "5"
        return readiness

    @router.get("/metrics", summary="Prometheus metrics", response_class=Response)
    async def metrics() -> Response:
        content = await asyncio.to_thread(_exposition)
        return Response(content, media_type=CONTENT_TYPE_LATEST)

    return router


class Check:
    """Pings one dependency; probes that come meanwhile share the answer.

    A store that hangs holds a thread for every ping: however many probes ask, it gets one each time limit.
    """

    def __init__(self, ping: Ping, *, required: bool = True) -> None:
        self._ping = ping
        self._required = required
        self._running: asyncio.Task[DependencyHealth] | None = None

    async def __call__(self) -> DependencyHealth:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(_look(self._ping, required=self._required))
        # Shielded: a prober that hangs up must not take the answer from the others.
        return await asyncio.shield(self._running)


async def _look(ping: Ping, *, required: bool) -> DependencyHealth:
    started = time.perf_counter()
    detail = ""
    try:
        async with asyncio.timeout(_PING_TIMEOUT_S):
            await ping()
    except TimeoutError:
        detail = f"no answer within {_PING_TIMEOUT_S:g} s"
    except GenaiError as error:
        detail = error.detail
    except Exception as error:  # noqa: BLE001 - a broken dependency makes the service not ready, never the probe fail
        _log.warning("A dependency failed its ping", exc_info=error)
        detail = f"failed ({type(error).__name__}); the log has more"
    elapsed_ms = (time.perf_counter() - started) * 1000
    return DependencyHealth(ok=not detail, latency_ms=round(elapsed_ms, 2), detail=detail, required=required)


def _exposition() -> bytes:
    # With several processes the client library keeps counters in files, which one process adds up.
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        _forget_the_dead(Path(folder))
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(PROCESS_REGISTRY)


def _forget_the_dead(folder: Path) -> None:
    """What a gauge of a live process says must not outlive the process: an open breaker would stay open for ever."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and not _lives(int(pid)):
            with suppress(FileNotFoundError):  # another process was quicker
                file.unlink()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
