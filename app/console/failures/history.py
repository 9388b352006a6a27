"""The history of analyses: read again, judged and deleted."""

from datetime import UTC, datetime

import streamlit as st

from app.console import markup
from app.console.failures import diagnosis, verdict
from app.console.session import devops, stepped
from app.console.shapes import Analysis, KeptAnalysis

_PAGE = 20
_MOST = 200
_CAUSE_CHARS = 140
_JUDGED = {"accept": ("good", "accepted"), "correct": ("busy", "corrected")}


def view() -> None:
    limit = int(st.session_state.setdefault("failures_shown", _PAGE))
    kept, more = devops().history(limit=limit)
    if not kept:
        st.html(
            markup.notice("Nothing here", "Analyses that you ask for, or that webhooks bring, are kept here.")
        )
        return
    now = datetime.now(UTC)
    with st.container(border=True, gap=None, key="failure-history"):
        for each in kept:
            _line(each, now=now)
    if more and limit < _MOST:
        st.button("Show more", key="failures-more", type="tertiary", on_click=_show_more)


def _show_more() -> None:
    st.session_state.failures_shown = min(_MOST, st.session_state.failures_shown + 3 * _PAGE)


def _line(kept: KeptAnalysis, *, now: datetime) -> None:
    verdict_ = kept.feedback.verdict if kept.feedback else ""
    state, label = _JUDGED.get(verdict_, ("calm", kept.analysis.category.replace("_", " ")))
    where = (kept.repository, kept.job, kept.commit[:7], markup.ago(kept.created_at, now=now))
    with st.container(horizontal=True, vertical_alignment="center", key=f"fline-{kept.id}"):
        st.html(
            markup.row(
                markup.shortened(_title(kept.analysis), _CAUSE_CHARS),
                " · ".join(part for part in where if part),
                state=state,
                label=label,
            )
        )
        with st.container(horizontal=True, width="content", gap="xsmall", key=f"acts-{kept.id}"):
            if st.button("Read", type="tertiary", key=f"fail-read-{kept.id}"):
                _read(kept)
            st.button(
                "Delete",
                type="tertiary",
                key=f"fail-delete-{kept.id}",
                on_click=stepped(_delete),
                args=(kept.id,),
            )


def _title(found: Analysis) -> str:
    """Its cause; of one that was not certain the line that told most, as all of those have one and the same sentence."""
    return found.evidence[0].quote if found.abstained and found.evidence else found.root_cause


@st.dialog("Failure", width="large", icon=":material/error:")
def _read(kept: KeptAnalysis) -> None:
    with st.container(key="failure-read", gap="small"):
        diagnosis.show(kept.analysis)
        if kept.feedback is None:
            verdict.ask(kept.id, kept.analysis)
        elif kept.feedback.verdict == "correct":
            st.html(markup.notice("Corrected by somebody", kept.feedback.root_cause))
            if kept.feedback.fix:
                st.html(markup.steps("What mended it", kept.feedback.fix))
        else:
            st.html(markup.notice("Accepted", "Somebody said that this was it.", kind="good"))


def _delete(id_: str) -> None:
    """A callback: it runs before the page, which then shows what is left."""
    devops().delete_analysis(id_)
