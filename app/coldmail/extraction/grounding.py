"""Keeps of a language model's answer what the page itself says; the rest is dropped, because a model invents."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.coldmail.extraction import records
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
        if job and _folded(job.title) in page:
            found.append(_kept(job, page, document))
    return tuple(found)


def _kept(job: Job, page: str, document: Document) -> Job:
    kept: dict[str, Any] = {}
    for name in FIELDS:
        value = getattr(job, name)
        if name in ("locations", "skills"):
            kept[name] = tuple(one for one in value if _folded(one) in page)
        elif name == "apply_url":
            kept[name] = value if value in document.links else None
        elif name in ("remote", "posted_at"):
            # Both are our own words for what a page says differently; a model's word alone is no ground.
            kept[name] = None
        else:
            kept[name] = value if value and _folded(value) in page else None
    sources = {name: Tier.MODEL for name in ("title", *FIELDS) if name == "title" or kept[name]}
    return replace(job, **kept, sources=sources)


def _folded(text: str) -> str:
    return one_line(text).casefold()
