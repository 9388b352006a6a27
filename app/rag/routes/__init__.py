"""The HTTP routes of the RAG service, a file for each kind: parse, one call, return."""

from fastapi import APIRouter

from app.rag.openai_wire.router import openai_router
from app.rag.routes.answers import add_answers
from app.rag.routes.conversations import add_conversations
from app.rag.routes.dify import add_dify
from app.rag.routes.documents import add_documents
from app.rag.routes.jobs import add_jobs
from app.rag.routes.mcp import add_mcp
from app.rag.service import RagService


def rag_router(service: RagService) -> APIRouter:
    """All routes of the RAG service over one set of use cases."""
    router = APIRouter()
    add_answers(router, service)
    add_documents(router, service)
    add_jobs(router, service)
    add_conversations(router, service)
    add_dify(router, service)
    add_mcp(router, service)
    router.include_router(openai_router(service))
    return router
