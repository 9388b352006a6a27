"""`make check`: every rule that needs no test run, side by side, offline; prints what failed and how long each took."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent
PYTHON = sys.executable


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]
    mend: str = ""  # the command that repairs it, where there is one


@dataclass(frozen=True)
class Outcome:
    check: Check
    passed: bool
    seconds: float
    output: str


def tracked(*patterns: str) -> tuple[str, ...]:
    """The project's files that match, those not yet added included, deleted and ignored ones not."""
    listing = subprocess.run(
        ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns),
        cwd=REPO, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return tuple(sorted({name for name in listing.split("\0") if name and (REPO / name).is_file()}))


def shell_scripts() -> tuple[str, ...]:
    """By their first line: some have no suffix."""
    candidates = tracked("*.sh", ".ci/*", "scripts/**")
    return tuple(name for name in candidates if _is_shell(REPO / name))


def _is_shell(path: Path) -> bool:
    with path.open("rb") as script:
        first = script.readline()
    return first.startswith(b"#!") and first.rstrip().endswith((b"sh", b"bash"))


def checks() -> list[Check]:
    """Slowest first, so that the end is not spent waiting for one."""
    workflows = tracked(".github/workflows/*.yml")
    actions = tracked("integrations/*/action.yml")
    return [
        Check("types", ("mypy", "app", "infra", "scripts")),
        Check("shape", (PYTHON, "-m", "pytest", "-q", "tests/shape")),
        Check("docs in step", (PYTHON, "-m", "scripts.generated_docs", "--check"), mend="make docs"),
        Check("import contracts", ("lint-imports",)),
        Check("shell", ("shellcheck", *shell_scripts())),
        Check("GitHub workflows", ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)),
        Check("GitLab pipeline", ("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform",
                                  "gitlab-ci", ".gitlab-ci.yml")),
        Check("GitHub actions", ("check-jsonschema", "--builtin-schema", "vendor.github-actions", *actions)),
        Check("GitLab components", (PYTHON, "-m", "scripts.gitlab_components", *tracked("templates/*.yml"))),
        Check("workflow security", ("zizmor", "--offline", "--quiet", "--no-progress", *workflows, *actions)),
        Check("YAML", ("yamllint", "--strict", *tracked("*.yml", "*.yaml"))),
        Check("Dockerfile", ("hadolint", "Dockerfile")),
        Check("lint", ("ruff", "check", "--output-format", "concise"), mend="make format"),
        Check("format", ("ruff", "format", "--check", "--output-format", "concise"), mend="make format"),
    ]  # fmt: skip


def run(check: Check) -> Outcome:
    program, *arguments = check.command
    path = TOOLS / program
    started = time.monotonic()
    done = subprocess.run(
        [str(path) if path.exists() else program, *arguments],
        cwd=REPO, env=os.environ | {"PYTHONPATH": str(REPO), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return Outcome(check, done.returncode == 0, time.monotonic() - started, done.stdout.strip())


def report(outcomes: Iterable[Outcome]) -> int:
    """Print each as it comes; return how many failed."""
    failed = 0
    for outcome in outcomes:
        print(
            f"{'ok    ' if outcome.passed else 'FAILED'} {outcome.seconds:5.1f} s  {outcome.check.name}",
            flush=True,
        )
        if not outcome.passed:
            failed += 1
            print(outcome.output)
            if outcome.check.mend:
                print(f"`{outcome.check.mend}` mends what can be mended by a program.")
    return failed


def main() -> int:
    every = checks()
    with ThreadPoolExecutor(max_workers=2) as pool:
        failed = report(pool.map(run, every))
    print(f"{len(every) - failed} of {len(every)} checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
