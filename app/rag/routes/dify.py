"""POST /retrieval as Dify calls it for an external knowledge base."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.kernel.errors import Unauthenticated
from app.rag.dify.conditions import Asked, filter_of
from app.rag.dify.retrieval import DifyRetrieval
from app.rag.dify.shape import PATH, dify_responses, record
from app.rag.openai_wire.stores import VectorStores
from app.rag.schemas import Question
from app.rag.service import RagService
from app.web.authentication import tenant as tenant_of
from app.web.replies import Reply


class DifyCondition(BaseModel):
    """`name` is a list in older descriptions of the API; it holds one name then."""

    name: str | Annotated[list[str], Field(min_length=1, max_length=1)]
    comparison_operator: str
    value: Any = None

    def asked(self) -> Asked:
        name = self.name if isinstance(self.name, str) else self.name[0]
        return Asked(name, self.comparison_operator.strip().lower(), self.value)


class DifyConditions(BaseModel):
    logical_operator: Literal["and", "or"] | None = "and"
    conditions: list[DifyCondition] | None = Field(None, max_length=32)


class DifySetting(BaseModel):
    top_k: int = Field(5, ge=1, le=100)
    score_threshold: float | None = Field(None, ge=0, le=1)


class DifyRequest(BaseModel):
    """What Dify may add one day is ignored rather than refused."""

    knowledge_id: str = Field(
        max_length=512,
        description="`default`: all documents; vs_...: a vector store; name=value: documents with this metadata.",
    )
    query: Question
    retrieval_setting: DifySetting
    metadata_condition: DifyConditions | None = None


class DifyRecord(BaseModel):
    content: str
    score: float = Field(description="0 to 1; only orders.")
    title: str
    metadata: dict[str, Any]


class DifyRecords(BaseModel):
    records: list[DifyRecord]


async def _tenant(request: Request) -> str:
    """As everywhere; a header that is no bearer key is told apart from a wrong key."""
    try:
        return await tenant_of(request)
    except Unauthenticated:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and key.strip():
            raise Unauthenticated("Authorization failed: this key is not known here.") from None
        raise Unauthenticated(
            "Invalid Authorization header format. Expected 'Bearer <api-key>'.",
            code="authorization_malformed",
        ) from None


def add_dify(router: APIRouter, service: RagService) -> None:
    find = DifyRetrieval(service.search, VectorStores(service.catalog))

    @router.post(
        PATH, tags=["dify"], response_model=DifyRecords, responses=dify_responses(400, 403, 404, 429, 503)
    )
    async def retrieval(body: DifyRequest, tenant: Annotated[str, Depends(_tenant)]) -> Response:
        """Dify's external knowledge API: passages of a knowledge, best first."""
        asked = body.metadata_condition or DifyConditions()
        where = filter_of(
            [one.asked() for one in asked.conditions or ()], joined_by=asked.logical_operator or "and"
        )
        hits = await find(
            body.query, tenant=tenant, knowledge_id=body.knowledge_id, top_k=body.retrieval_setting.top_k,
            score_threshold=body.retrieval_setting.score_threshold or 0.0, where=where,
        )  # fmt: skip
        return Reply({"records": [record(hit) for hit in hits]})
