"""The rules for workflows, each shown by the smallest file that breaks it and by its sound neighbour."""

import pytest

from app.devops.checking.check import check
from app.devops.checking.findings import Finding

SOUND = """\
name: CI
on:
  push:
    branches: [main, 'release/**']
  workflow_dispatch:
    inputs:
      level: {type: choice, options: [debug, info], default: info}
permissions:
  contents: read
jobs:
  build:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
        node: [20, 22]
        exclude:
          - os: windows-latest
            node: 20
    outputs:
      version: ${{ steps.version.outputs.text }}
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-node@v5
        with:
          node-version: ${{ matrix.node }}
      - id: version
        run: echo "text=1" >> "$GITHUB_OUTPUT"
      - if: github.ref == 'refs/heads/main' && inputs.level != 'debug'
        run: |
          echo "level ${{ inputs.level }}"
  ship:
    needs: build
    runs-on: ubuntu-latest
    if: ${{ needs.build.outputs.version != '' }}
    steps:
      - run: echo ${{ needs.build.outputs.version }}
        shell: bash
"""


def job(steps: str = "- run: echo", before: str = "", top: str = "on: push") -> str:
    """A workflow of one job, whose steps start in line 5 when there is nothing before."""
    body = "".join(f"    {line}\n" for line in before.splitlines())
    return f"{top}\njobs:\n  test:\n    runs-on: ubuntu-latest\n{body}    steps:\n" + "".join(
        f"      {line}\n" for line in steps.splitlines()
    )


def findings(text: str) -> list[Finding]:
    return list(check(text, "github").findings)


def rules(text: str) -> list[tuple[int, str]]:
    return [(finding.line, finding.rule) for finding in findings(text)]


def test_a_sound_workflow_has_no_finding() -> None:
    assert findings(SOUND) == []
    assert check(SOUND, "github").valid


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        (job("- run: echo\n  with: {a: b}"), 7, "unknown-key"),
        (job("- uses: actions/checkout@v5\n  run: echo"), 7, "unknown-key"),
        (job("- name: nothing"), 6, "missing-key"),
        (job(top="on: pushed"), 1, "event"),
        (job(top="on: {push: {branch: main}}"), 1, "unknown-key"),
        (job(top="on: {issues: {types: [created]}}"), 1, "event"),
        (job(top="on: {release: {tags: ['v*']}}"), 1, "event"),
        (job(top="on: {push: {paths: [a], paths-ignore: [b]}}"), 1, "event"),
        (job(top="on: {schedule: [{cron: '*/2 * * * *'}]}"), 1, "cron"),
        (job(top="on: {schedule: [{cron: '0 25 * * *'}]}"), 1, "cron"),
        (job(top=r"on: {push: {branches: ['v\d+']}}"), 1, "glob"),
        (job(before="needs: build"), 3, "needs"),
        (job(before="timeout-minutes: soon"), 5, "value"),
        (job(before="if: true"), 5, "condition"),
        (job(before="if: ${{ github.ref == 'a' }} || true"), 5, "condition"),
        (job(before="permissions: {content: read}"), 5, "permissions"),
        (job(before="permissions: {id-token: read}"), 5, "permissions"),
        (job(before="env: {A B: c}"), 5, "env-name"),
        (job(before="env: {A: '${{ runner.os }}'}"), 5, "expression"),
        (job(before="container: {image: a, credentials: {username: u, password: hunter2}}"), 5, "credentials"),
        (job("- run: echo ${{ github.event.issue.title }}"), 6, "script-injection"),
        (job("- run: |\n    echo a\n    echo ${{ steps.missing.outputs.a }}"), 8, "expression"),
        (job("- run: echo ${{ matrix.os }}"), 6, "expression"),
        (job("- run: echo ${{ github.event }}"), 6, "expression"),
        (job("- run: echo ${{ github.sha.short }}"), 6, "expression"),
        (job("- run: echo ${{ secret.TOKEN }}"), 6, "expression"),
        (job("- run: echo ${{ upper('a') }}"), 6, "expression"),
        (job("- run: echo ${{ format('{0} {1}', 'a') }}"), 6, "expression"),
        (job('- run: echo ${{ github.ref == "main" }}'), 6, "expression"),
        (job("- run: echo ${{ github.ref"), 6, "expression"),
        (job("- run: echo ${{ always() }}"), 6, "expression"),
        (job("- run: echo ${{ github.run_id > github.event.list.*.a }}"), 6, "expression"),
        (job("- run: echo\n  shell: fish"), 7, "shell"),
        (job("- run: echo\n  shell: powershell"), 7, "shell"),
        (job("- run: echo '::set-output name=a::b'"), 6, "deprecated-command"),
        (job("- uses: actions/checkout"), 6, "action"),
        (job("- uses: actions/checkout@v2"), 6, "outdated-action"),
        (job("- uses: actions/cache@v5\n  with: {path: a}"), 6, "action-input"),
        (job("- uses: actions/setup-node@v5\n  with: {node_version: 20}"), 7, "action-input"),
        (job("- id: a\n  run: echo\n- id: A\n  run: echo"), 8, "id"),
        (job("- id: 1a\n  run: echo"), 6, "id"),
        (job().replace("ubuntu-latest", "ubuntu-oldest"), 4, "runner"),
        (job().replace("ubuntu-latest", "ubuntu-18.04"), 4, "runner"),
        (job().replace("ubuntu-latest", "[ubuntu-latest, windows-latest]"), 4, "runner"),
        (job(before="runs-on: macos-latest"), 5, "duplicate-key"),
        (job(before="strategy: {matrix: {a: [1, 1]}}"), 5, "matrix"),
        (job(before="strategy: {matrix: {a: [1], exclude: [{b: 1}]}}"), 5, "matrix"),
        (job(before="strategy: {max-parallel: 1.5}"), 5, "value"),
        ("on: push\njobs:\n  a: {uses: owner/repo@v1}\n", 3, "reusable-workflow"),
        ("on: push\njobs:\n  a: {uses: ./x.yml, runs-on: ubuntu-latest}\n", 3, "reusable-workflow"),
        ("on: push\njobs:\n  a: &x {uses: ./x.yml}\n", 3, "anchor"),
        (job(top="on: {workflow_call: {inputs: {a: {required: true}}}}"), 1, "missing-key"),
        (job(top="on: {workflow_dispatch: {inputs: {a: {type: choice}}}}"), 1, "event"),
        (job("- run: echo ${{ inputs.b }}", top="on: {workflow_call: {inputs: {a: {type: string}}}}"), 6, "expression"),
        (job("- run: echo ${{ secrets.b }}", top="on: {workflow_call: {secrets: {a: {required: true}}}}"), 6, "expression"),
        ("on: push\n", 1, "missing-key"),
        ("", 1, "structure"),
        ("on: push\njobs:\n\ta: b\n", 3, "yaml"),
    ],
)  # fmt: skip
def test_each_fault_is_found_in_its_line(text: str, line: int, rule: str) -> None:
    assert (line, rule) in rules(text)


