"""`python -m app`: the whole platform on this machine; `make run` calls it."""

import argparse
import sys

from app.kernel.errors import EmbedderMismatch, StartError
from app.settings import read_settings
from app.supervisor import START_ERROR, report_start_error

_EXAMPLES = """examples:
  python -m app                               API on 8080, console on 8501, data in .data
  GENAI_PORT=9000 python -m app               another port
  GENAI_EMBEDDER=minilm python -m app         a better embedder (after `python -m app.rag model pull minilm`)
  GENAI_API_KEYS=acme:s3cret GENAI_HOST=0.0.0.0 python -m app   for others too, with a key

All settings: docs/reference/settings.md"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m app", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "command", nargs="?", choices=["run", "api"], default="run", help="api: one HTTP process"
    )
    parser.add_argument("--fd", type=int, help="serve on this inherited socket (set by the supervisor)")
    given = parser.parse_args(arguments)
    try:
        settings = read_settings()
        if given.command == "api":
            from app import gateway, server

            server.configure_logging(settings)
            server.serve(gateway.create(settings), settings, fd=given.fd)
            return 0
        from app.launch import run_platform

        return run_platform(settings, console=settings.console)
    except (EmbedderMismatch, StartError) as error:
        report_start_error(error.detail)
        return START_ERROR


if __name__ == "__main__":
    sys.exit(main())
