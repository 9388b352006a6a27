"""`python -m app.rendering`: the rendering service on RENDERING_PORT; the cold e-mail writer asks it at GENAI_RENDER_URL."""

import argparse
import logging
import os
import sys

import uvicorn

from app.kernel.errors import StartError
from app.rendering.settings import RenderingSettings, read_settings

# A page takes 25 s at most; Kubernetes grants a pod 30 s.
_GRACE_S = 20

_EXAMPLES = """examples:
  python -m app.rendering                                   on 127.0.0.1:8085, with the Chromium on PATH
  RENDERING_PORT=9085 RENDERING_BROWSER=/usr/bin/chromium python -m app.rendering
  GENAI_RENDER_URL=http://127.0.0.1:8085 make run           the platform that asks it, in another terminal

Step by step: docs/guide/15-emails.md"""


def serve(settings: RenderingSettings) -> None:
    # Playwright and the web edge take a second to import: only after what can fail at once.
    from app.rendering.application import create
    from app.rendering.browser import Chromium
    from app.wiring.web import build_parts

    application = create(Chromium(build_parts(settings.contact), settings))
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(
        prog="python -m app.rendering", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)  # fmt: skip
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        serve(read_settings(os.environ))
    except StartError as error:
        sys.stderr.write(f"{error.detail}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
