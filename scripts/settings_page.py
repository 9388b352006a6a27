"""The settings reference as Markdown, from the fields of app.settings.Settings."""

import types
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.settings import PREFIX, Settings

HEAD = """\
# Settings

Every app reads its settings once, at start, from environment variables. An unknown `GENAI_*` name, a bad value or two
values that contradict each other stop the start with one line that says what to change, and exit code 2. An empty value
is the same as none. This page is generated from `app/settings.py`; `make docs` writes it anew.

| Name | Value | Default | What it does |
|---|---|---|---|
"""
_SIGNS: tuple[tuple[type, str, str], ...] = (
    (Ge, "ge", "at least"),
    (Gt, "gt", "more than"),
    (Le, "le", "at most"),
    (Lt, "lt", "less than"),
)
_WORDS = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "`true` or `false`",
    "Path": "path",
}


def settings_page() -> str:
    return HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    cells = (f"`{PREFIX}{name.upper()}`", _value(field), _default(field.default), field.description or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _value(field: FieldInfo) -> str:
    bounds = [
        f"{word} {getattr(mark, attribute):,}"
        for mark in field.metadata
        for kind, attribute, word in _SIGNS
        if isinstance(mark, kind)
    ]
    return ", ".join([_kind(field.annotation), *bounds])


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        return _kind(next(part for part in get_args(annotation) if part is not type(None)))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{choice.value}`" for choice in annotation)
    if annotation is SecretStr:
        return "secret text"
    return _WORDS[annotation.__name__]


def _default(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value.value if isinstance(value, Enum) else value}`"
