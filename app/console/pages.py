"""The script that Streamlit runs for every session: the pages, their order and their look."""

import streamlit as st

from app.console import ask, documents, emails, failures, status, style
from app.console.session import guarded

# An icon of its own: for a :material: one the browser would ask a font server on the internet.
st.set_page_config(page_title="genai-ops", page_icon=style.ICON, layout="centered")
st.html(f"<style>{style.CSS}</style>")
st.logo(style.LOGO, size="large")

st.navigation(
    [
        st.Page(guarded(ask.page), title="Ask", url_path="ask", default=True),
        st.Page(guarded(documents.page), title="Documents", url_path="documents"),
        st.Page(guarded(emails.page), title="E-mails", url_path="emails"),
        st.Page(guarded(failures.page), title="Failures", url_path="failures"),
        st.Page(guarded(status.page), title="Status", url_path="status"),
    ],
    position="top",
).run()
