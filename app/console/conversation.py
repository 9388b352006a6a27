"""The conversation of a browser tab: its turns, and how it comes back by the page's address after a reload."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

import streamlit as st

from app.console.session import api
from app.console.shapes import Citation, PastTurn, Reply
from app.kernel.errors import BadInput, NotFound

_IN_ADDRESS = "conversation"


class Stage(StrEnum):
    ASKED = "asked"
    ANSWERING = "answering"
    ANSWERED = "answered"
    FAILED = "failed"


@dataclass(slots=True)
class Turn:
    """One question of this session and what came of it."""

    question: str
    top_k: int = 0
    document_ids: tuple[str, ...] = ()
    stage: Stage = Stage.ASKED
    text: str = ""
    citations: list[Citation] = field(default_factory=list)
    reply: Reply = field(default_factory=Reply)
    trouble: str = ""
    opened: int | None = None


def turns() -> list[Turn]:
    """Those of this session; of a page that was loaded anew, those that its address names."""
    if "turns" not in st.session_state:
        st.session_state.turns = _brought_back()
    kept: list[Turn] = st.session_state.turns
    if kept:  # following a link of the navigation takes it out of the address
        st.query_params[_IN_ADDRESS] = session_id()
    return kept


def session_id() -> str:
    """One conversation for each browser tab, until a new one is begun."""
    return str(st.session_state.setdefault("session_id", f"console-{uuid4().hex}"))


def forget() -> None:
    """Begin anew; what was said stays with the service."""
    st.session_state.turns = []
    st.session_state.pop("session_id", None)
    st.query_params.pop(_IN_ADDRESS, None)


def _brought_back() -> list[Turn]:
    """Where nobody knows the name, a new conversation under a new name."""
    named = st.query_params.get(_IN_ADDRESS, "")
    if not named:
        return []
    try:
        found = api().conversation(named)
    except (NotFound, BadInput):
        return []
    st.session_state.session_id = named
    return [_turn(one) for one in found]


def _turn(past: PastTurn) -> Turn:
    reply = Reply(
        answer=past.answer,
        abstained=past.abstained,
        model=past.model,
        cost_usd=None,
        standalone_question=past.standalone_question,
    )
    citations = list(past.citations)
    return Turn(past.question, stage=Stage.ANSWERED, text=past.answer, citations=citations, reply=reply)
