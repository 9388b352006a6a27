"""`make docs`: what a program writes, pages and a picture; `--check` compares instead and names what is out of step."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.openapi_document import openapi_document
from scripts.picture import architecture
from scripts.settings_page import settings_page

REPO = Path(__file__).parents[1]
PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/settings.md": settings_page,
    "docs/reference/openapi.json": openapi_document,
    "docs/reference/openapi-devops.json": lambda: openapi_document("/devops"),
    "docs/reference/openapi-coldmail.json": lambda: openapi_document("/coldmail"),
    "docs/images/architecture.svg": architecture,
}


def stale() -> list[str]:
    """The pages that are missing or differ from what the code says now."""
    return [name for name, page in PAGES.items() if not _is_current(REPO / name, page())]


def _is_current(path: Path, content: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == content


def write() -> None:
    for name, page in PAGES.items():
        path = REPO / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8")
        print(f"wrote {name}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 when a page is out of step"
    )
    if not parser.parse_args().check:
        write()
        return 0
    behind = stale()
    for name in behind:
        print(f"{name} is out of step with the code; run `make docs` and commit it.")
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
