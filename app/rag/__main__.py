"""`python -m app.rag`: the RAG service alone, and the tools that work on its documents."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from typing import Any

from app.command_line import exit_code
from app.kernel.errors import EmbedderMismatch, GenaiError, StartError
from app.settings import Settings, read_settings

_EXAMPLES = """examples:
  python -m app.rag                                       the API without the console
  python -m app.rag import handbook/ minutes.docx         bring files in; again: only what changed
  python -m app.rag import s3://my-bucket/papers --metadata team=research --prune
  python -m app.rag reindex                               rebuild the search index, embedding nothing
  GENAI_EMBEDDER=minilm python -m app.rag reindex --embed change the embedder (stop the service first)
  python -m app.rag mcp                                   tools for an MCP host (docs/guide/05-mcp.md)
  python -m app.rag model pull minilm                     fetch the MiniLM model

import, reindex and mcp go through the service that uses the data folder; without one they start what they need."""


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    command: Callable[[Settings, argparse.Namespace], int] = given.run
    return exit_code(lambda: command(read_settings(), given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.rag", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.set_defaults(run=_serve, quiet=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    serve = commands.add_parser("serve", help="API and ingestion (the default)")
    serve.add_argument("--quiet", action="store_true", help="print nothing when ready")
    serve.set_defaults(run=_serve)
    api = commands.add_parser("api", help="one HTTP process (the supervisor starts it)")
    api.add_argument("--fd", type=int, help="serve on this inherited socket")
    api.set_defaults(run=_api)
    worker = commands.add_parser("worker", help="the ingestion process (the supervisor starts it)")
    worker.set_defaults(run=_worker)
    _add_import(commands)
    reindex = commands.add_parser("reindex", help="rebuild the search index from the stored embeddings")
    reindex.add_argument(
        "--embed", action="store_true", help="embed documents that another embedder embedded"
    )
    reindex.set_defaults(run=_reindex)
    mcp = commands.add_parser("mcp", help="the documents as tools of an MCP host, over stdin and stdout")
    mcp.set_defaults(run=_mcp)
    model = commands.add_parser("model", help="fetch a model").add_subparsers(metavar="ACTION", required=True)
    pull = model.add_parser("pull", help="download and verify")
    pull.add_argument("name", choices=["minilm"])
    pull.set_defaults(run=_pull)
    return parser


def _add_import(commands: Any) -> None:
    add = commands.add_parser("import", help="bring files, folders and s3:// prefixes in")
    add.add_argument("places", nargs="+", metavar="PATH", help="a file, a folder or s3://bucket/prefix")
    add.add_argument(
        "--metadata", action="append", default=[], metavar="NAME=VALUE", help="for every document"
    )
    add.add_argument(
        "--prune", action="store_true", help="delete documents of earlier imports whose source is gone"
    )
    add.set_defaults(run=_import)


def _serve(settings: Settings, given: argparse.Namespace) -> int:
    from app.launch import run_platform

    return run_platform(settings, module="app.rag", console=False, quiet=given.quiet)


def _api(settings: Settings, given: argparse.Namespace) -> int:
    from app import server
    from app.rag.application import create

    server.configure_logging(settings)
    server.serve(create(settings), settings, fd=given.fd)
    return 0


def _worker(settings: Settings, given: argparse.Namespace) -> int:
    from app import server
    from app.rag.application import work

    server.configure_logging(settings)
    asyncio.run(work(settings))
    return 0


def _import(settings: Settings, given: argparse.Namespace) -> int:
    from app.rag.importing import import_sources
    from app.rag.reach import service_client
    from app.rag.sources import find_sources
    from app.wiring import open_bucket

    metadata = dict(_pair(entry) for entry in given.metadata)
    sources = find_sources(given.places, open_bucket=lambda bucket: open_bucket(bucket, settings))
    if not sources and not given.prune:
        print(
            f"Nothing to import: no PDF, DOCX, TXT, MD or HTML file at {', '.join(given.places)}.",
            file=sys.stderr,
        )
        return 1
    with service_client(settings) as client:
        summary = import_sources(client, sources, metadata=metadata, prune=given.prune)
    print("\n".join(summary.lines()))
    return summary.exit_code


def _pair(entry: str) -> tuple[str, str]:
    name, separator, value = entry.partition("=")
    if not name or not separator:
        raise StartError(f"--metadata {entry!r} is not NAME=VALUE.")
    return name, value


def _reindex(settings: Settings, given: argparse.Namespace) -> int:
    from app.folder import running_service

    service = running_service(settings.data_dir)
    if service is not None:
        _check_embedder(settings, service.pid)
    rebuild = _reindex_offline if service is None else _reindex_online
    print(asyncio.run(rebuild(settings, embed=given.embed)))
    return 0


def _check_embedder(settings: Settings, pid: int) -> None:
    """Raises EmbedderMismatch: a running service rebuilds with its own embedder, whatever this command was given."""
    from app.wiring import models, stores

    live, mine = stores.index_fingerprint(settings), models.build_embedder(settings, api=True).fingerprint
    if live not in (None, mine):
        raise EmbedderMismatch(
            f"The service that uses the data folder (process {pid}) embeds with {live!r}, and GENAI_EMBEDDER gives {mine!r} "
            "here. To change the embedder, stop the service first and run this again with --embed; to rebuild as it is, set "
            "GENAI_EMBEDDER as the service has it."
        )


async def _reindex_online(settings: Settings, *, embed: bool) -> str:
    from app.rag.catalog import Catalog
    from app.rag.operations import Operations
    from app.wiring import build

    ports = build(settings, role="api")
    try:
        job = await Operations(Catalog(ports.records), ports.work).reindex(embed=embed)
    finally:
        await ports.aclose()
    if job.failure:
        raise GenaiError(job.failure.detail)
    return f"The running service rebuilt its index: {job.step}."


async def _reindex_offline(settings: Settings, *, embed: bool) -> str:
    from app.folder import TURN_S, owner_lock
    from app.rag.application import open_worker
    from app.rag.reindex import Rebuilt

    def progress(done: Rebuilt) -> None:
        if sys.stderr.isatty():
            print(f"\r{done.documents} documents, {done.chunks} chunks", end="", file=sys.stderr, flush=True)

    lock = owner_lock(settings.data_dir)
    lock.take(wait_s=TURN_S)
    async with open_worker(settings, role="reindex") as worker:
        done = await worker.reindex(embed=embed, progress=progress)
    return (
        f"Rebuilt the index: {done.documents} documents, {done.chunks} chunks, {done.embedded} embedded anew, "
        f"{done.restored} records restored."
    )


def _mcp(settings: Settings, given: argparse.Namespace) -> int:
    from app.rag.mcp_server.remote import serve_stdio

    serve_stdio(settings)
    return 0


def _pull(settings: Settings, given: argparse.Namespace) -> int:
    from app.rag.model import pull_minilm

    return pull_minilm(settings.minilm_folder)


if __name__ == "__main__":
    sys.exit(main())
