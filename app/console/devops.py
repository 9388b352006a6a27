"""A typed client of the DevOps assistant's routes: why a job failed, what would be kept of its log, what failed before."""

from typing import Any, Self

from app.console.api import Api, address, answer_of
from app.console.shapes import Analysis, KnownFailure
from app.settings import Settings


class Devops(Api):
    """Blocking calls, as its parent's."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            settings.devops_url.rstrip("/") or address(settings), key=settings.api_key.get_secret_value()
        )

    def analyze(self, log: str, *, yaml: str = "", passing: str = "") -> Analysis:
        """Why a job failed. A log alone may be as long as the service takes any."""
        if yaml or passing:
            body = (
                {"log": log}
                | ({"yaml": yaml} if yaml else {})
                | ({"passing_log": passing} if passing else {})
            )
            return Analysis.model_validate(answer_of(self._send("POST", "/devops/analyze", json=body)))
        return Analysis.model_validate(answer_of(self._send("POST", "/devops/analyze", **_as_text(log))))

    def redacted(self, log: str) -> tuple[str, dict[str, int]]:
        """The log as it would be kept, and how many secrets of each kind were masked."""
        found = answer_of(self._send("POST", "/devops/redact", **_as_text(log)))
        return str(found["log"]), {item["kind"]: item["count"] for item in found["redactions"]}

    def known_failures(self) -> list[KnownFailure]:
        """Raises NotFound where failures are not remembered."""
        page = answer_of(self._send("GET", "/devops/failures", params={"limit": "10"}))
        return [KnownFailure.model_validate(item) for item in page.get("failures", ())]


def _as_text(log: str) -> dict[str, Any]:
    content = log.encode("utf-8", "replace")
    return {"content": content, "headers": {"Content-Type": "text/plain; charset=utf-8"}}
