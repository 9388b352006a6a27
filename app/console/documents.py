"""The Documents page: drop files, watch them become ready, read, replace and delete them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from app.console import markup
from app.console.session import api, explain
from app.console.shapes import Document
from app.console.transfers import Outgoing, Report, remove, send
from app.kernel.errors import GenaiError

_SHOWN = 25
_READING_CHARS = 60_000
_REFRESH_S = 2.0
_STATES = {"ready": "good", "pending": "busy", "deleting": "busy", "failed": "bad"}


def page() -> None:
    documents = (
        api().documents()
    )  # before anything is drawn: without the API there is one heading, that of the error
    st.html(
        markup.lead(
            "Documents", "What answers can draw on. Drop in a file and it can be asked within seconds."
        )
    )
    _drop()
    _overview(documents)


def _drop() -> None:
    """The drop zone. Its key changes after each batch, so that a rerun does not send the files again."""
    batch = st.session_state.setdefault("batch", 0)
    files = st.file_uploader(
        "Drop PDF, DOCX, TXT, MD or HTML files here",
        accept_multiple_files=True,
        key=f"drop-{batch}",
    )
    if files:
        st.session_state.reports = _transfer([Outgoing(file.name, file) for file in files])
        st.session_state.batch = batch + 1
        st.rerun()
    reports: list[Report] = st.session_state.get("reports", [])
    if reports:
        with st.container(gap="small", key="reports"):
            for report in reports:
                st.html(_drawn(report))
            if st.button("Dismiss", type="tertiary", key="dismiss"):
                st.session_state.reports = []
                st.rerun()


def _transfer(files: Sequence[Outgoing]) -> list[Report]:
    """Send and follow, drawing every step; the last report of each file."""
    with st.container(gap="small"):
        slots = [st.empty() for _ in files]
    last = [Report(file.filename, "Waiting", "busy", "working", 0.0) for file in files]
    for place, report in send(api(), files):
        last[place] = report
        slots[place].html(_drawn(report))
    return last


def _drawn(report: Report) -> str:
    return markup.progress(
        report.filename, report.text, state=report.state, label=report.label, share=report.share
    )


def _overview(documents: list[Document]) -> None:
    """The list; it looks again by itself while something is under way."""
    moving = any(item.status in ("pending", "deleting") for item in documents)
    st.fragment(_listed, run_every=_REFRESH_S if moving else None)()


def _listed() -> None:
    documents = api().documents()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filter"):
        wanted = st.text_input("Find", placeholder="Find by name", key="find", label_visibility="collapsed")
        state = st.selectbox(
            "Status",
            ["All", "Ready", "Pending", "Failed"],
            key="state",
            label_visibility="collapsed",
            width=140,
        )
    found = [
        item
        for item in documents
        if wanted.strip().lower() in item.filename.lower() and state.lower() in ("all", item.status)
    ]
    if not documents:
        st.html(
            markup.notice(
                "No documents yet", "Drop a file above: a report, a handbook, a contract, a manual."
            )
        )
    elif not found:
        st.html(markup.notice("No document matches", "Clear the search or choose another status."))
    if not found:
        return
    shown = st.session_state.setdefault("shown", _SHOWN)
    now = datetime.now(UTC)
    with st.container(border=True, gap=None, key="documents-list"):
        for item in found[:shown]:
            _line(item, now=now)
    if len(found) > shown:
        st.button(f"Show more ({len(found) - shown} left)", key="more", on_click=_show_more)


def _show_more() -> None:
    st.session_state.shown += _SHOWN


def _line(item: Document, *, now: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"doc-{item.document_id}"):
        st.html(
            markup.row(
                item.filename,
                _facts(item, now=now),
                state=_STATES.get(item.status, "calm"),
                label=item.status,
            )
        )
        with st.container(horizontal=True, width="content", gap="xsmall", key=f"acts-{item.document_id}"):
            key = item.document_id
            if st.button("Read", type="tertiary", key=f"read-{key}", disabled=item.version < 1):
                _read(item)
            if st.button("Replace", type="tertiary", key=f"put-{key}"):
                _replace(item)
            if st.button("Delete", type="tertiary", key=f"delete-{key}"):
                _delete(item)


def _facts(item: Document, *, now: datetime) -> str:
    if item.status == "failed" and item.error:
        return f"{item.error.detail} ({item.error.code})"
    parts = [
        markup.counted(item.pages, "page") if item.pages else "",
        markup.counted(item.chunks, "passage") if item.chunks else "",
        markup.size(item.size),
        f"version {item.version}" if item.version > 1 else "",
        markup.ago(item.updated_at, now=now),
    ]
    return " · ".join(part for part in parts if part)


@st.dialog("Read", width="large", icon=":material/article:")
def _read(item: Document) -> None:
    st.html(
        markup.row(item.filename, "The text that was read from this document", state="calm", label="text")
    )
    try:
        text = api().text(item.document_id)
    except GenaiError as error:
        st.html(markup.notice("Cannot show it", explain(error), kind="bad"))
        return
    pieces = max(1, -(-len(text) // _READING_CHARS))
    part = (
        st.number_input(f"Part (of {pieces})", 1, pieces, key=f"part-{item.document_id}") if pieces > 1 else 1
    )
    with st.container(height=480, key="reading"):
        st.html(markup.reading(text[(part - 1) * _READING_CHARS : part * _READING_CHARS]))


@st.dialog("New version", icon=":material/upload_file:")
def _replace(item: Document) -> None:
    name = item.filename
    st.html(
        markup.notice(
            name, "The current version keeps answering until the new one is ready, then it is gone."
        )
    )
    file = st.file_uploader("The new file", key=f"new-{item.document_id}-{item.version}")
    if file is None:
        return
    report = _transfer([Outgoing(file.name, file, item.document_id)])[0]
    if report.state == "bad":
        return
    st.session_state.reports = [report]
    st.rerun()


@st.dialog("Delete", icon=":material/delete:")
def _delete(item: Document) -> None:
    st.html(
        markup.notice(
            item.filename,
            "Its text, passages, embeddings and every version go. This cannot be undone.",
            kind="bad",
        )
    )
    with st.container(horizontal=True):
        sure = st.button("Delete for good", type="primary", key="sure")
        if st.button("Keep it", key="keep"):
            st.rerun()
    if not sure:
        return
    try:
        with st.spinner("Deleting"):
            left = remove(api(), item)
    except GenaiError as error:
        st.html(markup.notice("Not deleted", explain(error), kind="bad"))
        return
    st.session_state.reports = [left]
    st.rerun()
