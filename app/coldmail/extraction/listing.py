"""Reads a list of jobs from what a page shows: the rows that it links to, else the cards below what announces open positions."""

from app.coldmail.extraction import places
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.employer.choosing import employer
from app.coldmail.extraction.listed import announced, linked
from app.coldmail.extraction.values import Job, Tier


def jobs(document: Document) -> tuple[Job, ...]:
    """Every job that the page lists, in order; none where nothing of it reads like a list of jobs."""
    rows = linked.rows(document) or announced.rows(document)
    company = employer(document, title="") if rows else None
    return tuple(
        Job(
            title=row.title,
            company=company,
            locations=places.unique([row.place]),
            remote=places.remote_kind(row.remote or row.place),
            apply_url=row.url,
        ).read_by(Tier.TEXT)
        for row in rows
    )
