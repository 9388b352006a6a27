"""Reads the cards, cells and accordions below a heading that announces open positions, wherever they lead."""

import re
from collections.abc import Iterable, Sequence

from selectolax.lexbor import LexborNode

from app.coldmail.extraction import words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.html_text import Block, framing
from app.coldmail.extraction.listed import marks, said
from app.coldmail.extraction.listed.columns import column
from app.coldmail.extraction.listed.links import LEADING, address_of, aside
from app.coldmail.extraction.listed.rows import HEADINGS, MOST_JOBS, Row, box_rows, fit, open_ones, under
from app.coldmail.extraction.listed.spots import place_rows
from app.coldmail.extraction.verdict import says_none_open

_CARD = re.compile(
    r"(?:\A|\s)(?:job|position|vacancy|opening|posting)(?:[_-]+(?:card|item|row|box|teaser|listing|list-item))?(?:\Z|\s)",
    re.IGNORECASE,
)
_LOOSELY = re.compile(r"(?:.{0,30} )?(?:open|current) (?:positions|roles|jobs|vacancies)")
# Where a page that is one program shows something else.
_ROUTE = re.compile(r"#[/!]")
_HEADING_LIKE = (*HEADINGS, "summary", "dt", "bold")
_CELLS = ("td", "th", "p", "div", "li")
# How many of the titles must name what somebody works as: of headings fewer than of any lines.
_FEW, _MANY = 0.3, 0.6
_FEW_WORDS, _MOST_WORDS, _MOST_LINES, _MOST_BLOCKS = 8, 12, 40, 60_000


def rows(document: Document) -> list[Row]:
    """The jobs that stand below what announces them; none where no set of like lines names posts."""
    section, loosely = _section(document)
    titles = _titles(section)
    parted = all(len(block.pieces) > 1 for _, block in titles)
    found = [
        Row(str(at), block.node, title=(parted and fit(block.pieces[0])) or fit(block.text))
        for at, block in titles
        if block.node is not None
    ][:MOST_JOBS]
    box_rows(found)
    for row, lines in zip(found, _lines(section, titles), strict=False):
        own = row.box is not None and row.box is not row.node
        row.lines = [block for block in lines if not own or _within(block.node, row.box)]
        row.url = _leads(row, lines, document)
    under(found, (block.node for block in document.blocks if block.node is not None))
    found = [row for row in open_ones(found) if not (row.url and aside(row.url))]
    if loosely:
        found = [row for row in found if _shown_as_job(row, document)]
    place_rows(found, document)
    return _once(found) if len(found) > 1 else []


def _section(document: Document) -> tuple[list[Block], bool]:
    """What stands below the headings that announce open positions, up to one of something else; and whether none of them is sure."""
    surely = any(block.tag in HEADINGS and said.announces(block.text, document) for block in document.blocks)
    section: list[Block] = []
    opening: Block | None = None
    for block in document.blocks[:_MOST_BLOCKS]:
        if block.tag in HEADINGS:
            if said.announces(block.text, document) or (not surely and _loosely(block.text, document)):
                opening = block
                continue
            if opening and _ends(block, opening):
                opening = None
        elif opening and not section and says_none_open(block.text):
            return [], False
        if opening and block.node is not None:
            section.append(block)
    return section, not surely


def _loosely(text: str, document: Document) -> bool:
    line = text.lower().strip(" :")
    called = words.OPEN_POSITIONS.fullmatch(line) is not None or _LOOSELY.fullmatch(line) is not None
    return called and said.meant(text, document)


def _shown_as_job(row: Row, document: Document) -> bool:
    """Whether a row stands right below such a heading with a text or an address: "Join us" heads workshops and values as well."""
    return _loosely(row.heading, document) and (len(row.lines) > 1 or row.url is not None)


def _ends(block: Block, opening: Block) -> bool:
    if marks.OTHER_THINGS.fullmatch(block.text):
        return True
    job = words.ROLE.search(block.text) is not None or _in_job_card(block.node)
    # As high, but inside a card: an accordion's.
    inner = block.tag == opening.tag and _kind(block) != _kind(opening)
    return block.tag <= opening.tag and not job and not inner


