"""Serves one FastAPI application on a socket that the supervisor bound."""

import faulthandler
import logging
import socket

import uvicorn
from fastapi import FastAPI

from app.settings import Settings

# Longer than a stream's pause, shorter than what Kubernetes grants a pod by default (30 s).
_GRACE_S = 8


def serve(app: FastAPI, settings: Settings, *, fd: int | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then let open requests end. Raises SettingsError for an open door."""
    settings.check_doors()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level if settings.log_level != "info" else "warning",
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
        server_header=False,
        proxy_headers=False,  # nothing here reads the client's address, so nobody can forge it
        lifespan="on",
    )
    sockets = None if fd is None else [socket.socket(fileno=fd)]
    uvicorn.Server(config).run(sockets=sockets)


def configure_logging(settings: Settings) -> None:
    faulthandler.enable()  # a native library that crashes leaves a line of ours behind
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("httpx", "httpcore", "botocore", "urllib3", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # They tell of each cut answer with a stack, or of every request; the adapters tell of what matters in a line.
    for told in ("urllib3.connection", "opensearch"):
        logging.getLogger(told).setLevel(logging.ERROR)
