"""A request id for every request, and a bound on every body however it comes."""

from collections.abc import AsyncIterator

import pytest
from starlette.types import ASGIApp, Message

from tests.app.web.small import small_app

pytestmark = pytest.mark.anyio

_JSON = {"Content-Type": "application/json"}


async def _pieces(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 1000):
        yield b" " * 1000


@pytest.mark.parametrize("path", ["/raw", "/orders"])
async def test_a_body_over_the_limit_is_refused_by_its_announced_length(path: str) -> None:
    async with small_app() as http:
        answer = await http.post(path, content=b" " * 10_001, headers=_JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-request-id"] == answer.json()["request_id"]


@pytest.mark.parametrize("path", ["/raw", "/orders"])
async def test_a_chunked_body_over_the_limit_is_refused_while_it_comes(path: str) -> None:
    async with small_app() as http:
        request = http.build_request("POST", path, content=_pieces(50_000), headers=_JSON)
        assert "content-length" not in request.headers
        answer = await http.send(request)
        counted = (await http.get("/metrics")).text
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert f'route="{path}",status="413"' in counted and f'route="{path}",status="500"' not in counted


async def test_a_form_over_the_limit_is_refused_while_it_comes() -> None:
    async def form() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        async for piece in _pieces(50_000):
            yield piece
        yield b"\r\n--b--\r\n"

    async with small_app() as http:
        answer = await http.post(
            "/form", content=form(), headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("length", ["-1", "abc", "1e9", "²"])
async def test_a_length_that_lies_does_not_lift_the_limit(length: str) -> None:
    async with small_app() as http:
        headers = {"Content-Length": length.encode()} | {"Content-Type": b"application/json"}
        answer = await http.post("/raw", content=_pieces(50_000), headers=headers)
    assert answer.status_code == 413


async def test_a_body_at_the_limit_passes() -> None:
    async with small_app() as http:
        assert (await http.post("/raw", content=b" " * 10_000)).json() == 10_000
        assert (await http.post("/raw", content=_pieces(10_000))).json() == 10_000


async def test_a_well_formed_request_id_is_kept_and_any_other_replaced() -> None:
    async with small_app() as http:
        kept = await http.get("/healthz", headers={"X-Request-Id": "build-7.a_b"})
        assert kept.headers["x-request-id"] == "build-7.a_b"
        for bad in ("x" * 65, "a b", "<script>", "a\u00e9"):
            given = await http.get("/healthz", headers={"X-Request-Id": bad.encode()})
            assert given.headers["x-request-id"].startswith("req_")
        ids = {(await http.get("/healthz")).headers["x-request-id"] for _ in range(20)}
    assert len(ids) == 20


async def test_a_client_that_goes_before_its_body_is_whole_is_no_failure_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    came: list[Message] = [
        {"type": "http.request", "body": b"x", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return came.pop(0)

    async def send(message: Message) -> None:
        raise AssertionError(f"Nobody is there to be told {message}.")

    async with small_app() as http:
        app: ASGIApp = http._transport.app  # type: ignore[attr-defined]
        scope = {
            "type": "http", "method": "POST", "path": "/raw", "raw_path": b"/raw", "query_string": b"",
            "headers": [], "http_version": "1.1", "scheme": "http",
        }  # fmt: skip
        await app(scope, receive, send)
        counted = (await http.get("/metrics")).text
    assert 'method="POST",route="/raw",status="499"} 1.0' in counted
    assert not caplog.records
