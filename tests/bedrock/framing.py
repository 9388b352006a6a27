"""Frames of application/vnd.amazon.eventstream: lengths, headers, payload, and a CRC behind each part."""

import json
import struct
from typing import Any
from zlib import crc32

_STRING = 7


def event(kind: str, payload: dict[str, Any]) -> bytes:
    """One event. `p` is padding against guesses from lengths; Bedrock sends it, clients ignore it."""
    return _frame({":event-type": kind, ":message-type": "event"}, payload | {"p": "abcdefghij"})


def exception(kind: str, message: str) -> bytes:
    """An error inside a stream, after the 200."""
    return _frame({":exception-type": kind, ":message-type": "exception"}, {"message": message})


def corrupted(frame: bytes) -> bytes:
    """The same length, another content: its checksum no longer fits."""
    place = len(frame) - 6
    return frame[:place] + bytes([frame[place] ^ 0xFF]) + frame[place + 1 :]


def _frame(headers: dict[str, str], payload: dict[str, Any]) -> bytes:
    head = b"".join(_header(name, value) for name, value in _with_type(headers).items())
    body = json.dumps(payload, ensure_ascii=False).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    message = prelude + struct.pack(">I", crc32(prelude)) + head + body
    return message + struct.pack(">I", crc32(message))


def _with_type(headers: dict[str, str]) -> dict[str, str]:
    return headers | {":content-type": "application/json"}


def _header(name: str, value: str) -> bytes:
    return (
        struct.pack(">B", len(name))
        + name.encode()
        + struct.pack(">BH", _STRING, len(value))
        + value.encode()
    )
