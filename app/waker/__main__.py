"""`python -m app.waker`: the proxy on WAKER_PORT, and a turn of the watch every WAKER_TICK_S seconds."""

import argparse
import asyncio
import logging
import os
import sys
from datetime import UTC, datetime

import uvicorn

from app.kernel.errors import GenaiError, StartError
from app.waker.proxy import Proxy, connection
from app.waker.scaling import KubernetesScaling
from app.waker.settings import WakerSettings, read_settings
from app.waker.watch import Watch

_LOG = logging.getLogger("app.waker")
# A pod has 30 s to end; an answer that takes longer is cut, and its caller asks the next waker.
_GRACE_S = 20

_EXAMPLES = """It runs in the cluster before a model server that sleeps; its settings are variables that begin with WAKER_,
which infra/workloads sets. What it does and how to watch it: docs/guide/12-chat.md"""


def _now() -> datetime:
    return datetime.now(UTC)


async def tend_always(watch: Watch, *, tick_s: float) -> None:
    """A turn that fails is made good by the next one: each looks at everything."""
    while True:
        try:
            await watch.tend(_now())
        except GenaiError as error:
            _LOG.warning("This turn failed; the next is in %g s: %s", tick_s, error)
        await asyncio.sleep(tick_s)


async def run(settings: WakerSettings) -> None:
    scaling = KubernetesScaling(settings)
    watch = Watch(scaling, settings.idle)
    upstream = connection(settings.upstream)
    proxy = Proxy(watch, upstream, retry_after_s=settings.retry_after_s, now=_now)
    server = uvicorn.Server(
        uvicorn.Config(
            proxy,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
    )
    tending = asyncio.create_task(tend_always(watch, tick_s=settings.tick_s))
    try:
        await server.serve()
    finally:
        tending.cancel()
        await asyncio.gather(tending, return_exceptions=True)
        await upstream.aclose()
        await scaling.close()


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(
        prog="python -m app.waker", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)  # fmt: skip
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        settings = read_settings(os.environ)
    except StartError as error:
        sys.stderr.write(f"{error.detail}\n")
        return 2
    asyncio.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
