"""Jobs and drafts as the schemas have them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from app.coldmail.extraction.values import Job, Page
from app.coldmail.portfolio.entries import Entry
from app.coldmail.schemas import EmailShape, HistoryEmail


def page_shape(page: Page) -> dict[str, Any]:
    return {
        "jobs": [job_shape(job) for job in page.jobs],
        "page": {
            "kind": str(page.kind),
            "advice": page.advice,
            "next_pages": [asdict(address) for address in page.next_pages],
            "total": page.total,
        },
    }


def job_shape(job: Job) -> dict[str, Any]:
    return {
        **{name: getattr(job, name) for name in ("company", "remote", "salary", "experience", "description")},
        "title": job.title or None,
        "locations": list(job.locations),
        "skills": list(job.skills),
        "apply_url": job.apply_url,
        "posted_at": job.posted_at,
        "sources": {name: str(tier) for name, tier in job.sources.items()},
    }


def email_shape(draft: Mapping[str, Any]) -> dict[str, Any]:
    return {name: draft[name] for name in EmailShape.model_fields}


def history_shape(draft: Mapping[str, Any]) -> dict[str, Any]:
    return {name: draft.get(name) for name in HistoryEmail.model_fields}


def entries_shape(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [{**asdict(each), "skills": list(each.skills), "id": each.id} for each in entries]
