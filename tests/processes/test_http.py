"""The contract over a real socket: what in-process tests cannot see of bodies, streams and keys."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.app.rag.running import upload_body
from tests.processes.service import Service, started


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with started(
        tmp_path_factory.mktemp("http"), GENAI_MAX_UPLOAD_MB="1", GENAI_API_KEYS="acme:key-a,globex:key-b"
    ) as one:
        one.http.headers["Authorization"] = "Bearer key-a"
        yield one


def _raw(service: Service, request: bytes) -> bytes:
    """Everything that comes back, until the other side closes or is quiet."""
    port = int(service.env["GENAI_PORT"])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        answer = b""
        with suppress(OSError):  # refused before we had said all, or quiet
            connection.sendall(request)
        with suppress(OSError):
            while piece := connection.recv(65536):
                answer += piece
        return answer


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_an_endless_chunked_body_is_cut_off_at_the_limit(service: Service) -> None:
    head = (
        b"POST /upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-a\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    answer = _raw(service, head + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 60)
    assert _status(answer) == 413 and b'"body_too_large"' in answer
    assert service.http.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /healthz HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: x\r\n\r\n0\r\n\r\n",
        b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /v1/documents/%ff%fe HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-a\r\nConnection: close\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_no_odd_request_is_a_server_error(service: Service, request_: bytes) -> None:
    answer = _raw(service, request_)
    assert not answer or _status(answer) < 500
    assert service.http.get("/healthz").status_code == 200


def test_the_probes_and_the_description_need_no_key(service: Service) -> None:
    with httpx.Client(base_url=service.url, trust_env=False) as nobody:
        assert nobody.get("/healthz").json() == {"status": "ok"}
        ready = nobody.get("/readyz").json()
        assert set(ready["dependencies"]) == {
            "objects",
            "records",
            "work",
            "index",
            "embedder",
            "chat",
            "cache",
        }
        assert nobody.get("/docs").status_code == 200
        paths = nobody.get("/openapi.json").json()["paths"]
        assert {
            "/upload",
            "/query",
            "/v1/retrieval",
            "/v1/documents/{document_id}/residue",
            "/v1/jobs/{job_id}/events",
        } <= set(paths)
        assert nobody.get("/v1/documents").status_code == 401
        assert "server" not in nobody.get("/healthz").headers


def test_a_stream_comes_in_pieces_and_a_caller_may_leave_it(service: Service) -> None:
    service.upload("The ferry leaves at noon from pier four.")
    for _ in range(3):
        with service.http.stream(
            "POST", "/query", json={"question": "When does the ferry leave?", "stream": True}
        ) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert next(answer.iter_lines()) == "event: meta"
    with service.http.stream(
        "POST", "/query", json={"question": "When does the ferry leave?", "stream": True}
    ) as answer:
        names = [line.removeprefix("event: ") for line in answer.iter_lines() if line.startswith("event: ")]
    assert names[0] == "meta" and names[-1] == "done" and "citation" in names


def test_the_job_of_an_upload_can_be_followed_to_its_end(service: Service) -> None:
    job = service.http.post("/upload", json=upload_body("Follow this upload.")).json()["job_id"]
    with service.http.stream("GET", f"/v1/jobs/{job}/events") as answer:
        events = [line.removeprefix("event: ") for line in answer.iter_lines() if line.startswith("event: ")]
    assert events[-1] == "done" and set(events[:-1]) <= {"progress"}


def test_many_callers_at_once_upload_ask_and_delete_without_an_error(service: Service) -> None:
    wrong: list[str] = []

    def caller(number: int) -> None:
        with httpx.Client(
            base_url=service.url, trust_env=False, timeout=90, headers=service.http.headers
        ) as http:
            for turn in range(3):
                taken = http.post("/upload?wait=60", json=upload_body(f"Caller {number} says {turn}."))
                path = f"/v1/documents/{taken.json().get('document_id')}"
                search = {
                    "query": f"caller {number} says {turn}",
                    "filters": {"document_id": path.rpartition("/")[2]},
                }
                found = http.post("/v1/retrieval", json=search)
                gone = http.delete(path, params={"wait": 60})
                left = http.get(f"{path}/residue")
                if [taken.status_code, found.status_code, gone.status_code] != [200] * 3 or left.json()[
                    "total"
                ]:
                    wrong.append(json.dumps([one.text for one in (taken, found, gone, left)]))

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_key_of_another_tenant_sees_nothing(service: Service, tmp_path: Path) -> None:
    taken = service.upload("Only for acme.")
    headers = {"Authorization": "Bearer key-b"}
    assert service.http.get(f"/v1/documents/{taken['document_id']}", headers=headers).status_code == 404
    assert service.http.get("/v1/documents", headers=headers).json()["documents"] == []
