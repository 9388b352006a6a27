"""The drafts of this session: written with progress, edited in place, copied and taken along."""

import csv
import io
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

import streamlit as st

from app.console import markup
from app.console.coldmail import Email, Posting
from app.console.session import coldmail, explain
from app.kernel.errors import GenaiError, Unavailable


def forget() -> None:
    st.session_state.drafts = []
    st.session_state.draft_trouble = ""


def write(jobs: Sequence[Posting], **wishes: Any) -> None:
    """Draw the progress, keep what came."""
    forget()
    st.session_state.draft_jobs = [job.title or "" for job in jobs for _ in range(wishes.get("variants", 1))]
    bar = st.progress(0.0, text="Writing")
    try:
        for step in coldmail().write(jobs, **wishes):
            bar.progress(step.done / max(1, step.total), text=f"{step.done} of {step.total} written")
            st.session_state.drafts = list(step.emails)
    except Unavailable:
        raise
    except GenaiError as error:
        st.session_state.draft_trouble = explain(error)
    bar.empty()


def view() -> None:
    if trouble := st.session_state.get("draft_trouble"):
        st.html(markup.notice("No draft", trouble, kind="bad"))
    emails: list[Email] = st.session_state.get("drafts", [])
    with st.container(key="drafts"):
        jobs = st.session_state.get("draft_jobs", [])
        texts = [_draft(email, job=jobs[at] if at < len(jobs) else "") for at, email in enumerate(emails)]
    if len(texts) > 1:
        st.download_button(
            "Download all as CSV",
            table(texts),
            "emails.csv",
            "text/csv",
            icon=":material/table:",
            key="csv",
            on_click="ignore",
        )


def _draft(email: Email, *, job: str) -> tuple[str, str]:
    """Draw a draft; subject and body as they were edited."""
    with st.container(border=True, key=f"draft-{email.id}", gap="small"):
        by = "template" if email.model == "template" else email.model
        st.html(markup.row(job or "Draft", _about(email), state="calm", label=by))
        subject = st.text_input("Subject", email.subject, key=f"subject-{email.id}", persist_state="session")
        lines = sum(1 + len(line) // 80 for line in email.body.splitlines())
        body = st.text_area(
            "Message",
            email.body,
            key=f"body-{email.id}",
            height=max(200, 26 * lines + 30),
            persist_state="session",
        )
        for warning in email.warnings:
            st.html(markup.small(f"Note: {warning}"))
        with st.container(horizontal=True, gap="xsmall"):
            with st.popover("Copy", icon=":material/content_copy:"):
                st.caption("Press the sign in the corner.")
                st.code(f"{subject}\n\n{body}", language=None, wrap_lines=True)
            st.download_button(
                "For the mail program", eml(subject, body), "draft.eml", "message/rfc822",
                icon=":material/download:", key=f"eml-{email.id}", on_click="ignore",
            )  # fmt: skip
            if email.claims:
                with st.popover("Evidence", icon=":material/fact_check:"):
                    st.html(markup.evidence([(claim.text, claim.evidence) for claim in email.claims]))
    return subject, body


def _about(email: Email) -> str:
    return (
        "A model was asked, and the template wrote in its place."
        if email.fallback
        else "Edit it as you like; nothing is sent."
    )


def eml(subject: str, body: str) -> bytes:
    """A message that mail programs open for editing; it has no recipient."""
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["X-Unsent"] = "1"
    message.set_content(body)
    return message.as_bytes()


def table(texts: Sequence[tuple[str, str]]) -> bytes:
    """Subject and body of each as CSV; a cell that a spreadsheet would calculate with is kept as text."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["subject", "body"])
    rows.writerows(
        [
            [f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in pair]
            for pair in texts
        ]
    )
    return out.getvalue().encode()
