"""What runs on one machine: the processes, their readiness, the first start's samples."""

import http.client
import os
import shutil
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from app.folder import TURN_S, RunningService, announce, owner_lock, unusable, withdraw_announcement
from app.kernel.errors import StartError
from app.settings import Settings
from app.supervisor import START_ERROR, Child, Supervisor, bind, bind_each

_CONSOLE_HOST = "127.0.0.1"


# Our own address: a proxy of the user's environment must not be asked for it.
DIRECT = build_opener(ProxyHandler({}))


def run_platform(
    settings: Settings, *, module: str = "app", console: bool = True, quiet: bool = False
) -> int:
    """Own the folder, start every process, print the addresses when they answer. Returns the exit code.

    module: whose `api` command serves HTTP (`app` for all apps, `app.rag` for one).
    """
    try:
        return _run(settings, module=module, console=console, quiet=quiet)
    except StartError as error:
        sys.stderr.write(f"{error.detail}\n")
        return START_ERROR


def _run(settings: Settings, *, module: str, console: bool, quiet: bool) -> int:
    settings.check_doors()
    lock = owner_lock(settings.data_dir)
    lock.take(wait_s=TURN_S)
    withdraw_announcement(settings.data_dir)
    listeners = bind_each(settings.host, settings.port, count=settings.workers, setting="GENAI_PORT")
    if console:
        bind(_CONSOLE_HOST, settings.console_port, setting="GENAI_CONSOLE_PORT").close()
    port = listeners[0].getsockname()[1]
    url = f"http://{_reachable(settings.host)}:{port}"
    console_url = f"http://{_CONSOLE_HOST}:{settings.console_port}"
    metrics = _fresh_folder(settings.data_dir / "metrics")
    # BLAS threads of several processes fight over the cores: one product took 16 ms instead of 0.4.
    shared = {"PROMETHEUS_MULTIPROC_DIR": str(metrics), "OPENBLAS_NUM_THREADS": "1"}
    children = [Child("ingestion", ["app.rag", "worker"], shared)]
    children += [
        Child("API", [module, "api", "--fd", str(listener.fileno())], shared, [listener.fileno()])
        for listener in listeners
    ]
    if console:
        # The console asks nobody for a key: on this machine it stays on this machine.
        local = {"GENAI_API_URL": settings.api_url or url, "GENAI_HOST": _CONSOLE_HOST}
        children.append(Child("console", ["app.console"], local))

    def ready() -> bool:
        return _answers(f"{url}/readyz") and (not console or _answers(f"{console_url}/_stcore/health"))

    def when_ready() -> None:
        announce(settings.data_dir, RunningService(url, os.getpid()))
        if module == "app" and not (settings.tenants_by_key() or settings.api_keys_secret):
            _load_samples(settings, url)
        if not quiet:
            _greet(url, console_url if console else None, settings)

    try:
        return Supervisor(children, when_ready=when_ready, is_ready=ready).run()
    finally:
        withdraw_announcement(settings.data_dir)
        for listener in listeners:
            listener.close()
        lock.release()


def _reachable(host: str) -> str:
    """The host as a URL has it; what listens on all addresses is reached on this machine's own."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{own}]" if ":" in own else own


def _fresh_folder(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise unusable(folder.parent, error) from None
    return folder


def _answers(url: str) -> bool:
    try:
        with DIRECT.open(url, timeout=2) as answer:
            return int(answer.status) == 200
    except (URLError, OSError, http.client.HTTPException):
        return False


def _load_samples(settings: Settings, url: str) -> None:
    from app.rag.samples import load_samples

    marker = settings.data_dir / "samples-loaded"
    if marker.exists():
        return
    try:
        load_samples(url)
        marker.touch()
    except OSError as error:  # a service without samples is better than none; the next start tries again
        sys.stderr.write(f"The sample documents could not be loaded: {error}.\n")


def _greet(url: str, console_url: str | None, settings: Settings) -> None:
    lines = ["", "genai-ops is ready.", f"  API      {url}        (try {url}/docs)"]
    if console_url:
        lines.append(f"  Console  {console_url}")
    lines += [f"  Data     {settings.data_dir.resolve()}", "Stop with Ctrl-C.", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
