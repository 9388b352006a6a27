"""Adds the patch to an analysis: the signature that explains the failure names the template."""

from collections.abc import Sequence
from dataclasses import replace

from app.devops.analysis import Analysis, Check, YamlPatch
from app.devops.patching.propose import propose
from app.devops.patching.shapes import Proposal
from app.devops.signatures.search import Hit
from app.kernel.errors import LimitExceeded

# A template reads names near the line that was recognised; further away they belong to something else.
_AROUND = 20


def with_patch(analysis: Analysis, hit: Hit | None, lines: Sequence[str], *, yaml: str | None) -> Analysis:
    """The same analysis, with a patch where the fault is in YAML or rights and a template mends it.

    `hit` is what the analysis rests on; its line counts from 1 in `lines`, which are masked already.
    """
    if hit is None or hit.signature.patch is None or analysis.abstained:
        return analysis
    near = lines[max(0, hit.line - 1 - _AROUND) : hit.line + _AROUND]
    # The recognised line first: what it names counts before what its neighbours name.
    proposal = Proposal(
        hit.signature.patch, dict(hit.groups), str(analysis.category), "\n".join([hit.text, *near])
    )
    try:
        patch = propose(proposal, yaml)
    except LimitExceeded:
        return analysis
    if patch is None:
        return analysis
    checks = tuple(Check(check.name, check.passed, check.detail) for check in patch.checks)
    return replace(analysis, yaml_patch=YamlPatch(patch.kind, patch.text, checks))
