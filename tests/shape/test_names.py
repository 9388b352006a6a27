"""Names say what a thing is, and never hide a module of Python itself."""

import sys
from pathlib import Path

import pytest

from tests.shape.project import HALVES, REPO, files, modules, shown

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc", "shared"}


def _names(path: Path) -> set[str]:
    relative = path.relative_to(REPO)
    return {*relative.parts[1:-1], relative.stem} - {"__init__", "__main__"}


@pytest.mark.parametrize("half", HALVES)
def test_there_are_modules_to_look_at(half: str) -> None:
    assert len(modules(half)) > 5


def test_no_module_or_folder_is_named_like_the_standard_library() -> None:
    # Nested ones too: a program started by its file puts its folder first on the search path.
    shadows = {shown(path): _names(path) & sys.stdlib_module_names for path in modules(*HALVES)}
    assert not {path: names for path, names in shadows.items() if names}


def test_no_script_is_named_like_the_standard_library() -> None:
    assert not {shown(path) for path in modules("scripts") if path.stem in sys.stdlib_module_names}


def test_every_name_says_something() -> None:
    empty = {shown(path): _names(path) & SAYS_NOTHING for path in files() if path.suffix in (".py", ".sh")}
    assert not {path: names for path, names in empty.items() if names}
