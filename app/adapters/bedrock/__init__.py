"""Chat and embeddings of Amazon Bedrock, through langchain-aws."""

from app.adapters.bedrock.chat import BedrockChat
from app.adapters.bedrock.embeddings import BedrockEmbedder

__all__ = ["BedrockChat", "BedrockEmbedder"]
