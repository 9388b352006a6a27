"""What the pages of one browser session share: settings, the client, and the guard around a page."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.console import markup
from app.console.api import Api
from app.console.coldmail import Coldmail
from app.console.devops import Devops
from app.kernel.errors import Forbidden, GenaiError, RateLimited, Unauthenticated, Unavailable
from app.settings import Settings, read_settings


@cache
def settings() -> Settings:
    return read_settings()


@cache
def api() -> Api:
    """One client for all sessions: it keeps connections, not answers."""
    return Api.from_settings(settings())


@cache
def coldmail() -> Coldmail:
    """The same for the cold e-mail writer."""
    return Coldmail.from_settings(settings())


@cache
def devops() -> Devops:
    """The same for the DevOps assistant."""
    return Devops.from_settings(settings())


def places() -> dict[str, StreamlitPage]:
    """The pages of this deployment by their path, for links from one to another."""
    found: dict[str, StreamlitPage] = st.session_state.places
    return found


def guarded(page: Callable[[], None], *, setting: str = "GENAI_API_URL") -> Callable[[], None]:
    """A page that explains itself when the API is away or refuses what it asks.

    setting: where the address stands that the page asks.
    """

    @wraps(page)
    def shown() -> None:
        if said := st.session_state.pop("step_failed", ""):
            st.html(markup.notice("That did not work", said, kind="bad"))
        try:
            page()
        except Unavailable as error:
            _away(error, setting)
        except (Unauthenticated, Forbidden) as error:
            _unknown(error)
        except RateLimited as error:
            _refused("Too many requests", error)
        except GenaiError as error:
            _refused("That did not work", error)

    return shown


def stepped(step: Callable[..., None]) -> Callable[..., None]:
    """A callback, which runs before the page: what it cannot do is told on the page."""

    @wraps(step)
    def done(*given: Any) -> None:
        try:
            step(*given)
        except GenaiError as error:
            st.session_state.step_failed = explain(error)

    return done


def beside(page: Callable[[], None], *, app: str, client: Callable[[], Api]) -> Callable[[], None]:
    """The same for the page of an app that need not be there: where it is not, how to turn it on."""
    setting = f"GENAI_{app.upper()}_URL"

    @wraps(page)
    def shown() -> None:
        # Asked once a session: what runs does not come and go, and whoever goes away is told of by the page.
        if st.session_state.get(f"serves-{app}") or client().serves(app):
            st.session_state[f"serves-{app}"] = True
            page()
        else:
            _absent(app, client().base_url, setting)

    return guarded(shown, setting=setting)


def _absent(app: str, asked: str, setting: str) -> None:
    st.html(markup.lead("Not part of this deployment", "The other pages work without it."))
    st.html(markup.notice("What is missing", f"{asked} does not serve /{app}."))
    st.html(
        '<ol class="g-steps"><li>On this machine: <code>make run</code> starts all apps.</li>'
        f"<li>Does it run elsewhere? Set <code>{setting}</code> and start the console again.</li>"
        f"<li>In the cluster: add <code>{app}</code> to <code>apps</code>, then <code>pulumi up</code>.</li></ol>"
    )


def _away(error: Unavailable, setting: str) -> None:
    st.html(
        markup.lead(
            "The service is not answering", "Nothing is lost: documents and answers stay where they are."
        )
    )
    st.html(markup.notice("What happened", error.detail, kind="bad"))
    st.html(
        '<ol class="g-steps"><li>Is it still starting? That takes a few seconds.</li>'
        "<li>Start it with <code>make run</code> in the project folder.</li>"
        f"<li>Does it run elsewhere? Set <code>{setting}</code> and start the console again.</li></ol>"
    )
    _again()


def _unknown(error: GenaiError) -> None:
    has_one = bool(settings().api_key.get_secret_value())
    title = "The API does not take this console's key" if has_one else "The API wants a key"
    st.html(markup.lead(title, "The console shows what its key may see."))
    st.html(markup.notice("What happened", error.detail, kind="bad"))
    st.html(
        '<ol class="g-steps"><li>Set <code>GENAI_API_KEY</code> to one of the keys in <code>GENAI_API_KEYS</code>, '
        "without the tenant and the colon before it.</li><li>Start the console again.</li></ol>"
    )


def _refused(title: str, error: GenaiError) -> None:
    st.html(markup.lead(title, "Nothing is lost: documents and answers stay where they are."))
    st.html(markup.notice("What happened", explain(error), kind="bad"))
    _again()


def _again() -> None:
    st.button("Try again", type="primary", icon=":material/refresh:", key="retry")


def explain(error: GenaiError) -> str:
    """An error in one line: what happened, its code and its request id."""
    tail = ", ".join([error.code, *getattr(error, "__notes__", ())])
    return f"{error.detail} ({tail})"
