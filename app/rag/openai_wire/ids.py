"""OpenAI's names for our things: a file is a document, so one id is the other in another spelling."""

import re

from app.kernel.errors import NotFound

_FILE = re.compile(r"file-([0-9a-f]{27})")


def file_id_of(document_id: str) -> str:
    return "file-" + document_id.removeprefix("doc_")


def document_id_of(file_id: str, *, field: str = "file_id") -> str:
    """Raises NotFound for what cannot be the id of a file."""
    match = _FILE.fullmatch(file_id)
    if match is None:
        raise no_such_file(file_id, field=field)
    return f"doc_{match[1]}"


def no_such_file(file_id: str, *, field: str = "file_id") -> NotFound:
    return NotFound(f"No such file: {file_id[:80]!r}.", code="file_not_found", field=field)
