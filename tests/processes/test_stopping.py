"""Signals and deaths: everything stops together, whatever dies is replaced, and nobody is left behind."""

import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.processes.service import Service, all_gone, command_of, started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_process_with_exit_code_0(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path) as service:
        service.upload("Here before the stop.")
        tree = service.tree()
        assert len(tree) >= 3
        assert service.stop(number) == 0
        Service.until(lambda: all_gone(tree))
        assert "Traceback" not in service.output()
        assert not (tmp_path / "service.json").exists()


def test_two_workers_share_one_port_and_one_folder_and_any_of_them_may_die(tmp_path: Path) -> None:
    with started(tmp_path, GENAI_WORKERS="2") as service:
        service.upload("Known to both.")
        apis = [one for one in service.tree() if "api" in command_of(one)]
        assert len(apis) == 2
        assert {tuple(service.found("known both")) for _ in range(20)} == {("Known to both.",)}
        apis[0].kill()
        Service.until(lambda: sum("api" in command_of(one) for one in service.tree()) == 2)
        service.upload("After the death of one.")
        Service.until(lambda: service.found("death") == ["After the death of one."])
        assert "genai_http_requests_total" in service.http.get("/metrics").text


def test_a_killed_ingestion_process_is_replaced_and_its_work_done(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        for round_ in range(2):
            worker = service.child("worker")
            for number in range(5):
                service.http.post("/upload", json=_body(f"Round {round_} document {number} about herons."))
            worker.kill()
            Service.until(
                lambda: all(job["status"] == "done" for job in service.http.get("/v1/jobs").json()["jobs"])
            )
            assert service.child("worker").pid != worker.pid
        assert len(service.found("herons")) == 10


def test_a_killed_supervisor_takes_everything_with_it_and_the_folder_is_free(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        service.upload("Still here afterwards.")
        tree = service.tree()
        service.process.kill()
        service.process.wait()
        Service.until(lambda: all_gone(tree))
    with started(tmp_path) as service:
        assert service.found("afterwards") == ["Still here afterwards."]


def test_a_stop_while_it_starts_is_a_stop(tmp_path: Path) -> None:
    from tests.processes.service import environ

    service = Service(environ(tmp_path))
    Service.until(lambda: len(psutil.Process(service.process.pid).children()) >= 2)
    tree = service.tree()
    assert service.stop() == 0
    Service.until(lambda: all_gone(tree))
    service.output()
    service.process.stdout.close()  # type: ignore[union-attr]
    service.http.close()


def test_a_stop_does_not_wait_for_a_reader_of_a_quiet_stream(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        worker = service.child("worker")
        worker.suspend()
        job = service.http.post("/upload", json=_body("Never comes.")).json()["job_id"]
        with service.http.stream("GET", f"/v1/jobs/{job}/events") as stream:
            next(stream.iter_lines())
            worker.resume()
            asked = time.monotonic()
            assert service.stop() == 0
            assert time.monotonic() - asked < 30


def _body(text: str) -> dict[str, object]:
    from tests.app.rag.running import upload_body

    return upload_body(text)
