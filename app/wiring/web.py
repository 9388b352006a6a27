"""How pages of the public web are fetched, and how services of the settings are told something."""

from importlib.metadata import version

from app.kernel.ports.notify import Notify
from app.kernel.ports.pages import Pages
from app.kernel.ports.posts import Posts
from app.kernel.ports.rendering import Rendering
from app.settings import Settings


def build_pages(settings: Settings) -> Pages:
    """The one way out to addresses that people send; see tests/shape/test_imports.py."""
    from app.adapters.guarded_fetch import GuardedPages

    return GuardedPages(version=version("genai-ops"), contact=settings.fetch_contact)


def build_parts(contact: str) -> Pages:
    """The same guard for the parts of a page that a browser draws: they are one visit, whose turn the page has had."""
    from app.adapters.guarded_fetch import GuardedPages, Limits

    limits = Limits(max_bytes=5_000_000, whole_s=10.0, pause_s=0.0)
    return GuardedPages(version=version("genai-ops"), contact=contact, limits=limits)


def build_rendering(settings: Settings) -> Rendering | None:
    """The rendering service of GENAI_RENDER_URL; None where there is none."""
    if not settings.render_url:
        return None
    from app.adapters.rendering_service import RenderingService

    return RenderingService(settings.render_url)


def build_apis(settings: Settings) -> Pages:
    """The same guard for APIs that we have a key of: as much as a log may have, and no politeness between two questions.

    Only here may a host of the settings stand in a private network: what people name is fetched by `build_pages`.
    """
    from app.adapters.guarded_fetch import GuardedPages, Limits

    limits = Limits(max_bytes=settings.max_upload_mb * 1_000_000, whole_s=90.0, pause_s=0.0)
    return GuardedPages(
        version=version("genai-ops"),
        contact=settings.fetch_contact,
        limits=limits,
        own_hosts=settings.private_hosts(),
    )


def build_notify(settings: Settings) -> Notify:
    """Slack where there is a webhook for it, else the log."""
    if settings.slack_url.get_secret_value():
        from app.adapters.slack import SlackNotify

        return SlackNotify(settings.slack_url, build_posts())
    from app.adapters.embedded.notify import LogNotify

    return LogNotify()


def build_posts() -> Posts:
    """To addresses of the settings only: the platforms' APIs, Slack, ticket systems."""
    from app.adapters.posts import HttpsPosts

    return HttpsPosts(version=version("genai-ops"))
