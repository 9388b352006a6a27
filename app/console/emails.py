"""The E-mails page: a career page in, its jobs, and a draft for each that is chosen; what is kept stands beside it."""

from collections.abc import Callable

import streamlit as st

from app.console import drafts, markup, past, profiles, works
from app.console.coldmail import Found, Posting
from app.console.examples import POSTING
from app.console.session import coldmail, explain
from app.kernel.errors import GenaiError, Unavailable

_VIEWS = ("Write", "Portfolio", "Profiles", "History")
_LOOK = ":material/search:"
_SHOWN = 12
_MOST = 20
_DESCRIPTION_CHARS = 1_500


def page() -> None:
    st.html(
        markup.lead(
            "E-mails",
            "From a career page to a first message. Drafts say only what is true, and are never sent.",
        )
    )
    view = st.segmented_control(
        "View", _VIEWS, default="Write", required=True, key="view", label_visibility="collapsed",
        bind="query-params",
    )  # fmt: skip
    match view:
        case "Portfolio":
            works.view()
        case "Profiles":
            profiles.view()
        case "History":
            past.view()
        case _:
            _write()


def _write() -> None:
    _source()
    found: Found | None = st.session_state.get("found")
    if found is None:
        _first_steps()
    else:
        _jobs(found)
    drafts.view()


def _source() -> None:
    how = st.segmented_control(
        "Where is the job?", ["Link", "Text", "Saved page"], default="Link", required=True, key="how",
        persist_state="session",
    )  # fmt: skip
    if how == "Link":
        with st.form("source", border=False):  # so that Enter looks
            given = _address()
            asked = st.form_submit_button("Find jobs", type="primary", icon=_LOOK)
    else:
        # Outside a form, which keeps to itself what was not sent: a long text is there again after a look elsewhere.
        given = _text() if how == "Text" else _saved()
        asked = st.button("Find jobs", type="primary", icon=_LOOK, key="find")
    if asked:
        _look(given)


def _text() -> dict[str, str]:
    """What goes to the API; empty where nothing was given yet. So are the other two."""
    text = st.text_area(
        "Text of the posting", height=180, key="text", placeholder="Paste it whole, its title first.",
        persist_state="session",
    )  # fmt: skip
    return {"text": text} if text.strip() else {}


def _saved() -> dict[str, str]:
    file = st.file_uploader(
        "A page saved from the browser", type=["html", "htm", "json", "xml", "txt"], key="page"
    )
    if file is None:
        return {}
    content = file.getvalue().decode("utf-8", "replace")
    return {
        "content": content,
        "content_type": "text/plain" if file.name.endswith(".txt") else "text/html",
    }


def _address() -> dict[str, str]:
    url = st.text_input(
        "Address of a posting or of a list of jobs", key="url", placeholder="https://example.com/careers",
        persist_state="session",
    )  # fmt: skip
    return {"url": _whole(url.strip())} if url.strip() else {}


def _whole(url: str) -> str:
    return url if "://" in url else f"https://{url}"


def _look(given: dict[str, str]) -> None:
    for key in [key for key in st.session_state if str(key).startswith("job-")]:
        del st.session_state[key]
    st.session_state.found = None
    st.session_state.jobs_shown = _SHOWN
    drafts.forget()
    if not given:
        st.session_state.trouble = "Give an address, a text or a file first."
        return
    try:
        with st.spinner("Reading the page"):
            st.session_state.found = coldmail().read(**given)
        st.session_state.trouble = ""
    except Unavailable:
        raise
    except GenaiError as error:
        st.session_state.trouble = explain(error)


def _first_steps() -> None:
    if trouble := st.session_state.get("trouble"):
        st.html(markup.notice("Nothing to read there", trouble, kind="bad"))
        return
    steps = [
        "Paste the address of a posting, or its text.",
        "Choose the jobs that interest you.",
        "Get a draft for each, with links to the work that fits. Add yours under Portfolio first.",
    ]
    st.html('<ol class="g-steps">' + "".join(f"<li>{step}</li>" for step in steps) + "</ol>")
    st.button("Try an example", icon=":material/lightbulb:", key="example", on_click=_example)


