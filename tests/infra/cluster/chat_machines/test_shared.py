"""The script of one of several chat machines, really run: on a real PostgreSQL, and with a real botocore as the container has."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import botocore
import botocore.session
import pytest

from infra.cluster.chat_machines.boot import DATABASES, FILES, Settings

from ...workloads.postgres.server import BINARIES, PASSWORD, Server, server
from .test_boot import SHARED

KEY, ROLE_PASSWORD = "canary-of-the-session-key", "canary/of the@role"
AWS = f"""#!/bin/bash
set -euo pipefail
echo "aws $*" >>"$FAKE/calls"
all="$*"
case "$1 $2" in
"secretsmanager get-secret-value")
    case "$all" in
    *:webui-*) echo '{{"secretKey": "{KEY}", "adminPassword": "pw"}}' ;;
    *rds!*) echo '{{"username": "postgres", "password": "{PASSWORD}"}}' ;;
    *database/openwebui*) echo '{ROLE_PASSWORD}' ;;
    *) exit 254 ;;
    esac ;;
"sts assume-role")
    count=$(cat "$FAKE/renewals" 2>/dev/null || echo 0); echo $((count + 1)) >"$FAKE/renewals"
    until=$(date -u -d "+${{LASTS:-3600}} seconds" +%Y-%m-%dT%H:%M:%SZ)
    printf '{{"AccessKeyId": "key-%s", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "%s"}}' "$count" "$until" ;;
