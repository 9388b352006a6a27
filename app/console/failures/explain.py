"""A failed job's log in, its cause, fix and patch out; or what would be kept of it."""

from typing import Any

import streamlit as st

from app.console import markup
from app.console.examples import LOG
from app.console.failures import diagnosis, verdict
from app.console.session import devops
from app.console.session import explain as told
from app.kernel.errors import GenaiError

_PREVIEW_CHARS = 60_000
_WHERE = {"repository": "acme/shop", "job": "ci / test", "commit": "4f2a9c1"}


def view() -> None:
    log, more = _given()
    with st.container(horizontal=True, key="failure-acts"):
        asked = st.button("Explain", type="primary", key="explain")
        previewed = st.button("What would be kept?", type="tertiary", key="preview")
        if not log and "failure" not in st.session_state:
            st.button("Try an example", type="tertiary", key="example", on_click=_example)
    if asked or previewed:
        for name in ("failure", "masked"):
            st.session_state.pop(name, None)
        if not log.strip():
            st.html(markup.notice("There is no log", "Paste the failed job's log, or drop it as a file."))
        else:
            _ask(log, more, preview=previewed)
    if "masked" in st.session_state:
        _preview(*st.session_state.masked)
    if "failure" in st.session_state:
        found, given = st.session_state.failure
        with st.container(key="failure-answer", gap="small"):
            diagnosis.show(found, log=given)
            if found.id:
                verdict.ask(found.id, found)


def _given() -> tuple[str, dict[str, Any]]:
    """The log, and what else is known: as `Devops.analyze` takes it."""
    pasted = st.text_area(
        "Log",
        height=180,
        key="log",
        placeholder="The log of the failed job, as it is",
        persist_state="session",
    )
    file = st.file_uploader("or a file", key="log-file")
    with st.expander("Its workflow or manifest, a log from when it was green, and where it ran"):
        yaml = st.text_area(
            "YAML",
            height=140,
            key="yaml",
            placeholder="A patch is then a diff against it",
            persist_state="session",
        )
        green = st.file_uploader("A passing log of the same job", key="passing-file")
        with st.container(horizontal=True):
            where = {
                name: st.text_input(
                    name.capitalize(), key=name, placeholder=placeholder, persist_state="session"
                )
                for name, placeholder in _WHERE.items()
            }
    known = {name: value.strip() for name, value in where.items() if value.strip()}
    return _text(file) or pasted, {"yaml": yaml, "passing": _text(green), "metadata": known}


def _example() -> None:
    """A callback: the log stands in its field, ready to be explained."""
    st.session_state.log = LOG


def _text(file: Any) -> str:
    return file.getvalue().decode("utf-8", "replace") if file else ""


def _ask(log: str, more: dict[str, Any], *, preview: bool) -> None:
    try:
        with st.spinner("Reading the log"):
            if preview:
                st.session_state.masked = devops().redacted(log)
            else:
                st.session_state.failure = (devops().analyze(log, **more), log)
    except GenaiError as error:
        st.html(markup.notice("That did not work", told(error), kind="bad"))


def _preview(masked: str, kinds: dict[str, int]) -> None:
    found = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in kinds.items())
    st.html(
        markup.notice("This is all that is kept, logged or sent to a model", f"Masked: {found or 'nothing'}.")
    )
    with st.container(height=320, key="masked-log"):
        st.html(markup.reading(masked[:_PREVIEW_CHARS]))
