"""Which models there are: three that answer from documents, the embedder, and what the chat provider has."""

import asyncio
import logging
import time
from collections.abc import Sequence

from fastapi import APIRouter

from app.kernel.errors import GenaiError, NotFound
from app.rag.ask import Ask
from app.rag.openai_wire.schemas import ModelList, ModelView
from app.rag.openai_wire.shape import error_responses
from app.rag.routes.parameters import Tenant
from app.rag.service import RagService

_log = logging.getLogger("genai.web")

# Chat programs ask for the list with each page they show; providers change theirs once in a while.
_REMEMBERED_S = 30.0
# For a name that is not known: often enough for a model that was added just now.
_FRESH_S = 1.0
_PATIENCE_S = 3.0


class Models:
    """Names to what answers under them."""

    def __init__(self, service: RagService) -> None:
        self.asks = {"rag": service.ask, "rag-lite": service.ask_lite, "rag-pro": service.ask_pro}
        self.embedder = service.embedder_name
        self._since = int(time.time())
        self._known: Sequence[str] = ()
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    @property
    def chat(self) -> Ask:
        return self.asks["rag"]

    async def all(self) -> list[ModelView]:
        """Every model; those of a provider that does not answer are left out, or as they were last seen."""
        ours = [self._view(name, "genai-ops") for name in (*self.asks, self.embedder)]
        return ours + [self._view(name, "provider") for name in await self._of_provider()]

    async def one(self, name: str) -> ModelView:
        for view in await self.all():
            if view.id == name:
                return view
        raise no_such_model(name)

    async def passes_through(self, name: str) -> bool:
        """Whether the provider has it; asked anew for a name that is not known yet."""
        if name in await self._of_provider():
            return True
        return name in await self._of_provider(anew=True)

    async def _of_provider(self, *, anew: bool = False) -> list[str]:
        if self._age_s > (_FRESH_S if anew else _REMEMBERED_S):
            # Who comes while somebody looks waits for that look: a model that is there must not be denied meanwhile.
            async with self._looking:
                if self._age_s > (_FRESH_S if anew else _REMEMBERED_S):
                    await self._look()
        return [name for name in self._known if name not in self.asks and name != self.embedder]

    @property
    def _age_s(self) -> float:
        return time.monotonic() - self._looked_at

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                self._known = tuple(await self.chat.chat.models())
        except (GenaiError, TimeoutError) as error:
            _log.warning("The chat provider does not tell its models: %s", error)
        self._looked_at = time.monotonic()

    def _view(self, name: str, owner: str) -> ModelView:
        return ModelView(id=name, created=self._since, owned_by=owner)


def no_such_model(name: str) -> NotFound:
    return NotFound(
        f"The model {name[:80]!r} does not exist here; GET /v1/models lists those that do.",
        code="model_not_found", field="model",
    )  # fmt: skip


def add_models(router: APIRouter, models: Models) -> None:
    @router.get("/models", tags=["openai"], responses=error_responses())
    async def list_models(tenant: Tenant) -> ModelList:
        """rag, rag-lite and rag-pro answer from the documents; the others are passed on as they are."""
        return ModelList(data=await models.all())

    @router.get("/models/{model_id:path}", tags=["openai"], responses=error_responses(404))
    async def retrieve_model(model_id: str, tenant: Tenant) -> ModelView:
        return await models.one(model_id)
