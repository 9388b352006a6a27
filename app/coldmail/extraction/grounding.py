"""Keeps of a language model's answer what the page itself says; the rest is dropped, because a model invents."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.coldmail.extraction import records, words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.html_text import one_line
from app.coldmail.extraction.values import FIELDS, Job, Tier

_MOST_JOBS = 1_000


def grounded(answer: Any, document: Document) -> tuple[Job, ...]:
    """The jobs of an answer `{"jobs": [...]}` or `[...]` whose titles stand in the page's text.

    Of each, a text is kept where the page has it, a link where it is among the page's links.
    """
    rows = answer.get("jobs") if isinstance(answer, Mapping) else answer
    page = _folded(document.text)
    found = []
    for row in rows[:_MOST_JOBS] if isinstance(rows, list) else []:
        job = records.job(row, Tier.MODEL, base=document.base) if isinstance(row, Mapping) else None
        if job and _fits(job.title) and _stands(job.title, page):
            found.append(_kept(job, page, document))
    return tuple(found)


def _kept(job: Job, page: str, document: Document) -> Job:
    kept: dict[str, Any] = {}
    for name in FIELDS:
        value = getattr(job, name)
        if name in ("locations", "skills"):
            kept[name] = tuple(one for one in value if _stands(one, page))
        elif name == "apply_url":
            kept[name] = value if value in document.links else None
        elif name in ("remote", "posted_at"):
            # Both are our own words for what a page says differently; a model's word alone is no ground.
            kept[name] = None
        else:
            kept[name] = value if value and _stands(value, page) else None
    sources = {name: Tier.MODEL for name in ("title", *FIELDS) if name == "title" or kept[name]}
    return replace(job, **kept, sources=sources)


def _fits(title: str) -> bool:
    """Long enough to name a post, short enough to be no paragraph, and no button."""
    line = title.strip().lower()
    return 4 <= len(line) <= 150 and not words.NO_TITLE.fullmatch(line) and not words.APPLY.match(line)


def _stands(text: str, page: str) -> bool:
    """Whether the page has these words, whole: "Go" does not stand in "Google"."""
    wanted = _folded(text)
    return bool(wanted) and bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", page))


def _folded(text: str) -> str:
    return one_line(text).casefold()
