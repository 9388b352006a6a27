"""A measured set as an index in process, cut and embedded as ingestion does it; vectors may be kept for the next run."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.adapters.embedded.index import EmbeddedIndex
from app.adapters.embedded.minilm import MiniLmEmbedder
from app.adapters.embedded.wordllama import WordLlamaEmbedder
from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.errors import StartError
from app.kernel.ports.embeddings import Embedder, TextKind
from app.rag.chunking import chunk
from app.rag.reading.plain import read_plain
from app.rag.word_pieces import word_pieces_at_most
from tests.evals.datasets import RetrievalSet, minilm_folder

TENANT = "eval"
Vectors = npt.NDArray[np.float32]


def build_embedder(name: str) -> Embedder:
    if name == "wordllama":
        return WordLlamaEmbedder()
    folder = minilm_folder()
    if folder is None:
        raise StartError("No MiniLM model is here; set GENAI_MODEL_DIR.")
    return MiniLmEmbedder(folder)


async def embedded(
    embedder: Embedder, texts: Sequence[str], *, kind: TextKind = "passage", kept: Path | None = None
) -> Vectors:
    """Embed, or read what an earlier run kept for the same texts and embedder."""
    key = hashlib.sha256("\0".join([embedder.fingerprint, kind, *texts]).encode()).hexdigest()[:24]
    file = kept / f"{key}.npy" if kept else None
    if file is not None and file.exists():
        return np.asarray(np.load(file), dtype=np.float32)
    vectors = await embedder.embed(list(texts), kind=kind)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, vectors)
    return vectors


def cut(text: str, embedder: Embedder) -> list[Chunk]:
    """As ingestion does: within the active embedder's tokens and within MiniLM's."""
    return chunk(
        read_plain(text.encode()),
        count_tokens=lambda part: max(embedder.count_tokens(part), word_pieces_at_most(part)),
    )


async def fill(
    folder: Path, measured: RetrievalSet, embedder: Embedder, *, kept: Path | None = None
) -> EmbeddedIndex:
    """An index of the whole set in a folder of its own."""
    index = EmbeddedIndex.open(
        folder,
        fingerprint=embedder.fingerprint,
        dimensions=embedder.dimensions,
        profile=embedder.profile,
        writable=True,
    )
    pieces = {
        document: cut(text, embedder) if text.strip() else [] for document, text in measured.documents.items()
    }
    texts = [piece.indexed_text() for parts in pieces.values() for piece in parts]
    vectors = await embedded(embedder, texts, kept=kept)
    row = 0
    batch: list[DocumentVersion] = []
    for document, parts in pieces.items():
        version = DocumentVersion(TENANT, document, 1, f"{document}.txt")
        await index.put(version, parts, vectors[row : row + len(parts)])
        row += len(parts)
        batch.append(version)
    await index.publish(batch)
    return index
