"""The script of a chat machine, really run: what one saves the next begins with, and nothing is saved over a doubt."""

import os
import sqlite3
import stat
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from infra.cluster.chat_machines.boot import FILES

from .test_boot import SETTINGS

KEY = "canary-of-the-session-key"
# AWS's command line on a folder: as much of it as the script uses.
AWS = f"""#!/bin/bash
set -euo pipefail
echo "$*" >>"$FAKE/calls"
if [ -e "$FAKE/broken" ]; then echo "An error occurred (AccessDenied)" >&2; exit 254; fi
words=(); while [ $# -gt 0 ]; do
    case "$1" in
    --only-show-errors) ;;
    --region | --query | --output | --exclude | --secret-id) shift ;;
    --bucket | --prefix) shift; words+=("$1") ;;
    *) words+=("$1") ;;
    esac; shift
done
place() {{ case "$1" in s3://*) echo "$FAKE/s3/${{1#s3://}}" ;; *) echo "$1" ;; esac; }}
case "${{words[0]}} ${{words[1]}}" in
"secretsmanager get-secret-value") echo '{{"secretKey": "{KEY}", "adminPassword": "a $1 b"}}' ;;
"s3api list-objects-v2") {{ ls "$FAKE/s3/${{words[2]}}/${{words[3]}}" 2>/dev/null || true; }} | wc -l ;;
"s3 cp") to=$(place "${{words[3]}}"); mkdir -p "$(dirname "$to")"; cp "$(place "${{words[2]}}")" "$to" ;;
"s3 sync") from=$(place "${{words[2]}}"); to=$(place "${{words[3]}}"); mkdir -p "$from" "$to"; cp -a "$from/." "$to" ;;
"autoscaling complete-lifecycle-action") ;;
*) echo "unknown: ${{words[*]}}" >&2; exit 2 ;;
esac
"""
# Ollama inside Docker: it has what lies in its folder, and pulls what it is told.
DOCKER = """#!/bin/bash
echo "docker $*" >>"$FAKE/calls"
[ "$1 $2 $3" = "exec ollama ollama" ] || exit 0
case "$4" in
show) [ -e "$CHAT_HOME/models/manifests/$5" ] ;;
pull)
    cd "$CHAT_HOME/models"; mkdir -p blobs manifests
    echo weights >"blobs/$5"; echo it >"manifests/$5" ;;
esac
"""


@dataclass
class Machine:
    """One machine's disk and memory; `shared` is the account that several of them see."""

    folder: Path
    shared: Path

    def run(self, word: str, *, fails: bool = False) -> str:
        settings = self.folder / "settings"
        settings.write_text(replace(SETTINGS, chat_models="llama3").text)
        environment = {
            "PATH": f"{self.shared / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "FAKE": str(self.shared),
            "CHAT_SETTINGS": str(settings),
            "CHAT_ACCOUNTS": str(FILES / "alone.sh"),
            "CHAT_HOME": str(self.folder / "chat"),
            "CHAT_MEMORY": str(self.folder / "memory"),
        }
        done = subprocess.run(
            ["bash", str(FILES / "chat.sh"), word],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode != 0) == fails, done.stderr
        return done.stdout + done.stderr

    @property
    def database(self) -> Path:
        return self.folder / "chat" / "accounts" / "webui.db"

    def chat(self, text: str) -> None:
        with sqlite3.connect(self.database) as db:
            db.execute("CREATE TABLE IF NOT EXISTS chat (text TEXT)")
            db.execute("INSERT INTO chat VALUES (?)", (text,))

    def chats(self) -> list[str]:
        with sqlite3.connect(self.database) as db:
            return [row[0] for row in db.execute("SELECT text FROM chat")]


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    (folder / "bin").mkdir(parents=True)
    for name, text in (("aws", AWS), ("docker", DOCKER)):
        program = folder / "bin" / name
        program.write_text(text)
        program.chmod(0o755)
    return folder


def machine(shared: Path, name: str) -> Machine:
    folder = shared.parent / name
    folder.mkdir()
    return Machine(folder, shared)


def test_what_one_machine_saves_the_next_one_begins_with(shared: Path):
    first, second = machine(shared, "first"), machine(shared, "second")
    first.run("restore")
    first.chat("hello")
    (first.database.parent / "uploads").mkdir()
    (first.database.parent / "uploads" / "a.txt").write_text("a file")
    first.run("save")
    second.run("restore")
    assert second.chats() == ["hello"]
    assert (second.database.parent / "uploads" / "a.txt").read_text() == "a file"


def test_a_database_in_the_middle_of_a_write_is_saved_whole(shared: Path):
    first, second = machine(shared, "first"), machine(shared, "second")
    first.run("restore")
    first.chat("done")
    writer = sqlite3.connect(first.database)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("INSERT INTO chat VALUES ('half')")
    first.run("save")
    writer.close()
    second.run("restore")
    assert second.chats() == ["done"]


def test_when_it_cannot_tell_whether_there_are_accounts_nothing_is_saved_over_them(shared: Path):
    first, second = machine(shared, "first"), machine(shared, "second")
    first.run("restore")
    first.chat("kept")
    first.run("save")
    (shared / "broken").touch()
    second.run("restore", fails=True)
    (shared / "broken").unlink()
    # Open WebUI does not start on it; and even if it did:
    second.database.parent.mkdir(parents=True, exist_ok=True)
    second.chat("empty")
    second.run("save")
    third = machine(shared, "third")
    third.run("restore")
    assert third.chats() == ["kept"]


def test_the_session_key_is_in_memory_only_and_readable_by_nobody_else(shared: Path):
    one = machine(shared, "one")
    said = one.run("secrets")
    file = one.folder / "memory" / "open-webui.env"
    assert file.read_text() == f"WEBUI_SECRET_KEY={KEY}\nWEBUI_ADMIN_PASSWORD=a $1 b\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KEY not in said + (shared / "calls").read_text()


def test_a_model_comes_from_the_library_once_and_from_the_bucket_ever_after(shared: Path):
    first, second = machine(shared, "first"), machine(shared, "second")
    first.run("models")
    calls = shared / "calls"
    assert "ollama pull llama3" in calls.read_text()
    calls.write_text("")
    second.run("models")
    assert "pull" not in calls.read_text()
    assert (second.folder / "chat" / "models" / "blobs" / "llama3").read_text() == "weights\n"


def test_blobs_reach_the_bucket_before_the_manifests_that_name_them(shared: Path):
    machine(shared, "first").run("models")
    up = [
        line
        for line in (shared / "calls").read_text().splitlines()
        if line.endswith(("s3://models/ollama/blobs", "s3://models/ollama/manifests"))
    ]
    assert [line.rsplit("/", 1)[1] for line in up] == ["blobs", "manifests"]


def test_the_containers_get_no_more_than_they_need(shared: Path):
    one = machine(shared, "one")
    one.run("ollama")
    one.run("webui")
    ollama, webui = (line for line in (shared / "calls").read_text().splitlines() if "docker run" in line)
    assert "--gpus all" in ollama and "--publish" not in ollama
    assert "--publish 8080:8080" in webui and "--gpus" not in webui and KEY not in webui
    assert "no-new-privileges" in ollama and "no-new-privileges" in webui


def test_an_unknown_word_is_told_and_does_nothing(shared: Path):
    assert "usage: chat.sh" in machine(shared, "one").run("nope", fails=True)
