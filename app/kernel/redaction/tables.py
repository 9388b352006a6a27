# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds values in tables: a name, then a tab, some blanks or a column's line, then the value, as dumps of variables have it."""

import re
from collections.abc import Iterator

from app.kernel.redaction.assignments import is_plain
from app.kernel.redaction.spans import NO_SECRET, Secret, Text

_GAP = r"(?:`?[ ]*[|│┃][ ]*`?|[ ]*\t[ \t]*|[ ]{2,60}|[ ](?:->|=>|→|to)[ ][\"'`]?)"
_AHEAD = re.compile(rf"[\w.\-]{{0,24}}(?:{_GAP}|[ ])[^\s|│┃]")
_ROOTS = ("pass", "pwd", "pw", "secret", "token", "key", "auth", "credential")
_ROW = re.compile(
    rf"""(?imx)
    (?: ^ | [\t|│┃][ ]*`? | (?<=[ ]{{2}}) | (?<=[ ])(?=[A-Z]+_) ) [ ]*
    (?P<name> (?:[A-Za-z][\w.\-]{{0,80}}?)? (?: pass(?:word|wd|phrase|wort)? | [_\-.]pwd? | secret | token | [_\-.]auth | [_\-.]credentials?
      | (?:api|access|auth|account|secret|private|encryption|signing|master|deploy|license)[_\-.]?key(?:[_\-.]?(?:base|id))? ) (?:[_\-]?\d{{1,3}})? )
    {_GAP}
    (?P<value> [^\s|│┃"'`]{{6,4096}} ) ["'`]? (?= [ ]*[\t|│┃] | [ ]{{2}} | \s*$ )
    """
)
# Lines of configuration with one blank between: `requirepass 4f...`.
_LINE = re.compile(
    r"(?im)^\s{0,12}(?:requirepass|masterauth|[\w.\-]{0,60}_(?:password|passwd|pass|secret|token)|bindpw|rootpw)[ ](?P<value>[^\s\"'|]{6,512});?\s*$"
)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*_[A-Z0-9_]+")
# What a variable's value may be that is none of a secret: a word, numbers, sizes, times and versions, a place, a
# type, names of hosts, stages and files, a commit in short.
_TOLD = re.compile(
    r"""(?x)
    [A-Za-z]+ | [\d.,:\-/]+ | v?\d+(?:\.\d+)+\S* | (?:\w+:/)?/\S* | \w+(?:\.\w+){2,} | arn:\S* | sha\d{1,3}:\S*
    | (?:\d[\d.,]*[A-Za-z%]{1,3})+ | [0-9a-f]{7,12} | \w+\([^)]*\) | [a-z]+(?:[._\-][a-z]+)*(?:[._\-]\d{1,4})?(?:\.[a-z]{1,4})?
    """
)
_HEX = re.compile(r"[0-9a-fA-F]{32,128}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LITERALS = _ROOTS


def find(text: Text) -> Iterator[Secret]:
    for start, end in text.lines_with(_ROOTS, followed_by=_AHEAD):
        for row in _ROW.finditer(text.raw, start, end):
            if _is_secret(row["name"], row["value"]):
                yield Secret(row.start("value"), row.end("value"), "secret")
        if (line := _LINE.match(text.raw, start, end)) and _is_secret("_", line["value"]):
            yield Secret(line.start("value"), line.end("value"), "secret")


def _is_secret(name: str, value: str) -> bool:
    """A variable's value may be anything but what plainly is another thing; beside another name it has to look random."""
    if NO_SECRET.fullmatch(value):
        return False
    if _VARIABLE.fullmatch(name):
        return bool(_HEX.fullmatch(value)) or not _TOLD.fullmatch(value)
    if "_" in name:
        return bool(_HEX.fullmatch(value)) or not (is_plain(value) or _TOLD.fullmatch(value))
    return any(map(str.isdigit, value)) and any(map(str.isupper, value)) and not is_plain(value)
