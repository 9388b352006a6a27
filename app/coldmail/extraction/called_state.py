"""Undoes the function call as which Nuxt 2 writes a page's state: `(function(a,b){return {...}}("Porto",null))`."""

import re
from collections.abc import Mapping

_CALLED = re.compile(
    r"\(?function\s*\((?P<names>[\w$,\s]{0,20000})\)\s*\{(?P<before>[^{}]{0,20000}?)return\s*(?=\{)"
)
_STRING = r'"(?:[^"\\]|\\.)*+"|\'(?:[^\'\\]|\\.)*+\''
# A string, which may hold anything, or a name where a value stands.
_VALUE = re.compile(rf"{_STRING}|(?<=[:,\[])\s*([A-Za-z_$][\w$]*)(?=\s*[,}}\]])", re.DOTALL)
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}}(),]", re.DOTALL)
# As other values than JSON's are written.
_WRITTEN = {"void 0": "null", "!0": "true", "!1": "false", "undefined": "null", "Array(0)": "[]"}
_MOST_CHARS = 5_000_000


def uncalled(script: str) -> str | None:
    """The object that the call returns, as a literal with the arguments in place; None where the script is no such call."""
    match = _CALLED.search(script[:_MOST_CHARS])
    if not match:
        return None
    end = _closed(script, match.end())
    begin = script.find("(", end)
    if not end or begin < 0 or script[end:begin].strip(" \t\n;}),"):
        return None
    names = [name.strip() for name in match["names"].split(",")]
    values = dict(zip(names, _arguments(script, begin + 1), strict=False))
    return _VALUE.sub(lambda found: _put(found, values), script[match.end() : end])


def _put(found: re.Match[str], values: Mapping[str, str]) -> str:
    name = found.group(1)
    return values.get(name, found.group()) if name else found.group()


def _closed(script: str, at: int) -> int:
    """The place behind the bracket that closes the one at `at`; 0 where none does."""
    depth = 0
    for match in _TOKEN.finditer(script, at):
        sign = match.group()
        depth += (sign in "[{(") - (sign in "]})") if len(sign) == 1 else 0
        if depth == 0:
            return match.end()
    return 0


def _arguments(script: str, at: int) -> list[str]:
    found, begin, depth = [], at, 0
    for match in _TOKEN.finditer(script, at):
        sign = match.group()
        if depth == 0 and sign in (",", ")"):
            text = script[begin : match.start()].strip()
            found.append(_WRITTEN.get(text, text or "null"))
            begin = match.end()
            if sign == ")":
                break
        elif len(sign) == 1:
            depth += (sign in "[{(") - (sign in "]})")
    return found
