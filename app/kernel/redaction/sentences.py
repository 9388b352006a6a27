"""Finds secrets that a program tells in a sentence: "Your initial password is ...", "Unseal Key 1: ..."."""

import re
from collections.abc import Iterator

from app.kernel.redaction.spans import NO_SECRET, Secret, Text
from app.kernel.redaction.vendors import is_random

_SUBJECT = r"""(?:
    pass(?:word|phrase|wort|code) | kennwort | secret | token
    | (?:api|access|secret|unseal|recovery|license)[ ]key(?:[ ]\d{1,2})?
)"""
_TOLD = re.compile(
    rf"""(?ix)
    (?<![\w./\-]) {_SUBJECT} (?: \b[^\n:"'=]{{0,60}}? \s (?:is|was|to|as|generated) | \b[^\n=]{{0,60}}? : (?=\s) )
    [:\s]{{1,3}} ["'`]? (?P<value> [^\s"'`<>]{{8,512}} ) ["'`.]? \s* $
    """
)
# "username ci and password 4fK..." in the midst of a sentence: only what no word looks like.
_AMID = re.compile(
    r"(?i)(?<![\w./\-])(?:password|passphrase|passwort)\s[\"'`]?"
    r"(?-i:(?=\S{0,40}[a-z])(?=\S{0,40}[A-Z])(?=\S{0,40}\d[^\s\d]+[\d!#%^*+$]))(?P<value>[^\s\"'`<>,;/\\()\[\]{}:=]{8,128})(?=[\"'`]?(?:\s|$))"
)
_ASKED = re.compile(rf"(?ix)(?<![\w./\-]){_SUBJECT}\b[^\n]{{0,60}}:\s*$")
_LONE = re.compile(r"\s*(?:\n\s*){0,3}(?P<value>[A-Za-z0-9+/=_\-]{16,128})[ \t]*(?:\n|$)")
# A line beyond this length is no sentence.
_LONGEST = 1_000
LITERALS = ("password", "passphrase", "passwort", "passcode", "kennwort", "secret", "token", " key")
_AHEAD = re.compile(r"[^\n]{0,61}(?:: *\S|:\s*\n| is\b| was\b| to\b| as\b)|\s[\"'`]?[^\s\d]{0,40}\d")


def find(text: Text) -> Iterator[Secret]:
    for start, end in text.lines_with(LITERALS, followed_by=_AHEAD):
        if end - start > _LONGEST:
            continue
        for found in _found(text.raw, start, end):
            if found and _looks_made_up(found["value"]):
                yield Secret(found.start("value"), found.end("value"), "password")


def _found(raw: str, start: int, end: int) -> Iterator[re.Match[str] | None]:
    """By what the line ends with: most end in a word, and need no pattern at all."""
    last = raw[max(start, end - 600) : end].split()[-1:]
    if last and last[0].endswith(":") and _ASKED.search(raw, start, end):
        yield _LONE.match(raw, end)
    if last and any(map(str.isdigit, last[0])):
        yield _TOLD.search(raw, start, end)
    yield _AMID.search(raw, start, end)


_PLAIN = re.compile(
    r"(?i)[\w.\-]*(?:[/\\][\w.\-@+]*)+|\w+(?:[._\-:]\w+)+|\w+://.*|[\d.,:\-]+|.*[()\[\]{}].*|sha\d{1,3}.*"
)


_BASE64 = re.compile(r"(?=[A-Za-z+/]*\d)(?=[a-z0-9+/]*[A-Z])(?=[A-Z0-9+/]*[a-z])[A-Za-z0-9+/]{32,512}={0,2}")


def _looks_made_up(value: str) -> bool:
    """Letters and digits mixed as no word, name, place or date mixes them."""
    if value.isascii() and (is_random(value) or _BASE64.fullmatch(value)):
        return True
    if NO_SECRET.fullmatch(value) or _PLAIN.fullmatch(value) or not any(map(str.isalpha, value)):
        return False
    digits = sum(map(str.isdigit, value))
    mixed = any(map(str.isupper, value[1:])) and any(map(str.islower, value))
    return digits > 0 and (mixed or len(value) >= 16 or not value.isalnum())
