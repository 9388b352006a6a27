"""How command-line tools reach the service of a folder: the running one, or one started for the moment."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from app.folder import RunningService, owner_of, running_service
from app.kernel.errors import FolderBusy, StartError
from app.settings import Settings

_START_S = 60.0
_STOP_S = 20.0
_TIMEOUT = httpx.Timeout(330.0, connect=5.0)


@contextmanager
def service_client(settings: Settings) -> Iterator[httpx.Client]:
    """A client of GENAI_API_URL, else of the service that owns the data folder, else of a temporary one.

    Raises StartError when none can be had.
    """
    headers = {}
    if key := settings.api_key.get_secret_value():
        headers["Authorization"] = f"Bearer {key}"
    with (
        service_address(settings) as url,
        httpx.Client(base_url=url, headers=headers, timeout=_TIMEOUT, trust_env=False) as client,
    ):
        yield client


@contextmanager
def service_address(settings: Settings) -> Iterator[str]:
    """GENAI_API_URL, else where the owner of the data folder answers, else a temporary service. Raises StartError."""
    if settings.api_url:
        yield settings.api_url
        return
    found = _owner(settings)
    if found:
        yield found.url
        return
    with _temporary(settings) as url:
        yield url


def _owner(settings: Settings) -> RunningService | None:
    """The service that owns the folder, once it is ready when it is just starting; None when nobody owns it."""
    deadline = time.monotonic() + _START_S
    while owner_of(settings.data_dir) is not None:
        if service := running_service(settings.data_dir):
            return service
        if time.monotonic() > deadline:
            raise FolderBusy(
                f"The data folder {str(settings.data_dir)!r} is in use, but no service on it became ready within "
                f"{_START_S:g} s; stop what uses it."
            )
        time.sleep(0.1)
    return None


@contextmanager
def _temporary(settings: Settings) -> Iterator[str]:
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "app.rag", "serve", "--quiet"],
        env={**os.environ, "GENAI_PORT": str(port), "GENAI_HOST": "127.0.0.1"},
        start_new_session=True,
        # The tool's own input and output belong to the tool.
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
    )
    try:
        deadline = time.monotonic() + _START_S
        while (service := running_service(settings.data_dir)) is None:
            if process.poll() is not None:
                raise StartError(
                    "The service could not be started for this command; its line above says why."
                )
            if time.monotonic() > deadline:
                raise StartError(f"The service did not become ready within {_START_S:g} s.")
            time.sleep(0.1)
        yield service.url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