def _example() -> None:
    """A callback: the posting stands in its field, ready to be looked at."""
    st.session_state.how, st.session_state.text = "Text", POSTING


def _jobs(found: Found) -> None:
    if not found.jobs:
        st.html(markup.notice("No job there", found.page.advice or "This page announces no job."))
        return
    if found.page.advice:
        st.html(markup.small(found.page.advice))
    indexed = list(enumerate(found.jobs))
    if len(indexed) > _SHOWN:
        wanted = st.text_input(
            "Filter", placeholder=f"Filter {len(indexed):,} jobs", key="wanted", label_visibility="collapsed"
        )
        words = wanted.lower().split()
        indexed = [(at, job) for at, job in indexed if all(word in _line(job).lower() for word in words)]
    else:
        st.html(markup.small(markup.counted(len(indexed), "job") + " found"))
    with st.container(border=True, gap=None, key="jobs"):
        for at, job in indexed[: st.session_state.get("jobs_shown", _SHOWN)]:
            _job(at, job, alone=len(found.jobs) == 1)
    left = len(indexed) - st.session_state.get("jobs_shown", _SHOWN)
    if left > 0:
        st.button(f"Show more ({left:,} left)", key="more-jobs", type="tertiary", on_click=_show_more)
    _wishes([job for at, job in enumerate(found.jobs) if st.session_state.get(f"job-{at}")])


def _show_more() -> None:
    st.session_state.jobs_shown += 5 * _SHOWN


def _job(at: int, job: Posting, *, alone: bool) -> None:
    key = f"job-{at}"
    if key not in st.session_state:
        st.session_state[key] = alone
    # What is scrolled or filtered out of sight stays chosen.
    st.session_state[key] = st.session_state[key]
    with st.container(key=f"line-{at}", gap="xsmall"):
        st.checkbox(markup.plain(job.title or "Job without a title"), key=key)
        st.html(markup.small(_facts(job)))
        if alone and job.skills:
            st.html(markup.tags(job.skills[:20]))
        if alone and job.description:
            with st.expander("What the posting says"):
                st.html(markup.reading(job.description[:_DESCRIPTION_CHARS]))


def _facts(job: Posting) -> str:
    parts = [job.company, "; ".join(job.locations[:3]), job.remote, job.salary, job.experience]
    parts.append(f"posted {job.posted_at}" if job.posted_at else "")
    return " · ".join(part for part in parts if part) or "The page says no more about it."


def _line(job: Posting) -> str:
    return f"{job.title} {_facts(job)} {' '.join(job.skills)}"


def _wishes(chosen: list[Posting]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="wishes"):
        label = f"Write {markup.counted(len(chosen), 'e-mail')}" if chosen else "Write e-mails"
        pressed = st.button(
            label, type="primary", icon=":material/edit:", key="write", disabled=not 0 < len(chosen) <= _MOST
        )
        with st.popover("Options", icon=":material/tune:", type="tertiary"):
            wishes = _options()
    if not chosen:
        st.html(markup.small("Choose at least one job."))
    elif len(chosen) > _MOST:
        st.html(markup.small(f"At most {_MOST} at a time."))
    if pressed:
        drafts.write(chosen, **wishes)


def _options() -> dict[str, object]:
    known = {profile.id: profile for profile in coldmail().profiles()}
    profile_id = st.selectbox(
        "Who writes",
        ["", *known],
        index=1 if known else 0,
        format_func=lambda key: markup.plain(known[key].name or key) if key else "Nobody in particular",
        key="profile",
    )
    language = st.selectbox(
        "Language", ["", *profiles.LANGUAGES], format_func=_named(profiles.LANGUAGES), key="language"
    )
    tone = st.selectbox("Tone", ["", *profiles.TONES], format_func=_named(profiles.TONES), key="tone")
    variants = st.slider("Versions of each", 1, 5, 1, key="variants")
    wishes: dict[str, object] = {"variants": variants}
    wishes |= {"profile_id": profile_id} if profile_id else {}
    wishes |= {"language": language} if language else {}
    return wishes | ({"tone": tone} if tone else {})


def _named(names: dict[str, str]) -> Callable[[str], str]:
    return lambda key: names.get(key, "As the profile says")
