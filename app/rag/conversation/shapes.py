"""The shapes of conversations on the HTTP contract, and the values of the use cases as them."""

from dataclasses import asdict

from pydantic import BaseModel, Field

from app.rag.conversation.exchange import Exchange
from app.rag.conversation.store import Conversation


class QuotationView(BaseModel):
    """A citation as it was shown; `quote` is empty where it was too long to keep."""

    document_id: str
    filename: str
    version: int
    page: int | None
    start: int
    end: int
    quote: str
    chunk_id: str
    verified: bool
    number: int = Field(description="The [n] in the answer.")


class TurnView(BaseModel):
    number: int = Field(description="Counts the turns from 1.")
    at: str
    question: str
    standalone_question: str | None = Field(
        description="What was looked for; null when the question stood alone, or when the words it took went with a document."
    )
    answer: str
    abstained: bool
    withdrawn: bool = Field(description="A document it rested on was deleted, and the answer with it.")
    citations: list[QuotationView]
    model: str


class ConversationView(BaseModel):
    session_id: str
    title: str = Field(description="The beginning of the first question.")
    created_at: str
    updated_at: str
    turns: int = Field(description="How many are kept.")


class ConversationList(BaseModel):
    conversations: list[ConversationView]
    after: str | None = Field(description="Pass it as `after` for the next page; null on the last.")


class ConversationWithTurns(ConversationView):
    items: list[TurnView]
    after: str | None = Field(description="Pass it as `after` for the next turns; null on the last.")


def conversation_view(conversation: Conversation) -> ConversationView:
    return ConversationView(
        session_id=conversation.session_id,
        title=conversation.title,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        turns=conversation.kept,
    )


def turn_view(exchange: Exchange) -> TurnView:
    return TurnView(
        number=exchange.number, at=exchange.at, question=exchange.question,
        standalone_question=exchange.standalone_question, answer=exchange.answer, abstained=exchange.abstained,
        withdrawn=exchange.withdrawn, model=exchange.model,
        citations=[QuotationView(**asdict(one)) for one in exchange.citations],
    )  # fmt: skip
