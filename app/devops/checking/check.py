"""The one entrance: a text and what it claims to be, in; findings, out."""

from contextlib import suppress
from typing import Literal

from app.devops.checking.cloudformation.template import check_template
from app.devops.checking.compose import check_compose
from app.devops.checking.findings import CheckResult, Report, TooManyFindings
from app.devops.checking.github.workflow import check_workflow
from app.devops.checking.gitlab.pipeline import check_pipeline
from app.devops.checking.kubernetes.manifest import check_manifest
from app.devops.checking.nodes import Stream, read
from app.kernel.errors import BadInput

CheckKind = Literal["github", "gitlab", "kubernetes", "compose", "cloudformation"]


def check(yaml_text: str, kind: CheckKind) -> CheckResult:
    """What our own rules say about the text; nothing is run, fetched or changed.

    Raises: LimitExceeded for a text over a million characters; BadInput for an unknown kind.
    """
    report = Report()
    stream = read(yaml_text)
    if stream.problem is not None:
        report.error(stream.problem.line, "yaml", stream.problem.message)
        return report.result()
    with suppress(TooManyFindings):
        _RULES.get(kind, _unknown)(stream, report)
    return report.result()


def _unknown(stream: Stream, report: Report) -> None:
    del stream, report
    raise BadInput(f"kind is one of {', '.join(_RULES)}.", field="kind")


_RULES = {
    "github": check_workflow,
    "gitlab": check_pipeline,
    "kubernetes": check_manifest,
    "compose": check_compose,
    "cloudformation": check_template,
}
