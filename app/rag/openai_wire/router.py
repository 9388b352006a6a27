"""All OpenAI routes as one router, mounted under /v1; each answer carries what is left of its key's budget."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from app.rag.openai_wire.chat import add_chat
from app.rag.openai_wire.embeddings import add_embeddings
from app.rag.openai_wire.file_batches import add_file_batches
from app.rag.openai_wire.files import add_files
from app.rag.openai_wire.models import Models, add_models
from app.rag.openai_wire.search import add_search
from app.rag.openai_wire.store_files import add_store_files
from app.rag.openai_wire.stores import VectorStores
from app.rag.openai_wire.vector_stores import add_vector_stores
from app.rag.service import RagService
from app.web.rates import rate_headers


class OpenAIRoute(APIRoute):
    """A route whose answers have the x-ratelimit headers that OpenAI's clients read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def with_rates(request: Request) -> Response:
            response = await answer(request)
            response.headers.update(rate_headers(request))
            return response

        return with_rates


def openai_router(service: RagService) -> APIRouter:
    router = APIRouter(prefix="/v1", route_class=OpenAIRoute)
    models, stores = Models(service), VectorStores(service.catalog)
    add_models(router, models)
    add_chat(router, service, models)
    add_embeddings(router, service)
    add_files(router, service)
    add_vector_stores(router, stores)
    add_store_files(router, service, stores)
    add_file_batches(router, stores)
    add_search(router, service, stores)
    return router
