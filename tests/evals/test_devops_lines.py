"""The gates of extraction, and what redaction leaves of public logs."""

import re

import pytest

from app.kernel.redaction import Redactor
from tests.app.kernel.redaction.planted import planted
from tests.evals.devops_lines import ABSENT, DATA, cases, clean, run, scorer

pytestmark = [pytest.mark.eval, pytest.mark.skipif(not DATA.exists(), reason=ABSENT)]

_KEPT = re.compile(
    r"\bsha(?:1|256|384|512)[:-][A-Za-z0-9+/=]{20,}|\b[0-9a-f]{40}\b|\b[0-9a-f]{64}\b|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|(?<![\w.])v?\d+\.\d+\.\d+(?:[-+][\w.]+)?(?![\w.])"
)


def test_the_lines_that_matter_are_among_those_that_are_extracted() -> None:
    assert not [line for line in run() if line.startswith("MISSED")]


def test_no_digest_version_or_uuid_of_a_public_log_is_masked() -> None:
    seen = 0
    for case in cases(scorer(), "logdx"):
        text = "\n".join(case.lines)
        kept = _KEPT.findall(text)
        seen += len(kept)
        assert _KEPT.findall(Redactor().redact(text)) == kept, case.name
    assert seen > 1_000


def test_secrets_planted_in_public_logs_are_masked_all() -> None:
    logs = cases(scorer(), "logdx")
    for number, plant in enumerate(planted(seed=11)):
        lines = logs[number % len(logs)].lines
        middle = len(lines) // 2
        masked = "\n".join(clean([*lines[:middle], *plant.lines.split("\n"), *lines[middle:]]).lines)
        assert not [secret for secret in plant.secrets if secret in masked], plant.name
