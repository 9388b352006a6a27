"""The project's own files, for the tests of its shape."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).parents[2]
HALVES = ("app", "infra")


def files() -> list[Path]:
    """What is committed or about to be: ignored files are nobody's business."""
    listing = subprocess.run(
        ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"),
        cwd=REPO, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return sorted(REPO / name for name in set(listing.split("\0")) if name and (REPO / name).is_file())


def modules(*folders: str) -> list[Path]:
    return [path for path in files() if path.suffix == ".py" and path.relative_to(REPO).parts[0] in folders]


def imported(path: Path, *, at_run_time: bool = False) -> Iterator[str]:
    """The full names of all modules a file imports, those inside functions included.

    at_run_time: leave out what only the type checker reads.
    """
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        if not (at_run_time and isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            waiting += ast.iter_child_nodes(node)


def shown(path: Path) -> str:
    return path.relative_to(REPO).as_posix()
