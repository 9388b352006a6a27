"""One analysis, drawn: cause, fix, patch with its checks, where the log says so, and what is known of others like it."""

import streamlit as st

from app.console import markup
from app.console.excerpt import excerpt
from app.console.shapes import Analysis, Patch, Seen

_LIKELY = 8
_SURE = 0.7


def show(found: Analysis, *, log: str | None = None) -> None:
    """log: as it was given; without it the quotes stand alone."""
    label = found.category.replace("_", " ")
    state = "calm" if found.abstained else "good" if found.confidence >= _SURE else "busy"
    aside = "" if found.abstained else f"{found.confidence:.0%} sure"
    st.html(markup.row("Cause", "", state=state, label=label, aside=aside))
    st.html(markup.notice("Not certain" if found.abstained else "Root cause", found.root_cause))
    for seen in found.similar[:1]:
        _seen(seen)
    if found.fix:
        st.html(markup.steps("Fix", found.fix))
    if found.yaml_patch:
        _patch(found.yaml_patch)
    _evidence(found, log)
    st.html(markup.small(_masked(sum(item.count for item in found.redactions))))


def _masked(count: int) -> str:
    if not count:
        return "No secret was found in it."
    return f"{markup.counted(count, 'secret')} masked before anything was kept."


def _seen(seen: Seen) -> None:
    """`Seen 14 times since 2026-11-02`, what mended it the last time, and who may have broken it."""
    if seen.seen:
        since = f" since {seen.since[:10]}" if seen.since else ""
        last = f" Last fix: {seen.last_fix}" if seen.last_fix else " Nobody has said yet what mended it."
        st.html(markup.notice(f"Seen {markup.counted(seen.seen, 'time')}{since}", last.strip()))
    if seen.suspect_commits:
        st.html('<div class="g-label">Suspect commits, since it was green</div>')
        st.html(markup.tags(seen.suspect_commits))


def _patch(patch: Patch) -> None:
    st.html('<div class="g-label">Patch</div>')
    # The button to copy it is the element's own.
    st.code(patch.text, language="diff" if patch.kind == "diff" else "yaml", wrap_lines=True)
    for check in patch.checks:
        state, label = ("good", "passed") if check.passed else ("bad", "failed")
        st.html(markup.row(check.name, check.detail, state=state, label=label))


def _evidence(found: Analysis, log: str | None) -> None:
    quotes = {item.line: item.quote for item in found.evidence}
    if log is not None:
        likely = [item.line for item in sorted(found.extracted, key=lambda item: item.rank)[:_LIKELY]]
        st.html('<div class="g-label">Where the log says so</div>')
        st.html(excerpt(log, quotes=quotes, likely=likely))
    elif quotes:
        st.html('<div class="g-label">What the log said</div>')
        st.html(markup.evidence([(f"Line {line}", quote) for line, quote in quotes.items()]))
