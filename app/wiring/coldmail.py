"""The ports of the cold e-mail writer: records, cache, embedder, fetcher, and a language model where there is one."""

from dataclasses import dataclass

from app.kernel.ports.cache import Cache
from app.kernel.ports.chat import Chat
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.pages import Pages
from app.kernel.ports.records import Records
from app.kernel.ports.rendering import Rendering
from app.settings import Settings
from app.wiring import models, read_keys, stores
from app.wiring.secret_settings import with_secret_settings
from app.wiring.web import build_pages, build_rendering


@dataclass(frozen=True, slots=True)
class ColdmailPorts:
    """`chat` is None without a language model: a template writes then. `rendering` is None without that service."""

    records: Records
    cache: Cache
    embedder: Embedder
    chat: Chat | None
    pages: Pages
    rendering: Rendering | None
    tenants_by_key: dict[str, str]

    async def aclose(self) -> None:
        for port in (self.chat, self.embedder, self.pages, self.rendering, self.cache, self.records):
            if close := getattr(port, "aclose", None):
                await close()
            elif close := getattr(port, "close", None):
                close()


def build_coldmail(settings: Settings) -> ColdmailPorts:
    """Raises StartError when something the settings ask for is not there."""
    settings = with_secret_settings(settings)
    return ColdmailPorts(
        records=stores.build_records(settings),
        cache=stores.build_cache(settings),
        embedder=models.build_embedder(settings, api=True),
        chat=_writer(settings),
        pages=build_pages(settings),
        rendering=build_rendering(settings),
        tenants_by_key=read_keys(settings),
    )


def _writer(settings: Settings) -> Chat | None:
    """The model of GENAI_CHAT; without one Groq, when its key is there; else nobody."""
    if settings.chat == "extractive" and settings.groq_key.get_secret_value():
        settings = settings.model_copy(update={"chat": "groq", "chat_model": settings.groq_model})
    if settings.chat == "extractive":
        return None
    return models.build_chat(settings, settings.chat_model, None)
