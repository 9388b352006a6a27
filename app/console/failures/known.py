"""Kinds of failures, by class and line: how often, since when, where, and what mended them."""

import streamlit as st

from app.console import markup
from app.console.session import devops
from app.console.shapes import KnownFailure

_LINE_CHARS = 160


def view() -> None:
    kinds = devops().known_failures()
    if not kinds:
        st.html(
            markup.notice("Nothing failed yet", "Failures that you explain are counted here by their kind.")
        )
        return
    with st.container(border=True, gap=None, key="known-failures"):
        for kind in kinds:
            with st.container(key=f"fcell-{kind.fingerprint}"):
                label = kind.category.replace("_", " ")
                line = markup.shortened(kind.line, _LINE_CHARS)
                st.html(markup.row(line, _told(kind), state="calm", label=label, aside=f"{kind.seen:,} ×"))


def _told(kind: KnownFailure) -> str:
    places = dict.fromkeys(
        " ".join(part for part in (each.repository, each.job) if part) for each in reversed(kind.occurrences)
    )
    where = ", ".join(place for place in places if place)
    parts = (
        f"since {kind.since[:10]}",
        f"last on {kind.last_seen[:10]}" if kind.last_seen[:10] != kind.since[:10] else "",
        f"in {where}" if where else "",
        f"mended by: {kind.last_fix}" if kind.last_fix else "",
    )
    return " · ".join(part for part in parts if part)
