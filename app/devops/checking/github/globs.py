"""Filter patterns of branches, tags and paths: what can never match, or means something else than it looks."""

import re
from collections.abc import Iterator

_LONGEST = 500
_NO_REF = re.compile(r"[\s~^:]")


def faults(pattern: str, *, ref: bool) -> Iterator[str]:
    """What is wrong with a pattern; `ref` for branches and tags, else for paths."""
    if len(pattern) > _LONGEST:
        yield f"longer than {_LONGEST} characters"
        return
    body = pattern[1:] if pattern.startswith("!") else pattern
    if not body:
        yield "'!' negates a pattern, and none follows"
        return
    if ref:
        yield from _ref(body)
    else:
        yield from _path(pattern, body)
    yield from _signs(body)


def _ref(body: str) -> Iterator[str]:
    if found := _NO_REF.search(body):
        yield f"no branch or tag has {found[0]!r} in its name"
    if body.startswith("/"):
        yield "no branch or tag starts with '/'"
    if body.endswith(("/", ".")):
        yield f"no branch or tag ends with {body[-1]!r}"
    for match in re.finditer(r"\\(.?)", body):
        if match[1] not in tuple("[?+*\\!"):
            yield f"'\\' before {match[1]!r} means nothing; patterns are globs, not regular expressions"


def _path(pattern: str, body: str) -> Iterator[str]:
    if pattern != pattern.strip() or body != body.strip():
        yield "a path pattern with a space at its start or end matches nothing"
    if any(part in (".", "..") for part in body.split("/")):
        yield "'.' and '..' are taken literally in a path pattern; start at the top of the repository"


def _signs(body: str) -> Iterator[str]:
    position = 0
    while position < len(body):
        sign, before = body[position], body[position - 1 : position]
        if sign == "\\":
            position += 1
        elif sign in "?+" and before in ("", "*", "?", "+"):
            yield f"{sign!r} repeats the character before it, and there is none"
        elif sign == "[":
            end = body.find("]", position + 1)
            if end < 0:
                yield "'[' is never closed by ']'"
                return
            yield from _class(body[position + 1 : end])
            position = end
        position += 1


def _class(inside: str) -> Iterator[str]:
    if not inside:
        yield "'[]' holds no character"
    elif len(inside) == 1:
        yield f"'[{inside}]' is one character; write it without brackets"
    for first, last in re.findall(r"(.)-(.)", inside):
        if ord(first) >= ord(last):
            yield f"the range {first}-{last} in brackets runs backwards"
