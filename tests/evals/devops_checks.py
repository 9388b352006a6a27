"""How well the DevOps assistant's checker and patches do, beside their gates.

    python -m tests.evals.devops_checks

A gate without a case fails as "not measured". The figures of the held-back part (every third case by the hash of its
name) stand beside those of all; nothing was tuned on it. A verdict agrees when both sides call a workflow sound or both
do not; a line is found when some finding is at most one line away from it; an object of the manifests is right when the
check of that name speaks up for one named as bad (fire, bad, should-fail) and is silent for its sound neighbour.
"""

import gzip
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.devops.checking.check import check
from app.devops.patching.propose import propose
from app.devops.patching.shapes import Patch, Proposal
from app.devops.patching.surgery import patched
from tests.evals.broken_pipelines import PAIRS, Pair

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "devops"
_PLACE = re.compile(r"(?:test(?:\\)?\.yaml:)(\d+):\d+: ")
_OBJECT = re.compile(
    r"^  name: *[\"']?((?:dont-fire|good-|should-pass|fire|bad-|should-fire)[\w-]*)", re.MULTILINE
)
_SOUND = ("dont-fire", "good-", "should-pass")


@dataclass(frozen=True)
class Score:
    """So many right of so many; `held` counts the held-back part alone."""

    right: int
    of: int
    held_right: int
    held_of: int

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 0.0


def cases(name: str) -> Iterator[dict[str, Any]]:
    path = DATA / name / "cases.jsonl.gz"
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)


def held_back(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0


def scored(outcomes: Iterator[tuple[str, bool]]) -> Score:
    found = list(outcomes)
    held = [right for name, right in found if held_back(name)]
    return Score(sum(right for _, right in found), len(found), sum(held), len(held))


def verdicts() -> Iterator[tuple[str, bool]]:
    for case in cases("actionlint"):
        yield case["id"], check(case["yaml"], "github").valid == case["valid"]


def error_lines() -> Iterator[tuple[str, bool]]:
    for case in cases("actionlint"):
        lines = {finding.line for finding in check(case["yaml"], "github").findings}
        for text in (case["expected_out"] or "").splitlines():
            if match := _PLACE.search(text):
                yield case["id"], any(abs(int(match[1]) - line) <= 1 for line in lines)


def false_lines() -> Iterator[tuple[str, bool]]:
    """Findings that are where an error is expected; not a gate, but the other half of the truth."""
    for case in cases("actionlint"):
        expected = [int(match[1]) for match in _PLACE.finditer(case["expected_out"] or "")]
        for finding in check(case["yaml"], "github").findings:
            yield case["id"], any(abs(finding.line - line) <= 1 for line in expected)


def objects() -> Iterator[tuple[str, bool]]:
    for case in cases("kube_linter"):
        lines = [
            finding.line
            for finding in check(case["yaml"], "kubernetes").findings
            if finding.rule == case["check"]
        ]
        text = case["yaml"]
        for match in _OBJECT.finditer(text):
            start = text.rfind("\n---", 0, match.start()) + 1
            end = text.find("\n---", match.start())
            first, last = (
                text.count("\n", 0, start) + 1,
                text.count("\n", 0, end if end >= 0 else len(text)) + 1,
            )
            fired = any(first <= line <= last for line in lines)
            yield case["check"], fired != match[1].startswith(_SOUND)


def pairs() -> Iterator[tuple[str, bool]]:
    for pair in PAIRS:
        yield pair.name, mended(pair)


def mended(pair: Pair) -> bool:
    """Whether the proposed patch passes its checks, applies, and says what mends the fault."""
    patch = propose(Proposal(pair.template, pair.fields, pair.category, pair.log), pair.yaml, pair.kind)
    return (
        patch is not None
        and patch.passed
        and applies(patch, pair.yaml)
        and all(word in added(patch) for word in pair.wants)
    )


def applies(patch: Patch, yaml: str | None) -> bool:
    return patch.kind == "snippet" or (yaml is not None and patched(yaml, patch.text) is not None)


def added(patch: Patch) -> str:
    if patch.kind == "snippet":
        return patch.text
    return "\n".join(line[1:] for line in patch.text.splitlines() if line.startswith("+"))


GATES: tuple[tuple[str, Callable[[], Iterator[tuple[str, bool]]], float, int], ...] = (
    ("workflows: verdict agrees", verdicts, 0.75, 1),
    ("workflows: errors found within one line", error_lines, 0.80, 1),
    ("manifests: objects judged right", objects, 0.85, 1),
    ("broken pipelines mended by a patch that passes", pairs, 0.80, 30),
)


def main() -> int:
    failed = 0
    for name, outcomes, least, enough in GATES:
        score = scored(outcomes())
        if score.of < enough:
            print(f"FAIL  {name}: not measured ({score.of} cases, {DATA.name} beside the repository?)")
            failed += 1
            continue
        held = f", held back {score.held_right}/{score.held_of}" if score.held_of else ""
        word = "ok  " if score.share >= least else "FAIL"
        failed += word == "FAIL"
        print(f"{word}  {name}: {score.share:.3f} ({score.right}/{score.of}{held}), gate {least:.2f}")
    precision = scored(false_lines())
    print(
        f"      workflows: findings where an error is expected: {precision.share:.3f} ({precision.right}/{precision.of})"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
