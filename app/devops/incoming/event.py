"""A job that ended, in one shape for all platforms; values only."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What the delivery names: one job, a run whose jobs have to be listed, or a text that came along."""

    JOB = "job"
    RUN = "run"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Event:
    """Ids are text, as the platform writes them; `change` is the number of the pull or merge request, 0 if unknown.

    `log` is masked already: an event is stored.
    """

    platform: str
    repository: str
    kind: Kind
    failed: bool
    job: str = ""
    job_id: str = ""
    run_id: str = ""
    attempt: int = 1
    project_id: str = ""
    commit: str = ""
    branch: str = ""
    workflow: str = ""
    change: int = 0
    url: str = ""
    ended_at: str = ""
    log: str = ""
    log_url: str = ""

    @property
    def identity(self) -> str:
        """The same for every delivery that tells of this job or run."""
        return "/".join(
            (self.platform, self.repository, self.run_id, self.job_id or self.job, str(self.attempt))
        )

    def record(self) -> dict[str, Any]:
        return asdict(self)


def event_of(record: Mapping[str, Any]) -> Event:
    """An event as it was stored. Fields of another version of the program are left out."""
    known = {field.name for field in fields(Event)}
    given = {name: value for name, value in record.items() if name in known}
    return Event(**{**given, "kind": Kind(given["kind"]), "attempt": int(given.get("attempt", 1)),
                    "change": int(given.get("change", 0))})  # fmt: skip
