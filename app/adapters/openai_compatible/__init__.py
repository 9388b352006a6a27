"""Chat and embeddings over the OpenAI wire, by plain HTTP: OpenAI, Azure, vLLM, Ollama, llama.cpp, TEI, LiteLLM."""

from app.adapters.openai_compatible.chat import OpenAIChat
from app.adapters.openai_compatible.embeddings import OpenAIEmbedder

__all__ = ["OpenAIChat", "OpenAIEmbedder"]
