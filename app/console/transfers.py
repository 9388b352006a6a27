"""Sending and removing files: threads talk to the API and follow its jobs, the page draws what they report."""

import queue
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import BinaryIO

from app.console.api import Api
from app.console.session import explain
from app.console.shapes import Accepted, Document, Job
from app.kernel.errors import GenaiError, NotFound

_AT_ONCE = 4
# The service names a job's step, not its share: only to move the bar.
_STEPS = {"reading": 0.3, "chunking": 0.5, "embedding": 0.65, "storing": 0.8, "indexing": 0.9}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file to send; `document_id` names the document that it replaces."""

    filename: str
    content: BinaryIO
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """How one file stands. state: busy, good, calm (it was there already) or bad; `label` says it in a word."""

    filename: str
    text: str
    state: str
    label: str
    share: float = 1.0


def send(api: Api, files: Sequence[Outgoing]) -> Iterator[tuple[int, Report]]:
    """(place, report) as things happen, several files at once; every file ends with a report that has ended."""
    happened: queue.SimpleQueue[tuple[int, Report | None]] = queue.SimpleQueue()

    def work(place: int, file: Outgoing) -> None:
        try:
            for report in _send_one(api, file):
                happened.put((place, report))
        finally:
            happened.put((place, None))

    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="upload")
    sent = [pool.submit(work, place, file) for place, file in enumerate(files)]
    pool.shutdown(wait=False)  # who leaves the page is not held back, and the files go on
    left = len(files)
    while left:
        place, report = happened.get()
        if report is None:
            left -= 1
            sent[place].result()  # raises what nobody foresaw
        else:
            yield place, report


def _send_one(api: Api, file: Outgoing) -> Iterator[Report]:
    now = Report(file.filename, "Sending the file", "busy", "working", 0.05)
    yield now
    try:
        if file.document_id:
            accepted = api.replace(file.document_id, file.filename, file.content)
        else:
            accepted = api.upload(file.filename, file.content)
        yield from _followed(api, accepted, now)
    except GenaiError as error:
        yield _ended(now, explain(error), state="bad", label="failed")


def _followed(api: Api, accepted: Accepted, now: Report) -> Iterator[Report]:
    job = Job(job_id=accepted.job_id, status=accepted.status)
    for step in _steps(api, job):
        if step.status == "done" and accepted.duplicate_of:
            yield _ended(now, "Already here: the same bytes are stored once.", state="calm", label="known")
        else:
            yield _standing(step, now)


def _steps(api: Api, job: Job) -> Iterator[Job]:
    """The job as it is and each time it changes; the last one has ended."""
    yield job
    while not job.ended:
        for step in api.follow(job.job_id):
            yield (job := step)
        if not job.ended:  # the stream was cut in between: ask how it stands, then follow again
            yield (job := api.job(job.job_id))


def _standing(job: Job, now: Report) -> Report:
    match job.status:
        case "done":
            return _ended(now, "Ready to be asked", state="good", label="ready")
        case "failed" | "cancelled":
            why = f"{job.error.detail} ({job.error.code})" if job.error else f"The job was {job.status}."
            return _ended(now, why, state="bad", label=job.status)
        case "queued":
            return replace(now, text="Waiting for its turn", share=0.15)
        case _:
            return replace(now, text=_doing(job.step), share=_STEPS.get(job.step, 0.4))


def _ended(now: Report, text: str, *, state: str, label: str) -> Report:
    return replace(now, text=text, state=state, label=label, share=1.0)


def _doing(step: str) -> str:
    return step.capitalize() if step else "Starting"


def remove(api: Api, document: Document) -> Report:
    """Delete, wait for the end of its job, count what is left. Raises what the API raises."""
    try:
        job = api.delete(document.document_id)
    except NotFound:
        return Report(document.filename, "It was gone already.", "calm", "gone")
    *_, job = _steps(api, job)
    if job.status != "done":
        why = f"{job.error.detail} ({job.error.code})" if job.error else f"its job was {job.status}."
        return Report(
            document.filename, f"No question finds it any more, but bytes are left: {why}", "bad", "failed"
        )
    counts = api.residue(document.document_id)
    listed = ", ".join(f"{value} {name}" for name, value in counts.items())
    left = sum(counts.values())
    text = f"Deleted. What is left of it: {left} ({listed})"
    return Report(document.filename, text, "bad" if left else "good", "deleted")
