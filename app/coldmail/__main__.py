"""`python -m app.coldmail`: a draft for a career page, or the cold e-mail writer's HTTP service alone."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from app.command_line import exit_code
from app.kernel.errors import StartError
from app.settings import Settings, read_settings

_EXAMPLES = """examples:
  python -m app.coldmail https://example.com/careers/42     print a draft for the job on that page
  python -m app.coldmail posting.html                       the same for a page that was saved
  cat posting.txt | python -m app.coldmail - --language de  or for a text
  python -m app.coldmail api                                the HTTP service alone: POST /coldmail/emails

No key is needed; with GENAI_GROQ_KEY or another GENAI_CHAT a model words the draft. Nothing is ever sent."""


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    return exit_code(lambda: _run(read_settings(), given))


def _run(settings: Settings, given: argparse.Namespace) -> int:
    if given.place in (None, "api"):
        return _serve(settings, given.fd)
    return asyncio.run(_draft(settings, given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.coldmail", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "place", nargs="?", metavar="URL", help="an address, a file, - for a text; api: the service"
    )
    parser.add_argument("--profile", metavar="ID", help="who writes")
    parser.add_argument("--language", choices=["en", "de", "fr", "es"])
    parser.add_argument("--tone", choices=["friendly", "formal", "direct"])
    parser.add_argument("--length", choices=["short", "medium", "long"])
    parser.add_argument("--variants", type=int, default=1, metavar="N")
    parser.add_argument("--fd", type=int, help="serve on this inherited socket")
    return parser


def _serve(settings: Settings, fd: int | None) -> int:
    from app import server
    from app.coldmail.application import create_alone

    server.configure_logging(settings)
    server.serve(create_alone(settings), settings, fd=fd)
    return 0


async def _draft(settings: Settings, given: argparse.Namespace) -> int:
    from app.coldmail.assembly import assemble_service
    from app.web.authentication import LOCAL_TENANT
    from app.wiring.coldmail import build_coldmail

    ports = build_coldmail(settings)
    service = assemble_service(ports)
    try:
        wish = await _wish(given, service)
        found = [each.email async for each in service.emails.write(LOCAL_TENANT, wish)]
    finally:
        await service.aclose()
        await ports.aclose()
    for email in sorted(found, key=lambda each: int(each["number"])):
        for warning in email["warnings"]:
            print(f"Note: {warning}", file=sys.stderr)
        print(f"Subject: {email['subject']}\n\n{email['body']}\n")
    return 0


async def _wish(given: argparse.Namespace, service: Any) -> Any:
    from dataclasses import asdict

    from app.coldmail.emails import Wish
    from app.coldmail.reading.source import Source

    style = {name: value for name in ("language", "tone", "length") if (value := getattr(given, name))}
    more: dict[str, Any] = {
        "profile_id": given.profile,
        "variants": max(1, min(5, given.variants)),
        "style": style,
    }
    if given.place == "-":
        return Wish(text=sys.stdin.read(), **more)
    if "://" in given.place:
        return Wish(url=given.place, **more)
    if not _is_file(given.place):
        raise StartError(
            f"There is no file {given.place!r}; check the path, or give an address that begins with https://."
        )
    page = await service.reading.read(Source(content=_saved(given.place)))
    if not page.jobs:
        raise StartError(page.advice or f"{given.place!r} holds no job.")
    return Wish(jobs=(asdict(page.jobs[0]),), **more)


def _is_file(place: str) -> bool:
    return Path(place).is_file()


def _saved(place: str) -> str:
    return Path(place).read_text(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main())
