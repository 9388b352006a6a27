"""Documents, their text, their chunks and the jobs that work on them, as plain values."""

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Scalar = str | int | float | bool | None
Metadata = Mapping[str, Scalar | list[Scalar]]


class BlockKind(StrEnum):
    """What a stretch of text is, as far as chunk boundaries care."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch text[start:end] of one kind; blocks are in order and do not overlap.

    `level` is 1 to 6 for headings, 0 otherwise. `page` counts from 1; None where the format has no pages.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The readable text of a document; every offset in the product counts characters of `text`."""

    text: str
    blocks: tuple[Block, ...]
    pages: int | None = None
    title: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage text[start:end] of a document: `text` is exactly that slice.

    `headings` is the path of headings above it, outermost first; it is indexed and embedded with the text
    but is no part of it. `page` is where it begins; `page_starts` are (offset, page) of the pages that begin in it.
    """

    ordinal: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None
    page_starts: tuple[tuple[int, int], ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page that holds the document's character at `offset`, which lies in this chunk."""
        return next((page for start, page in reversed(self.page_starts) if start <= offset), self.page)

    def indexed_text(self) -> str:
        """What the index and the embedder see: the heading path, then the passage."""
        return "\n".join((" > ".join(self.headings), self.text)) if self.headings else self.text


class DocumentStatus(StrEnum):
    """Where a document stands. READY means that some version of it answers queries."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"
    DELETING = "deleting"


class JobKind(StrEnum):
    INGEST = "ingest"
    DELETE = "delete"
    REINDEX = "reindex"


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """Names one version of one document of one tenant; the address of its chunks in the index."""

    tenant: str
    document_id: str
    version: int
    filename: str = ""
    metadata: Metadata = field(default_factory=dict)


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def new_id(prefix: str) -> str:
    """A fresh opaque id such as doc_019a…: milliseconds, then 64 random bits, so that ids sort by age."""
    return f"{prefix}_{time.time_ns() // 1_000_000:011x}{secrets.token_hex(8)}"


def chunk_id(document_id: str, version: int, ordinal: int) -> str:
    return f"{document_id}:{version}:{ordinal}"
