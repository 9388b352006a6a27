"""The Ask page: a question, the answer as it comes, and each source opened at its place."""

from collections import Counter
from typing import Literal

import streamlit as st

from app.console import markup
from app.console.conversation import Stage, Turn, forget, session_id, turns
from app.console.examples import EXAMPLES
from app.console.passages import Passage, locate, surroundings
from app.console.session import api, explain, places
from app.console.shapes import Citation, Document, Reply
from app.kernel.errors import GenaiError, NotFound

_REFRESH_S = 2.0


def page() -> None:
    documents = [item for item in api().documents() if item.status in ("ready", "pending")]
    talk = turns()
    if not talk:
        st.html(
            markup.lead("Ask your documents", "Answers quote their sources. Every quote opens at its place.")
        )
    for number, turn in enumerate(talk):
        st.html(markup.question(turn.question))
        if turn.stage is Stage.ASKED:
            _answer(turn)
            st.rerun()
        with st.container(key=f"turn-{number}"):
            _turn(number, turn)
    # In a container it stands in the page; at its root Streamlit would scroll every opened source out of sight.
    with st.container(key="asking"):
        asked = st.chat_input("Ask about your documents", key="question", max_chars=4_000)
    top_k, document_ids = _below(documents, talking=bool(talk))
    asked = asked or (_first_steps(documents) if not talk else None)
    if asked:
        talk.append(Turn(asked, top_k=top_k, document_ids=document_ids))
        st.rerun()


def _below(documents: list[Document], *, talking: bool) -> tuple[int, tuple[str, ...]]:
    """The line below the question; how many passages to read, of which documents (none: all)."""
    with st.container(horizontal=True, vertical_alignment="center", key="below"):
        if talking:
            st.button("New conversation", icon=":material/add:", type="tertiary", key="new", on_click=forget)
        else:
            st.html(markup.small(_stock(documents)), width="content")
        with st.popover("Options", icon=":material/tune:", type="tertiary"):
            return _scope(documents)


def _scope(documents: list[Document]) -> tuple[int, tuple[str, ...]]:
    # Streamlit tells options apart by their labels, so two files of one name need two labels.
    often = Counter(item.filename for item in documents)
    names = {
        item.document_id: item.filename + (f" ({item.document_id})" if often[item.filename] > 1 else "")
        for item in documents
    }
    chosen = st.multiselect(
        "Search in",
        list(names),
        format_func=lambda found: markup.plain(names.get(str(found), "")),
        placeholder="All documents",
        key="documents",
    )
    return int(st.slider("Passages to read", 1, 20, 5, key="top_k")), tuple(chosen)


def _stock(documents: list[Document]) -> str:
    ready = sum(item.status == "ready" for item in documents)
    waiting = len(documents) - ready
    return f"{markup.counted(ready, 'document')} ready" + (f", {waiting} on the way" if waiting else "")


def _first_steps(documents: list[Document]) -> str | None:
    """What a newcomer sees: questions to click, or what to do first."""
    names = [item.filename.lower() for item in documents if item.status == "ready"]
    if documents and not names:
        _wait(len(documents))
    elif not names:
        st.html(markup.notice("Nothing to ask yet", "Add a file, then ask what it says."))
    if not documents:
        _to_documents("Add a file")
    examples = [item for item in EXAMPLES if any(item.document in name for name in names)]
    with st.container(gap="xsmall", key="examples"):
        for number, example in enumerate(examples):
            label = markup.plain(example.question)
            if st.button(label, key=f"example-{number}", width="stretch", icon=":material/chat_bubble:"):
                return example.question
    if names:
        _to_documents("Add your own files")
    return None


@st.fragment(run_every=_REFRESH_S)
def _wait(number: int) -> None:
    """Looks again by itself; the whole page follows once there is something to ask."""
    if any(item.status == "ready" for item in api().documents()):
        st.rerun()
    verb = "is" if number == 1 else "are"
    title = f"{markup.counted(number, 'document')} {verb} being read"
    st.html(markup.notice(title, "The first can be asked in a moment; this page looks by itself."))


