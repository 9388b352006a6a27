"""`python -m app.console`: Streamlit on GENAI_CONSOLE_PORT, quiet, local and without a file watcher."""

import argparse
import errno
import logging
import socket
import sys
from pathlib import Path
from typing import Any

from app.console.style import THEME
from app.kernel.errors import AddressBusy, StartError
from app.settings import Settings, read_settings

_EXAMPLES = """examples:
  python -m app.console                                     on 127.0.0.1:8501, for the API on 8080
  GENAI_API_URL=https://rag.example.com GENAI_API_KEY=... python -m app.console     for an API elsewhere
  GENAI_CONSOLE_PORT=9001 python -m app.console             another port

`make run` starts it beside the API. All settings: docs/reference/settings.md"""
_SCRIPT = Path(__file__).with_name("pages.py")


def options(settings: Settings) -> dict[str, Any]:
    """Streamlit's configuration, stronger than any config.toml that lies around."""
    local = ["localhost", "127.0.0.1", "[::1]", "::1"]
    return {
        "server.address": settings.host,
        "server.port": settings.console_port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "server.maxUploadSize": settings.max_upload_mb,
        "server.maxMessageSize": max(200, settings.max_upload_mb),
        "server.allowedHosts": local
        if settings.on_loopback
        else [],  # a page elsewhere must not reach in by DNS
        "server.enableStaticServing": False,
        "browser.serverAddress": settings.host,  # unset, Streamlit asks a host on the internet for it
        "browser.serverPort": settings.console_port,
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "runner.magicEnabled": False,
        "logger.level": "warning" if settings.log_level == "info" else settings.log_level,
        "logger.hideWelcomeMessage": True,
        "global.developmentMode": False,
    } | THEME


def claim(settings: Settings) -> None:
    """Raise AddressBusy or StartError when the console's port cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.console_port))
        except OSError as error:
            where = f"{settings.host}:{settings.console_port}"
            if error.errno == errno.EADDRINUSE:
                raise AddressBusy(
                    f"{where} is taken; stop what listens there or set GENAI_CONSOLE_PORT."
                ) from error
            raise StartError(
                f"The console cannot listen on {where}: {error.strerror}; set GENAI_HOST."
            ) from error


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 2 when it cannot start."""
    argparse.ArgumentParser(
        prog="python -m app.console", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)  # fmt: skip
    try:
        settings = read_settings()
        claim(settings)
    except StartError as error:
        print(error.detail, file=sys.stderr)
        return 2
    # Streamlit takes half a second to import: only after what can fail at once.
    from streamlit.web import bootstrap

    chosen = options(settings)
    bootstrap.load_config_options(chosen)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    bootstrap.run(str(_SCRIPT), False, [], chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
