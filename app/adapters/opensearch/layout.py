"""How an index of ours looks: its names, its settings, its fields, and the documents that lie in it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.adapters.embedded.index.lexical import terms
from app.adapters.opensearch.facts import FIELD as FACTS
from app.adapters.opensearch.facts import facts_of
from app.kernel.documents import Chunk, DocumentVersion

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

RECORD_ID = "visibility"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


def valid_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name))


def building_alias(name: str) -> str:
    return f"{name}-building"


def writing_alias(index: str) -> str:
    """Every index has one: a write to an alias that is gone is refused, one to an index makes a new index."""
    return f"{index}-write"


def index_name(name: str, *, fingerprint: str, generation: int) -> str:
    return f"{name}-{fingerprint_key(fingerprint)}-{generation:06d}"


def fingerprint_key(fingerprint: str) -> str:
    return hashlib.sha256(fingerprint.encode()).hexdigest()[:12]


def built_with(index: str, fingerprint: str) -> bool:
    return index.rsplit("-", 2)[-2:-1] == [fingerprint_key(fingerprint)]


def generation_of(index: str, *, name: str) -> int | None:
    """None for an index that is not one of `name`: others may live in the same cluster."""
    found = re.fullmatch(re.escape(name) + r"-[0-9a-f]{12}-(\d{6,})", index)
    return int(found[1]) if found else None


def words_field(tenant: str) -> str:
    """A field of its own for each tenant: BM25 counts words per field, so no tenant's scores tell of another's words."""
    return f"words_{hashlib.sha256(tenant.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def creation(*, fingerprint: str, dimensions: int) -> dict[str, Any]:
    """Settings and mapping of a new index.

    One shard: word counts are of the whole index, and documents of one request are written in order. Nothing is
    searchable before `publish` refreshes, so that a batch makes one segment. Words come as stems of the same
    analysis that the embedded index uses; OpenSearch splits them at spaces and counts them. Its BM25 has the same
    k1 of 1.2 and b of .75.
    """
    keyword = {"type": "keyword"}
    unread = {"type": "object", "enabled": False}
    return {
        "settings": {
            "index": {
                "knn": True,
                "number_of_shards": 1,
                "auto_expand_replicas": "0-1",
                "refresh_interval": "-1",
                "mapping.total_fields.limit": 10_000,
            }
        },
        "mappings": {
            "_meta": {"fingerprint": fingerprint, "dimensions": dimensions},
            "_source": {"excludes": ["words_*", FACTS]},
            "dynamic": "strict_allow_templates",
            "dynamic_templates": [
                {
                    "words_of_a_tenant": {
                        "match": "words_*",
                        "mapping": {"type": "text", "analyzer": "whitespace", "index_options": "freqs"},
                    }
                }
            ],
            "properties": {
                "kind": keyword,
                "put": keyword,
                "tenant": keyword,
                "document_id": keyword,
                "version": {"type": "long"},
                "ordinal": {"type": "integer"},
                FACTS: {"type": "keyword", "doc_values": False},
                "stored": unread,
                "vector": {
                    "type": "knn_vector",
                    "dimension": dimensions,
                    "method": {
                        "name": "hnsw",
                        # The one engine that filters inside the search and whose code is in the plugin itself.
                        "engine": "lucene",
                        "space_type": "cosinesimil",
                        "parameters": {"m": 16, "ef_construction": 128},
                    },
                },
            },
        },
    }


@dataclass(frozen=True, slots=True)
class Head:
    """One put of one version: what its chunks have in common. Written last, so that its being there says all are."""

    put: str
    document: DocumentVersion
    chunks: int

    @classmethod
    def read(cls, put: str, source: Mapping[str, Any]) -> "Head":
        stored = source["stored"]
        document = DocumentVersion(
            source["tenant"],
            source["document_id"],
            source["version"],
            stored["filename"],
            json.loads(stored["metadata"]),
        )
        return cls(put, document, stored["chunks"])

    def source(self) -> dict[str, Any]:
        stored = {
            "filename": self.document.filename,
            "metadata": json.dumps(dict(self.document.metadata), ensure_ascii=False),
            "chunks": self.chunks,
        }
        return {"kind": "head", **_address(self.put, self.document), "stored": stored}


def chunk_key(put: str, ordinal: int) -> str:
    """Ids in the order of their coming: ties of scores are broken by it."""
    return f"{put}:{ordinal:07d}"


def put_of(key: str) -> str:
    return key.partition(":")[0]


def chunk_sources(
    put: str, document: DocumentVersion, chunks: Sequence[Chunk], vectors: "Matrix | Sequence[Any]"
) -> Iterator[tuple[str, dict[str, Any]]]:
    shared = {"kind": "chunk", **_address(put, document), FACTS: facts_of(document)}
    words = words_field(document.tenant)
    for chunk, vector in zip(chunks, vectors, strict=True):
        source: dict[str, Any] = {
            **shared,
            "ordinal": chunk.ordinal,
            words: " ".join(terms(chunk.indexed_text())),
            "stored": {
                "start": chunk.start,
                "end": chunk.end,
                "text": chunk.text,
                "headings": chunk.headings,
                "page": chunk.page,
                "page_starts": chunk.page_starts,
            },
        }
        # A text without known words has no direction; k-NN by cosine refuses it.
        if vector is not None and np.any(vector):
            source["vector"] = vector
        yield chunk_key(put, chunk.ordinal), source


def read_chunk(source: Mapping[str, Any]) -> Chunk:
    stored = source["stored"]
    return Chunk(
        source["ordinal"],
        stored["start"],
        stored["end"],
        stored["text"],
        tuple(stored["headings"]),
        stored["page"],
        tuple((at, page) for at, page in stored["page_starts"]),
    )


def _address(put: str, document: DocumentVersion) -> dict[str, Any]:
    return {
        "put": put,
        "tenant": document.tenant,
        "document_id": document.document_id,
        "version": document.version,
    }
