"""The rules for pipelines, each shown by the smallest file that breaks it."""

import pytest

from app.devops.checking.check import check

SOUND = """\
stages: [build, test]
include:
  - local: /ci/lint.yml
    rules:
      - if: $CI_PIPELINE_SOURCE == "merge_request_event"
default:
  image: python:3.13
.base:
  before_script: [make deps]
compile:
  extends: .base
  stage: build
  script:
    - make
    - !reference [.base, before_script]
  artifacts: {paths: [out], expire_in: 1 week}
check:
  stage: test
  needs:
    - job: compile
      artifacts: true
    - {job: maybe, optional: true}
  script: make check
  timeout: 1h 30m
  retry: {max: 2, when: [runner_system_failure]}
  rules:
    - if: '$CI_COMMIT_BRANCH =~ /^release\\/.*$/ && $A != "b"'
      when: manual
"""


def rules(text: str) -> list[tuple[int, str]]:
    return [(finding.line, finding.rule) for finding in check(text, "gitlab").findings]


def test_a_sound_pipeline_has_no_finding() -> None:
    assert rules(SOUND) == []


def test_a_job_that_only_changes_an_included_one_needs_no_script() -> None:
    included = "include: [{template: Jobs/Secret-Detection.gitlab-ci.yml}]\nsecret_detection: {stage: test}\n"
    assert rules(included) == []


@pytest.mark.parametrize(
    "text",
    [
        ".c: {script: [d]}\na:\n  script:\n    - !reference [.c, script]\n    - e\n",
        ".c: &c {script: [d]}\n.f: {<<: *c}\na: {script: !reference [.f, script]}\n",
        ".b: {script: [c]}\n.d: {extends: .b}\na: {script: !reference [.d, script]}\n",
        ".d: {script: [e]}\n.c: !reference [.d]\na: {script: !reference [.c, script]}\n",
        ".v: {variables: {A: b}}\na: {script: c, variables: {A: !reference [.v, variables, A]}}\n",
        "include: [{local: c.yml}]\na: {script: !reference [.from_there, script]}\n",
        "a: {script: b, environment: {name: c, action: $ACTION, kubernetes: {namespace: d}, auto_stop_in: 1 day}}\n",
    ],
)
def test_a_reference_that_leads_somewhere_and_a_sound_environment_have_no_finding(text: str) -> None:
    assert rules(text) == []


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("a:\n  scripts: make\n", 2, "unknown-key"),
        ("a:\n  image: b\n", 1, "missing-key"),
        ("a: {script: b, stage: ship}\n", 1, "stage"),
        ("stages: [x, x]\na: {script: b, stage: x}\n", 1, "stage"),
        ("a: {script: b, extends: .c}\n", 1, "reference"),
        ("a: {script: b, needs: [c]}\n", 1, "reference"),
        ("a: {script: b, needs: [a]}\n", 1, "reference"),
        ("a: {script: b, needs: c}\nc: {script: d}\n", 1, "structure"),
        ("a: {script: x, needs: [b]}\nb: {script: x, needs: [a]}\n", 1, "reference"),
        ("a: {script: b, stage: build, needs: [c]}\nc: {script: d}\n", 1, "stage"),
        ("a: {script: b, dependencies: [c]}\n", 1, "reference"),
        ("a: {script: b, when: sometimes}\n", 1, "value"),
        ("a: {script: b, retry: 3}\n", 1, "value"),
        ("a: {script: b, timeout: soon}\n", 1, "value"),
        ("a: {script: b, only: [main], rules: [{when: never}]}\n", 1, "rules"),
        ("a: {script: b, rules: [{if: '$A = \"b\"'}]}\n", 1, "condition"),
        ("a: {script: b, rules: [{iff: $A}]}\n", 1, "unknown-key"),
        ("a:\n  script:\n    - echo: hello\n", 3, "structure"),
        ("a: {script: b, artifacts: {path: [c]}}\n", 1, "unknown-key"),
        ("include: [{project: a}]\nb: {script: c}\n", 1, "include"),
        ("a: {script: b}\na: {script: c}\n", 2, "duplicate-key"),
        (".a: {script: b}\n", 1, "structure"),
        ("a: {script: b, environment: {name: c, action: destroy}}\n", 1, "value"),
        ("a: {script: b, environment: {name: c, deployment_tier: prod}}\n", 1, "value"),
        ("a: {script: b, environment: {name: c, on_stopp: d}}\n", 1, "unknown-key"),
        ("a:\n  script: !reference [.nope, script]\n", 2, "reference"),
        (".c: {script: [d]}\na:\n  script:\n    - !reference [.c, before_script]\n", 4, "reference"),
        ("", 1, "structure"),
    ],
)
def test_each_fault_is_found_in_its_line(text: str, line: int, rule: str) -> None:
    assert (line, rule) in rules(text)
