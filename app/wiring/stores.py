"""Which store stands behind each port: a folder of this machine, or a service that several machines share."""

from app.kernel.ports.cache import Cache
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import RebuildableIndex
from app.kernel.ports.objects import Objects
from app.kernel.ports.records import Records
from app.kernel.ports.work import Work
from app.settings import Settings


def open_bucket(bucket: str, settings: Settings) -> Objects:
    """Somebody's bucket to import from."""
    from app.adapters.s3 import S3Objects

    return S3Objects(bucket, region=settings.region)


def build_objects(settings: Settings) -> Objects:
    if settings.objects == "s3":
        return open_bucket(settings.bucket, settings)
    from app.adapters.embedded.objects import FolderObjects

    return FolderObjects(settings.data_dir / "objects")


def build_records(settings: Settings) -> Records:
    if settings.records == "dynamodb":
        from app.adapters.dynamodb import DynamoRecords

        return DynamoRecords(settings.table, region=settings.region)
    from app.adapters.embedded.records import SqliteRecords

    return SqliteRecords(settings.data_dir / "records" / "records.db")


def build_work(settings: Settings, records: Records) -> Work:
    if settings.work == "sqs":
        from app.adapters.sqs import SqsWork

        return SqsWork(settings.queue_url, records=records, region=settings.region)
    from app.adapters.embedded.work import SqliteWork

    return SqliteWork(settings.data_dir / "records" / "work.db")


def build_cache(settings: Settings) -> Cache:
    if settings.cache == "valkey":
        from app.adapters.valkey import ValkeyCache

        return ValkeyCache(settings.cache_url)
    from app.adapters.embedded.cache import SqliteCache

    return SqliteCache(settings.data_dir / "cache" / "cache.db")


def index_fingerprint(settings: Settings) -> str | None:
    """Of the embedder that built the index in the data folder; None when there is none, or when it is kept elsewhere."""
    if settings.index != "embedded":
        return None
    from app.adapters.embedded.index import EmbeddedIndex

    built_by = EmbeddedIndex.live_embedder(settings.data_dir / "index")
    return built_by[0] if built_by else None


def build_index(
    settings: Settings, embedder: Embedder, *, writable: bool, any_embedder: bool
) -> RebuildableIndex:
    """any_embedder: open it as whichever embedder built it, to put another in its place."""
    if settings.index == "opensearch":
        from app.adapters.opensearch import OpenSearchIndex

        return OpenSearchIndex.open(
            settings.opensearch_url,
            name=settings.opensearch_name,
            user=settings.opensearch_user,
            password=settings.opensearch_password,
            fingerprint=embedder.fingerprint,
            dimensions=embedder.dimensions,
            profile=embedder.profile,
            fusion=settings.fusion,
            any_embedder=any_embedder,
        )
    from app.adapters.embedded.index import EmbeddedIndex

    folder = settings.data_dir / "index"
    if any_embedder:
        EmbeddedIndex.make_way(folder)
    built_by = EmbeddedIndex.live_embedder(folder) if any_embedder else None
    fingerprint, dimensions = built_by or (embedder.fingerprint, embedder.dimensions)
    return EmbeddedIndex.open(
        folder,
        fingerprint=fingerprint,
        dimensions=dimensions,
        profile=embedder.profile,
        fusion=settings.fusion,
        writable=writable,
    )
