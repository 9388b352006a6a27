"""The wire between the service and the process that reads documents: a length and a JSON head, then raw bytes."""

import json
import struct
from typing import Any

from app.kernel.documents import Block, BlockKind, ExtractedText
from app.kernel.errors import BadInput, LimitExceeded, UnreadableDocument, UnsupportedDocument

# Lengths of the head and of the body.
LENGTHS = struct.Struct(">IQ")
_ERRORS: dict[str, type[BadInput]] = {
    kind.__name__: kind for kind in (UnsupportedDocument, UnreadableDocument, LimitExceeded)
}


def packed(head: dict[str, Any], *, body_bytes: int = 0) -> bytes:
    """The beginning of a message; `body_bytes` raw bytes follow."""
    text = json.dumps(head, separators=(",", ":")).encode()
    return LENGTHS.pack(len(text), body_bytes) + text


def answer(extracted: ExtractedText, **more: Any) -> bytes:
    blocks = [
        [block.start, block.end, block.kind.value, block.level, block.page] for block in extracted.blocks
    ]
    head = {
        "blocks": blocks,
        "pages": extracted.pages,
        "title": extracted.title,
        "warnings": extracted.warnings,
    }
    body = extracted.text.encode("utf-8")
    return packed({**head, **more}, body_bytes=len(body)) + body


def refusal(error: BadInput, **more: Any) -> bytes:
    return packed({"error": type(error).__name__, "code": error.code, "detail": error.detail, **more})


def read_answer(head: dict[str, Any], body: bytes) -> ExtractedText:
    """The document of an answer. Raises: the error of a refusal."""
    if "error" in head:
        raise _ERRORS[head["error"]](head["detail"], code=head["code"])
    blocks = tuple(
        Block(start, end, BlockKind(kind), level, page) for start, end, kind, level, page in head["blocks"]
    )
    return ExtractedText(body.decode("utf-8"), blocks, head["pages"], head["title"], tuple(head["warnings"]))
