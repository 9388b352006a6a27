"""The two forms of an upload: what is not one of them is refused by name and changes nothing."""

import json
from typing import Any

import pytest

from tests.app.rag.running import MAX_BODY, Running, upload_body

pytestmark = pytest.mark.anyio

_FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nHello.\r\n'
_META = b'--b\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n%s\r\n'
_END = b"--b--\r\n"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"filename": "a.txt"}, 422, "invalid_request"),
        ({"content_base64": "SGk="}, 422, "invalid_request"),
        ({"filename": "", "content_base64": "SGk="}, 422, "invalid_request"),
        ({"filename": "a.txt", "content_base64": "SGk=", "colour": "red"}, 422, "invalid_request"),
        ({"filename": "a.txt", "content_base64": 7}, 422, "invalid_request"),
        ({"filename": "a.txt", "content_base64": "SGk=", "metadata": []}, 422, "invalid_request"),
        ({"filename": "a.txt", "content_base64": "not base64!"}, 422, "bad_base64"),
        ({"filename": "a.txt", "content_base64": "SGk"}, 422, "bad_base64"),
        ({"filename": "a.txt", "content_base64": "SGkü"}, 422, "bad_base64"),
        ({"filename": "..", "content_base64": "SGk="}, 202, None),
        ({"filename": "\u202e", "content_base64": "SGk="}, 422, "bad_filename"),
        ({"filename": "a.txt", "content_base64": "SGk=", "metadata": {"a": {"b": 1}}}, 422, "bad_metadata"),
        ({"filename": "a.txt", "content_base64": "SGk=", "metadata": {"n": 10**30}}, 422, "bad_metadata"),
        ({"filename": "a.txt", "content_base64": ""}, 202, None),
    ],
)
async def test_json_bodies(rag: Running, body: dict[str, Any], status: int, code: str | None) -> None:
    answer = await rag.http.post("/upload", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json().get("code") == code
    if code:
        assert (await rag.get("/v1/documents"))["documents"] == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (_FILE + _END, 202),
        (_FILE + _META % b'{"a": 1}' + _END, 202),
        (_FILE + _META % b"" + _END, 202),
        (_FILE + _META % b"[1]" + _END, 422),
        (_FILE + _META % b"{" + _END, 422),
        (_FILE + _META % b'{"a": "\\ud800"}' + _END, 422),
        (_FILE + _META % b'{"a": NaN}' + _END, 422),
        (_FILE + _META % (b"[" * 100_000) + _END, 422),
        (_FILE + _META % (b'{"a": ' + b"9" * 5000 + b"}") + _END, 422),
        (_META % b"{}" + _END, 422),
        (_FILE.replace(b'; filename="a.txt"', b"") + _END, 422),
        (_FILE.replace(b"a.txt", b"") + _END, 422),
        (_FILE + _FILE + _END, 400),
        (_FILE, 422),
        (_FILE[:40], 422),
        (b"", 422),
        (b"garbage without any boundary", 422),
        (_FILE + _META % b"{}" + _META % b"{}" + _META % b"{}" + _META % b"{}" + _META % b"{}" + _END, 400),
    ],
)
async def test_multipart_bodies(rag: Running, content: bytes, status: int) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await rag.http.post("/upload", content=content, headers=headers)
    accepted = {status, 400} if status >= 400 else {status}
    assert answer.status_code in accepted, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await rag.get("/v1/documents"))["documents"] == []


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "application/pdf",
        "",
        "json",
        "\t;",
    ],
)
async def test_another_content_type_is_refused_before_the_body_is_parsed(rag: Running, kind: str) -> None:
    answer = await rag.http.post(
        "/upload", content=json.dumps(upload_body("Hi.")), headers={"Content-Type": kind}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_unsupported")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"]
)
async def test_json_is_taken_in_its_spellings(rag: Running, kind: str) -> None:
    answer = await rag.http.post(
        "/upload", content=json.dumps(upload_body("Hi.")), headers={"Content-Type": kind}
    )
    assert answer.status_code == 202


async def test_a_multipart_form_without_a_boundary_is_a_bad_request(rag: Running) -> None:
    answer = await rag.http.post(
        "/upload", content=_FILE + _END, headers={"Content-Type": "multipart/form-data"}
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/upload", "/v1/files"])
@pytest.mark.parametrize("charset", ["undefined", "punycode", "a\x00b"])
async def test_a_form_in_a_charset_that_decodes_nothing_is_a_bad_request(
    rag: Running, path: str, charset: str
) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary=b; charset={charset}".encode()}
    answer = await rag.http.post(path, content=_FILE.replace(b"a.txt", b"a..b.txt") + _END, headers=headers)
    assert answer.status_code == (422 if path == "/upload" else 400), answer.text
    assert "bad_form" in answer.text


async def test_a_body_or_a_document_over_its_limit_is_refused(rag: Running) -> None:
    answer = await rag.http.post("/upload", json=upload_body(b"x" * MAX_BODY))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    object.__setattr__(rag.service.upload, "max_bytes", 1000)
    at_limit = await rag.http.post("/upload", json=upload_body(b"x" * 1000))
    over = await rag.http.post("/upload", json=upload_body(b"x" * 1001))
    assert (at_limit.status_code, over.status_code, over.json()["code"]) == (202, 413, "document_too_large")


@pytest.mark.parametrize("body", [{}, {"filename": None}, {"metadata": None, "content_base64": None}])
async def test_a_replacement_of_nothing_is_refused(rag: Running, body: dict[str, Any]) -> None:
    taken = await rag.upload("Keep me.")
    answer = await rag.http.put(f"/v1/documents/{taken['document_id']}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_change")
