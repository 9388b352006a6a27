"""Builds the ports that the settings ask for; the only package that knows the adapters."""

from dataclasses import dataclass
from typing import Literal

from app.kernel.errors import SettingsError
from app.kernel.ports.cache import Cache
from app.kernel.ports.chat import Chat
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import RebuildableIndex
from app.kernel.ports.notify import Notify
from app.kernel.ports.objects import Objects
from app.kernel.ports.records import Records
from app.kernel.ports.work import Work
from app.settings import Settings, parse_api_keys
from app.wiring import models, stores
from app.wiring.stores import open_bucket
from app.wiring.web import build_notify

__all__ = ["Ports", "Role", "build", "open_bucket"]

Role = Literal["api", "worker", "reindex"]


@dataclass(frozen=True, slots=True)
class Ports:
    """One adapter for each outside need, and the keys that open the service.

    chat_lite and chat_pro are the cheaper and the better model; with one model configured all three are the same.
    """

    objects: Objects
    records: Records
    work: Work
    index: RebuildableIndex
    cache: Cache
    embedder: Embedder
    chat: Chat
    chat_lite: Chat
    chat_pro: Chat
    notify: Notify
    tenants_by_key: dict[str, str]

    async def aclose(self) -> None:
        """Close what holds connections or files; each once, also when two ports share an adapter."""
        held = (
            self.chat, self.chat_lite, self.chat_pro, self.embedder, self.index, self.work, self.cache, self.records,
            self.objects, self.notify,
        )  # fmt: skip
        for port in {id(port): port for port in held}.values():
            if close := getattr(port, "aclose", None):
                await close()
            elif close := getattr(port, "close", None):
                close()


def build(settings: Settings, *, role: Role) -> Ports:
    """Raises StartError when something the settings ask for is not there, EmbedderMismatch for an index of another.

    role: only the worker may write an embedded index, and there is one of it. reindex opens the index as whichever
    embedder built it, to put another in its place.
    """
    embedder = models.build_embedder(settings, api=role == "api")
    chat = models.build_chat(settings, settings.chat_model, embedder)
    records = stores.build_records(settings)
    return Ports(
        objects=stores.build_objects(settings),
        records=records,
        work=stores.build_work(settings, records),
        index=stores.build_index(settings, embedder, writable=role != "api", any_embedder=role == "reindex"),
        cache=stores.build_cache(settings),
        embedder=embedder,
        chat=chat,
        chat_lite=_tier(settings, settings.chat_model_lite, embedder, chat),
        chat_pro=_tier(settings, settings.chat_model_pro, embedder, chat),
        notify=build_notify(settings),
        tenants_by_key=read_keys(settings),
    )


def _tier(settings: Settings, model: str, embedder: Embedder, chat: Chat) -> Chat:
    return models.build_chat(settings, model, embedder) if model else chat


def read_keys(settings: Settings) -> dict[str, str]:
    """API keys from the environment or, by name, from Secrets Manager. Raises SettingsError."""
    if not settings.api_keys_secret:
        return settings.tenants_by_key()
    from app.adapters.secrets_manager import read_secret

    try:
        secret = read_secret(settings.api_keys_secret, region=settings.region)
        keys = parse_api_keys(secret.get_secret_value())
    except ValueError as error:
        raise SettingsError(f"The secret {settings.api_keys_secret!r} is not usable: {error}") from None
    if not keys:
        raise SettingsError(
            f"The secret {settings.api_keys_secret!r} holds no keys; write tenant:key into it."
        )
    return keys
