"""The Failures page: a failed job's log in, its cause, fix and patch out, with the lines that say so."""

from typing import Any

import streamlit as st

from app.console import markup
from app.console.excerpt import excerpt
from app.console.session import devops, explain
from app.console.shapes import Analysis, Patch
from app.kernel.errors import GenaiError, NotFound

_LIKELY = 8
_PREVIEW_CHARS = 60_000
_SURE = 0.7


def page() -> None:
    st.html(
        markup.lead(
            "Failures", "Why did the job fail, and what mends it? Paste its log or drop it as a file."
        )
    )
    log, yaml, passing = _given()
    with st.container(horizontal=True, key="failure-acts"):
        asked = st.button("Explain", type="primary", key="explain")
        previewed = st.button("What would be kept?", type="tertiary", key="preview")
    if asked or previewed:
        for name in ("failure", "masked"):
            st.session_state.pop(name, None)
        if not log.strip():
            st.html(markup.notice("There is no log", "Paste the failed job's log, or drop it as a file."))
        else:
            _ask(log, yaml, passing, preview=previewed)
    if "masked" in st.session_state:
        _preview(*st.session_state.masked)
    if "failure" in st.session_state:
        _answer(*st.session_state.failure)
    _known()


def _given() -> tuple[str, str, str]:
    pasted = st.text_area("Log", height=180, key="log", placeholder="The log of the failed job, as it is")
    file = st.file_uploader("or a file", key="log-file")
    with st.expander("Its workflow or manifest, and a log from when it was green"):
        yaml = st.text_area("YAML", height=140, key="yaml", placeholder="A patch is then a diff against it")
        green = st.file_uploader("A passing log of the same job", key="passing-file")
    return _text(file) or pasted, yaml, _text(green)


def _text(file: Any) -> str:
    return file.getvalue().decode("utf-8", "replace") if file else ""


def _ask(log: str, yaml: str, passing: str, *, preview: bool) -> None:
    try:
        with st.spinner("Reading the log"):
            if preview:
                st.session_state.masked = devops().redacted(log)
            else:
                st.session_state.failure = (devops().analyze(log, yaml=yaml, passing=passing), log)
    except GenaiError as error:
        st.html(markup.notice("That did not work", explain(error), kind="bad"))


def _preview(masked: str, kinds: dict[str, int]) -> None:
    found = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in kinds.items())
    st.html(
        markup.notice("This is all that is kept, logged or sent to a model", f"Masked: {found or 'nothing'}.")
    )
    with st.container(height=320, key="masked-log"):
        st.html(markup.reading(masked[:_PREVIEW_CHARS]))


def _answer(found: Analysis, log: str) -> None:
    with st.container(key="failure-answer", gap="small"):
        label = found.category.replace("_", " ")
        state = "calm" if found.abstained else "good" if found.confidence >= _SURE else "busy"
        aside = "" if found.abstained else f"{found.confidence:.0%} sure"
        st.html(markup.row("Cause", "", state=state, label=label, aside=aside))
        st.html(markup.notice("Not certain" if found.abstained else "Root cause", found.root_cause))
        if found.fix:
            st.html(markup.steps("Fix", found.fix))
        if found.yaml_patch:
            _patch(found.yaml_patch)
        quotes = {item.line: item.quote for item in found.evidence}
        likely = [item.line for item in sorted(found.extracted, key=lambda item: item.rank)[:_LIKELY]]
        st.html('<div class="g-label">Where the log says so</div>')
        st.html(excerpt(log, quotes=quotes, likely=likely))
        if found.similar:
            seen = found.similar[0]
            st.html(markup.small(f"Seen {seen.seen} times. {seen.last_fix}".strip()))
        count = sum(item.count for item in found.redactions)
        st.html(markup.small(f"{markup.counted(count, 'secret')} masked before anything was kept."))


def _patch(patch: Patch) -> None:
    st.html('<div class="g-label">Patch</div>')
    # The button to copy it is the element's own.
    st.code(patch.text, language="diff" if patch.kind == "diff" else "yaml", wrap_lines=True)
    for check in patch.checks:
        state, label = ("good", "passed") if check.passed else ("bad", "failed")
        st.html(markup.row(check.name, check.detail, state=state, label=label))


def _known() -> None:
    """What failed before, most lately first; nothing where the service remembers nothing."""
    try:
        kinds = devops().known_failures()
    except NotFound:
        return
    if not kinds:
        return
    st.html('<div class="g-label">Seen before</div>')
    with st.container(border=True, gap="small", key="known-failures"):
        for kind in kinds:
            told = f"since {kind.since[:10]}" + (f" · mended by: {kind.last_fix}" if kind.last_fix else "")
            label = kind.category.replace("_", " ")
            aside = f"{kind.seen} ×"
            st.html(markup.row(kind.line[:160], told, state="calm", label=label, aside=aside))
