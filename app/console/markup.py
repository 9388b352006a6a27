"""Everything that a document or a model said, as inert HTML: escaped first, decorated afterwards."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from html import escape

from app.console.passages import Passage
from app.console.shapes import Reply

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
_MARKER = re.compile(r"\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")
_CODE = re.compile(r"`([^`\n]+)`")
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]{1,200}?)(?<=\S)\*\*")


def plain(text: str) -> str:
    """Text for a label that reads Markdown: every sign that could mean something is escaped."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def answer(text: str, *, sources: Collection[int], waiting: bool = False) -> str:
    """An answer with its [n] set as small markers; numbers without a source stay as they are."""

    def marker(found: re.Match[str]) -> str:
        numbers = [int(number) for number in found[1].split(",")]
        if not all(number in sources for number in numbers):
            return found[0]
        return "".join(f'<sup class="g-cite">{number}</sup>' for number in numbers)

    inner = _MARKER.sub(marker, _BOLD.sub(r"<strong>\1</strong>", escape(text.strip())))
    caret = '<span class="g-caret"></span>' if waiting else ""
    return f'<div class="g-answer">{inner}{caret}</div>'


def question(text: str) -> str:
    return f'<div class="g-question">{escape(text.strip())}</div>'


def passage(shown: Passage, *, filename: str, page: int | None, note: str = "") -> str:
    """A passage with its quote marked, under the name and page of its document."""
    place = f'<span class="g-page">page {page}</span>' if page is not None else ""
    remark = f'<div class="g-note">{escape(note)}</div>' if note else ""
    before = ("… " if shown.cut_before else "") + shown.before
    after = shown.after + (" …" if shown.cut_after else "")
    return (
        f'<div class="g-passage"><div class="g-passage-head"><span class="g-file">{escape(filename)}</span>{place}'
        f'</div>{remark}<div class="g-text">{escape(before)}<mark>{escape(shown.quote)}</mark>{escape(after)}'
        f"</div></div>"
    )


def reading(text: str) -> str:
    """A document's text to read through."""
    return f'<div class="g-reading">{escape(text)}</div>'


def small(text: str) -> str:
    return f'<div class="g-small">{escape(text)}</div>'


def tags(names: Sequence[str]) -> str:
    """Short words side by side, such as skills."""
    return (
        '<div class="g-tags">'
        + "".join(f'<span class="g-chip g-calm">{escape(name)}</span>' for name in names)
        + "</div>"
    )


def evidence(pairs: Sequence[tuple[str, str]]) -> str:
    """What a draft says, each with the words that bear it out."""
    rows = "".join(f"<li><strong>{escape(text)}</strong><br>{escape(proof)}</li>" for text, proof in pairs)
    return f'<ul class="g-evidence">{rows}</ul>'


def lead(title: str, text: str) -> str:
    """The head of a page: its title and one line below."""
    return f'<div class="g-lead"><h1>{escape(title)}</h1><p>{escape(text)}</p></div>'


def notice(title: str, text: str, *, kind: str = "calm") -> str:
    """A quiet box. kind: calm, good or bad."""
    return f'<div class="g-notice g-{kind}"><strong>{escape(title)}</strong><span>{_coded(text)}</span></div>'


def steps(title: str, texts: Sequence[str]) -> str:
    """What to do, in order."""
    items = "".join(f"<li>{_coded(text)}</li>" for text in texts)
    return f'<div class="g-label">{escape(title)}</div><ol class="g-steps">{items}</ol>'


def _coded(text: str) -> str:
    """Our own sentences set the names of commands and files in backticks."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def row(title: str, text: str, *, state: str, label: str, aside: str = "") -> str:
    """A line with a title, a detail below, a remark aside and a coloured state: good, busy, bad or calm."""
    detail = f'<div class="g-row-text">{escape(text)}</div>' if text else ""
    remark = f'<span class="g-row-aside">{escape(aside)}</span>' if aside else ""
    return (
        f'<div class="g-row"><div class="g-row-main"><div class="g-row-title">{escape(title)}</div>{detail}</div>'
        f'{remark}<span class="g-chip g-{state}">{escape(label)}</span></div>'
    )


def progress(title: str, text: str, *, state: str, label: str, share: float) -> str:
    """A boxed line; below 1, `share` is drawn as a bar."""
    width = round(100 * max(share, 0.0)) // 5 * 5
    bar = f'<div class="g-bar"><div class="g-fill g-w{width}"></div></div>' if share < 1 else ""
    return f'<div class="g-progress g-{state}">{row(title, text, state=state, label=label)}{bar}</div>'


def figures(values: Sequence[tuple[str, str]]) -> str:
    cells = "".join(
        f'<div class="g-figure"><b>{escape(value)}</b><span>{escape(name)}</span></div>'
        for name, value in values
    )
    return f'<div class="g-figures">{cells}</div>'


def reply_line(reply: Reply) -> str:
    """Model, time, tokens and cost of an answer in one line; of one that was brought back, what is known."""
    parts = [reply.model] if reply.model else []
    total_ms = reply.timings_ms.get("total", sum(reply.timings_ms.values()))
    if total_ms:
        parts.append(f"{total_ms / 1000:.1f} s" if total_ms >= 1000 else f"{total_ms:.0f} ms")
    if reply.usage.output_tokens:
        parts.append(f"{reply.usage.input_tokens:,} tokens read, {reply.usage.output_tokens:,} written")
    if reply.cost_usd is not None:
        parts.append(f"${reply.cost_usd:.4f}" if reply.cost_usd else "no cost")
    return " · ".join(parts)


def shortened(text: str, most: int) -> str:
    """The beginning of a text on one line, to the end of a word where there is one."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most].rpartition(' ')[0] or text[:most]} …"


def size(count: int | None) -> str:
    if count is None:
        return ""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:.1f} MB"


def ago(moment: datetime | None, *, now: datetime) -> str:
    """How long ago, in the largest unit that fits; a date after a week."""
    if moment is None:
        return ""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = max(0.0, (now - moment).total_seconds())
    for limit, unit, name in ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (604_800, 86_400, "d")):
        if seconds < limit:
            return f"{int(seconds // unit)} {name} ago" if limit > 60 else "just now"
    return f"{moment:%d %b %Y}"


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
