"""Hybrid search in process: BM25 by tantivy and exact vectors, switched by SQLite, shared between processes."""

from app.adapters.embedded.index.embedded import EmbeddedIndex

__all__ = ["EmbeddedIndex"]
