"""`python -m app.devops`: the DevOps assistant alone, and on a file or a pipe."""

import argparse
import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path

from app.command_line import exit_code
from app.kernel.errors import StartError
from app.settings import Settings, read_settings

_EXAMPLES = """examples:
  python -m app.devops analyze job.log                    cause, fix and patch of a failed job
  python -m app.devops analyze job.log --yaml .github/workflows/ci.yml
  gh run view 123 --log-failed | python -m app.devops analyze -
  python -m app.devops analyze job.log.gz --json | jq .root_cause
  python -m app.devops                                    the HTTP service alone: POST /devops/analyze

analyze needs no key and no service: it works in this process."""

# Of `analyze`: the cause is not known.
_ABSTAINED = 3


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    command: Callable[[Settings, argparse.Namespace], int] = given.run
    return exit_code(lambda: command(read_settings(), given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.devops", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.set_defaults(run=_serve, fd=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    api = commands.add_parser("api", help="the HTTP service (the default)")
    api.add_argument("--fd", type=int, help="serve on this inherited socket")
    api.set_defaults(run=_serve)
    analyze = commands.add_parser(
        "analyze", help="why a job failed", epilog=f"Exit code {_ABSTAINED}: the log does not tell the cause."
    )
    analyze.add_argument("file", metavar="FILE", help="a log, also packed with gzip; - reads standard input")
    analyze.add_argument("--json", action="store_true", help="the answer of POST /devops/analyze")
    analyze.add_argument("--yaml", type=Path, metavar="FILE", help="the workflow or manifest to patch")
    analyze.add_argument("--passing", metavar="FILE", help="a log of the same job when it was green")
    analyze.add_argument("--budget-lines", type=int, default=50, metavar="N", help="most extracted lines")
    analyze.set_defaults(run=_analyze)
    return parser


def _serve(settings: Settings, given: argparse.Namespace) -> int:
    from app import server
    from app.devops.application import create_alone

    server.configure_logging(settings)
    server.serve(create_alone(settings), settings, fd=given.fd)
    return 0


def _analyze(settings: Settings, given: argparse.Namespace) -> int:
    import asyncio

    from app.devops.assembly import assemble_service
    from app.devops.report import report
    from app.devops.service import Failure
    from app.devops.views import analysis_shape
    from app.web.authentication import LOCAL_TENANT
    from app.wiring.devops import build_devops

    failure = Failure(
        log=_read(given.file),
        yaml=_read(str(given.yaml)) if given.yaml else None,
        passing_log=_read(given.passing) if given.passing else None,
        budget_lines=given.budget_lines,
    )

    async def analyzed() -> int:
        ports = build_devops(settings)
        try:
            analysis = await assemble_service(settings, ports).analyze(failure, tenant=LOCAL_TENANT)
        finally:
            await ports.aclose()
        shown = (
            json.dumps(analysis_shape(analysis), indent=2, ensure_ascii=False)
            if given.json
            else report(analysis)
        )
        print(shown.rstrip("\n"))
        return _ABSTAINED if analysis.abstained else 0

    return asyncio.run(analyzed())


def _read(name: str) -> str:
    from app.devops.bodies import decoded

    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return decoded(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)
    except (OSError, EOFError) as error:
        why = (isinstance(error, OSError) and error.strerror) or str(error)
        raise StartError(
            f"{name!r} cannot be read: {why}; check the path, or give - to read from a pipe."
        ) from None


if __name__ == "__main__":
    sys.exit(main())
