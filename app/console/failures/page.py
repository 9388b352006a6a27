"""The Failures page: a log is explained in the first view; the others show what is remembered."""

import streamlit as st

from app.console import markup
from app.console.failures import explain, history, jobs, known, proposals

_VIEWS = ("Explain", "Seen before", "History", "Jobs", "Proposals")


def page() -> None:
    st.html(
        markup.lead(
            "Failures", "Why did the job fail, and what mends it? Paste its log or drop it as a file."
        )
    )
    view = st.segmented_control(
        "View", _VIEWS, default="Explain", required=True, key="failure-view", label_visibility="collapsed",
        bind="query-params",
    )  # fmt: skip
    match view:
        case "Seen before":
            known.view()
        case "History":
            history.view()
        case "Jobs":
            jobs.view()
        case "Proposals":
            proposals.view()
        case _:
            explain.view()
