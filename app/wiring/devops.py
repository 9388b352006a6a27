"""The ports of the DevOps assistant: a cache, a way to fetch logs, a language model where one is configured, and the keys."""

from dataclasses import dataclass

from app.kernel.ports.cache import Cache
from app.kernel.ports.chat import Chat
from app.kernel.ports.pages import Pages
from app.settings import Settings
from app.wiring import models, read_keys, stores
from app.wiring.secret_settings import with_secret_settings
from app.wiring.web import build_pages


@dataclass(frozen=True, slots=True)
class DevopsPorts:
    """`chat` is None without a language model: the one that only quotes passages has nothing to say of a log."""

    cache: Cache
    chat: Chat | None
    pages: Pages
    tenants_by_key: dict[str, str]

    async def aclose(self) -> None:
        for port in (self.chat, self.pages, self.cache):
            if close := getattr(port, "aclose", None):
                await close()
            elif close := getattr(port, "close", None):
                close()


def build_devops(settings: Settings) -> DevopsPorts:
    """Raises StartError when something the settings ask for is not there."""
    settings = with_secret_settings(settings)
    return DevopsPorts(
        cache=stores.build_cache(settings),
        chat=None
        if settings.chat == "extractive"
        else models.build_chat(settings, settings.chat_model, None),
        pages=build_pages(settings),
        tenants_by_key=read_keys(settings),
    )
