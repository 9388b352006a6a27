"""Signatures that corrections suggest: read, copied into a file of the signature base, or turned down."""

import streamlit as st

from app.console import markup
from app.console.session import devops, stepped


def view() -> None:
    proposals = devops().proposals()
    if not proposals:
        st.html(
            markup.notice("No proposal waits", "Correct an analysis, and it is proposed as a signature here.")
        )
        return
    st.html(
        markup.small(
            "Whoever keeps the signature base reads each one, makes its pattern no wider than it has to be, and copies it."
        )
    )
    for proposal in proposals:
        with st.container(border=True, gap="small", key=f"proposal-{proposal.id}"):
            st.html(
                markup.row(
                    proposal.signature.cause,
                    proposal.signature.literal,
                    state="calm",
                    label=proposal.signature.category.replace("_", " "),
                )
            )
            # The button to copy it is the element's own.
            st.code(proposal.yaml, language="yaml", wrap_lines=True)
            st.button(
                "Taken in, or turned down", type="tertiary", key=f"drop-{proposal.id}", on_click=stepped(_drop),
                args=(proposal.id,),
            )  # fmt: skip


def _drop(id_: str) -> None:
    """A callback: it runs before the page, which then shows what is left."""
    devops().drop_proposal(id_)