def test_jobs_that_wait_for_each_other_are_told_once() -> None:
    text = "on: push\njobs:\n" + "".join(
        f"  {name}: {{needs: {other}, runs-on: ubuntu-latest, steps: [{{run: echo}}]}}\n"
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    assert rules(text) == [(3, "needs")]


@pytest.mark.parametrize(
    "text",
    [
        job("- run: echo ${{ startsWith(github.event.issue.title, 'a') }}"),
        job("- run: echo \"$TITLE\"\n  env: {TITLE: '${{ github.event.issue.title }}'}"),
        job("- run: echo ${{ format('{{0}} {0}', 'a') }}"),
        job("- run: echo ${{ 'it''s }} here' }}"),
        job("- run: perl {0}\n  shell: perl {0}"),
        job("- uses: some/action@main\n  with: {anything: goes}"),
        job("- uses: ./local\n- uses: docker://alpine:3"),
        job().replace("ubuntu-latest", "[self-hosted, gpu]"),
        job().replace("ubuntu-latest", "${{ fromJSON('[\"ubuntu-latest\"]') }}"),
        job(before="if: always() && github.actor != 'a'"),
    ],
)
def test_what_only_looks_wrong_is_left_alone(text: str) -> None:
    assert findings(text) == []


def test_steps_that_wait_for_others_end_them_or_run_together_need_no_script() -> None:
    steps = (
        "- id: server\n  run: ./serve\n  background: true\n- parallel:\n    - run: echo a\n    - run: echo b\n"
        "- wait: server\n- wait-all:\n- cancel: server"
    )
    assert not findings(job(steps))
    (found,) = findings(job("- parallel:\n    - rum: echo a"))[:1]
    assert found.line == 7


def test_what_a_cache_may_be_used_for_is_one_of_four_words() -> None:
    assert not findings(job(before="cache-mode: read"))
    assert [found.rule for found in findings(job(before="cache-mode: all"))] == ["cache-mode"]


def test_no_hash_of_files_is_made_for_the_outputs_of_a_job() -> None:
    (found,) = findings(job(before="outputs:\n  key: ${{ hashFiles('uv.lock') }}"))
    assert found.line == 6
