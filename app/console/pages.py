"""The script that Streamlit runs for every session: the pages, their order and their look."""

import streamlit as st

from app.console import ask, documents, emails, status, style
from app.console.api import OFF
from app.console.failures.page import page as failures
from app.console.session import beside, coldmail, devops, guarded, settings

# An icon of its own: for a :material: one the browser would ask a font server on the internet.
st.set_page_config(page_title="genai-ops", page_icon=style.ICON, layout="centered")
st.html(f"<style>{style.CSS}</style>")
st.logo(style.LOGO, size="large")

pages = [
    st.Page(guarded(ask.page), title="Ask", url_path="ask", default=True),
    st.Page(guarded(documents.page), title="Documents", url_path="documents"),
]
if settings().coldmail_url != OFF:
    writer = beside(emails.page, app="coldmail", client=coldmail)
    pages.append(st.Page(writer, title="E-mails", url_path="emails"))
if settings().devops_url != OFF:
    assistant = beside(failures, app="devops", client=devops)
    pages.append(st.Page(assistant, title="Failures", url_path="failures"))
pages.append(st.Page(guarded(status.page), title="Status", url_path="status"))

st.session_state.places = {page.url_path: page for page in pages}
st.navigation(pages, position="top").run()
