"""The process that reads documents: takes one at a time from its input, answers, and leaves when the input ends."""

import json
import os
import sys
from typing import Any, BinaryIO

from app.kernel.errors import BadInput, LimitExceeded, UnreadableDocument
from app.rag.reading import frames
from app.rag.reading.confine import address_bytes, confine, limit_task, resident_bytes
from app.rag.reading.read import QUICK_CPU_S, read_document
from app.rag.reading.sniff import Format, format_of

# A child that has grown by this much is replaced: freed memory does not always go back to the system.
_RETIRE_BYTES = 96 * 2**20
# The kernel's limit stands a little behind the budgets that end in a clear answer.
_GRACE_S = 2.0
_LIBRARY_BYTES = 32 * 2**20


def main() -> None:
    inbox, outbox = _private_pipes()
    confine(parent=int(sys.argv[1]))
    baseline = address_bytes() or 2**40
    resident = resident_bytes()
    while task := _next(inbox):
        outbox.write(_answer(*task, baseline=baseline, resident=resident))
        outbox.flush()
        del task


def _answer(head: dict[str, Any], content: bytes, *, baseline: int, resident: int) -> bytes:
    filename, cpu_s = head["filename"], float(head["cpu_s"])
    found: Format | None = None
    try:
        found = format_of(content, filename=filename)
        native_s = cpu_s if found is Format.PDF else min(cpu_s, QUICK_CPU_S)
        limit_task(
            cpu_s=native_s + _GRACE_S, memory_mb=head["memory_mb"], address_bytes=baseline + _LIBRARY_BYTES
        )
        extracted = read_document(
            content, filename=filename, max_pages=head["max_pages"], cpu_s=cpu_s, found=found
        )
        return frames.answer(extracted, retire=resident_bytes() - resident > _RETIRE_BYTES)
    except BadInput as error:
        return frames.refusal(error, retire=resident_bytes() - resident > _RETIRE_BYTES)
    except MemoryError:
        return frames.refusal(out_of_memory(filename, head["memory_mb"]), retire=True)
    except Exception as error:  # noqa: BLE001 - whatever a parser makes of a broken file, the file is what is broken
        code = f"{found.value}_broken" if found else "document_unreadable"
        broken = UnreadableDocument(f"{filename!r} cannot be read: {error!s:.200}", code=code)
        return frames.refusal(broken, retire=True)


def out_of_memory(filename: str, memory_mb: int) -> LimitExceeded:
    return LimitExceeded(
        f"Reading {filename!r} takes more than {memory_mb} MB; split it or raise GENAI_EXTRACT_MEMORY_MB.",
        code="extract_memory",
    )


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our pipes under new numbers; whatever a library prints or reads goes nowhere."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    return inbox, outbox


def _next(inbox: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    lengths = inbox.read(frames.LENGTHS.size)
    if len(lengths) < frames.LENGTHS.size:
        return None
    head, body = frames.LENGTHS.unpack(lengths)
    return json.loads(inbox.read(head)), inbox.read(body)


if __name__ == "__main__":
    main()
