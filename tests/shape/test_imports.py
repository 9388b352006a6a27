"""Import rules that a list of layers cannot say; the others are contracts in .importlinter."""

import sys
from pathlib import Path

import pytest

from tests.shape.project import imported, modules, shown


def _strangers(path: Path, *known: str) -> set[str]:
    return {
        name
        for name in imported(path, at_run_time=True)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not any(name == room or name.startswith(room + ".") for room in known)
    }


def _of(room: str) -> list[Path]:
    found = [path for path in modules("app") if shown(path).startswith(room)]
    assert found, room
    return found


@pytest.mark.parametrize("room", ["app/kernel/", "app/settings.py"])
def test_the_kernel_and_the_settings_know_the_standard_library_and_pydantic_only(room: str) -> None:
    strangers = {
        shown(path): _strangers(path, "pydantic", "pydantic_core", "app.kernel") for path in _of(room)
    }
    assert not {path: names for path, names in strangers.items() if names}


def test_the_console_knows_nothing_of_the_apps_but_settings_and_errors() -> None:
    allowed = ("app.console", "app.settings", "app.kernel.errors")
    strangers = {
        shown(path): {name for name in _strangers(path, *allowed) if name.partition(".")[0] == "app"}
        for path in _of("app/console/")
    }
    assert not {path: names for path, names in strangers.items() if names}


def test_only_wiring_imports_adapters() -> None:
    knowing = {
        shown(path)
        for path in modules("app")
        if any(name == "app.adapters" or name.startswith("app.adapters.") for name in imported(path))
    }
    assert {path.rsplit("/", 1)[0] for path in knowing if not path.startswith("app/adapters/")} == {
        "app/wiring"
    }


def test_the_halves_import_neither_each_other_nor_the_other_ones_vendors() -> None:
    wrong = {
        shown(path): name
        for path in modules("app", "infra")
        for name in imported(path)
        if (shown(path).startswith("app/") and name.split(".")[0].startswith(("infra", "pulumi")))
        or (shown(path).startswith("infra/") and name.split(".")[0] == "app")
    }
    assert not wrong
