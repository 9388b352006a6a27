"""Runs checkov, from an environment of its own, over a folder and returns what it found."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOV = Path(__file__).parent / ".venv" / "bin" / "checkov"
# Two processes of five seconds each; many times that is a scanner that hangs.
LIMIT_S = 300


class ScannerFailed(Exception):
    """It ended without a report."""


@dataclass(frozen=True)
class Finding:
    """One resource that does not meet one check."""

    check: str
    title: str
    resource: str


@dataclass(frozen=True)
class Report:
    findings: tuple[Finding, ...]
    passed: int


def scan(folder: Path, *, framework: str) -> Report:
    """`framework`: terraform_plan or kubernetes. Offline: no list of policies and no result leaves the machine.

    Raises: ScannerFailed, also for an input it could not read.
    """
    command = [
        str(CHECKOV),
        "-d",
        ".",
        "--framework",
        framework,
        "--quiet",
        "--compact",
        "--skip-download",
        "-o",
        "json",
    ]
    quiet = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("BC_", "CKV_", "CHECKOV", "PYTHONPATH"))
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=quiet | {"LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    try:
        reports = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise ScannerFailed(f"checkov read no {framework} in {folder}:\n{done.stderr[-2000:]}") from None
    return report(reports if isinstance(reports, list) else [reports], stderr=done.stderr)


def report(parts: Sequence[dict[str, Any]], *, stderr: str = "") -> Report:
    """One report of checkov's list. Raises: ScannerFailed where nothing was scanned or something was not understood."""
    findings, passed = [], 0
    for part in parts:
        summary = part.get("summary", {})
        if summary.get("parsing_errors", 1) or not summary.get("resource_count"):
            raise ScannerFailed(f"checkov could not read its input: {summary or part}\n{stderr[-2000:]}")
        passed += summary["passed"]
        findings += [
            Finding(found["check_id"], found["check_name"], found["resource"])
            for found in part["results"]["failed_checks"]
        ]
    return Report(tuple(sorted(findings, key=lambda one: (one.check, one.resource))), passed)
