"""Builds the ports that the settings ask for; the only module that knows the adapters."""

import os
from dataclasses import dataclass
from typing import Literal

from app.kernel.errors import SettingsError
from app.kernel.ports.chat import Chat
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import RebuildableIndex
from app.kernel.ports.notify import Notify
from app.kernel.ports.objects import Objects
from app.kernel.ports.records import Records
from app.kernel.ports.work import Work
from app.settings import Settings, parse_api_keys

Role = Literal["api", "worker", "reindex"]


@dataclass(frozen=True, slots=True)
class Ports:
    """One adapter for each outside need, and the keys that open the service."""

    objects: Objects
    records: Records
    work: Work
    index: RebuildableIndex
    embedder: Embedder
    chat: Chat
    notify: Notify
    tenants_by_key: dict[str, str]

    async def aclose(self) -> None:
        """Close what holds connections or files; each once, also when two ports share an adapter."""
        for port in {
            id(port): port for port in (self.chat, self.embedder, self.index, self.work, self.records)
        }.values():
            if close := getattr(port, "aclose", None):
                await close()
            elif close := getattr(port, "close", None):
                close()


def build(settings: Settings, *, role: Role) -> Ports:
    """Raises StartError when something the settings ask for is not there, EmbedderMismatch for an index of another.

    role: only the worker may write the index; with embedded stores there is one of it. reindex opens the index
    as whichever embedder built it, to put another in its place.
    """
    from app.adapters.embedded.notify import LogNotify
    from app.adapters.embedded.records import SqliteRecords
    from app.adapters.embedded.work import SqliteWork

    embedder = build_embedder(settings, role=role)
    records_folder = settings.data_dir / "records"
    return Ports(
        objects=build_objects(settings),
        records=SqliteRecords(records_folder / "records.db"),
        work=SqliteWork(records_folder / "work.db"),
        index=build_index(settings, embedder, role=role),
        embedder=embedder,
        chat=build_chat(settings, embedder),
        notify=LogNotify(),
        tenants_by_key=read_keys(settings),
    )


def open_bucket(bucket: str, settings: Settings) -> Objects:
    """Somebody's bucket to import from."""
    from app.adapters.s3 import S3Objects

    return S3Objects(bucket, region=settings.region)


def build_objects(settings: Settings) -> Objects:
    if settings.objects == "s3":
        from app.adapters.s3 import S3Objects

        return S3Objects(settings.bucket, region=settings.region)
    from app.adapters.embedded.objects import FolderObjects

    return FolderObjects(settings.data_dir / "objects")


def build_index(settings: Settings, embedder: Embedder, *, role: Role) -> RebuildableIndex:
    from app.adapters.embedded.index import EmbeddedIndex

    folder = settings.data_dir / "index"
    built_by = EmbeddedIndex.live_embedder(folder) if role == "reindex" else None
    fingerprint, dimensions = built_by or (embedder.fingerprint, embedder.dimensions)
    return EmbeddedIndex.open(
        folder,
        fingerprint=fingerprint,
        dimensions=dimensions,
        profile=embedder.profile,
        fusion=settings.fusion,
        writable=role != "api",
    )


def build_embedder(settings: Settings, *, role: Role) -> Embedder:
    match settings.embedder:
        case "minilm":
            from app.adapters.embedded.minilm import MiniLmEmbedder

            # API processes share the cores; the ingestion process may have them all.
            cores = os.cpu_count() or 1
            threads = max(1, cores // settings.workers) if role == "api" else cores
            return MiniLmEmbedder(settings.minilm_folder, threads=threads)
        case "openai":
            from app.adapters.openai_compatible import OpenAIEmbedder

            return OpenAIEmbedder(
                settings.embedder_url,
                model=settings.embedder_model,
                key=settings.embedder_key,
                dimensions=settings.embedder_dimensions,
            )
        case "wordllama":
            from app.adapters.embedded.wordllama import WordLlamaEmbedder

            return WordLlamaEmbedder()


def build_chat(settings: Settings, embedder: Embedder) -> Chat:
    if settings.chat == "openai":
        from app.adapters.openai_compatible import OpenAIChat

        return OpenAIChat(
            settings.chat_url,
            model=settings.chat_model,
            key=settings.chat_key,
            timeout_s=settings.chat_timeout_s,
            input_usd_per_mtok=settings.chat_input_usd_per_mtok,
            output_usd_per_mtok=settings.chat_output_usd_per_mtok,
        )
    from app.adapters.embedded.extractive import ExtractiveChat

    # Meaning lifts .885 to .901 on SQuAD for 5 ms with wordllama; MiniLM would take 120 ms a question.
    return ExtractiveChat(embedder=embedder if settings.embedder == "wordllama" else None)


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
