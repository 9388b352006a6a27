"""Profiles: who writes, in which tone and language."""

import streamlit as st

from app.console import markup
from app.console.coldmail import Profile
from app.console.session import coldmail, explain
from app.kernel.errors import GenaiError, Unavailable

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}
TONES = {"friendly": "Friendly", "formal": "Formal", "direct": "Direct"}
LENGTHS = {"short": "Short", "medium": "Medium", "long": "Long"}


def view() -> None:
    known = {profile.id: profile for profile in coldmail().profiles()}
    if said := st.session_state.pop("profile_said", ""):
        st.html(markup.notice("Saved", said, kind="good"))
    chosen = str(
        st.selectbox(
            "Profile",
            [*known, ""],
            format_func=lambda key: markup.plain(known[key].name or key) if key else "A new one",
        )
    )
    profile = known.get(chosen, Profile())
    with st.form(f"profile-{chosen}", border=False):
        edited = _form(profile)
        with st.container(horizontal=True):
            save = st.form_submit_button("Save", type="primary", icon=":material/save:")
            delete = bool(chosen) and st.form_submit_button("Delete", type="tertiary")
    if save:
        _save(edited)
    if delete:
        coldmail().delete_profile(chosen)
        st.rerun()


def _form(profile: Profile) -> Profile:
    name = st.text_input("Your name", profile.name)
    role = st.text_input("Your role", profile.role, placeholder="Developer")
    company = st.text_input("Your company", profile.company)
    language = _choice("Language", LANGUAGES, profile.language)
    tone = _choice("Tone", TONES, profile.tone)
    length = _choice("Length", LENGTHS, profile.length)
    signature = st.text_area("Signature", profile.signature, placeholder="Left empty: name, role and company")
    opt_out = st.text_input(
        "Last line", profile.opt_out, placeholder="Reply STOP and I will not write again."
    )
    return Profile(
        id=profile.id, name=name, role=role, company=company, language=language, tone=tone, length=length,
        signature=signature, opt_out=opt_out,
    )  # fmt: skip


def _choice(label: str, names: dict[str, str], chosen: str) -> str:
    place = list(names).index(chosen) if chosen in names else 0
    return str(st.selectbox(label, list(names), place, format_func=lambda key: names.get(str(key), "")))


def _save(profile: Profile) -> None:
    try:
        kept = coldmail().save_profile(profile)
    except Unavailable:
        raise
    except GenaiError as error:
        st.html(markup.notice("Not saved", explain(error), kind="bad"))
        return
    st.session_state.profile_said = f"{kept.name or kept.id} can write now."
    st.rerun()
