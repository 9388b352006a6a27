"""LlamaIndex's SimpleVectorStore, and its documented hybrid: BM25Retriever beside it in a QueryFusionRetriever.

Fused by the best of its ways, `dist_based_score`; on scifact, squad (a quarter) and cranfield: .721 .910 .409,
`relative_score` .716 .908 .400, `reciprocal_rerank` .706 .877 .408.
"""

from pathlib import Path
from typing import Any

from benchmarks.peers.prepared import LIMIT, Ask, Prepared


def build(folder: Path, prepared: Prepared) -> None:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.retrievers.bm25 import BM25Retriever

    nodes = [
        TextNode(id_=name, text=text, embedding=row.tolist())
        for name, text, row in zip(prepared.ids, prepared.texts, prepared.vectors, strict=True)
    ]
    index = VectorStoreIndex(nodes, embed_model=_embedding(prepared))
    index.storage_context.persist(str(folder / "vectors"))
    lexical = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=LIMIT, language="en")
    lexical.persist(str(folder / "bm25"))


def opened(folder: Path, prepared: Prepared, *, mode: str) -> Ask:
    from llama_index.core import StorageContext, load_index_from_storage

    stored = StorageContext.from_defaults(persist_dir=str(folder / "vectors"))
    index: Any = load_index_from_storage(stored, embed_model=_embedding(prepared))
    retriever = index.as_retriever(similarity_top_k=LIMIT)
    if mode == "hybrid":
        retriever = _fused(retriever, folder)

    def ask(questions: list[str]) -> list[list[str]]:
        return [[found.node.node_id for found in retriever.retrieve(question)] for question in questions]

    return ask


def _fused(vectors: Any, folder: Path) -> Any:
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.retrievers.bm25 import BM25Retriever

    return QueryFusionRetriever(
        [vectors, BM25Retriever.from_persist_dir(str(folder / "bm25"))],
        llm=MockLLM(),  # asked for further wordings only, and one query is the question itself
        num_queries=1,
        mode="dist_based_score",
        similarity_top_k=LIMIT,
        use_async=False,
    )


def _embedding(prepared: Prepared) -> Any:
    from llama_index.core.embeddings import BaseEmbedding

    class Ready(BaseEmbedding):  # type: ignore[misc] # its package is in the peers' environment only
        def _get_query_embedding(self, query: str) -> list[float]:
            numbers: list[float] = prepared.one(query).tolist()
            return numbers

        def _get_text_embedding(self, text: str) -> list[float]:
            numbers: list[float] = prepared.one(text).tolist()
            return numbers

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    return Ready(model_name="ready")
