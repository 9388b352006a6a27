"""What the checker says: findings by line, and whether the file would be accepted at all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend. `line` is 1-based and refers to the text as given; `rule` is stable.

    An error keeps the file from working as written, or gives rights to everything; a warning is advice about safety or operation.
    """

    line: int
    rule: str
    message: str
    severity: Severity = "error"


@dataclass(frozen=True)
class CheckResult:
    """`valid` means that no finding is an error; findings are sorted by line."""

    valid: bool
    findings: tuple[Finding, ...]


# A file with more faults is broken in one way; telling all of them would only take time.
MOST_FINDINGS = 1_000
# Messages quote the text, and a word of a text may be as long as all of it.
MOST_MESSAGE_CHARS = 500


class TooManyFindings(Exception):
    """Enough was found to stop reading; what was found stays in the report."""


@dataclass
class Report:
    """Collects findings while a file is read; the same finding twice counts once.

    Raises: TooManyFindings from the thousandth on.
    """

    _found: set[Finding] = field(default_factory=set)

    def error(self, line: int, rule: str, message: str) -> None:
        self._add(Finding(line, rule, message[:MOST_MESSAGE_CHARS]))

    def warning(self, line: int, rule: str, message: str) -> None:
        self._add(Finding(line, rule, message[:MOST_MESSAGE_CHARS], "warning"))

    def _add(self, finding: Finding) -> None:
        self._found.add(finding)
        if len(self._found) >= MOST_FINDINGS:
            raise TooManyFindings

    def __iter__(self) -> Iterator[Finding]:
        return iter(sorted(self._found))

    def result(self) -> CheckResult:
        findings = tuple(self)
        return CheckResult(all(finding.severity != "error" for finding in findings), findings)
