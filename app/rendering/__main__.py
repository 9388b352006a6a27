"""`python -m app.rendering`: the rendering service on RENDERING_PORT; the cold e-mail writer asks it at GENAI_RENDER_URL."""

import logging
import os
import sys

import uvicorn

from app.kernel.errors import StartError
from app.rendering.settings import RenderingSettings, read_settings

# A page takes 25 s at most; Kubernetes grants a pod 30 s.
_GRACE_S = 20


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


def main() -> int:
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
