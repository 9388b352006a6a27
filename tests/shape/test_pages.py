"""What the pages say is what the code says."""

import json
import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from app.settings import known_names
from scripts.generated_docs import PAGES, stale
from scripts.openapi_document import application
from tests.shape.project import REPO, files, shown

_TREE = re.compile(r"^## The tree\n+```text\n(.*?)^```$", re.M | re.S)
_LINK = re.compile(r"\]\(([^)#\s]+)")
# Folders whose first level the drawing leaves to their own pages.
DRAWN = ("app", "infra", "tests", "scripts", "docs")


def tree() -> set[str]:
    """The folders that README draws, as paths."""
    match = _TREE.search((REPO / "README.md").read_text(encoding="utf-8"))
    assert match, "README has no tree"
    folders, parent = set(), ""
    for line in match[1].splitlines():
        name = line.split()[0].rstrip("/")
        parent = parent if line.startswith(" ") else name
        folders.add(f"{parent}/{name}" if line.startswith(" ") else name)
    return folders


def real_tree() -> set[str]:
    parents = {folder.as_posix() for path in files() for folder in path.relative_to(REPO).parents}
    return {
        folder
        for folder in parents
        if not folder.startswith(".") and folder.count("/") < 2 and folder.split("/")[0] in (*DRAWN, folder)
    }


def test_every_folder_is_in_readmes_tree_and_every_drawn_one_exists() -> None:
    assert tree() == real_tree()


@pytest.fixture(scope="module")
def behind() -> list[str]:
    """Once for all: the picture alone rehearses the whole program several times."""
    return stale()


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_in_step_with_the_code(name: str, behind: list[str]) -> None:
    assert name not in behind, "run `make docs` and commit the page"


def test_every_setting_is_in_the_reference() -> None:
    page = (REPO / "docs/reference/settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(GENAI_\w+)`", page, re.M)) == known_names()


def test_every_public_route_is_in_the_committed_openapi_document(tmp_path: Path) -> None:
    written = json.loads((REPO / "docs/reference/openapi.json").read_text(encoding="utf-8"))["paths"]
    document = {(path, method.upper()) for path, operations in written.items() for method in operations}
    served = {
        (path, method)
        for path, operations in application(tmp_path).openapi()["paths"].items()
        for method in map(str.upper, operations)
    }
    assert served == document
    assert {("/query", "POST"), ("/upload", "POST"), ("/healthz", "GET")} <= document


def test_no_route_hides_from_the_document(tmp_path: Path) -> None:
    """But the twins of documented routes that answer HEAD."""
    application_ = application(tmp_path)
    documented = application_.openapi()["paths"]
    routes = [found.original_route for found in iter_route_contexts(application_.routes)]
    hidden = [route for route in routes if isinstance(route, APIRoute) and not route.include_in_schema]
    assert len(routes) > len(documented) > 20, "no routes were seen"
    assert {(route.path, *route.methods) for route in hidden} == {("/healthz", "HEAD"), ("/readyz", "HEAD")}
    assert all("get" in documented[route.path] for route in hidden)


@pytest.mark.parametrize("page", sorted(page for page in PAGES if page.endswith(".json")))
def test_every_schema_that_a_document_refers_to_is_in_it(page: str) -> None:
    text = (REPO / page).read_text(encoding="utf-8")
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert "Problem" in wanted
    assert wanted <= set(json.loads(text)["components"]["schemas"])


def test_every_decision_is_linked_from_the_index_in_order() -> None:
    index = (REPO / "docs/adr/README.md").read_text(encoding="utf-8")
    pages = sorted(path.name for path in (REPO / "docs/adr").glob("[0-9]*.md"))
    assert _LINK.findall(index) == pages
    assert [int(page[:4]) for page in pages] == list(range(1, len(pages) + 1))


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        (shown(page), target)
        for page in files()
        if page.suffix == ".md"
        and page.relative_to(REPO).parts[0] in ("README.md", "CONTRIBUTING.md", "docs")
        for target in _LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not broken


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPO / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {
        (shown(page), target)
        for page in files()
        if page.suffix in (".md", ".py", ".yml", ".yaml")
        for target in re.findall(r"(?:`|^|&& )make ([a-z][a-z-]*)", page.read_text(encoding="utf-8"), re.M)
    }
    assert named
    assert not {(page, target) for page, target in named if target not in targets}
