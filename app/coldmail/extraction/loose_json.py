"""Reads JSON as it stands in pages: wrapped in comments or CDATA, with stray commas, raw control characters, as JavaScript."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import chompjs
import json_repair

_WRAPPERS = re.compile(
    r"\s*(?:<!--|/\*|\*/|//\s*<!\[CDATA\[|<!\[CDATA\[|//\s*\]\]>|\]\]>|//\s*-->|-->|\ufeff|;|(?:(?:var|let|const)\s+)?[\w.$]{1,60}\s*=(?=\s*[\[{]))\s*"
)
# A whole comment before the value; one that opens CDATA or hides the value itself is a wrapper.
_REMARK = re.compile(r"\s*(?:/\*[^*\[{]{0,500}\*/|<!--[^\[{<>]{0,500}-->|//[^\n\[{<]{0,500}\n)")
_TRAILING = re.compile(r"\s*(?:/\*\s*)?(?://\s*)?(?:\]\]>|-->|\*/|;)\s*\Z")
_STRING_OR_COMMAS = re.compile(r'"(?:[^"\\]|\\.)*+"|,(?:\s*+,)++|,\s*+(?=[}\]])|([\[{])\s*+,', re.DOTALL)
_STRING_OR_BREAK = re.compile(r'("(?:[^"\\]|\\.)*+")|<br\s*/?>|</?p>', re.DOTALL)
_BETWEEN = re.compile(r"[\s,;]*")
# Beyond this, mending character by character costs more than a page may.
_MENDABLE_CHARS = 60_000
_MAX_DEPTH = 400
_MOST_VALUES = 1_000


def loads(text: str) -> Any:
    """The value of a JSON text, mended where people and templates break it; None when it cannot be told."""
    text = _unwrapped(text)
    if text.startswith(('"{', '"[', '{\\"')):
        text = _once_more(text)
    if not text or text[0] not in "[{":
        return None
    for attempt in (_strict, _without_commas, _several, _without_breaks, _unescaped, _as_javascript, _mended):
        try:
            value = attempt(text)
        except (ValueError, RecursionError, IndexError):
            continue
        if isinstance(value, dict | list):
            return value
    return None


def javascript(text: str, at: int) -> Any:
    """The object or array literal that begins at this place of a script; None when there is none."""
    if text[at : at + 1] not in ("[", "{"):
        return None
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, at)[0]
    except (ValueError, RecursionError):
        pass
    try:
        return chompjs.parse_js_object(text[at:], loader_kwargs={"strict": False})
    except (ValueError, RecursionError, IndexError):
        return None


def walk(value: Any, *, limit: int = 200_000) -> Iterator[Any]:
    """Every dict and list inside a value, the outer before the inner, in the order of the text."""
    todo = [value]
    while todo and limit > 0:
        limit -= 1
        one = todo.pop()
        if isinstance(one, dict):
            yield one
            todo.extend(part for part in reversed(one.values()) if isinstance(part, dict | list))
        elif isinstance(one, list):
            yield one
            todo.extend(part for part in reversed(one) if isinstance(part, dict | list))


def _once_more(text: str) -> str:
    """The JSON inside a JSON string: what was written twice on its way; the text itself where it is none."""
    try:
        inner = json.loads(text if text[0] == '"' else f'"{text}"', strict=False)
    except ValueError:
        return text
    return inner.strip() if isinstance(inner, str) else text


def _unwrapped(text: str) -> str:
    text = text.strip()
    while match := _REMARK.match(text) or _WRAPPERS.match(text):
        text = text[match.end() :]
    while match := _TRAILING.search(text[-40:]):
        text = text[: len(text) - len(text[-40:]) + match.start()]
    return text.strip()


def _strict(text: str) -> Any:
    return json.loads(text, strict=False)


def _without_commas(text: str) -> Any:
    return json.loads(_STRING_OR_COMMAS.sub(_kept, text), strict=False)


def _several(text: str) -> Any:
    """Values one after the other, as one list."""
    found: list[Any] = []
    at = 0
    decoder = json.JSONDecoder(strict=False)
    while at < len(text):
        if len(found) >= _MOST_VALUES:
            raise ValueError
        value, at = decoder.raw_decode(text, at)
        found.append(value)
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
    return found


def _without_breaks(text: str) -> Any:
    # Editors of content systems set a paragraph's marks wherever they see a new line.
    if "<" not in text:
        raise ValueError
    return _without_commas(_STRING_OR_BREAK.sub(lambda match: match[1] or "", text))


def _kept(match: re.Match[str]) -> str:
    found = match.group()
    if found[0] == '"':
        return found
    if match.group(1):
        return match.group(1)
    return "," if found.count(",") > 1 else ""


def _unescaped(text: str) -> Any:
    if "&" not in text:
        raise ValueError
    # Entities stand for the quotes of the JSON itself, or were left by a template; both read the same once undone.
    return json.loads(_STRING_OR_COMMAS.sub(_kept, unescape(text)), strict=False)


def _as_javascript(text: str) -> Any:
    return chompjs.parse_js_object(text, loader_kwargs={"strict": False})


def _mended(text: str) -> Any:
    # Its time grows with the square of the depth.
    if len(text) > _MENDABLE_CHARS or _depth(text) > _MAX_DEPTH:
        raise ValueError
    return json_repair.loads(text)


def _depth(text: str) -> int:
    """How deep the brackets nest; those in strings count too, which only means a little less is mended."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[{\]}]", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest
