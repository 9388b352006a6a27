"""Reads the forms in which a log comes: JSON, plain text and gzip; bounded while it comes, and while it unfolds."""

import codecs
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from app.devops.original import unfolded
from app.kernel.errors import BadInput, LimitExceeded, UnsupportedDocument

JSON_BYTES = 10_000_000
_GZIP = frozenset({"application/gzip", "application/x-gzip"})
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Work that is handed over costs more than it saves when it is less.
_AT_ONCE = 1_000_000
_TEXT = frozenset({"text/plain", "application/octet-stream", ""})

_Schema = TypeVar("_Schema", bound=BaseModel)


async def read_json(request: Request, schema: type[_Schema], *, hint: str = "send less") -> _Schema:
    """At most 10 MB, packed or not. Raises UnsupportedDocument, LimitExceeded, BadInput, RequestValidationError."""
    if not is_json(request):
        raise UnsupportedDocument(
            f"Content-Type {_kind(request)[:80]!r} is not taken; send application/json.",
            code="media_type_unsupported",
        )
    content = bytearray()
    async for chunk in _chunks(request, most=JSON_BYTES, hint=hint):
        content += chunk
    return _parsed(content, schema)


def is_json(request: Request) -> bool:
    kind = _kind(request)
    return kind == "application/json" or kind.endswith("+json")


async def log_chunks(request: Request, *, log_bytes: int) -> AsyncIterator[bytes]:
    """A body that is the log itself, unpacked, about a megabyte at a time.

    Raises UnsupportedDocument, LimitExceeded, BadInput.
    """
    kind = _kind(request)
    if kind not in _TEXT and kind not in _GZIP:
        raise UnsupportedDocument(
            f"Content-Type {kind[:80]!r} is not taken; send application/json, text/plain or application/gzip.",
            code="media_type_unsupported",
        )
    waiting = bytearray()
    first = True
    async for chunk in _chunks(request, most=log_bytes, hint="cut it to its failed step"):
        waiting += chunk
        if len(waiting) >= _AT_ONCE:
            if first:
                _refuse_binary(waiting)
            yield bytes(waiting)
            waiting.clear()
            first = False
    if first:
        _refuse_binary(waiting)
    yield bytes(waiting)


async def in_chunks(log: str) -> AsyncIterator[bytes]:
    """A log that is text already, in the same form."""
    for start in range(0, len(log), _AT_ONCE):
        yield log[start : start + _AT_ONCE].encode()


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def decoded(content: bytes | bytearray) -> str:
    """A log's bytes as text; what is no UTF-8 becomes the replacement character. Raises BadInput for binary data."""
    _refuse_binary(content)
    if content.startswith(_WIDE):
        return bytes(content).decode("utf-16", errors="replace")
    return content.decode("utf-8", errors="replace")


def _refuse_binary(content: bytes | bytearray) -> None:
    if not content.startswith(_WIDE) and content[:4096].count(0) > 40:
        raise BadInput(
            "This is no text but binary data; send the log itself or gzip of it.", code="log_not_text"
        )


def _encoding(request: Request) -> str:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "identity"):
        raise UnsupportedDocument(
            f"Content-Encoding {encoding[:80]!r} is not taken; send gzip or none.",
            code="encoding_unsupported",
        )
    return encoding


async def _chunks(request: Request, *, most: int, hint: str) -> AsyncIterator[bytes]:
    """The body as it arrives, unpacked where it is packed; refused as soon as it is too much, however far it would unfold."""
    length = request.headers.get("content-length", "")
    # What is packed may unfold to less than it is; what is announced need not be waited for.
    if length.isascii() and length.isdigit() and int(length) > most:
        raise _too_large(most, hint)
    packed = _encoding(request) == "gzip" or _kind(request) in _GZIP
    unpacker = _Unpacker() if packed else None
    came = 0
    async for piece in request.stream():
        for chunk in (piece,) if unpacker is None else unpacker.unpacked(piece):
            came += len(chunk)
            if came > most:
                raise _too_large(most, hint)
            yield chunk
    if unpacker is not None and not unpacker.whole:
        raise BadInput("The gzip data ends too soon.", code="bad_gzip")


def _too_large(most: int, hint: str) -> LimitExceeded:
    return LimitExceeded(f"This is larger than {most // 1_000_000} MB; {hint}.", code="log_too_large")


class _Unpacker:
    """gzip as it arrives; files that were put one behind the other are one log."""

    def __init__(self) -> None:
        self._unpack = zlib.decompressobj(wbits=31)

    @property
    def whole(self) -> bool:
        return self._unpack.eof

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            if self._unpack.eof:
                self._unpack = zlib.decompressobj(wbits=31)
            try:
                yield from unfolded(self._unpack, piece)
            except zlib.error:
                raise BadInput("The body is announced as gzip and is none.", code="bad_gzip") from None
            # Some writers fill the end with zeros.
            piece = self._unpack.unused_data.lstrip(b"\0")


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
