"""Finds of each row of a list what it is: its box, its title, and the lines that stand in it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from app.coldmail.extraction import words
from app.coldmail.extraction.html_text import Block, blocks, node_text, one_line
from app.coldmail.extraction.listed import marks

_TITLE_NODES = "h1, h2, h3, h4, h5, h6, [class*=title i], [class*=name i], [class*=position i], [data-automation-id=jobTitle], strong"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FILE_NOTE = re.compile(r"\s*[\(\[]\s*(?:pdf|docx?)\b[^)\]]{0,30}[)\]]\s*\Z", re.IGNORECASE)
# Where two words meet that no language writes as one.
_SEAM = re.compile(r"[^\W\d_A-ZÀ-Þ][A-ZÀ-Þ\d]|\)[^\W_]")
# "MC5201", "2026-0147": what a post is filed as.
_CODE = re.compile(r"#?(?:[A-Z]{1,8}[-_/ .]?)?\d[\dA-Z]*(?:[-_/.][\dA-Z]+)*")
MOST_JOBS, LEVELS = 5_000, 8
_MOST_LINES, _MOST_PIECES = 40, 5


@dataclass(slots=True)
class Row:
    """One posting of a list. `key` tells it from the others: its address, where it has one; `heading` is what stands above it."""

    key: str
    node: LexborNode
    url: str | None = None
    strong: bool = False
    title: str = ""
    place: str | None = None
    remote: str | None = None
    box: LexborNode | None = None
    heading: str = ""
    lines: list[Block] = field(default_factory=list)


def titled(rows: Sequence[Row]) -> list[Row]:
    """One row a posting, with its title: from the link, or from the box around it that holds no other posting."""
    box_rows(rows)
    same = _called_alike(rows)
    found: dict[str, Row] = {}
    read: dict[int, str] = {}
    for row in rows:
        if row.key in found or row.box is None:
            continue
        row.title = _row_title(row.node, row.box, beside=same, read=read)
        if row.title:
            row.lines = list(blocks(row.box))[:_MOST_LINES]
            found[row.key] = row
    return list(found.values())[:MOST_JOBS]


def _row_title(link: LexborNode, box: LexborNode, *, beside: bool, read: dict[int, str]) -> str:
    """The link's own title, else the box's, which is read once; where all links say the same, the box's first."""
    own = _link_title(link)
    if box is link or (own and not beside):
        return own
    if box.mem_id not in read:
        read[box.mem_id] = _box_title(box)
    title = read[box.mem_id]
    return own if own and own in title else title or own


def box_rows(rows: Sequence[Row]) -> None:
    """Gives each row the largest box around it that holds no other posting."""
    inside: dict[int, set[str]] = {}
    for row in rows:
        node: LexborNode | None = row.node
        for _ in range(LEVELS):
            if node is None:
                break
            inside.setdefault(node.mem_id, set()).add(row.key)
            node = node.parent
    for row in rows:
        row.box = row.node
        for _ in range(LEVELS - 1):
            parent = row.box.parent
            if (
                parent is None
                or parent.tag in ("body", "html", "-document")
                or len(inside.get(parent.mem_id, ())) != 1
            ):
                break
            row.box = parent


def _called_alike(rows: Sequence[Row]) -> bool:
    """Whether all links have one text: then it is what a button says."""
    texts = Counter(one_line(row.node.text()[:200]).lower() for row in rows)
    return len(texts) == 1 and len({row.key for row in rows}) > 1


def under(rows: Sequence[Row], nodes: Iterable[LexborNode]) -> None:
    """Gives each row the heading that it stands below; `nodes` are those of headings and rows in the page's order."""
    boxes = {row.box.mem_id: row for row in rows if row.box is not None}
    titled_by = {row.node.mem_id: row for row in rows}
    heading = ""
    for node in nodes:
        if node.tag in HEADINGS:
            text = node_text(node)
            own = _around(node, boxes)
            if own is None:
                heading = text
            elif marks.OTHER_THINGS.fullmatch(text):
                # The box of a row that is alone below a heading holds that heading too.
                own.heading = text
        if row := titled_by.get(node.mem_id):
            row.heading = row.heading or heading


def _around(node: LexborNode | None, boxes: dict[int, Row]) -> Row | None:
    for _ in range(LEVELS):
        if node is None:
            return None
        if row := boxes.get(node.mem_id):
            return row
        node = node.parent
    return None


def open_ones(rows: Sequence[Row]) -> list[Row]:
    """Without what is taken, what is an application for no post, and what stands below a heading of other things."""
    elsewhere = {_above(row) for row in rows if not marks.OTHER_THINGS.fullmatch(row.heading)}
    return [
        row
        for row in rows
        if not marks.SPONTANEOUS.fullmatch(row.title)
        and not marks.ADDRESSED.match(row.title)
        # "People" may head a department's jobs: those lead where the others do.
        and (_above(row) in elsewhere or not marks.OTHER_THINGS.fullmatch(row.heading))
        and not _closed(row)
    ]


def _above(row: Row) -> str:
    return (row.url or row.key).rstrip("/").rsplit("/", 1)[0]


def _closed(row: Row) -> bool:
    if any(marks.CLOSED.fullmatch(piece) for block in row.lines for piece in (block.text, *block.pieces)):
        return True
    called = (row.box.attributes.get("class") or "")[:200] if row.box is not None else ""
    return bool(marks.CLOSED_CLASS.search(called))


def _link_title(node: LexborNode) -> str:
    if title := _named_title(node, most=3):
        return title
    first = next((line for block in blocks(node) if (line := _unbadged(block))), None)
    return (
        fit(first) if first else fit(node.attributes.get("title") or node.attributes.get("aria-label") or "")
    )


def _box_title(box: LexborNode) -> str:
    return _named_title(box, most=4) or next(
        (title for block in blocks(box) if (title := fit(_unbadged(block)))), ""
    )


def _named_title(node: LexborNode, *, most: int) -> str:
    """The title where the page says that it is one; what holds a heading itself is the card around it."""
    for inner in node.css(_TITLE_NODES)[:most]:
        if inner.tag not in HEADINGS and inner.css_first(", ".join(HEADINGS)) is not None:
            continue
        if title := fit(" ".join(_unbadged(block) for block in blocks(inner))):
            return title
    return ""


def _unbadged(block: Block) -> str:
    """Without the mark that a list sets behind a title, "Ship Cook" of "Ship Cook<span>New</span>", and without what a style
    sheet alone parts from it: "Ship Cook" of "Ship CookPorto".
    """
    pieces = block.pieces
    for at in range(1, min(len(pieces), _MOST_PIECES)):
        before = "".join(pieces[:at])
        if _SEAM.fullmatch(before[-1] + pieces[at][0]) and block.text.startswith(before + pieces[at]):
            return before
    last = pieces[-1] if pieces else ""
    if last.lower() not in words.BADGES:
        return block.text
    return block.text.removesuffix(last).strip() if len(pieces) > 1 else ""


def fit(text: str) -> str:
    """The line as a title; empty where it cannot be one."""
    line = _FILE_NOTE.sub("", one_line(text))
    # Two signs of Chinese or Japanese are a word.
    if (
        not (3 if line.isascii() else 2) <= len(line) <= 160
        or _CODE.fullmatch(line)
        or marks.MANY.fullmatch(line)
        or words.NO_TITLE.fullmatch(line.lower())
        or words.ABOUT_A_POST.fullmatch(line)
        or not re.search(r"[^\W\d_]{2}", line)
        or line[-1] in ":："
    ):
        return ""
    return "" if words.APPLY.match(line.lower()) and not words.ROLE.search(line) else line
