"""Reads a career page into jobs, the most trusted tier first; where there is no job, says why and what to do."""

from dataclasses import replace

from app.coldmail.extraction import embedded, listing, loose_json, structured, verdict
from app.coldmail.extraction.ats import answers, feeds
from app.coldmail.extraction.ats.wanted import wanted_first
from app.coldmail.extraction.document import Document, decoded
from app.coldmail.extraction.employer.choosing import employer
from app.coldmail.extraction.listed import paging
from app.coldmail.extraction.shown import job_page, pasted
from app.coldmail.extraction.values import Job, Kind, Page, Tier

_TOO_DEEP = "The page's markup is too deep to read. Paste the text of the posting instead."
_NO_POSTING = "This text does not read like a posting. Paste it whole, its title first."
_UNKNOWN_DATA = "This is data of no known system. Give the address of the page that people see, or paste the posting's text."


def read_page(content: bytes | str, *, content_type: str | None = None, url: str | None = None) -> Page:
    """The jobs of a page as it was fetched: HTML, the JSON or XML of an applicant-tracking system, or pasted text.

    `url` says where it came from and is never read for names; on the page of one job that job comes first. Text is
    `text/plain` without markup. Never raises for what a page holds.
    """
    source = content if isinstance(content, str) else decoded(content, content_type=content_type)
    source = source.replace("\0", "")
    head = source[:2_000].lstrip("\ufeff \t\r\n")
    if (answer := _ats_answer(source, head, url)) is not None:
        return _from_answer(answer, url)
    if head.startswith(("{", "[{")):
        return _from_data(source, url)
    if (content_type or "").startswith("text/plain") and not head.startswith("<"):
        return _from_text(source)
    document = Document.of(source, url=url)
    if document is None:
        return Page(Kind.OTHER, _TOO_DEEP)
    if data := _shown_data(document):
        return read_page(data, content_type="application/json", url=url)
    return read_document(document)


def _shown_data(document: Document) -> str | None:
    """The JSON that a browser shows, and saves, as a page of one preformatted text."""
    shown = document.tree.css("body > pre")
    text = shown[0].text().strip() if len(shown) == 1 else ""
    body = document.tree.body
    alone = text.startswith(("{", "[")) and body is not None and body.text().strip() == text
    return text if alone else None


def _from_data(source: str, url: str | None) -> Page:
    found = embedded.jobs_of(loose_json.loads(source), base=url)
    if not found:
        return Page(Kind.OTHER, _UNKNOWN_DATA)
    return Page(Kind.LISTING if found.listed else Kind.JOB, None, once(found.jobs))


def _from_text(text: str) -> Page:
    job = pasted.job(text)
    return Page(Kind.JOB, None, (job,)) if job else Page(Kind.OTHER, _NO_POSTING)


def _ats_answer(source: str, head: str, url: str | None) -> answers.Answer | None:
    if head.startswith(("{", "[")):
        value = loose_json.loads(source)
        return answers.read(value, url=url) if value is not None else None
    if head.startswith(("<?xml", "<workzag", "<rss", "<feed")):
        root = feeds.parsed_xml(source.lstrip("\ufeff \t\r\n"))
        # XHTML is a page.
        if root is None or root.tag.endswith("html"):
            return None
        return feeds.personio(root, url=url) or feeds.board(root, url=url)
    return None


def _from_answer(answer: answers.Answer, url: str | None) -> Page:
    jobs, named = wanted_first(once(answer.jobs), url=url)
    if not jobs:
        return Page(Kind.EMPTY, verdict.NONE_OPEN, total=answer.total)
    kind = Kind.JOB if answer.single or named else Kind.LISTING
    return Page(kind, None, jobs, answer.next_pages, answer.total)


def read_document(document: Document) -> Page:
    """The jobs of a parsed page, tier by tier; a page that says that its posting is closed has none."""
    if closed := verdict.gone(document):
        return closed
    marked = once(tuple(_structured(document)))
    if len(marked) == 1:
        shown = job_page.job(document)
        job = marked[0]
        if shown and not job.title:
            job = replace(job, title=shown.title).read_by(Tier.TEXT)
        job = job.filled_from(shown) if shown and _same(shown, job) else job
        if not job.company and (name := employer(document, title=job.title, places=job.locations)):
            job = job.filled_from(Job(job.title, company=name).read_by(Tier.TEXT))
        return Page(Kind.JOB, None, (_at_its_address(job, document),))
    shown = job_page.job(document)
    # A posting may stand beside a box to log in.
    if not shown and (wall := verdict.wall(document)):
        return wall
    if len(marked) > 1:
        return _listed(_own_first(marked, document), document)
    return _unmarked(document, shown)


def _structured(document: Document) -> list[Job]:
    headed = document.headed
    found = (
        structured.json_ld(document.json_ld, base=document.base, headed=headed)
        or structured.microdata(document.tree, base=document.base, headed=headed)
        or structured.rdfa(document.tree, base=document.base, headed=headed)
    )
    # Beside one with a title, one without is a stub that points elsewhere.
    return [job for job in found if job.title] or found[:1]


def _unmarked(document: Document, shown: Job | None) -> Page:
    found = embedded.jobs(document.scripts, document.state_attributes, base=document.base)
    if shown:
        twin = next((job for one in found for job in one.jobs if _same(job, shown)), None)
        return Page(Kind.JOB, None, (twin.filled_from(shown) if twin else shown,))
    if found:
        stated = once(found[0].jobs)
        alone = next((job for one in found for job in one.jobs if _heads(job, document)), None)
        if alone:
            return Page(Kind.JOB, None, (alone,))
        return _listed(stated, document) if found[0].listed else Page(Kind.JOB, None, stated)
    linked = once(listing.jobs(document))
    if linked:
        return _listed(linked, document)
    return verdict.without_job(document)


def _at_its_address(job: Job, document: Document) -> Job:
    """A page that names no address to apply at is that address itself."""
    return (
        job if job.apply_url or not document.url else replace(job, apply_url=document.url).read_by(Tier.TEXT)
    )


def _listed(jobs: tuple[Job, ...], document: Document) -> Page:
    total = paging.total(document, shown=len(jobs))
    return Page(Kind.LISTING, None, jobs, paging.next_pages(document), total)


def _own_first(jobs: tuple[Job, ...], document: Document) -> tuple[Job, ...]:
    return tuple(sorted(jobs, key=lambda job: not _heads(job, document)))


def _heads(job: Job, document: Document) -> bool:
    """Whether the page is about this job: its title is the page's own, or its first heading."""
    title = job.title.casefold()
    named = (document.meta("og:title") or document.title).casefold()
    first = next((block.text.casefold() for block in document.blocks if block.tag == "h1"), "")
    return bool(title) and (title == first or named.startswith(title))


def _same(one: Job, other: Job) -> bool:
    return one.title.casefold() == other.title.casefold()


def once(jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """Each job once: the same title at the same address, or in the same places, is the same job."""
    seen: dict[tuple[str, object], Job] = {}
    for job in jobs:
        key = (job.title.lower(), job.apply_url or job.locations)
        seen[key] = seen[key].filled_from(job) if key in seen else job
    return tuple(seen.values())
