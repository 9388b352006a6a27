"""The ports of the DevOps assistant: stores, ways to fetch logs and to tell, a language model where there is one, and keys."""

from dataclasses import dataclass

from pydantic import SecretStr

from app.kernel.ports.cache import Cache
from app.kernel.ports.chat import Chat
from app.kernel.ports.notify import Notify
from app.kernel.ports.pages import Pages
from app.kernel.ports.posts import Posts
from app.kernel.ports.records import Records
from app.settings import Settings
from app.wiring import models, read_keys, stores
from app.wiring.secret_settings import with_secret_settings
from app.wiring.web import build_apis, build_notify, build_pages, build_posts


@dataclass(frozen=True, slots=True)
class DevopsPorts:
    """`chat` is None without a language model: the one that only quotes passages has nothing to say of a log.

    apis: fetches what programs were made to ask for, logs included; pages: what people name.
    connections: the JSON of GENAI_DEVOPS_CONNECTIONS.
    """

    records: Records
    cache: Cache
    chat: Chat | None
    pages: Pages
    apis: Pages
    posts: Posts
    notify: Notify
    connections: SecretStr
    tenants_by_key: dict[str, str]

    async def aclose(self) -> None:
        for port in (self.chat, self.pages, self.apis, self.posts, self.notify, self.cache, self.records):
            if close := getattr(port, "aclose", None):
                await close()
            elif close := getattr(port, "close", None):
                close()


def build_devops(settings: Settings) -> DevopsPorts:
    """Raises StartError when something the settings ask for is not there."""
    settings = with_secret_settings(settings)
    return DevopsPorts(
        records=stores.build_records(settings),
        cache=stores.build_cache(settings),
        chat=None
        if settings.chat == "extractive"
        else models.build_chat(settings, settings.chat_model, None),
        pages=build_pages(settings),
        apis=build_apis(settings),
        posts=build_posts(),
        notify=build_notify(settings),
        connections=settings.devops_connections,
        tenants_by_key=read_keys(settings),
    )
