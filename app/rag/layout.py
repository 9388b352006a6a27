"""How a document version lies in the object store, and how its parts are written as bytes.

documents/<tenant>/<document_id>/<version>/
    original                     the bytes as uploaded
    extracted.json               the readable text with its blocks
    chunks.json                  the chunks as offsets into that text
    vectors-<fingerprint>.npy    one embedding per chunk, float32
    manifest.json                written last: names the parts and everything needed to restore the record
"""

import io
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import orjson

from app.kernel.documents import Block, BlockKind, Chunk, ExtractedText, Metadata

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

ROOT = "documents/"
MANIFEST_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a finished version consists of; enough to rebuild index and records from the object store alone."""

    tenant: str
    document_id: str
    version: int
    filename: str
    metadata: Metadata
    sha256: str
    size: int
    chunks: int
    pages: int | None
    title: str | None
    warnings: tuple[str, ...]
    created_at: str
    fingerprint: str
    format: int = MANIFEST_FORMAT


def tenant_prefix(tenant: str) -> str:
    return f"{ROOT}{tenant}/"


def document_prefix(tenant: str, document_id: str) -> str:
    return f"{tenant_prefix(tenant)}{document_id}/"


def version_prefix(tenant: str, document_id: str, version: int) -> str:
    return f"{document_prefix(tenant, document_id)}{version}/"


def vectors_name(fingerprint: str) -> str:
    return f"vectors-{fingerprint}.npy"


def encode_extracted(extracted: ExtractedText) -> bytes:
    blocks = [
        [block.start, block.end, block.kind.value, block.level, block.page] for block in extracted.blocks
    ]
    return orjson.dumps(
        {"text": extracted.text, "blocks": blocks, "pages": extracted.pages, "title": extracted.title,
         "warnings": extracted.warnings}
    )  # fmt: skip


def decode_extracted(content: bytes) -> ExtractedText:
    raw = orjson.loads(content)
    blocks = tuple(
        Block(start, end, BlockKind(kind), level, page) for start, end, kind, level, page in raw["blocks"]
    )
    return ExtractedText(raw["text"], blocks, raw["pages"], raw["title"], tuple(raw["warnings"]))


def encode_chunks(chunks: list[Chunk]) -> bytes:
    return orjson.dumps(
        [[chunk.start, chunk.end, chunk.headings, chunk.page, chunk.page_starts] for chunk in chunks]
    )


def decode_chunks(content: bytes, text: str) -> list[Chunk]:
    return [
        Chunk(
            ordinal,
            start,
            end,
            text[start:end],
            tuple(headings),
            page,
            tuple((at, new) for at, new in starts),
        )
        for ordinal, (start, end, headings, page, starts) in enumerate(orjson.loads(content))
    ]


def encode_vectors(vectors: "Matrix") -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, vectors, allow_pickle=False)
    return buffer.getvalue()


def decode_vectors(content: bytes) -> "Matrix":
    import numpy as np

    vectors: Matrix = np.load(io.BytesIO(content), allow_pickle=False)
    return vectors


def encode_manifest(manifest: Manifest) -> bytes:
    return orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2)


def decode_manifest(content: bytes) -> Manifest:
    raw: dict[str, Any] = orjson.loads(content)
    return Manifest(**{**raw, "warnings": tuple(raw["warnings"])})
