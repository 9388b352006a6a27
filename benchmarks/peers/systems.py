"""Who takes part: name, package, how it is asked, and the environment it runs in."""

import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REPO = HERE.parents[1]
PEERS_PYTHON = HERE / ".venv" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class System:
    """`distributions`: what must be installed for it, as requirements; what they require comes along."""

    name: str
    store: str
    mode: str
    distributions: tuple[str, ...]
    ours: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}, {self.mode}"

    @property
    def python(self) -> Path:
        return Path(sys.executable) if self.ours else PEERS_PYTHON


_LLAMA = ("llama-index-core",)
# The first is the one that the gates speak of.
SYSTEMS = (
    System("genai-ops", "genai_ops", "hybrid", ("numpy", "pydantic", "tantivy"), ours=True),
    System("genai-ops", "genai_ops", "vectors", ("numpy", "pydantic", "tantivy"), ours=True),
    System("Chroma", "chroma", "vectors", ("chromadb",)),
    System("LanceDB", "lance", "hybrid", ("lancedb",)),
    System("LanceDB", "lance", "vectors", ("lancedb",)),
    System("txtai", "txtai_index", "hybrid", ("txtai",)),
    System("txtai", "txtai_index", "vectors", ("txtai",)),
    System("LlamaIndex", "llama_index_simple", "hybrid", (*_LLAMA, "llama-index-retrievers-bm25")),
    System("LlamaIndex", "llama_index_simple", "vectors", _LLAMA),
    System("LangChain", "langchain_memory", "vectors", ("langchain-core",)),
)
# Whole, with its web service, readers, models and vendors' clients.
PRODUCT = "genai-ops[rag]"
