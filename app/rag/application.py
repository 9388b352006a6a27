"""The RAG service as a FastAPI application and as a worker process."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from app.folder import unusable, worker_lock
from app.kernel.errors import Unavailable
from app.rag.assembly import assemble_service, assemble_worker
from app.rag.dify.shape import DifyError, dify_dialects
from app.rag.openai_wire.shape import ErrorEnvelope, openai_dialects
from app.rag.operations import OPERATOR
from app.rag.reading.sandbox import Reader
from app.rag.routes import rag_router
from app.rag.worker import Worker
from app.settings import Settings
from app.web.authentication import LOCAL_TENANT
from app.web.rates import RateLimits
from app.web.service import create_app
from app.wiring import Ports, Role, build

_log = logging.getLogger("genai.worker")

# base64 makes four bytes of three; the rest is room for the JSON or multipart around the document.
_ENCODING = 4 / 3
_ENVELOPE_BYTES = 1_000_000


def create(settings: Settings) -> FastAPI:
    """Opens the stores now, so that a bad choice stops the start with one line. Raises StartError."""
    ports = open_ports(settings, role="api")
    service = assemble_service(settings, ports)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        await ports.aclose()

    return create_app(
        [rag_router(service)],
        title="genai-ops RAG",
        keys=ports.tenants_by_key,
        pings={
            "objects": ports.objects.ping,
            "records": ports.records.ping,
            "work": ports.work.ping,
            "index": ports.index.ping,
            "embedder": ports.embedder.ping,
            "chat": ports.chat.ping,
            "cache": ports.cache.ping,
        },
        optional=("cache",),
        limits=RateLimits(
            ports.cache,
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
        ),
        max_body_bytes=int(settings.max_upload_mb * 1_000_000 * _ENCODING) + _ENVELOPE_BYTES,
        body_setting="GENAI_MAX_UPLOAD_MB",
        lifespan=lifespan,
        dialects={**openai_dialects(), **dify_dialects()},
        error_shapes=(ErrorEnvelope, DifyError),
    )


def open_ports(settings: Settings, *, role: Role) -> Ports:
    """The stores and models of the settings. Raises StartError, also when the folder cannot be used."""
    try:
        return build(settings, role=role)
    except OSError as error:
        raise unusable(settings.data_dir, error) from None


# A predecessor that was told to stop may still be at its last batch.
_TURN_S = 30.0
_AWAY_S = 1.0


async def work(settings: Settings) -> None:
    """Ingest until SIGTERM or SIGINT; running jobs are let end. Raises FolderBusy, other StartErrors."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_worker(settings, stop=stop) as worker:
        await worker.run(stop)


@asynccontextmanager
async def open_worker(
    settings: Settings, *, role: Role = "worker", stop: asyncio.Event | None = None
) -> AsyncIterator[Worker]:
    """The one writer of the folder, ready to run; unfinished work of a predecessor is queued again.

    While a store is away: with `stop` it is waited for until then, without Unavailable is raised.
    """
    lock = worker_lock(settings.data_dir)
    lock.take(wait_s=_TURN_S)
    ports = open_ports(settings, role=role)
    reader = Reader(
        cpu_s=settings.extract_cpu_s,
        memory_mb=settings.extract_memory_mb,
        max_pages=settings.max_pages,
        processes=2,
    )
    try:
        worker = assemble_worker(ports, reader)
        await _resume(worker, sorted({LOCAL_TENANT, OPERATOR, *ports.tenants_by_key.values()}), stop)
        yield worker
    finally:
        await reader.aclose()
        await ports.aclose()
        lock.release()


async def _resume(worker: Worker, tenants: Sequence[str], stop: asyncio.Event | None) -> None:
    while True:
        try:
            await worker.resume(tenants)
            return
        except Unavailable as error:
            if stop is None:
                raise
            _log.warning("Ingestion waits for its stores: %s", error.detail)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _AWAY_S)
        if stop.is_set():
            return
