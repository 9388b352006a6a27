"""The service over HTTP: what it takes, what it answers, and how it refuses."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app import gateway
from app.devops.application import create, create_alone
from app.settings import Settings, read_settings

pytestmark = pytest.mark.anyio

LOG = (
    "2024-05-01T10:00:00.0000000Z E   ModuleNotFoundError: No module named 'yaml'\n"
    "##[error]Process completed with exit code 1.\n"
)
FIELDS = {
    "root_cause", "fix", "yaml_patch", "category", "confidence", "evidence", "extracted", "nature", "similar",
    "abstained", "redactions", "cost_usd", "text", "id", "fingerprint",
}  # fmt: skip


def settings(folder: Path, **more: Any) -> Settings:
    return read_settings({}, data_dir=folder, **more)


def client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client(create(settings(tmp_path))) as opened:
        yield opened


async def test_a_failed_job_comes_back_with_its_cause(http: httpx.AsyncClient) -> None:
    answer = await http.post("/analyze", json={"log": LOG})
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == FIELDS
    assert found["category"] == "dependency_install"
    assert "yaml" in found["root_cause"]
    assert found["evidence"][0] == {"line": 1, "quote": "E   ModuleNotFoundError: No module named 'yaml'"}
    assert [line.split(" ")[0] for line in found["text"].splitlines() if line.isupper()] == [
        "ROOT_CAUSE", "FIX", "YAML_PATCH",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"Content-Type": "text/plain"}, LOG.encode()),
        ({"Content-Type": "application/gzip"}, gzip.compress(LOG.encode(), mtime=0)),
        ({"Content-Type": "text/plain", "Content-Encoding": "gzip"}, gzip.compress(LOG.encode(), mtime=0)),
        (
            {"Content-Type": "application/gzip"},
            gzip.compress(b"before\n", mtime=0) + gzip.compress(LOG.encode(), mtime=0),
        ),
        ({"Content-Type": "text/plain"}, LOG.encode("utf-16")),
    ],
)
async def test_a_log_may_come_as_text_or_packed(
    http: httpx.AsyncClient, headers: dict[str, str], content: bytes
) -> None:
    answer = await http.post("/analyze", params={"budget_lines": 5}, headers=headers, content=content)
    assert answer.json()["category"] == "dependency_install"


async def test_a_long_log_is_read_while_it_arrives_and_quoted_as_it_was_given(
    http: httpx.AsyncClient,
) -> None:
    quiet = b"2024-05-01T10:00:00.0000000Z all is well\n" * 30_000

    async def pieces() -> AsyncIterator[bytes]:
        yield quiet
        yield LOG.encode()[:50]
        yield LOG.encode()[50:] + quiet

    answer = await http.post("/analyze", headers={"Content-Type": "text/plain"}, content=pieces())
    assert answer.json()["evidence"][0] == {
        "line": 30_001,
        "quote": "E   ModuleNotFoundError: No module named 'yaml'",
    }


async def test_the_answer_is_text_where_text_is_asked_for(http: httpx.AsyncClient) -> None:
    answer = await http.post("/analyze", json={"log": LOG}, headers={"Accept": "text/plain"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("ROOT_CAUSE\n")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "log_missing"),
        ({"log": " \n"}, "log_empty"),
        ({"log": LOG, "log_url": "https://example.org/log"}, "log_twice"),
        ({"log": LOG, "budget_lines": 0}, "invalid_request"),
        ({"log": LOG, "lgo": ""}, "invalid_request"),
    ],
)
async def test_a_request_that_cannot_be_answered_says_why(
    http: httpx.AsyncClient, body: dict[str, Any], code: str
) -> None:
    answer = await http.post("/analyze", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_what_is_no_log_is_refused(http: httpx.AsyncClient) -> None:
    for headers, content, status, code in (
        ({"Content-Type": "image/png"}, b"x", 415, "media_type_unsupported"),
        ({"Content-Type": "text/plain", "Content-Encoding": "br"}, b"x", 415, "encoding_unsupported"),
        ({"Content-Type": "application/gzip"}, b"plain", 422, "bad_gzip"),
        ({"Content-Type": "application/gzip"}, gzip.compress(LOG.encode(), mtime=0)[:-9], 422, "bad_gzip"),
        ({"Content-Type": "text/plain"}, bytes(5_000), 422, "log_not_text"),
    ):
        answer = await http.post("/analyze", headers=headers, content=content)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_log_over_its_limit_is_refused_also_when_it_only_unfolds_to_it(tmp_path: Path) -> None:
    bomb = gzip.compress(b"a" * 30_000_000)
    async with client(create(settings(tmp_path, max_upload_mb=1))) as http:
        packed = await http.post("/analyze", headers={"Content-Type": "application/gzip"}, content=bomb)
        assert (packed.status_code, packed.json()["code"]) == (413, "log_too_large")
    async with client(create(settings(tmp_path))) as http:
        answer = await http.post("/analyze", json={"log": "a" * 10_000_001})
        assert (answer.status_code, answer.json()["code"]) == (413, "log_too_large")


async def test_keys_guard_it(tmp_path: Path) -> None:
    async with client(create(settings(tmp_path, api_keys="acme:one"))) as http:
        assert (await http.post("/analyze", json={"log": LOG})).status_code == 401
        answer = await http.post("/analyze", json={"log": LOG}, headers={"X-API-Key": "one"})
        assert answer.status_code == 200


async def test_alone_it_answers_below_its_prefix_and_probes_at_the_root(tmp_path: Path) -> None:
    async with client(create_alone(settings(tmp_path))) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).json()["ready"]
        assert (await http.post("/devops/analyze", json={"log": LOG})).status_code == 200


async def test_the_platform_serves_it_below_its_path_as_one_request(tmp_path: Path) -> None:
    async with client(gateway.create(settings(tmp_path))) as http:
        answer = await http.post("/devops/analyze", content=b"", headers={"Content-Type": "image/png"})
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        metrics = (await http.get("/metrics")).text
    counted = [line for line in metrics.splitlines() if 'route="/devops/analyze",status="415"' in line]
    assert next(line for line in counted if "_requests_total" in line).endswith(" 1.0")


async def test_the_platform_opens_and_closes_the_apps_below_it(tmp_path: Path) -> None:
    app = gateway.create(settings(tmp_path))
    async with app.router.lifespan_context(app), client(app) as http:
        assert (await http.get("/devops/readyz")).json()["ready"]


async def test_what_would_be_kept_of_a_log_is_shown(http: httpx.AsyncClient) -> None:
    secret = "ghp_" + "a1B2" * 9
    shown = (await http.post("/redact", json={"log": f"token={secret}\nfine"})).json()
    assert secret not in shown["log"] and shown["log"].endswith("\nfine")
    assert sum(item["count"] for item in shown["redactions"]) == 1
    text = await http.post(
        "/redact", content=secret, headers={"Content-Type": "text/plain", "Accept": "text/plain"}
    )
    assert text.text.startswith("[REDACTED:")


async def test_an_address_inside_is_not_fetched(http: httpx.AsyncClient) -> None:
    answer = await http.post("/analyze", json={"log_url": "http://169.254.169.254/latest/meta-data"})
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"].startswith("url_")
