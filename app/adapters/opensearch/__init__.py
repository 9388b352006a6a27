"""Hybrid search in an OpenSearch cluster that several processes share: Lucene's BM25 and k-NN, switched by one record."""

from app.adapters.opensearch.index import OpenSearchIndex

__all__ = ["OpenSearchIndex"]
