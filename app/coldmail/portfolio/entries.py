"""Pieces of work as people hand them in: JSON or a CSV table, with the digest that tells one content from another."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.kernel.errors import BadInput
from app.kernel.prompts import clean

MOST_ENTRIES = 1_000
MOST_SKILLS = 100
# `skills`: of each.
MOST_CHARS = {"title": 200, "skills": 300, "description": 4_000, "link": 2_000}
_LINK = re.compile(r"https?://[^\s<>\"'`\\\x00-\x20\x7f]+", re.I)
# What Excel writes and reads before the table.
_SEPARATOR_LINE = re.compile(r"\Asep=.\n", re.I)
_SEPARATOR = re.compile(r"\s*[,;|\n]\s*")
# The columns, and what people who followed the well-known tutorial call them.
_COLUMNS = {
    "title": ("title", "name", "project"),
    "skills": ("skills", "techstack", "tech stack", "technologies"),
    "description": ("description", "summary", "text"),
    "link": ("link", "links", "url"),
}
csv.field_size_limit(200_000)


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of work. `link` may be empty: its skills still count."""

    title: str
    skills: tuple[str, ...]
    description: str
    link: str

    @property
    def id(self) -> str:
        """Of the content alone: an edit makes another entry, and the same table twice changes nothing."""
        content = json.dumps([self.title, self.skills, self.description, self.link], ensure_ascii=False)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:20]

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.title, ", ".join(self.skills), self.description) if part)


def entry(title: str, skills: Iterable[str], description: str, link: str, *, place: int) -> Entry:
    """Raises BadInput that names the entry's place, from 1."""
    title, link, description = _line(title), link.strip(), clean(description, "\0").strip()
    named = tuple(dict.fromkeys(line for skill in skills if (line := _line(skill))))
    field = f"items.{place - 1}"
    if not title:
        raise BadInput(f"Entry {place} of the portfolio has no title.", field=f"{field}.title")
    if link and not _is_link(link):
        raise BadInput(
            f"Entry {place} of the portfolio: {link[:100]!r} is no link; write one that begins with https:// or none.",
            field=f"{field}.link",
        )
    lengths = {"title": len(title), "skills": max(map(len, named), default=0), "link": len(link)}
    for name, length in {**lengths, "description": len(description)}.items():
        if length > MOST_CHARS[name]:
            raise BadInput(
                f"Entry {place} of the portfolio: {name} has {length:,} characters, at most {MOST_CHARS[name]:,} are kept.",
                field=f"{field}.{name}",
            )
    if len(named) > MOST_SKILLS:
        raise BadInput(
            f"Entry {place} of the portfolio names {len(named):,} skills, at most {MOST_SKILLS}.",
            field=f"{field}.skills",
        )
    return Entry(title, named, description, link)


def _line(text: str) -> str:
    """On one line, without what a reader of the draft would not see."""
    return " ".join(clean(text, "\0").split())


def _is_link(text: str) -> bool:
    """Of the web, to a host, without a password that a draft would give away."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(_LINK.fullmatch(text) and text.isprintable() and parts.hostname and "@" not in parts.netloc)


def read_csv(text: str) -> list[Entry]:
    """A table with the columns title, skills, description and link, in any order; skills are parted by , ; or |.

    Without a column of titles, as in the tutorial's table, an entry is called by its skills. Raises BadInput.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    text = _SEPARATOR_LINE.sub("", text)
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        raise BadInput(f"The portfolio is no CSV table: {error}.", code="bad_csv") from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return []
    columns = _columns(rows[0])
    if "title" not in columns and "skills" not in columns:
        raise BadInput(
            "The first line of the table has to name its columns: title, skills, description, link.",
            code="bad_csv",
        )
    if len(rows) - 1 > MOST_ENTRIES:
        raise BadInput(f"A portfolio has at most {MOST_ENTRIES:,} entries, this one {len(rows) - 1:,}.")
    found = []
    for place, row in enumerate(rows[1:], start=1):
        cell = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
        skills = _SEPARATOR.split(cell.get("skills", ""))
        title = cell.get("title", "") or ", ".join(skill for skill in skills if skill)[:200]
        found.append(entry(title, skills, cell.get("description", ""), cell.get("link", ""), place=place))
    return found


def _columns(head: list[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in head]
    return {
        column: names.index(alias)
        for column, aliases in _COLUMNS.items()
        for alias in aliases[::-1]
        if alias in names
    }
