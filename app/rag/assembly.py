"""Puts the use cases of the RAG app together over a set of ports."""

from app.rag.ask import Ask
from app.rag.catalog import Catalog
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


def assemble_service(settings: Settings, ports: Ports) -> RagService:
    """What the API needs."""
    catalog = Catalog(ports.records)
    search = Search(ports.index, ports.embedder)
    return RagService(
        catalog=catalog,
        objects=ports.objects,
        index=ports.index,
        upload=Upload(catalog, ports.objects, ports.work, max_bytes=settings.max_upload_mb * 1_000_000),
        delete=Delete(catalog, ports.objects, ports.index, ports.work),
        describe=Describe(catalog, ports.objects, ports.index),
        search=search,
        ask=Ask(search, ports.chat),
    )


def assemble_worker(ports: Ports, reader: Reads, *, observe: Observer = unobserved) -> Worker:
    """What the ingestion process needs."""
    catalog = Catalog(ports.records)
    ingest = Ingest(catalog, ports.objects, ports.index, ports.embedder, reader, observe)
    return Worker(
        catalog=catalog,
        work=ports.work,
        ingest=ingest,
        reindex=Reindex(catalog, ports.objects, ports.index, ports.embedder, ingest),
        delete=Delete(catalog, ports.objects, ports.index, ports.work, observe),
        notify=ports.notify,
    )
