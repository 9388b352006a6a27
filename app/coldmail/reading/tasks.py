"""What can be asked of a page at hand; each a pure function that a process of its own can run and be stopped in."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from app.coldmail.extraction.document import Document, decoded
from app.coldmail.extraction.grounding import grounded
from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.values import Address, Job, Kind, Page, Tier
from app.coldmail.reading.source import Given

# Of a long page a model gets the beginning: postings begin with what matters.
_MODEL_CHARS = 24_000


def page(given: Given, _: Any) -> dict[str, Any]:
    """The page as read, in plain values."""
    return asdict(read_page(given.content, content_type=given.content_type, url=given.url))


def shown(given: Given, _: Any) -> str:
    """The text that a reader sees, cut for a model; empty for a page that no parser takes."""
    document = _document(given)
    return document.text[:_MODEL_CHARS] if document else ""


def kept(given: Given, answer: Any) -> list[dict[str, Any]]:
    """The jobs of a model's answer that this page bears out."""
    document = _document(given)
    return [asdict(job) for job in grounded(answer, document)] if document else []


TASKS: Mapping[str, Callable[[Given, Any], Any]] = {"page": page, "shown": shown, "kept": kept}


def page_of(told: Mapping[str, Any]) -> Page:
    return Page(
        Kind(told["kind"]),
        told["advice"],
        tuple(map(job_of, told["jobs"])),
        tuple(Address(**address) for address in told["next_pages"]),
        told["total"],
        told["tokens"],
    )


def job_of(told: Mapping[str, Any]) -> Job:
    return Job(
        **{
            **told,
            "locations": tuple(told["locations"]),
            "skills": tuple(told["skills"]),
            "sources": {name: Tier(tier) for name, tier in told["sources"].items()},
        }
    )


def _document(given: Given) -> Document | None:
    text = given.content
    source = text if isinstance(text, str) else decoded(text, content_type=given.content_type)
    if (given.content_type or "").startswith("text/plain") and not source.lstrip().startswith("<"):
        source = "".join(f"<p>{_escaped(line)}</p>" for line in source.splitlines())
    return Document.of(source.replace("\0", ""), url=given.url)


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;")