def _to_documents(label: str) -> None:
    """A link, as the navigation is folded away on a phone."""
    st.page_link(places()["documents"], label=label, icon=":material/upload_file:")


def _answer(turn: Turn) -> None:
    """Stream into the page; what has come so far stays with the turn when the reader walks away."""
    turn.stage = Stage.ANSWERING
    filters = {"document_id": list(turn.document_ids)} if turn.document_ids else None
    slot = st.empty()
    slot.html(markup.answer("", sources=(), waiting=True))
    try:
        for part in api().ask(turn.question, top_k=turn.top_k, filters=filters, session_id=session_id()):
            match part:
                case str():
                    turn.text += part
                    slot.html(markup.answer(turn.text, sources=range(1, 100), waiting=True))
                case Citation():
                    turn.citations.append(part)
                case Reply():
                    turn.reply = part
                    turn.text = part.answer or turn.text
                    turn.stage = Stage.ANSWERED
    except GenaiError as error:
        turn.stage, turn.trouble = Stage.FAILED, explain(error)


@st.fragment
def _turn(number: int, turn: Turn) -> None:
    if turn.reply.standalone_question:
        st.html(markup.small(f"Looked for: {turn.reply.standalone_question}"))
    if turn.text and not turn.reply.abstained:
        st.html(markup.answer(turn.text, sources={one.number for one in turn.citations}))
    if turn.stage is not Stage.ANSWERED:
        trouble = turn.trouble or "You left this page before the answer was complete."
        st.html(markup.notice("No complete answer", trouble, kind="bad"))
        if st.button("Ask again", key=f"again-{number}", icon=":material/refresh:"):
            turn.stage, turn.text, turn.citations, turn.opened = Stage.ASKED, "", [], None
            st.rerun()
        return
    if turn.reply.abstained:
        st.html(markup.notice("Your documents do not say", _advice(turn)))
    if turn.citations:
        _sources(number, turn)
    st.html(markup.small(markup.reply_line(turn.reply)))


def _advice(turn: Turn) -> str:
    looked = "in the chosen documents" if turn.document_ids else "in your documents"
    return (
        f"Nothing {looked} supports an answer well enough, so there is none. "
        "Try the words the document itself would use, search in more documents, or upload the one that knows."
    )


def _sources(number: int, turn: Turn) -> None:
    """Chips 1, 2, …; the one that is pressed opens its passage, pressed again it closes."""
    with st.container(horizontal=True, gap="xsmall", key=f"sources-{number}"):
        for place, citation in enumerate(turn.citations):
            kind: Literal["primary", "secondary"] = "primary" if turn.opened == place else "secondary"
            key = f"source-{number}-{place}"
            st.button(_chip(citation), key=key, type=kind, on_click=_toggle, args=(turn, place))
    if turn.opened is not None:
        st.html(_opened(turn.citations[turn.opened]))


def _toggle(turn: Turn, place: int) -> None:
    turn.opened = None if turn.opened == place else place


def _chip(citation: Citation) -> str:
    name = citation.filename if len(citation.filename) <= 32 else citation.filename[:31] + "…"
    page = f" · p. {citation.page}" if citation.page is not None else ""
    return f"**{citation.number}** {markup.plain(name)}{page}"


def _opened(citation: Citation) -> str:
    """The cited passage in its surroundings, or the quote alone with the reason."""
    alone = Passage("", citation.quote, "", cut_before=False, cut_after=False)
    try:
        text = api().text(citation.document_id)
    except NotFound:
        note = "This document has been deleted since; only the quote is left, in this conversation."
        return markup.passage(alone, filename=citation.filename, page=citation.page, note=note)
    found = locate(text, start=citation.start, end=citation.end, quote=citation.quote)
    if found is None:
        note = "The document has been replaced since, and its new version does not have this sentence."
        return markup.passage(alone, filename=citation.filename, page=citation.page, note=note)
    shown = surroundings(text, start=found[0], end=found[1])
    return markup.passage(shown, filename=citation.filename, page=citation.page)
