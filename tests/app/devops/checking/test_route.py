"""The checker over HTTP, and other linters beside it."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.devops.application import create
from app.devops.checking.external import other_linters
from app.settings import read_settings

pytestmark = pytest.mark.anyio

WORKFLOW = "on: pushed\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo\n"


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create(read_settings({}, data_dir=tmp_path))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        yield opened


def program(folder: Path, name: str, output: str) -> None:
    """A linter that says what it is told to."""
    (folder / f"{name}.out").write_text(output)
    path = folder / name
    path.write_text(f"#!/bin/sh\n/bin/cat '{folder}/{name}.out'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


async def test_a_file_comes_back_with_its_findings(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    answer = await http.post("/check", json={"yaml": WORKFLOW, "kind": "github"})
    assert answer.status_code == 200
    assert answer.json() == {
        "valid": False,
        "findings": [
            {"line": 1, "rule": "event", "message": "GitHub knows no event 'pushed'", "severity": "error"}
        ],
        "others": [],
    }


@pytest.mark.parametrize(
    "body",
    [
        {"yaml": "a: b", "kind": "jenkins"},
        {"kind": "github"},
        {"yaml": 1, "kind": "github"},
        {"yaml": "a" * 1_000_001, "kind": "github"},
    ],
)
async def test_what_cannot_be_checked_is_refused(http: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert (await http.post("/check", json=body)).status_code == 422


def test_an_installed_linter_is_reported_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "actionlint", 'workflow.yml:1:5: unknown event "pushed" [events]\n')
    program(
        tmp_path,
        "kube-linter",
        '{"Reports": [{"Check": "latest-tag", "Diagnostic": {"Message": "old"}, "Object": {}}]}',
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    (lint,) = other_linters(WORKFLOW, "github")
    assert [(found.line, found.rule, found.message) for found in lint.findings] == [
        (1, "events", 'unknown event "pushed"')
    ]
    (manifest,) = other_linters("a: b", "kubernetes")
    assert [(found.rule, found.severity) for found in manifest.findings] == [("latest-tag", "warning")]
    assert other_linters("a: b", "gitlab") == ()


def test_without_other_linters_there_is_nothing_to_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert other_linters(WORKFLOW, "github") == ()
