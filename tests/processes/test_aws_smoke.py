"""What `make aws-smoke` says to the service, against the real service of this machine, before and after a restart."""

from pathlib import Path

import pytest

from scripts.aws_smoke.guard import Guard, Stopped
from scripts.aws_smoke.service import Service, ServiceFailed
from tests.processes.service import started

NO_END = Guard(until=float("inf"))


def test_a_document_is_the_same_and_answers_after_a_restart(tmp_path: Path) -> None:
    with started(tmp_path, GENAI_API_KEYS="smoke:secret") as running:
        service = Service(str(running.http.base_url).rstrip("/"), "secret")
        service.wait(guard=NO_END)
        document = service.upload("1")
        service.answer()
        before = service.seen(document)
        assert "1,742 millilitres" in str(before)
        with pytest.raises(ServiceFailed, match="401"):
            Service(service.url, "another").seen(document)
    with pytest.raises(ServiceFailed):
        service.seen(document)
    with started(tmp_path, GENAI_API_KEYS="smoke:secret") as running:
        service = Service(str(running.http.base_url).rstrip("/"), "secret")
        service.wait(guard=NO_END)
        assert service.seen(document) == before
        service.answer()


def test_an_answer_without_the_document_is_a_failure(tmp_path: Path) -> None:
    with started(tmp_path, GENAI_API_KEYS="smoke:secret") as running:
        service = Service(str(running.http.base_url).rstrip("/"), "secret")
        with pytest.raises(ServiceFailed, match="without '1,742'"):
            service.answer()


def test_waiting_ends_with_the_last_answer_or_when_somebody_says_so() -> None:
    service = Service("http://127.0.0.1:9", "secret")
    with pytest.raises(ServiceFailed, match=r"was not ready in 0 s.*readyz"):
        service.wait(guard=NO_END, patience_s=0.2, pause_s=0.05)
    ended = Guard(until=float("inf"))
    ended.stop("SIGINT")
    with pytest.raises(Stopped):
        service.wait(guard=ended, pause_s=0.05)
