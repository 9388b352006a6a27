"""Every error of every route is an RFC 9457 problem with a stable code and a request id."""

import inspect
import json
from typing import Any

import httpx
import pytest

from app.kernel import errors
from app.kernel.errors import ProviderThrottled
from app.web.problems import STATUS, Dialects, Problem, Told, problem_of, rfc_9457, status_of
from tests.app.web.small import small_app, throttled

pytestmark = pytest.mark.anyio

_FIELDS = {"type", "title", "status", "code", "detail", "request_id", "errors"}
_ERRORS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.GenaiError)
]


def _problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert set(problem) == _FIELDS
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


@pytest.mark.parametrize("kind", _ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_of_its_own_kind(kind: type[errors.GenaiError]) -> None:
    status = status_of(kind("x"))
    assert 400 <= status <= 599
    if kind is not errors.GenaiError:
        assert status != 500, f"{kind.__name__} falls through to 500; give it a row in STATUS"
    if issubclass(kind, errors.BadInput):
        assert status < 500


def test_the_status_table_names_only_errors_that_exist() -> None:
    assert set(STATUS) <= set(_ERRORS)


@pytest.mark.parametrize("kind", _ERRORS, ids=lambda kind: kind.__name__)
async def test_every_error_is_rendered_with_its_code(kind: type[errors.GenaiError]) -> None:
    async with small_app(error=kind("What happened; what to do.")) as http:
        problem = _problem(await http.get("/broken/x"), status_of(kind("")))
    assert problem["code"] == kind.code
    assert problem["detail"].startswith(
        "What happened" if problem["status"] != 500 else "Something went wrong"
    )


async def test_an_unexpected_error_shows_no_word_of_itself() -> None:
    async with small_app() as http:
        answer = await http.get("/broken/name")
    problem = _problem(answer, 500)
    assert problem["code"] == "internal_error"
    for word in ("secret", "RuntimeError", "Traceback", "/srv", ".py"):
        assert word not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("POST", "/orders/", 404, "not_found"),
        ("DELETE", "/orders", 405, "method_not_allowed"),
        ("BREW", "/orders", 405, "method_not_allowed"),
    ],
)
async def test_what_the_router_refuses_is_a_problem_too(
    method: str, path: str, status: int, code: str
) -> None:
    async with small_app() as http:
        problem = _problem(await http.request(method, path), status)
    assert problem["code"] == code


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", None),
        (b"", "body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b"\xff\xfe", None),
        (b'{"name": ""}', "name"),
        (b'{"name": "a", "count": "many"}', "count"),
        (b'{"name": "a", "colour": 1}', "colour"),
        (b'{"name": {"a": 1}}', "name"),
        (b"[" * 100_000, None),
    ],
)
async def test_a_bad_body_is_a_4xx_that_names_the_field(body: bytes, field: str | None) -> None:
    async with small_app(max_body_bytes=10**6) as http:
        answer = await http.post("/orders", content=body, headers={"Content-Type": "application/json"})
    problem = _problem(answer, answer.status_code)
    assert problem["status"] in (400, 422)
    if field:
        assert [item["field"] for item in problem["errors"]] == [field]
        assert problem["code"] == "invalid_request"


async def test_all_bad_fields_are_named_at_once_and_none_is_echoed() -> None:
    async with small_app() as http:
        answer = await http.post("/orders", json={"name": "", "count": "PASSWORD", "x": 1})
    assert {item["field"] for item in _problem(answer, 422)["errors"]} == {"name", "count", "x"}
    assert "PASSWORD" not in answer.text


