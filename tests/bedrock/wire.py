"""HTTP of the server: requests to operations of botocore's model, and answers in the shape that boto3 reads."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.bedrock.rules import SERVICE, Refusal


@dataclass(frozen=True)
class Raw:
    method: str
    target: str
    headers: dict[str, str]
    content: bytes


def operation_of(raw: Raw) -> tuple[str, dict[str, Any]]:
    """The operation of a path by botocore's own model, and its parameters from path, query and body."""
    path = urlsplit(raw.target)
    parts = [unquote(part) for part in path.path.split("/")]
    for name in ("Converse", "ConverseStream", "InvokeModel", "ApplyGuardrail", "ListAsyncInvokes"):
        http = SERVICE.operation_model(name).http
        pattern = http["requestUri"].split("?")[0].split("/")
        if http["method"] != raw.method or len(pattern) != len(parts):
            continue
        if all(one.startswith("{") or one == part for one, part in zip(pattern, parts, strict=True)):
            found: dict[str, Any] = {
                one[1:-1]: part for one, part in zip(pattern, parts, strict=True) if one.startswith("{")
            }
            if name == "ListAsyncInvokes":
                asked = {key: values[0] for key, values in parse_qs(path.query).items()}
                return name, found | (
                    {"maxResults": int(asked["maxResults"])} if "maxResults" in asked else {}
                )
            body = _json_of(raw)
            return name, found | ({"body": body} if name == "InvokeModel" else body)
    raise Refusal("UnknownOperationException", f"{raw.method} {path.path}")


def _json_of(raw: Raw) -> dict[str, Any]:
    try:
        body = json.loads(raw.content)
    except ValueError:
        body = None
    if not isinstance(body, dict) or raw.headers.get("content-type") != "application/json":
        raise Refusal("ValidationException", "The body is not a JSON object.")
    return body


def write_chunk(writer: asyncio.StreamWriter, frame: bytes) -> None:
    writer.write(b"%x\r\n%b\r\n" % (len(frame), frame))


def refuse(
    writer: asyncio.StreamWriter,
    refusal: Refusal,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    shapes = {shape.name: shape for shape in SERVICE.error_shapes}
    if status is None:
        status = (
            int(shapes[refusal.code].metadata["error"]["httpStatusCode"]) if refusal.code in shapes else 400
        )
    body = json.dumps({"message": refusal.message}).encode()
    write(writer, status, body, {"x-amzn-ErrorType": refusal.code} | dict(headers or {}))


def write(
    writer: asyncio.StreamWriter, status: int, content: bytes, headers: Mapping[str, str] | None = None
) -> None:
    lines = [
        f"HTTP/1.1 {status} Whatever",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        "x-amzn-RequestId: 00000000-0000-0000-0000-000000000000",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode() + content)


async def read_request(reader: asyncio.StreamReader) -> Raw:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    return Raw(method, target, headers, content)
