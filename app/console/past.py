"""The history of drafts: found again, read, taken along, followed up and deleted."""

from datetime import UTC, datetime

import streamlit as st

from app.console import drafts, markup
from app.console.coldmail import Email
from app.console.session import coldmail, stepped

_PAGE = 20


def view() -> None:
    query = st.text_input(
        "Find", placeholder="Find by job, company or words", key="past-query", label_visibility="collapsed"
    )
    limit = int(st.session_state.setdefault("past_shown", _PAGE))
    emails, more = coldmail().history(query=query, limit=limit)
    if not emails:
        found = "No draft holds these words." if query else "Drafts that you write are kept here."
        st.html(markup.notice("Nothing here", found))
        return
    now = datetime.now(UTC)
    with st.container(border=True, gap=None, key="past"):
        for email in emails:
            _line(email, now=now)
    if more and limit < 200:
        st.button("Show more", key="past-more", type="tertiary", on_click=_show_more)
    with st.container(horizontal=True):
        st.download_button(
            "Download CSV", lambda: coldmail().history_table(query=query), "emails.csv", "text/csv",
            icon=":material/download:", key="past-csv", on_click="ignore",
        )  # fmt: skip
        if st.button("Delete all", type="tertiary", key="past-delete-all"):
            _delete_all()


def _show_more() -> None:
    st.session_state.past_shown = min(200, st.session_state.past_shown + 3 * _PAGE)


def _line(email: Email, *, now: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"past-{email.id}"):
        about = " · ".join(str(part) for part in (email.job.get("title"), email.job.get("company")) if part)
        when = markup.ago(datetime.fromisoformat(email.created_at), now=now) if email.created_at else ""
        st.html(
            markup.row(
                email.subject,
                " · ".join(part for part in (about, when) if part),
                state="calm",
                label=email.model,
            )
        )
        with st.container(horizontal=True, width="content", gap="xsmall", key=f"acts-{email.id}"):
            if st.button("Read", type="tertiary", key=f"past-read-{email.id}"):
                _read(email)
            st.button(
                "Follow up",
                type="tertiary",
                key=f"past-follow-{email.id}",
                on_click=stepped(_follow),
                args=(email,),
            )
            st.button(
                "Delete",
                type="tertiary",
                key=f"past-delete-{email.id}",
                on_click=stepped(_delete),
                args=(email,),
            )


@st.dialog("Draft", width="large", icon=":material/mail:")
def _read(email: Email) -> None:
    st.html(markup.row(email.subject, str(email.job.get("company") or ""), state="calm", label=email.model))
    st.code(email.body, language=None, wrap_lines=True)
    st.download_button(
        "For the mail program", drafts.eml(email.subject, email.body), "draft.eml", "message/rfc822",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _follow(email: Email) -> None:
    """A callback: it runs before the page, which then shows the view that it chose."""
    drafts.write([], follow_up_of=email.id)
    st.session_state.view = "Write"


def _delete(email: Email) -> None:
    coldmail().delete_email(email.id)


@st.dialog("Delete all", icon=":material/delete:")
def _delete_all() -> None:
    st.html(markup.notice("Every draft in the history goes", "This cannot be undone.", kind="bad"))
    with st.container(horizontal=True):
        if st.button("Delete for good", type="primary", key="sure"):
            coldmail().delete_history()
            st.rerun()
        if st.button("Keep them", key="keep"):
            st.rerun()
