"""How each job of each repository went lately: its flaky rate, its last green commit, and who may have broken it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from app.devops.memory.writes import change, delete_all, get_or_empty
from app.kernel.ports.records import Records

_MOST_RUNS = 60
_MOST_SUSPECTS = 10


@dataclass(frozen=True, slots=True)
class Run:
    """`id` tells it from the others; `at` is when it ended."""

    id: str
    commit: str
    passed: bool
    at: str


class JobRuns:
    """One record a job."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def note(
        self,
        tenant: str,
        repository: str,
        job: str,
        run: Run,
        *,
        commits: Sequence[str] = (),
        shas: Sequence[str] = (),
    ) -> Mapping[str, Any]:
        """The job's record with this run in it. `commits` are described, `shas` theirs, oldest first."""

        def noted(found: Mapping[str, Any]) -> Mapping[str, Any]:
            runs = found.get("runs", [])
            if any(each["id"] == run.id for each in runs):
                return found
            record = {
                "repository": repository,
                "job": job,
                "last_green": found.get("last_green", ""),
                "first_red": found.get("first_red", ""),
                "suspects": found.get("suspects", []),
                "runs": [*runs, asdict(run)][-_MOST_RUNS:],
            }
            if run.passed:
                return {**record, "last_green": run.commit, "first_red": "", "suspects": []}
            if not record["first_red"]:
                record["first_red"] = run.commit
                record["suspects"] = suspects(commits, shas, record["last_green"], run.commit)
            return record

        return await change(self._records, _partition(tenant), _key(repository, job), noted)

    async def get(self, tenant: str, repository: str, job: str) -> Mapping[str, Any]:
        """{} for a job that was never seen."""
        return await get_or_empty(self._records, _partition(tenant), _key(repository, job))

    async def page(
        self, tenant: str, *, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        page = await self._records.page(_partition(tenant), after=after, limit=limit)
        return [record.value for record in page.records], page.after

    async def delete_all(self, tenant: str) -> int:
        return await delete_all(self._records, _partition(tenant))


def flaky_rate(runs: Sequence[Mapping[str, Any]]) -> float:
    """The share of commits at which the job was both red and green: the code was the same, its result was not."""
    results: dict[str, set[bool]] = defaultdict(set)
    for run in runs:
        if run["commit"]:
            results[run["commit"]].add(run["passed"])
    both = sum(len(passed) == 2 for passed in results.values())
    return round(both / len(results), 3) if results else 0.0


def suspects(commits: Sequence[str], shas: Sequence[str], last_green: str, first_red: str) -> list[str]:
    """The commits after the last green one, up to the first red one; the newest of them where there are many."""
    begin = next((at + 1 for at, sha in enumerate(shas) if _same(sha, last_green)), 0)
    end = next((at + 1 for at, sha in enumerate(shas) if _same(sha, first_red)), len(shas))
    return list(commits[begin : max(begin, end)])[-_MOST_SUSPECTS:]


def _same(one: str, other: str) -> bool:
    """Also when one of them is shortened."""
    return min(len(one), len(other)) >= 7 and (one.startswith(other) or other.startswith(one))


def _partition(tenant: str) -> str:
    return f"devops/{tenant}/jobs"


def _key(repository: str, job: str) -> str:
    return sha256(f"{repository}\n{job}".encode()).hexdigest()[:32]