*) exit 2 ;;
esac
"""
# The certificates, unless told otherwise; and whether Open WebUI answers, which its container says by a file.
CURL = """#!/bin/bash
echo "curl $*" >>"$FAKE/calls"
case "$*" in
*/health) [ -e "$CHAT_HOME/healthy" ] ;;
*) while [ "$1" != --output ]; do shift; done; cp "$FAKE/bundle.pem" "$2" ;;
esac
"""
# It runs until somebody ends it.
DOCKER = """#!/bin/bash
echo "docker $(basename "$(dirname "$CHAT_HOME")") $*" >>"$FAKE/calls"
touch "$CHAT_HOME/started"
while [ ! -e "$CHAT_HOME/end" ]; do sleep 0.05; done
"""
# The server of the tests speaks no TLS and stands elsewhere; what was asked of it is written down.
POSTGRES = """#!/bin/bash
echo "$(basename "$0") $PGUSER $PGHOST $PGSSLMODE $PGSSLROOTCERT" >>"$FAKE/calls"
unset PGSSLMODE PGSSLROOTCERT
PGHOST=127.0.0.1 exec "$BINARIES/$(basename "$0")" "$@"
"""


@dataclass
class Machine:
    """One of several, with the account and the database that they share."""

    folder: Path
    shared: Path
    db: Server
    settings: Settings = SHARED

    def start(self, word: str, **more: str) -> "subprocess.Popen[str]":
        settings = self.folder / "settings"
        settings.write_text(self.settings.text)
        (self.folder / "instance").write_text(self.folder.name)
        environment = {
            "PATH": f"{self.shared / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "FAKE": str(self.shared),
            "BINARIES": str(BINARIES),
            "PGPORT": str(self.db.port),
            "CHAT_SETTINGS": str(settings),
            "CHAT_ACCOUNTS": str(FILES / "several.sh"),
            "CHAT_INSTANCE": str(self.folder / "instance"),
            "CHAT_HOME": str(self.folder / "chat"),
            "CHAT_MEMORY": str(self.folder / "memory"),
            "CHAT_DATABASES": str(DATABASES),
        }
        return subprocess.Popen(
            ["bash", str(FILES / "chat.sh"), word],
            env=environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, word: str, *, fails: bool = False, **more: str) -> str:
        process = self.start(word, **more)
        said, _ = process.communicate(timeout=60)
        assert (process.returncode != 0) == fails, said
        return said

    @property
    def inside(self) -> Path:
        """What the container of Open WebUI sees."""
        return self.folder / "memory" / "inside"

    def marked(self, name: str) -> Path:
        return self.folder / "chat" / name


@pytest.fixture(scope="module")
def db() -> Iterator[Server]:
    with server() as made:
        made.start()
        yield made


@pytest.fixture
def shared(tmp_path: Path, db: Server) -> Iterator[Path]:
    folder = tmp_path / "shared"
    (folder / "bin").mkdir(parents=True)
    programs = {"aws": AWS, "curl": CURL, "docker": DOCKER, "psql": POSTGRES, "pg_isready": POSTGRES}
    for name, text in programs.items():
        program = folder / "bin" / name
        program.write_text(text)
        program.chmod(0o755)
    bundle = Path(botocore.__file__).parent / "cacert.pem"
    (folder / "bundle.pem").write_bytes(bundle.read_bytes())
    yield folder
    db.sql("DROP DATABASE IF EXISTS openwebui WITH (FORCE)")
    db.sql("DROP ROLE IF EXISTS openwebui")


def machine(shared: Path, db: Server, name: str, settings: Settings = SHARED) -> Machine:
    folder = shared.parent / name
    (folder / "chat").mkdir(parents=True)
    return Machine(folder, shared, db, settings)


def calls(shared: Path) -> str:
    return (shared / "calls").read_text()


def wait(what: str, true: "object") -> None:
    deadline = time.monotonic() + 30
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_machines_that_start_at_once_make_one_role_and_one_database(shared: Path, db: Server):
    machines = [machine(shared, db, name) for name in ("first", "second", "third")]
    done = [threading.Thread(target=one.run, args=("restore",)) for one in machines]
    for thread in done:
        thread.start()
    for thread in done:
        thread.join(60)
    assert all((one.inside / "uploads.json").exists() for one in machines)
    assert (
        db.sql("SELECT current_user", database="openwebui", role="openwebui", password=ROLE_PASSWORD)
        == "openwebui"
    )
    assert db.sql("SELECT count(*) FROM pg_extension WHERE extname = 'vector'", database="openwebui") == "1"


def test_the_database_is_asked_by_tls_and_by_its_certificates_only(shared: Path, db: Server):
    one = machine(shared, db, "one")
    one.run("restore")
    asked = {line for line in calls(shared).splitlines() if line.startswith(("psql", "pg_isready"))}
    assert {tuple(line.split()[1:]) for line in asked} == {
        ("postgres", "database.example", "verify-full", str(one.inside / "rds.pem"))
    }
    (fetched,) = (line for line in calls(shared).splitlines() if "truststore" in line)
    assert "--proto =https" in fetched


def test_anything_but_certificates_ends_the_start(shared: Path, db: Server):
    (shared / "bundle.pem").write_text("<html>Moved</html>")
    machine(shared, db, "one").run("restore", fails=True)
    assert db.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'openwebui'") == "0"


def test_with_kubernetes_its_job_makes_the_database_and_the_administrator_is_nobodys_here(
    shared: Path, db: Server
):
    machine(shared, db, "one", replace(SHARED, admin_secret="")).run("restore")
    assert "rds!" not in calls(shared) and "psql" not in calls(shared)


def test_the_container_sees_no_password_of_the_administrator_and_no_key_of_the_machine(
    shared: Path, db: Server
):
    one = machine(shared, db, "one")
    one.run("restore")
    said = one.run("secrets")
    assert sorted(path.name for path in one.inside.iterdir()) == ["config", "rds.pem", "uploads.json"]
    kept = {path.name for path in (one.folder / "memory").rglob("*") if path.is_file()}
    assert kept == {"config", "rds.pem", "uploads.json", "openwebui", "open-webui.env"}
    file = one.folder / "memory" / "open-webui.env"
    assert file.stat().st_mode & 0o077 == 0
    values = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert values["WEBUI_SECRET_KEY"] == KEY
    assert values["DATABASE_URL"] == (
        "postgresql://openwebui:canary%2Fof%20the%40role@database.example:5432/openwebui"
        "?sslmode=verify-full&sslrootcert=/run/chat/rds.pem"
    )
    assert not any(canary in said + calls(shared) for canary in (KEY, ROLE_PASSWORD, PASSWORD))


def test_the_right_to_the_files_is_renewed_and_the_container_takes_the_new_one(
    shared: Path, db: Server, monkeypatch: pytest.MonkeyPatch
):
    one = machine(shared, db, "one")
    # Shorter than botocore waits before it asks anew.
    one.run("restore", LASTS="300")
    config = one.folder / "config"
    config.write_text((one.inside / "config").read_text().replace("/run/chat", str(one.inside)))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(one.folder / "none"))
    held = botocore.session.get_session().get_credentials()
    assert held.get_frozen_credentials().access_key == "key-0"
    one.run("save")
    assert held.get_frozen_credentials().access_key == "key-1"
    assert "--role-arn arn:aws:iam::111122223333:role/chat-uploads --role-session-name one" in calls(shared)
    assert json.loads((one.inside / "uploads.json").read_text())["Version"] == 1


def test_nothing_is_renewed_before_the_start_is_through(shared: Path, db: Server):
    machine(shared, db, "one").run("save")
    assert not (shared / "calls").exists()


def test_what_is_shared_is_what_open_webui_is_told(shared: Path, db: Server):
    one = machine(shared, db, "one")
    one.run("restore")
    one.marked("healthy").touch()
    one.marked("end").touch()
    one.run("webui")
    (run,) = (line for line in calls(shared).splitlines() if line.startswith("docker one run"))
    for told in (
        "STORAGE_PROVIDER=s3",
        "S3_BUCKET_NAME=data",
        "S3_KEY_PREFIX=chat-machines/uploads/",
        "VECTOR_DB=pgvector",
        "ENABLE_PERSISTENT_CONFIG=false",
        f"{one.inside}:/run/chat:ro",
    ):
        assert told in run


def test_one_starts_after_the_other_has_answered_and_not_before(shared: Path, db: Server):
    first, second = (machine(shared, db, name) for name in ("first", "second"))
    for one in (first, second):
        one.run("restore")
    running = first.start("webui")
    wait("the first begins", first.marked("started").exists)
    waiting = second.start("webui")
    time.sleep(2)
    assert not second.marked("started").exists()
    first.marked("healthy").touch()
    wait("the second begins", second.marked("started").exists)
    for one, process in ((first, running), (second, waiting)):
        one.marked("healthy").touch()
        one.marked("end").touch()
        process.communicate(timeout=30)


def test_a_machine_that_dies_in_its_turn_holds_nobody_up(shared: Path, db: Server):
    first, second = (machine(shared, db, name) for name in ("first", "second"))
    for one in (first, second):
        one.run("restore")
    running = first.start("webui")
    wait("the first begins", first.marked("started").exists)
    db.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
    waiting = second.start("webui")
    wait("the second begins", second.marked("started").exists)
    for one, process in ((first, running), (second, waiting)):
        one.marked("healthy").touch()
        one.marked("end").touch()
        process.communicate(timeout=30)


def test_without_the_database_open_webui_does_not_start(shared: Path, db: Server):
    one = machine(shared, db, "one", replace(SHARED, admin_secret=""))
    one.run("restore")
    one.run("webui", fails=True)
    assert not one.marked("started").exists()
