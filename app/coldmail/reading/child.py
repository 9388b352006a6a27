"""`python -m app.coldmail.reading.child`: reads pages that come through stdin, within its own memory; ends with its parent.

A task is a line of JSON, {task, content_type, url, more, text, size}, and `size` bytes of the page; an answer is a line of JSON.
"""

import json
import resource
import sys
from contextlib import suppress
from typing import Any, BinaryIO

from app.coldmail.reading.source import Given
from app.coldmail.reading.tasks import TASKS

_MEMORY_BYTES = 3_000_000_000


def main() -> int:
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    while line := sys.stdin.buffer.readline():
        sys.stdout.write(json.dumps(_done(json.loads(line), sys.stdin.buffer)) + "\n")
        sys.stdout.flush()
    return 0


def _done(wanted: dict[str, Any], stream: BinaryIO) -> Any:
    body = stream.read(wanted["size"])
    content = body.decode("utf-8", "surrogatepass") if wanted["text"] else body
    given = Given(content, wanted["content_type"], wanted["url"])
    try:
        return {"found": TASKS[wanted["task"]](given, wanted["more"])}
    except (MemoryError, RecursionError):
        return {"found": None}


if __name__ == "__main__":
    sys.exit(main())
