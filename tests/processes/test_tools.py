"""`import` and `reindex` as commands: with a service on the folder they go through it, without one they bring their own."""

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.evals.datasets import minilm_folder
from tests.processes.service import Service, all_gone, environ, run, started


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "a.txt").write_text("Alpha rests on Mondays.")
    (folder / "b.md").write_text("# Beta\n\nBeta rests on Fridays.")
    return folder


def test_without_a_service_the_tools_bring_their_own_and_leave_nothing_running(
    tmp_path: Path, handbook: Path
) -> None:
    data = tmp_path / "data"
    env = environ(data)
    first = run("app.rag", "import", str(handbook), "--metadata", "team=hr", env=env)
    assert (first.returncode, first.stdout.split(" in ")[0]) == (
        0, "2 new, 0 changed, 0 unchanged, 0 duplicate, 0 removed, 0 failed",
    ), first.stderr  # fmt: skip
    (handbook / "a.txt").unlink()
    (handbook / "broken.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    again = run("app.rag", "import", str(handbook), "--metadata", "team=hr", "--prune", env=env)
    assert again.returncode == 1
    assert again.stdout.startswith("1 new, 0 changed, 1 unchanged, 0 duplicate, 1 removed, 1 failed")
    assert "failed: handbook/broken.pdf: " in again.stdout
    shutil.rmtree(data / "index")
    rebuilt = run("app.rag", "reindex", env=env)
    assert (rebuilt.returncode, rebuilt.stdout) == (
        0, "Rebuilt the index: 1 documents, 1 chunks, 0 embedded anew, 0 records restored.\n",
    )  # fmt: skip
    shutil.rmtree(data / "index")
    shutil.rmtree(data / "records")
    restored = run("app.rag", "reindex", env=env)
    assert "1 records restored" in restored.stdout
    with started(data) as service:
        assert service.found("rests") == ["Beta\n\nBeta rests on Fridays."]
        [document] = service.http.get("/v1/documents").json()["documents"]
        assert document["metadata"] == {"team": "hr", "source": "handbook/b.md"}


def test_with_a_service_the_tools_go_through_it(tmp_path: Path, handbook: Path) -> None:
    data = tmp_path / "data"
    with started(data) as service:
        before = {one.pid for one in service.tree()}
        tool_env = environ(data)
        done = run("app.rag", "import", str(handbook), env=tool_env)
        assert done.returncode == 0, done.stderr
        assert len(service.found("rests")) == 2
        rebuilt = run("app.rag", "reindex", env=tool_env)
        assert (rebuilt.returncode, rebuilt.stdout) == (
            0, "The running service rebuilt its index: 2 documents, 2 chunks.\n",
        ), rebuilt.stderr  # fmt: skip
        assert len(service.found("rests")) == 2
        service.upload("Gamma rests on Sundays.")
        assert len(service.found("rests")) == 3
        after = {one.pid for one in service.tree()}
        assert before <= after, (service.stop(), service.output())


def test_a_tool_started_with_the_service_waits_for_it(tmp_path: Path, handbook: Path) -> None:
    data = tmp_path / "data"
    service = Service(environ(data))
    try:
        Service.until(lambda: (data / "owner.lock").exists() and bool((data / "owner.lock").read_text()))
        done = run("app.rag", "import", str(handbook), env=environ(data))
        assert done.returncode == 0, done.stderr
        assert len(service.found("rests")) == 2
    finally:
        service.stop()
        service.output()
        service.process.stdout.close()  # type: ignore[union-attr]
        service.http.close()


def test_what_a_killed_service_announced_misleads_no_tool(tmp_path: Path, handbook: Path) -> None:
    data = tmp_path / "data"
    with started(data) as service:
        tree = service.tree()
        service.process.kill()
        service.process.wait()
        Service.until(lambda: all_gone(tree))
        assert (data / "service.json").exists()
    done = run("app.rag", "import", str(handbook), env=environ(data))
    assert done.returncode == 0, done.stderr


@pytest.fixture
def minilm() -> dict[str, str]:
    folder = minilm_folder()
    if folder is None:
        pytest.skip("no MiniLM model is here; set GENAI_MODEL_DIR")
    return {"GENAI_EMBEDDER": "minilm", "GENAI_MODEL_DIR": str(folder)}


def test_changing_the_embedder_asks_to_stop_the_service_first_and_then_works(
    tmp_path: Path, minilm: dict[str, str]
) -> None:
    with started(tmp_path) as service:
        service.upload("Alpha rests on Mondays.")
        for arguments in (["reindex", "--embed"], ["reindex"]):
            refused = run("app.rag", *arguments, env=environ(tmp_path, **minilm))
            assert refused.returncode == 2, refused.stderr
            [line] = refused.stderr.splitlines()
            assert f"process {service.process.pid}" in line
            assert "stop the service first" in line
        assert service.found("rests") == ["Alpha rests on Mondays."]
    done = run("app.rag", "reindex", "--embed", env=environ(tmp_path, **minilm))
    assert (done.returncode, done.stdout) == (
        0, "Rebuilt the index: 1 documents, 1 chunks, 1 embedded anew, 0 records restored.\n",
    ), done.stderr  # fmt: skip
    with started(tmp_path, **minilm) as service:
        assert service.found("rests") == ["Alpha rests on Mondays."]


def test_a_tool_with_another_embedder_takes_no_empty_index_from_under_a_service(
    tmp_path: Path, minilm: dict[str, str]
) -> None:
    with started(tmp_path) as service:
        refused = run("app.rag", "reindex", "--embed", env=environ(tmp_path, **minilm))
        assert refused.returncode == 2, refused.stderr
        service.upload("Alpha rests on Mondays.")
        assert service.found("rests") == ["Alpha rests on Mondays."]


def test_an_index_of_another_version_is_named_with_the_command_that_builds_it_anew(
    tmp_path: Path, handbook: Path
) -> None:
    env = environ(tmp_path)
    assert run("app.rag", "import", str(handbook), env=env).returncode == 0
    with sqlite3.connect(tmp_path / "index" / "catalog.sqlite") as catalog:
        catalog.execute("PRAGMA user_version = 99")
        catalog.execute("DROP TABLE removal")
    catalog.close()
    refused = run("app.rag", env=env)
    assert refused.returncode == 2, refused.stdout
    [line] = refused.stderr.splitlines()
    assert "written by a newer version (layout 99" in line
    assert "`python -m app.rag reindex`" in line
    rebuilt = run("app.rag", "reindex", env=env)
    assert (rebuilt.returncode, rebuilt.stdout) == (
        0, "Rebuilt the index: 2 documents, 2 chunks, 0 embedded anew, 0 records restored.\n",
    ), rebuilt.stderr  # fmt: skip
    with started(tmp_path) as service:
        assert len(service.found("rests")) == 2


def test_a_rebuild_goes_on_while_documents_come_and_the_worker_dies(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        for number in range(6):
            service.upload(f"Steady document {number}.")
        tool = subprocess.Popen(
            [sys.executable, "-m", "app.rag", "reindex"], env=environ(tmp_path), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(0.3)
        service.child("worker").kill()
        service.upload("Steady document 6.")
        out, err = tool.communicate(timeout=90)
        assert tool.returncode == 0, (out, err)
        assert len(service.found("steady")) == 7


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["import", "{folder}/nowhere"], 1, ["nowhere"]),
        (["import", "{folder}"], 1, ["Nothing to import"]),
        (["import", "{folder}", "--metadata", "team"], 2, ["NAME=VALUE"]),
        (["import", "s3://"], 1, ["bucket"]),
        (["import"], 2, ["usage"]),
        (["frobnicate"], 2, ["usage"]),
    ],
)
def test_a_command_that_cannot_be_says_so(
    tmp_path: Path, arguments: list[str], code: int, words: list[str]
) -> None:
    (tmp_path / "folder").mkdir()
    filled = [argument.format(folder=tmp_path / "folder") for argument in arguments]
    done = run("app.rag", *filled, env=environ(tmp_path / "data"))
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Environment of a process that reaches a moto bucket `papers`."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    env = {
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    client = boto3.client(
        "s3", endpoint_url=env["AWS_ENDPOINT_URL"], region_name="us-east-1",
        aws_access_key_id="testing", aws_secret_access_key="testing",
    )  # fmt: skip
    client.create_bucket(Bucket="papers")
    client.put_object(Bucket="papers", Key="in/one.txt", Body=b"One from the bucket.")
    client.put_object(Bucket="papers", Key="in/two.md", Body=b"# Two\n\nTwo from the bucket.")
    yield env
    server.stop()


def test_a_bucket_is_imported_and_one_that_is_not_there_is_named(tmp_path: Path, s3: dict[str, str]) -> None:
    with started(tmp_path) as service:
        done = run("app.rag", "import", "s3://papers/in/", env=environ(tmp_path, **s3))
        assert done.returncode == 0, done.stderr
        assert len(service.found("bucket")) == 2
        missing = run("app.rag", "import", "s3://nothing/in/", env=environ(tmp_path, **s3))
        assert missing.returncode == 1 and "Traceback" not in missing.stderr and "nothing" in missing.stderr
