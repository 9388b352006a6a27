"""The error tree drawn in app/kernel/errors.py is the one that Python builds."""

import inspect
import re

from app.kernel import errors
from tests.shape.project import modules, shown

_LINE = re.compile(r"^(?P<indent>[│ ├└─]*)(?P<name>[A-Z]\w+)(?P<rest>.*)$")
_STEP = 4  # characters a level is drawn further in


def drawn() -> dict[str, str | None]:
    """{class: its parent} as the docstring shows it."""
    parents: dict[str, str | None] = {}
    path: list[str] = []
    lines = (errors.__doc__ or "").splitlines()
    for line in lines[next(i for i, line in enumerate(lines) if line.strip() == "GenaiError") :]:
        if match := _LINE.match(line):
            depth = len(match["indent"]) // _STEP
            path[depth:] = [match["name"]]
            parents[match["name"]] = path[depth - 1] if depth else None
    return parents


def real() -> dict[str, str | None]:
    found = dict(
        inspect.getmembers(errors, lambda value: inspect.isclass(value) and issubclass(value, Exception))
    )
    return {
        name: None if kind is errors.GenaiError else kind.__bases__[0].__name__
        for name, kind in found.items()
    }


def test_the_drawing_and_the_classes_are_the_same_tree() -> None:
    assert drawn() == real()


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for _, kind in inspect.getmembers(errors, inspect.isclass)]
    assert len(codes) == len(set(codes)), sorted(codes)


def test_every_error_of_the_kernel_is_explained_in_the_drawing() -> None:
    unexplained = [
        line.strip()
        for line in (errors.__doc__ or "").splitlines()
        if (match := _LINE.match(line)) and match["indent"] and not match["rest"].strip()
    ]
    assert not unexplained


def test_errors_of_the_product_are_defined_in_the_tree_only() -> None:
    elsewhere = re.compile(r"^class \w+\((GenaiError|StartError|BadInput|Unavailable)\)", re.M)
    assert not [
        shown(path)
        for path in modules("app")
        if path.name != "errors.py" and elsewhere.search(path.read_text(encoding="utf-8"))
    ]
