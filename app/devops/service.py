"""The use cases of the DevOps assistant, as routes and command line use them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.devops.analysis import Analysis
from app.devops.answered import answered
from app.devops.diagnosis import diagnose
from app.devops.extraction.extract import extract
from app.devops.reading.read import read_log
from app.devops.signatures import SignatureLibrary, search
from app.kernel.errors import BadInput
from app.kernel.redaction import Redactor

# Analyses are work for a core: more at once would only take memory from each other.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Failure:
    """What somebody asks about. Either `log` or `log_url` is there."""

    log: str | None = None
    log_url: str | None = None
    source: str | None = None
    yaml: str | None = None
    passing_log: str | None = None
    budget_lines: int = 50
    metadata: Mapping[str, Any] | None = None


class DevopsService:
    """`log_bytes` is the largest log that is read."""

    def __init__(self, library: SignatureLibrary, *, log_bytes: int) -> None:
        self.log_bytes = log_bytes
        self._library = library
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def analyze(self, failure: Failure, *, tenant: str) -> Analysis:
        """Raises BadInput for no log or two, NotFound and others of the fetched one."""
        log = await self._log_of(failure)
        async with self._slots:
            return await asyncio.to_thread(self.analyze_text, log, failure)

    def analyze_text(self, log: str, failure: Failure) -> Analysis:
        """What rules alone say; pure but for the time it takes."""
        redactor = Redactor()
        read = read_log(log, redactor=redactor)
        green = read_log(failure.passing_log, redactor=redactor) if failure.passing_log else None
        hits = search(read.lines, self._library)
        found = extract(read, budget_lines=failure.budget_lines, passing=green)
        analysis = diagnose(read.lines, [one.line for one in found], hits, budget_lines=failure.budget_lines)
        return answered(analysis, read, found, redactor)

    async def _log_of(self, failure: Failure) -> str:
        if failure.log is not None and failure.log_url is not None:
            raise BadInput("`log` and `log_url` are both given; keep one.", code="log_twice", field="log_url")
        if failure.log is None and failure.log_url is None:
            raise BadInput("There is no log: give `log` or `log_url`.", code="log_missing", field="log")
        if failure.log is None:
            raise BadInput(
                "Logs are not fetched yet; send the log itself.", code="log_url_unsupported", field="log_url"
            )
        if not failure.log.strip():
            raise BadInput("The log is empty.", code="log_empty", field="log")
        return failure.log
