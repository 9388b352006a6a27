"""How pages of the public web are fetched."""

from importlib.metadata import version

from app.kernel.ports.pages import Pages
from app.settings import Settings


def build_pages(settings: Settings) -> Pages:
    """The one way out to addresses that people send; see tests/shape/test_imports.py."""
    from app.adapters.guarded_fetch import GuardedPages

    return GuardedPages(version=version("genai-ops"), contact=settings.fetch_contact)
