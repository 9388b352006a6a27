"""Reads the forms in which a log comes: JSON, plain text and gzip; bounded while it comes, and while it unfolds."""

import codecs
import zlib
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from app.kernel.errors import BadInput, LimitExceeded, UnsupportedDocument

JSON_BYTES = 10_000_000
_GZIP = frozenset({"application/gzip", "application/x-gzip"})
_TEXT = frozenset({"text/plain", "application/octet-stream", ""})

_Schema = TypeVar("_Schema", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class RawLog:
    """A body that is the log itself."""

    text: str


async def read_body(request: Request, schema: type[_Schema], *, log_bytes: int) -> _Schema | RawLog:
    """JSON as its schema, everything else that is text as a log.

    Raises UnsupportedDocument, LimitExceeded, BadInput, RequestValidationError.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    packed = kind in _GZIP or _encoding(request) == "gzip"
    if kind == "application/json" or kind.endswith("+json"):
        content = await _whole(request, most=JSON_BYTES, packed=packed, hint="send it as text/plain")
        return _parsed(content, schema)
    if kind not in _TEXT and kind not in _GZIP:
        raise UnsupportedDocument(
            f"Content-Type {kind[:80]!r} is not taken; send application/json, text/plain or application/gzip.",
            code="media_type_unsupported",
        )
    content = await _whole(request, most=log_bytes, packed=packed, hint="cut it to its failed step")
    return RawLog(decoded(content))


def decoded(content: bytes | bytearray) -> str:
    """A log's bytes as text; what is no UTF-8 becomes the replacement character. Raises BadInput for binary data."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return bytes(content).decode("utf-16", errors="replace")
    if content[:4096].count(0) > 40:
        raise BadInput(
            "This is no text but binary data; send the log itself or gzip of it.", code="log_not_text"
        )
    return content.decode("utf-8", errors="replace")


def _encoding(request: Request) -> str:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "identity"):
        raise UnsupportedDocument(
            f"Content-Encoding {encoding[:80]!r} is not taken; send gzip or none.",
            code="encoding_unsupported",
        )
    return encoding


async def _whole(request: Request, *, most: int, packed: bool, hint: str) -> bytearray:
    content = bytearray()
    unpack = zlib.decompressobj(wbits=31) if packed else None
    async for piece in request.stream():
        # One byte more than allowed tells a bomb from a log, however far it would unfold.
        content += piece if unpack is None else _unpacked(unpack, piece, most + 1 - len(content))
        if len(content) > most:
            raise LimitExceeded(
                f"The log is larger than {most // 1_000_000} MB; {hint}.", code="log_too_large"
            )
    if unpack is not None and not unpack.eof:
        raise BadInput("The gzip data ends too soon.", code="bad_gzip")
    return content


def _unpacked(unpack: "zlib._Decompress", piece: bytes, room: int) -> bytes:
    try:
        return unpack.decompress(piece, room)
    except zlib.error:
        raise BadInput("The body is announced as gzip and is none.", code="bad_gzip") from None


def _parsed(content: bytearray, schema: type[_Schema]) -> _Schema:
    try:
        return schema.model_validate_json(bytes(content))
    except ValidationError as error:
        # The input may be a whole log with secrets in it: it is not echoed.
        raise RequestValidationError(
            [
                {"loc": ("body", *item["loc"]), "msg": item["msg"], "type": item["type"]}
                for item in error.errors(include_input=False, include_url=False)
            ]
        ) from None
