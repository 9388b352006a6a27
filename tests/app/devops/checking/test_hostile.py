"""Texts that nobody writes by accident: they end in a finding or a refusal, at once."""

import time
from typing import get_args

import pytest

from app.devops.checking.check import CheckKind, check
from app.kernel.errors import BadInput, LimitExceeded

KINDS = get_args(CheckKind)
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10)
)
TEXTS = {
    "bomb": BOMB,
    "deep list": "[" * 5_000,
    "deep map": "{a: " * 5_000,
    "loop": "a: &a [*a]\nb: &b {c: *b}\n",
    "keys that are no texts": "? [a, b]\n: c\n1: d\nnull: e\ntrue: f\n? {a: b}\n: g\n",
    "jobs that are no maps": "on: push\njobs:\n  a: 1\n  b: [c]\n  ? [d]\n  : e\n  f:\n",
    "steps of everything": "on: push\njobs: {a: {runs-on: [[x], {y: z}], steps: [1, [2], {3: 4}, null, {run: {}}]}}\n",
    "documents": "---\na: b\n---\n- c\n---\n",
    "tab": "a:\n\tb: c\n",
    "control": "a: \x00\n",
    "not YAML": "}{",
    "long expression": "on: push\nrun-name: ${{ " + "(" * 9_000 + "\njobs: {}\n",
    "many negations": "on: push\nrun-name: ${{ " + "!" * 1_500 + "a }}\njobs: {}\n",
    "many operators": "on: push\nrun-name: ${{ " + "a && " * 190 + "a }}\njobs: {}\n",
    "many properties": "on: push\nrun-name: ${{ github.event" + ".a" * 190 + " }}\njobs: {}\n",
    "too many words": "on: push\nrun-name: ${{ " + "a && " * 900 + "a }}\njobs: {}\n",
    "long pattern": "on: {push: {branches: ['" + "[a]" * 20_000 + "']}}\njobs: {}\n",
    "long quote": "on: push\nrun-name: \"${{ 'a" + "b" * 9_000 + '"\njobs: {}\n',
    "objects of everything": "kind: Deployment\napiVersion: apps/v1\nmetadata: [a]\nspec: {template: [b], replicas: {}}\n",
    "containers of everything": "kind: Pod\napiVersion: v1\nspec: {containers: [1, [2], {env: [3], ports: [[4]], image: {}}]}\n",
    "template of everything": "Resources: {A: [1], B: {Type: [a], Properties: [b], DependsOn: {c: d}}, ? [x]\n: y}\n",
    "policy of everything": "Resources: {A: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyDocument: {Statement: [1, [2],"
    " {Action: {a: b}, Resource: [[c]], Effect: [d]}]}}]}}}\n",
    "many names": "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      X: !Sub '" + "${a}" * 9_000 + "${' \n",
    "waits for each other": "Resources:\n"
    + "".join(f"  R{n}: {{Type: AWS::SQS::Queue, DependsOn: R{(n + 1) % 400}}}\n" for n in range(400)),
    "services of everything": "services: {a: [1], b: {depends_on: {c: [d]}, healthcheck: [e]}}\n",
    "gitlab of everything": "stages: {a: b}\njob: [1]\nother: {script: {a: b}, needs: 3, rules: [4], extends: [[5]]}\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_strange_text_ends_in_findings(name: str, kind: CheckKind) -> None:
    result = check(TEXTS[name], kind)
    assert result.findings
    assert all(1 <= finding.line <= TEXTS[name].count("\n") + 1 for finding in result.findings)


@pytest.mark.parametrize("kind", KINDS)
def test_a_bomb_is_refused_by_what_it_expands_to(kind: CheckKind) -> None:
    assert [finding.rule for finding in check(BOMB, kind).findings] == ["yaml"]


def test_a_file_of_faults_is_not_told_to_its_end() -> None:
    assert len(check("".join(f"k{number}: v\n" for number in range(5_000)), "github").findings) == 1_000


def test_objects_beyond_the_thousandth_are_left_out_and_that_is_said() -> None:
    text = "".join(f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: a{n}}}\n" for n in range(1_001))
    assert [(finding.line, finding.rule) for finding in check(text, "kubernetes").findings] == [
        (4_003, "too-many-objects")
    ]


def test_a_text_too_long_is_not_read() -> None:
    with pytest.raises(LimitExceeded):
        check("a" * 1_000_001, "github")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(BadInput):
        check("a: b\n", "jenkins")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_thousands_of_things_that_name_each_other_take_no_minutes(kind: CheckKind) -> None:
    services = "services:\n" + "".join(
        f"  s{n}: {{image: a, depends_on: [s{n + 1}]}}\n" for n in range(12_000)
    )
    names = (
        f"Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      X: !Sub '{'${a}' * 100_000}'\n"
    )
    begun = time.process_time()
    for text in (services, names):
        check(text, kind)
    assert time.process_time() - begun < 15
