"""Adds the patch to an analysis: the signature that explains the failure names the template."""

from dataclasses import replace

from app.devops.analysis import Analysis, Check, YamlPatch
from app.devops.patching.propose import kind_of, propose
from app.devops.patching.shapes import FileKind, Patch, Proposal
from app.devops.patching.templates import TEMPLATES
from app.devops.reading.clean_log import CleanLog, Platform
from app.devops.signatures.search import Hit
from app.kernel.errors import LimitExceeded

# A template reads names near the line that was recognised; further away they belong to something else.
_AROUND = 20
# Whose pipelines are written in files of another form than GitHub's and GitLab's.
_OTHERS = (Platform.JENKINS, Platform.TRAVIS, Platform.AZURE, Platform.CIRCLECI)


def with_patch(
    analysis: Analysis, hit: Hit | None, log: CleanLog, *, yaml: str | None, job: str = ""
) -> Analysis:
    """The same analysis, with a patch where the fault is in YAML or rights and a template mends it.

    `hit` is what the analysis rests on; its line counts from 1 in the log's lines, which are masked already. `job` is
    the name of the job that failed, where it is known.
    """
    if hit is None or analysis.abstained:
        return analysis
    near = log.lines[max(0, hit.line - 1 - _AROUND) : hit.line + _AROUND]
    fields = {**({"job": _declared(job)} if job else {}), **hit.groups}
    # The recognised line first: what it names counts before what its neighbours name.
    words = "\n".join([hit.text, *near])
    try:
        given = kind_of(yaml) if yaml is not None and yaml.strip() else None
        patch = next(
            (
                patch
                for template in hit.signature.patches
                if _fits(TEMPLATES[template].kind, given, log.platform)
                and (patch := propose(Proposal(template, fields, str(analysis.category), words), yaml))
            ),
            None,
        )
    except LimitExceeded:
        return analysis
    return replace(analysis, yaml_patch=_told(patch)) if patch is not None else analysis


def _told(patch: Patch) -> YamlPatch:
    checks = tuple(Check(check.name, check.passed, check.detail) for check in patch.checks)
    return YamlPatch(patch.kind, patch.text, checks)


def _fits(kind: FileKind, given: FileKind | None, platform: Platform) -> bool:
    """Whether such a file belongs to this pipeline: by the file that was given, else by who wrote the log."""
    if kind not in ("github", "gitlab"):
        return True
    if given in ("github", "gitlab"):
        return kind == given
    return platform not in _OTHERS and platform.value not in {"github", "gitlab"} - {kind}


def _declared(job: str) -> str:
    """The job's name in the file: without the callers of a reusable workflow and the values of its matrix."""
    return job.rpartition(" / ")[2].partition(" (")[0].strip()
