"""The stretches of a log that were quoted, as inert HTML: numbered as in the log, the quoted words marked."""

import re
from collections.abc import Collection, Mapping
from html import escape

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_AROUND = 3
_MOST_LINES = 160
_CHARS = 600


def excerpt(log: str, *, quotes: Mapping[int, str], likely: Collection[int]) -> str:
    """`quotes`: by line, the words that were quoted; `likely`: further lines that matter. Both count from 1."""
    lines = log.split("\n")
    shown = sorted(
        {
            near
            for line in (*quotes, *likely)
            for near in range(line - _AROUND, line + _AROUND + 1)
            if 1 <= near <= len(lines)
        }
    )[:_MOST_LINES]
    rows = []
    before = 0
    for number in shown:
        if number != before + 1:
            rows.append('<div class="g-gap">…</div>')
        before = number
        kind = " g-quoted" if number in quotes else " g-likely" if number in likely else ""
        rows.append(
            f'<div class="g-line{kind}"><span class="g-number">{number}</span>'
            f'<span class="g-words">{_marked(lines[number - 1], quotes.get(number, ""))}</span></div>'
        )
    return f'<div class="g-log">{"".join(rows)}</div>'


def _marked(line: str, quote: str) -> str:
    line = _ESCAPES.sub("", line).rstrip("\r")[:_CHARS]
    quote = _ESCAPES.sub("", quote)[:_CHARS]
    before, found, after = line.partition(quote) if quote else (line, "", "")
    return escape(before) + (f"<mark>{escape(found)}</mark>" if found else "") + escape(after)