def _titles(section: Sequence[Block]) -> list[tuple[int, Block]]:
    """The set of like lines that are titles of posts, with where they stand."""
    sets: dict[tuple[str, ...], list[tuple[int, Block]]] = {}
    for at, block in enumerate(section):
        if _may_be_title(block):
            sets.setdefault(_kind(block), []).append((at, block))
    items = sum(block.tag == "li" for block in section)
    best: list[tuple[int, Block]] = []
    weight = (False, 0)
    for kind, members in sets.items():
        roles = sum(words.ROLE.search(block.text) is not None for _, block in members)
        strong = kind[0] in _HEADING_LIKE or all(block.linked for _, block in members)
        strong = strong or (kind[0] == "li" and len(members) == items and _short(members))
        named = (strong and all(_in_job_card(block.node) for _, block in members)) or (
            kind[0] == "td" and column(members[0][1].node, marks.TITLE_HEADS)
        )
        strong = strong or named
        enough = named or roles >= (_FEW if strong else _MANY) * len(members)
        if len(members) > 1 and enough and (roles or named) and (strong, roles + named) > weight:
            best, weight = members, (strong, roles + named)
    return best


def _short(members: Sequence[tuple[int, Block]]) -> bool:
    return all(len(block.text.split()) <= _FEW_WORDS for _, block in members)


def _may_be_title(block: Block) -> bool:
    line = block.text
    return (
        len(line) <= 160
        and bool(fit(line))
        and not marks.SPONTANEOUS.fullmatch(line)
        and len(line.split()) <= _MOST_WORDS
        and line[-1] not in ".?!"
        and not framing(block.node)
    )


def _kind(block: Block) -> tuple[str, ...]:
    """What like lines have in common: their element's tag and class, and where it stands in a card or a row."""
    node = block.node
    if node is None:
        return ()
    around = node.parent
    called = [(node.attributes.get("class") or "")[:200], around.tag or "" if around is not None else ""]
    if around is not None and around.tag in ("div", "li"):
        called.append((around.attributes.get("class") or "")[:200])
    if block.bold and block.tag in _CELLS:
        return ("bold", *called)
    return (block.tag, *called, str(_at(node)) if block.tag in _CELLS[:4] else "")


def _at(node: LexborNode) -> int:
    at = 0
    before = node.prev
    while before is not None and at < 50:
        at += before.tag != "-text"
        before = before.prev
    return at


def _lines(section: Sequence[Block], titles: Sequence[tuple[int, Block]]) -> Iterable[list[Block]]:
    """What stands from each title up to the next, or up to a heading as high."""
    for number, (start, block) in enumerate(titles):
        end = titles[number + 1][0] if number + 1 < len(titles) else len(section)
        lines = [block]
        for after in section[start + 1 : min(end, start + _MOST_LINES)]:
            if after.tag in HEADINGS and (block.tag not in HEADINGS or after.tag <= block.tag):
                break
            lines.append(after)
        yield lines


def _within(node: LexborNode | None, box: LexborNode | None) -> bool:
    for _ in range(12):
        if node is None or box is None:
            return False
        if node.mem_id == box.mem_id:
            return True
        node = node.parent
    return False


def _leads(row: Row, lines: Sequence[Block], document: Document) -> str | None:
    """Where a row's title leads, its card, or its first link."""
    box = row.box or row.node
    around = [node for node in (row.node, row.node.parent, box) if node is not None]
    inside = [*row.node.css(LEADING)[:3], *box.css(LEADING)[:5]]
    if box is row.node:
        inside += [link for line in lines[1:] for link in _in_line(line)]
    own = (document.url or "").split("#")[0]
    for node in (*around, *inside):
        href = address_of(node, document)
        if href and (href.split("#")[0] != own or _ROUTE.search(href)) and not framing(node):
            return href
    return None


def _in_line(line: Block) -> list[LexborNode]:
    """The links of a paragraph or an item; other elements may hold half the page."""
    return line.node.css(LEADING)[:2] if line.node is not None and line.tag in ("p", "li", "dd") else []


def _once(found: Sequence[Row]) -> list[Row]:
    """Each job once: pages show the same cards again for small screens."""
    seen: dict[tuple[str, str | None], Row] = {}
    for row in found:
        seen.setdefault((row.title.lower(), row.url or row.place), row)
    return list(seen.values())


def _in_job_card(node: LexborNode | None) -> bool:
    """Whether an element stands in one that is called a job."""
    for _ in range(3):
        if node is None or node.tag == "body":
            return False
        if _CARD.search((node.attributes.get("class") or "")[:200]):
            return True
        node = node.parent
    return False
