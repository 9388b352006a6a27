"""A typed client of the DevOps assistant's routes: why a job failed, what would be kept of its log, what is remembered."""

from collections.abc import Mapping, Sequence
from typing import Any, Self
from urllib.parse import quote

from app.console.api import Api, address, answer_of
from app.console.shapes import Analysis, JobRuns, KeptAnalysis, KnownFailure, Proposal
from app.settings import Settings

# Of what is listed whole.
_LISTED = "100"


class Devops(Api):
    """Blocking calls, as its parent's."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            settings.devops_url.rstrip("/") or address(settings), key=settings.api_key.get_secret_value()
        )

    def analyze(
        self, log: str, *, yaml: str = "", passing: str = "", metadata: Mapping[str, str] | None = None
    ) -> Analysis:
        """Why a job failed. A log alone may be as long as the service takes any."""
        more = {"yaml": yaml, "passing_log": passing, "metadata": metadata}
        given = {name: value for name, value in more.items() if value}
        sent = {"json": {"log": log, **given}} if given else _as_text(log)
        return Analysis.model_validate(answer_of(self._send("POST", "/devops/analyze", **sent)))

    def redacted(self, log: str) -> tuple[str, dict[str, int]]:
        """The log as it would be kept, and how many secrets of each kind were masked."""
        found = answer_of(self._send("POST", "/devops/redact", **_as_text(log)))
        return str(found["log"]), {item["kind"]: item["count"] for item in found["redactions"]}

    def known_failures(self) -> list[KnownFailure]:
        """Kinds of failures, the most often seen first."""
        page = answer_of(self._send("GET", "/devops/failures", params={"limit": _LISTED}))
        return [KnownFailure.model_validate(item) for item in page["failures"]]

    def history(self, *, limit: int) -> tuple[list[KeptAnalysis], bool]:
        """Analyses of before, newest first, and whether there are more."""
        page = answer_of(self._send("GET", "/devops/analyses", params={"limit": str(limit)}))
        return [KeptAnalysis.model_validate(item) for item in page["analyses"]], bool(page["after"])

    def delete_analysis(self, id_: str) -> None:
        self._send("DELETE", f"/devops/analyses/{quote(id_, safe='')}", accept=(404,))

    def accept(self, id_: str) -> None:
        """It was right."""
        self._judge(id_, {"verdict": "accept"})

    def correct(self, id_: str, *, category: str, root_cause: str, fix: Sequence[str]) -> bool:
        """What it was instead; empty where it stays as it was. Whether it became a proposal."""
        more = {"root_cause": root_cause, "fix": list(fix)}
        said = {name: value for name, value in more.items() if value}
        return bool(self._judge(id_, {"verdict": "correct", "category": category, **said})["proposal"])

    def job_runs(self) -> list[JobRuns]:
        page = answer_of(self._send("GET", "/devops/jobs", params={"limit": _LISTED}))
        return [JobRuns.model_validate(item) for item in page["jobs"]]

    def proposals(self) -> list[Proposal]:
        page = answer_of(self._send("GET", "/devops/proposals", params={"limit": _LISTED}))
        return [Proposal.model_validate(item) for item in page["proposals"]]

    def drop_proposal(self, id_: str) -> None:
        self._send("DELETE", f"/devops/proposals/{quote(id_, safe='')}", accept=(404,))

    def _judge(self, id_: str, said: Mapping[str, Any]) -> dict[str, Any]:
        return answer_of(self._send("POST", f"/devops/analyses/{quote(id_, safe='')}/feedback", json=said))


def _as_text(log: str) -> dict[str, Any]:
    content = log.encode("utf-8", "replace")
    return {"content": content, "headers": {"Content-Type": "text/plain; charset=utf-8"}}
