"""Pieces of work as people hand them in: JSON or a CSV table, with the digest that tells one content from another."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.kernel.errors import BadInput

MOST_ENTRIES = 1_000
_LINK = re.compile(r"https?://[^\s<>\"'`\\\x00-\x20\x7f]+", re.I)
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
    title, link = " ".join(title.split()), link.strip()
    if not title:
        raise BadInput(f"Entry {place} of the portfolio has no title.", field=f"items.{place - 1}.title")
    if link and not (_LINK.fullmatch(link) and link.isprintable()):
        raise BadInput(
            f"Entry {place} of the portfolio: {link[:100]!r} is no link; write one that begins with https:// or none.",
            field=f"items.{place - 1}.link",
        )
    named = (" ".join(skill.split()) for skill in skills)
    return Entry(title, tuple(dict.fromkeys(skill for skill in named if skill)), description.strip(), link)


def read_csv(text: str) -> list[Entry]:
    """A table with the columns title, skills, description and link, in any order; skills are parted by , ; or |.

    Without a column of titles, as in the tutorial's table, an entry is called by its skills. Raises BadInput.
    """
    text = text.removeprefix("\ufeff")
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
