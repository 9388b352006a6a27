"""Reads a career page into jobs, the most trusted tier first; where there is no job, says why and what to do."""

from app.coldmail.extraction import ats, embedded, loose_json, structured
from app.coldmail.extraction.document import Document, decoded
from app.coldmail.extraction.values import Job, Kind, Page

_TOO_DEEP = "The page's markup is too deep to read. Paste the text of the posting instead."
_NO_JOB = "No job was found on this page. Give the address of a posting or of a list of them, or paste the posting's text."


def read_page(content: bytes | str, *, content_type: str | None = None, url: str | None = None) -> Page:
    """The jobs of a page as it was fetched: HTML, or the JSON or XML of an applicant-tracking system.

    `url` says where it came from and is never read for names; on the page of one job that job comes first. Never
    raises for what a page holds.
    """
    source = content if isinstance(content, str) else decoded(content, content_type=content_type)
    source = source.replace("\0", "")
    if (answer := _ats_answer(source, url)) is not None:
        return _from_answer(answer, url)
    document = Document.of(source, url=url)
    if document is None:
        return Page(Kind.OTHER, _TOO_DEEP)
    return read_document(document)


def _ats_answer(source: str, url: str | None) -> ats.Answer | None:
    head = source[:200].lstrip("\ufeff \t\r\n")
    if head.startswith(("{", "[")):
        value = loose_json.loads(source)
        return ats.read(value, url=url) if value is not None else None
    if head.startswith(("<?xml", "<workzag")):
        root = ats.parsed_xml(source.lstrip("\ufeff \t\r\n"))
        return ats.personio(root, url=url) if root is not None else None
    return None


def _from_answer(answer: ats.Answer, url: str | None) -> Page:
    jobs, named = ats.wanted_first(_once(answer.jobs), url=url)
    if not jobs:
        return Page(Kind.EMPTY, "This company publishes no open position at the moment.", total=answer.total)
    kind = Kind.JOB if answer.single or named else Kind.LISTING
    return Page(kind, None, jobs, answer.next_pages, answer.total)


def read_document(document: Document) -> Page:
    jobs = _once(tuple(_structured(document)))
    if jobs:
        return Page(Kind.JOB if len(jobs) == 1 else Kind.LISTING, None, jobs)
    found = embedded.jobs(document.scripts, document.state_attributes, base=document.base)
    if found:
        return Page(Kind.LISTING if found[0].listed else Kind.JOB, None, _once(found[0].jobs))
    return Page(Kind.OTHER, _NO_JOB)


def _structured(document: Document) -> list[Job]:
    return (
        structured.json_ld(document.json_ld, base=document.base)
        or structured.microdata(document.tree, base=document.base)
        or structured.rdfa(document.tree, base=document.base)
    )


def _once(jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """Each job once: the same title at the same address, or in the same places, is the same job."""
    seen: dict[tuple[str, object], Job] = {}
    for job in jobs:
        key = (job.title.lower(), job.apply_url or job.locations)
        seen[key] = seen[key].filled_from(job) if key in seen else job
    return tuple(seen.values())
