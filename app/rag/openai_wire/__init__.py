"""OpenAI's HTTP API over the use cases of the RAG app: what any OpenAI client can do by changing its address."""
