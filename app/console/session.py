"""What the pages of one browser session share: settings, the client, and the guard around a page."""

from collections.abc import Callable
from functools import cache, wraps

import streamlit as st

from app.console import markup
from app.console.api import Api
from app.console.coldmail import Coldmail
from app.kernel.errors import Forbidden, GenaiError, Unauthenticated, Unavailable
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


def guarded(page: Callable[[], None]) -> Callable[[], None]:
    """A page that explains itself when the API is away or refuses the console's key."""

    @wraps(page)
    def shown() -> None:
        try:
            page()
        except Unavailable as error:
            _away(error)
        except (Unauthenticated, Forbidden) as error:
            st.html(markup.notice("The API wants a key", error.detail, kind="bad"))
            st.html(markup.small("Set GENAI_API_KEY to a key of your tenant and start the console again."))

    return shown


def _away(error: Unavailable) -> None:
    st.html(
        markup.lead(
            "The service is not answering", "Nothing is lost: documents and answers stay where they are."
        )
    )
    st.html(markup.notice("What happened", error.detail, kind="bad"))
    st.html(
        '<ol class="g-steps"><li>Is it still starting? That takes a few seconds.</li>'
        "<li>Start it with <code>make run</code> in the project folder.</li>"
        "<li>Does it run elsewhere? Set <code>GENAI_API_URL</code> and start the console again.</li></ol>"
    )
    st.button("Try again", type="primary", icon=":material/refresh:", key="retry")


def explain(error: GenaiError) -> str:
    """An error in one line: what happened, its code and its request id."""
    tail = ", ".join([error.code, *getattr(error, "__notes__", ())])
    return f"{error.detail} ({tail})"
