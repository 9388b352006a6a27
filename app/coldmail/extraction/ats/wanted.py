"""Finds, among the jobs of a board, the one that the page's address names."""

import re
from urllib.parse import urlsplit

from app.coldmail.extraction.values import Job


def wanted_first(jobs: tuple[Job, ...], *, url: str | None) -> tuple[tuple[Job, ...], bool]:
    """The job that the page's address names, first, and whether there is one."""
    path = urlsplit(url or "")
    here = (path.netloc.lower(), path.path.rstrip("/"))
    at_it = [at for at, job in enumerate(jobs) if _place(job.apply_url) == here]
    if len(at_it) == 1 and here[1]:
        at = at_it[0]
        return (jobs[at], *jobs[:at], *jobs[at + 1 :]), len(jobs) > 1
    marks = {
        part
        for part in re.split(r"[/?&=#]", f"{path.path}?{path.query}")
        if len(part) >= 6 and re.search(r"\d", part)
    }
    parts_of = [set(re.split(r"[/?&=#]", job.apply_url or "")) for job in jobs]
    # What stands in every address is the board's name, not a job's.
    marks -= set.intersection(*parts_of) if len(jobs) > 1 else set()
    for at, parts in enumerate(parts_of):
        if marks & parts:
            return (jobs[at], *jobs[:at], *jobs[at + 1 :]), True
    return jobs, False


def _place(url: str | None) -> tuple[str, str] | None:
    """Host and path of a job's address; None where its query tells which job it is."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return (parts.netloc.lower(), parts.path.rstrip("/")) if parts.netloc and not parts.query else None
