"""Other linters, where they are installed: run on a copy, limited in time and output, and reported apart from our rules."""

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.devops.checking.findings import Finding

TIMEOUT_S = 20
_LINE = re.compile(r"(?m)^[^:\n]+:(\d+):\d+: (.+) \[([\w-]+)\]$")
_COMMANDS: dict[str, tuple[str, ...]] = {
    # Scripts are not handed on to further programs.
    "github": ("actionlint", "-no-color", "-oneline", "-shellcheck=", "-pyflakes="),
    "kubernetes": ("kube-linter", "lint", "--format", "json"),
    "cloudformation": ("cfn-lint", "--format", "json"),
}


@dataclass(frozen=True)
class ToolReport:
    """What one program said. `note` tells why there is nothing, where that is not because all is well."""

    tool: str
    findings: tuple[Finding, ...]
    note: str = ""


def other_linters(text: str, kind: str) -> tuple[ToolReport, ...]:
    """The reports of the programs on PATH that read this kind; empty where none is installed."""
    command = _COMMANDS.get(kind)
    path = shutil.which(command[0]) if command is not None else None
    if command is None or path is None:
        return ()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "workflow.yml")
        file.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run(
                [path, *command[1:], str(file)], cwd=folder, capture_output=True, text=True, check=False,
                timeout=TIMEOUT_S, env={"PATH": "", "HOME": folder, "NO_COLOR": "1"},
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            return (ToolReport(command[0], (), f"could not be asked: {type(error).__name__}"),)
    return (ToolReport(command[0], tuple(sorted(_READ[kind](done.stdout)))),)


def _actionlint(output: str) -> list[Finding]:
    return [Finding(int(line), rule, message) for line, message, rule in _LINE.findall(output)]


def _kube_linter(output: str) -> list[Finding]:
    """Its reports name objects, not lines; they are shown at the top of the text with the object's name."""
    try:
        reports: list[dict[str, Any]] = json.loads(output).get("Reports") or []
    except (ValueError, AttributeError):
        return []
    return [
        Finding(
            1,
            str(report.get("Check", "")),
            f"{_name(report)}: {report.get('Diagnostic', {}).get('Message', '')}",
            "warning",
        )
        for report in reports
    ]


def _cfn_lint(output: str) -> list[Finding]:
    try:
        reports: list[dict[str, Any]] = json.loads(output)
        return [
            Finding(
                int(report["Location"]["Start"]["LineNumber"]),
                str(report["Rule"]["Id"]),
                str(report["Message"]),
                "error" if report["Level"] == "Error" else "warning",
            )
            for report in reports
        ]
    except (ValueError, LookupError, TypeError):
        return []


_READ = {"github": _actionlint, "kubernetes": _kube_linter, "cloudformation": _cfn_lint}


def _name(report: dict[str, Any]) -> str:
    found = report.get("Object", {}).get("K8sObject", {})
    return f"{found.get('GroupVersionKind', {}).get('Kind', '')} {found.get('Name', '')}".strip()
