"""Whether an analysis was right: one click, or what it was instead; a correction becomes a proposal for the signature base."""

import streamlit as st

from app.console import markup
from app.console.session import devops, explain
from app.console.shapes import Analysis
from app.kernel.errors import GenaiError

CATEGORIES = (
    "test_assertion", "snapshot_diff", "compile_error", "type_error", "lint_error", "dependency_install", "docker_build",
    "ci_config", "permission_or_secret", "network_or_flaky", "timeout_or_oom", "deploy", "infrastructure", "unknown",
)  # fmt: skip
_MOST_STEPS = 5
_MOST_CAUSE = 640


def ask(id_: str, found: Analysis) -> None:
    """The question below an analysis, or what was answered to it."""
    said = st.session_state.get(f"said-{id_}")
    if said:
        st.html(markup.notice(*said, kind="good"))
        return
    with st.container(key=f"verdict-{id_}", gap="small"):
        st.html('<div class="g-label">Was this right?</div>')
        if st.button("Yes, that was it", icon=":material/check:", key=f"accept-{id_}"):
            _tell(id_)
        with st.expander("No, it was something else"):
            _correction(id_, found)


def _correction(id_: str, found: Analysis) -> None:
    place = CATEGORIES.index(found.category) if found.category in CATEGORIES else len(CATEGORIES) - 1
    with st.form(f"correct-{id_}", border=False):
        category = st.selectbox(
            "What kind of failure", CATEGORIES, place, format_func=lambda name: str(name).replace("_", " ")
        )
        cause = st.text_area("What it was", max_chars=_MOST_CAUSE, placeholder="The staging host was asleep.")
        fix = st.text_area("What mended it, a step a line", placeholder="Wake it before the tests.")
        sent = st.form_submit_button("Correct it", type="primary")
    if not sent:
        return
    steps = [step.strip() for step in fix.splitlines() if step.strip()][:_MOST_STEPS]
    if not cause.strip() and not steps and category == found.category:
        st.html(markup.notice("Nothing is different", "Say what it was, or what mended it.", kind="bad"))
        return
    _tell(id_, category=str(category), cause=cause.strip(), fix=steps)


def _tell(id_: str, *, category: str = "", cause: str = "", fix: list[str] | None = None) -> None:
    """An accepted one without anything else."""
    try:
        if category:
            proposed = devops().correct(id_, category=category, root_cause=cause, fix=fix or [])
            title = "Corrected"
            more = " It is proposed as a signature, too: see Proposals." if proposed else ""
            text = f"The same failure is told in your words from now on.{more}"
        else:
            devops().accept(id_)
            title, text = "Thank you", "Its fix is remembered for the next time."
    except GenaiError as error:
        st.html(markup.notice("Not kept", explain(error), kind="bad"))
        return
    st.session_state[f"said-{id_}"] = (title, text)
    st.rerun()
