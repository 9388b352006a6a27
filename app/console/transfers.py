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
_STEPS = {"extract": 0.3, "chunk": 0.5, "embed": 0.7, "store": 0.8, "index": 0.9, "publish": 0.95}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file to send; `document_id` names the document that it replaces."""

    filename: str
    content: BinaryIO
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """How one file stands. state: busy, good, calm (it was there already) or bad."""

    filename: str
    text: str
    state: str
    share: float

    @property
    def ended(self) -> bool:
        return self.state != "busy"


def send(api: Api, files: Sequence[Outgoing]) -> Iterator[tuple[int, Report]]:
    """(place, report) as things happen, several files at once; every file ends with a report that has ended."""
    happened: queue.SimpleQueue[tuple[int, Report]] = queue.SimpleQueue()

    def work(place: int, file: Outgoing) -> None:
        for report in _send_one(api, file):
            happened.put((place, report))

    left = len(files)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="upload") as pool:
        for place, file in enumerate(files):
            pool.submit(work, place, file)
        while left:
            place, report = happened.get()
            left -= report.ended
            yield place, report


def _send_one(api: Api, file: Outgoing) -> Iterator[Report]:
    now = Report(file.filename, "Sending", "busy", 0.05)
    yield now
    try:
        if file.document_id:
            accepted = api.replace(file.document_id, file.filename, file.content)
        else:
            accepted = api.upload(file.filename, file.content)
        yield from _followed(api, accepted, now)
    except GenaiError as error:
        yield replace(now, text=explain(error), state="bad", share=1.0)


def _followed(api: Api, accepted: Accepted, now: Report) -> Iterator[Report]:
    if accepted.duplicate_of and accepted.status == "done":
        yield replace(now, text="Already here: the same bytes are stored once.", state="calm", share=1.0)
        return
    job = Job(job_id=accepted.job_id, status="queued")
    for step in _steps(api, job):
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
            return replace(now, text="Ready to be asked", state="good", share=1.0)
        case "failed" | "cancelled":
            why = f"{job.error.detail} ({job.error.code})" if job.error else f"The job was {job.status}."
            return replace(now, text=why, state="bad", share=1.0)
        case "queued":
            return replace(now, text="Waiting for its turn", share=0.15)
        case _:
            return replace(now, text=_doing(job.step), share=_STEPS.get(job.step, 0.4))


def _doing(step: str) -> str:
    return f"Working: {step}" if step else "Working"


def remove(api: Api, document: Document) -> Report:
    """Delete, wait for the end of its job, count what is left. Raises what the API raises."""
    try:
        job = api.delete(document.document_id)
    except NotFound:
        return Report(document.filename, "It was gone already.", "calm", 1.0)
    *_, job = _steps(api, job)
    if job.status != "done":
        why = f"{job.error.detail} ({job.error.code})" if job.error else f"its job was {job.status}."
        return Report(
            document.filename, f"No question finds it any more, but bytes are left: {why}", "bad", 1.0
        )
    counts = api.residue(document.document_id)
    listed = ", ".join(f"{value} {name}" for name, value in counts.items())
    left = sum(counts.values())
    text = f"Deleted. What is left of it: {left} ({listed})"
    return Report(document.filename, text, "bad" if left else "good", 1.0)
