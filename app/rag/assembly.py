"""Puts the use cases of the RAG app together over a set of ports."""

from app.kernel.ports.chat import Chat
from app.rag.answer_cache import AnswerCache
from app.rag.ask import Ask
from app.rag.catalog import Catalog
from app.rag.conversation.converse import Converse
from app.rag.conversation.standalone import StandAlones
from app.rag.conversation.store import Conversations
from app.rag.delete import Delete
from app.rag.describe import Describe
from app.rag.ingest import Ingest, Observer, Reads, unobserved
from app.rag.reindex import Reindex
from app.rag.search import Search
from app.rag.service import RagService
from app.rag.upload import Upload
from app.rag.worker import Worker
from app.settings import Settings
from app.wiring import Ports

# The model that only quotes: see docs/adr/0015.
_QUOTES = "extractive"


def assemble_service(settings: Settings, ports: Ports) -> RagService:
    """What the API needs."""
    catalog = Catalog(ports.records)
    search = Search(ports.index, ports.embedder)
    answers = _answer_cache(settings, ports, catalog)
    return RagService(
        catalog=catalog,
        objects=ports.objects,
        index=ports.index,
        upload=Upload(catalog, ports.objects, ports.work, max_bytes=settings.max_upload_mb * 1_000_000),
        delete=Delete(catalog, ports.objects, ports.index, ports.work, answers=answers),
        describe=Describe(catalog, ports.objects, ports.index),
        search=search,
        ask=_ask(search, ports.chat, answers),
        ask_lite=_ask(search, ports.chat_lite, answers),
        ask_pro=_ask(search, ports.chat_pro, answers),
        converse=Converse(
            Conversations(catalog, keep_days=settings.conversation_days),
            StandAlones(ports.chat_lite, ports.embedder.count_tokens),
        ),
        embedder_name=settings.embedder_model or settings.embedder,
    )


def _answer_cache(settings: Settings, ports: Ports, catalog: Catalog) -> AnswerCache:
    setup = (settings.chat, settings.chat_url, settings.guardrail, settings.guardrail_version)
    return AnswerCache(ports.cache, catalog, ttl_s=settings.answer_cache_s, setup=repr(setup))


def _ask(search: Search, chat: Chat, answers: AnswerCache) -> Ask:
    """With remembered answers where they spare a language model."""
    worth_it = answers.ttl_s > 0 and chat.model != _QUOTES
    return Ask(search, chat, answers if worth_it else None)


def assemble_worker(ports: Ports, reader: Reads, *, observe: Observer = unobserved) -> Worker:
    """What the ingestion process needs."""
    catalog = Catalog(ports.records)
    ingest = Ingest(catalog, ports.objects, ports.index, ports.embedder, reader, observe)
    return Worker(
        catalog=catalog,
        work=ports.work,
        ingest=ingest,
        reindex=Reindex(catalog, ports.objects, ports.index, ports.embedder, ingest),
        delete=Delete(
            catalog,
            ports.objects,
            ports.index,
            ports.work,
            answers=AnswerCache(ports.cache, catalog),
            observe=observe,
        ),
        notify=ports.notify,
    )
