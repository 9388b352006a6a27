"""The portfolio: a table to edit, or a CSV file in its place."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.console import markup
from app.console.coldmail import Work
from app.console.session import coldmail, explain
from app.kernel.errors import GenaiError, Unavailable

_COLUMNS = ("title", "skills", "description", "link")


def view() -> None:
    items = coldmail().portfolio()
    if said := st.session_state.pop("portfolio_said", ""):
        st.html(markup.notice("Saved", said, kind="good"))
    if not items:
        st.html(
            markup.notice(
                "No work to show yet",
                "Add a line for each project. Drafts link the ones whose skills a job asks for.",
            )
        )
    version = st.session_state.setdefault("portfolio_version", 0)
    edited = st.data_editor(
        [_row(item) for item in items] or [dict.fromkeys(_COLUMNS, "")],
        num_rows="dynamic", width="stretch", hide_index=True, key=f"portfolio-{version}",
        column_config={
            "title": st.column_config.TextColumn("Project", required=True),
            "skills": st.column_config.TextColumn("Skills", help="Parted by commas"),
            "description": st.column_config.TextColumn("What it was"),
            "link": st.column_config.TextColumn("Link", help="Drafts carry it letter by letter"),
        },
    )  # fmt: skip
    with st.container(horizontal=True):
        if st.button("Save", type="primary", icon=":material/save:", key="save-portfolio"):
            _kept(lambda: coldmail().save_portfolio([made for row in edited if (made := _work(row))]))
        st.download_button(
            "Download CSV",
            table(items),
            "portfolio.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    file = st.file_uploader(
        "Or put a CSV file in its place: title, skills, description, link", type="csv", key=f"csv-{version}"
    )
    if file is not None and st.button("Replace the portfolio with this file", key="replace-portfolio"):
        _kept(lambda: coldmail().upload_portfolio(file.getvalue()))


def _kept(save: Callable[[], Sequence[Work]]) -> None:
    try:
        items = save()
    except Unavailable:
        raise
    except GenaiError as error:
        st.html(markup.notice("Not saved", explain(error), kind="bad"))
        return
    st.session_state.portfolio_said = f"{markup.counted(len(items), 'project')} in the portfolio."
    st.session_state.portfolio_version += 1
    st.rerun()


def _row(item: Work) -> dict[str, str]:
    return {
        "title": item.title,
        "skills": ", ".join(item.skills),
        "description": item.description,
        "link": item.link,
    }


def _work(row: Any) -> Work | None:
    """A line of the table; None for one that was left empty."""
    cells = {name: str(row.get(name) or "").strip() for name in _COLUMNS}
    if not any(cells.values()):
        return None
    skills = tuple(skill.strip() for skill in cells["skills"].split(",") if skill.strip())
    return Work(title=cells["title"], skills=skills, description=cells["description"], link=cells["link"])


def table(items: Sequence[Work]) -> bytes:
    """As the upload takes it."""
    out = io.StringIO()
    rows = csv.DictWriter(out, _COLUMNS)
    rows.writeheader()
    rows.writerows(map(_row, items))
    return out.getvalue().encode()