async def test_what_is_no_json_is_told_with_the_place_where_it_breaks() -> None:
    async with small_app() as http:
        answer = await http.post(
            "/orders", content=b'{"name": ', headers={"Content-Type": "application/json"}
        )
    problem = _problem(answer, 422)
    assert (problem["errors"], "not JSON" in problem["detail"], "character 9" in problem["detail"]) == (
        [],
        True,
        True,
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"name": "Zürich"}'.encode("latin-1"), ("byte 11", "send it as UTF-8")),
        (b"[" * 100_000, ("nested too deeply",)),
        (b'{"count": ' + b"9" * 5_000 + b"}", ("too many digits",)),
    ],
    ids=["latin-1", "nested", "digits"],
)
async def test_a_body_that_cannot_be_read_is_told_why_and_what_to_send(
    body: bytes, told: tuple[str, ...]
) -> None:
    async with small_app(max_body_bytes=10**6) as http:
        answer = await http.post("/orders", content=body, headers={"Content-Type": "application/json"})
    problem = _problem(answer, 422)
    assert problem["code"] == "invalid_request"
    assert problem["detail"].startswith("The body is not JSON: ")
    assert all(part in problem["detail"] for part in told)


async def test_what_the_router_refuses_is_told_with_what_to_do_instead() -> None:
    async with small_app() as http:
        missing = await http.get("/nothing/here")
        refused = await http.delete("/orders")
    assert _problem(missing, 404)["detail"] == (
        "There is nothing at GET /nothing/here; /docs lists what there is."
    )
    assert _problem(refused, 405)["detail"] == "DELETE /orders is not taken; use POST."


async def test_the_document_promises_problems_in_the_type_and_the_shape_that_is_sent() -> None:
    async with small_app() as http:
        document = (await http.get("/openapi.json")).json()
    responses = document["paths"]["/orders"]["post"]["responses"]
    for status in ("401", "409"):
        assert responses[status]["description"]
        assert responses[status]["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
    schemas = document["components"]["schemas"]
    assert set(schemas["Problem"]["properties"]) == _FIELDS
    assert "FieldProblem" in schemas


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", ""])
async def test_json_that_is_sent_as_something_else_is_told_by_its_content_type(kind: str) -> None:
    async with small_app() as http:
        answer = await http.post("/orders", content=b'{"name": "a"}', headers={"Content-Type": kind})
    problem = _problem(answer, 422)
    assert "application/json" in problem["detail"] and repr(kind) in problem["detail"]


async def test_waiting_helps_is_told_in_retry_after() -> None:
    async with small_app(error=throttled()) as http:
        answer = await http.get("/broken/x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


@pytest.mark.parametrize(
    ("asked", "told"), [(1e308, "86400"), (float("inf"), "86400"), (0.2, "1"), (-3, "1")]
)
async def test_no_pause_that_is_asked_for_breaks_the_answer(asked: float, told: str) -> None:
    async with small_app(error=ProviderThrottled("Wait.", retry_after_s=asked)) as http:
        answer = await http.get("/broken/x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, told)


async def test_an_error_in_a_stream_is_its_last_event() -> None:
    for error, code in ((throttled(), "provider_throttled"), (None, "internal_error")):
        async with small_app(error=error) as http:
            answer = await http.get("/stream")
        frames = answer.text.strip().split("\n\n")
        assert [frame.splitlines()[0] for frame in frames] == ["event: first", "event: error"]
        problem = json.loads(frames[1].splitlines()[1].removeprefix("data: "))
        assert problem["code"] == code and problem["request_id"] == answer.headers["x-request-id"]
        assert "secret" not in answer.text


def test_the_longest_prefix_in_whole_segments_decides_the_dialect() -> None:
    def other(problem: Problem) -> Told:
        return Told(418, {"said": problem.detail}, "application/json")

    dialects = Dialects({"/v1": other, "/v1/documents": rfc_9457})
    spoken = {
        path: dialects.of(path) for path in ("/v1", "/v1/x", "/v1/documents/a", "/v1/documentsx", "/v10")
    }
    assert spoken == {
        "/v1": other, "/v1/x": other, "/v1/documents/a": rfc_9457, "/v1/documentsx": other, "/v10": rfc_9457,
    }  # fmt: skip


def test_the_field_at_fault_is_named_unless_the_fault_is_ours() -> None:
    [named] = problem_of(errors.BadInput("Too long.", field="query.text"), "r1").errors
    assert (named.field, named.detail) == ("query.text", "Too long.")
    assert problem_of(errors.GenaiError("secret", field="query"), "r1").errors == []
