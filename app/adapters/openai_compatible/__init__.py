"""Chat and embeddings of any server that speaks OpenAI's wire."""

from app.adapters.openai_compatible.chat import OpenAIChat
from app.adapters.openai_compatible.embeddings import OpenAIEmbedder
from app.adapters.openai_compatible.presets import chat_preset, embedder_preset

__all__ = ["OpenAIChat", "OpenAIEmbedder", "chat_preset", "embedder_preset"]
