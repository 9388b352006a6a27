"""What a career page says: its kind, its jobs, and which tier of reading each field came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Tier(StrEnum):
    """How a field was read, most trusted first."""

    ATS = "ats_json"
    JSON_LD = "json_ld"
    MICRODATA = "microdata"
    RDFA = "rdfa"
    STATE = "embedded_state"
    TEXT = "readable_text"
    MODEL = "model"


class Kind(StrEnum):
    """What the page is. Only `job` and `listing` carry jobs."""

    JOB = "job"
    LISTING = "listing"
    BLOCKED = "blocked"
    EMPTY = "empty"
    SCRIPT_ONLY = "script_only"
    OTHER = "other"


FIELDS = (
    "company",
    "locations",
    "remote",
    "salary",
    "skills",
    "experience",
    "description",
    "apply_url",
    "posted_at",
)


@dataclass(frozen=True, slots=True)
class Job:
    """One posting. A field that the page does not state is None or empty: nothing is guessed; a title that it does not state is empty.

    `remote` is "remote", "hybrid" or "on-site"; `posted_at` an ISO date; `salary` and `experience` text as written;
    `sources` names the tier of every field that is set.
    """

    title: str
    company: str | None = None
    locations: tuple[str, ...] = ()
    remote: str | None = None
    salary: str | None = None
    skills: tuple[str, ...] = ()
    experience: str | None = None
    description: str | None = None
    apply_url: str | None = None
    posted_at: str | None = None
    sources: Mapping[str, Tier] = field(default_factory=dict)

    def read_by(self, tier: Tier) -> "Job":
        """The same job with every field that is set, and has no source yet, marked as read by this tier."""
        mine = {name: tier for name in ("title", *FIELDS) if getattr(self, name)}
        return replace(self, sources={**mine, **self.sources})

    def filled_from(self, other: "Job") -> "Job":
        """The same job with what it lacks taken from another reading of it; sources tell which came from where."""
        gained = {
            name: getattr(other, name) for name in FIELDS if not getattr(self, name) and getattr(other, name)
        }
        told = {name: other.sources[name] for name in gained if name in other.sources}
        return replace(self, **gained, sources={**self.sources, **told})


@dataclass(frozen=True, slots=True)
class Address:
    """Where to ask for more: GET when `body` is None, else POST with that JSON body."""

    url: str
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page as read. `advice` says what to do when there is no job; `total` what the page says it holds in all;
    `tokens` what a model read and wrote for it.
    """

    kind: Kind
    advice: str | None = None
    jobs: tuple[Job, ...] = ()
    next_pages: tuple[Address, ...] = ()
    total: int | None = None
    tokens: int = 0
