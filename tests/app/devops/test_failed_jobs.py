"""What is said of the failed jobs in `failed_jobs/`, one log of each kind: its kind, its cause in words, what to do, the patch."""
# ruff: noqa: E501 - what is expected of a log stands on one line

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.devops.analysis import CONFIDENT, Analysis, Category
from app.devops.service import DevopsService, Failure
from app.devops.signatures import read_library

FOLDER = Path(__file__).parent / "failed_jobs"
# What a log has and a committed file may not: the runner's folders, and the hosts of public registries.
PLACES = {
    "%WORKSPACES%": "/".join(("", "home", "runner", "work")),
    "%HOME%": "/".join(("", "home", "runner")),
    "%NPM%": ".".join(("registry", "npmjs", "org")),
    "%PYTHON_INDEX%": ".".join(("pypi", "org")),
    "%PYTHON_FILES%": ".".join(("files", "pythonhosted", "org")),
    "%MAVEN%": ".".join(("repo", "maven", "apache", "org")),
    "%GITHUB_IMAGES%": ".".join(("ghcr", "io")),
}
END = "##[error]Process completed with exit code 1."
SERVICE = DevopsService(read_library(), log_bytes=1_000_000)


@dataclass(frozen=True, slots=True)
class Told:
    """`cause` and `fix`: words that have to stand there; `evidence`: words of the first quote; `patch`: of the patch."""

    category: Category
    cause: tuple[str, ...]
    fix: tuple[str, ...]
    evidence: str
    patch: str = ""


EXPECTED = {
    "cargo-borrow": Told(Category.COMPILE_ERROR, ("E0502", "src/cart.rs:88"), ("rustc --explain",), "E0502"),
    "cmake-missing": Told(Category.DEPENDENCY_INSTALL, ("OpenSSL", "CMakeLists.txt:14"), ("development package",), "OpenSSL"),
    "command-missing": Told(Category.CI_CONFIG, ("poetry", "command not found"), ("Install it",), "poetry"),
    "disk-full": Told(Category.INFRASTRUCTURE, ("disk is full",), ("Free space",), "No space left"),
    "docker-build": Told(Category.DOCKER_BUILD, ("COPY", "/package-lock.json"), (".dockerignore",), "package-lock.json"),
    "docker-push-denied": Told(Category.PERMISSION_OR_SECRET, ("packages",), ("packages: write",), "denied", "packages: write"),
    "eslint": Told(Category.LINT_ERROR, ("no-unused-vars", "src/components/Basket.tsx:14"), ("eslint --fix",), "useMemo"),
    "flaky-network": Told(Category.NETWORK_OR_FLAKY, ("azure.archive.ubuntu.com", "timed out"), ("again",), "timed out"),
    "github-timeout": Told(Category.TIMEOUT_OR_OOM, ("20 minutes", "npx playwright test"), ("timeout-minutes",), "timed out"),
    "github-token": Told(
        Category.PERMISSION_OR_SECRET, ("not accessible by integration",), ("pull-requests: write",), "addComment", "pull-requests: write"
    ),
    "gitlab-import": Told(Category.COMPILE_ERROR, ("ECB_RATES", "src/ledger/rates.py"), ("correct the import",), "ECB_RATES"),
    "gitlab-runner": Told(
        Category.PERMISSION_OR_SECRET, ("registry.acme.example/build/jdk:21", "authorize"), ("DOCKER_AUTH_CONFIG",), "pulling image"
    ),
    "go-test": Told(Category.TEST_ASSERTION, ("TestTotal/with_voucher", "Expected 1790, actual 1800"), ("go test -run",), "--- FAIL"),
    "gradle-dependency": Told(Category.DEPENDENCY_INSTALL, ("com.acme:billing-client:4.7.1",), ("repositories",), "Could not find"),
    "helm": Told(Category.DEPLOY, ("earlier operation",), ("helm rollback",), "another operation"),
    "jenkins-checkout": Told(Category.PERMISSION_OR_SECRET, ("git.acme.example", "publickey"), ("deploy key",), "publickey"),
    "jest-snapshot": Told(Category.SNAPSHOT_DIFF, ("shows the number of items", "Header.test.tsx"), ("difference",), "snapshot"),
    "killed-137": Told(Category.TIMEOUT_OR_OOM, ("Killed", "memory"), ("memory",), "Killed"),
    "kubectl-rollout": Told(Category.DEPLOY, ("/acme/shop:sha-77aa01c", "no image"), ("pushed",), "not found"),
    "maven-compile": Told(Category.COMPILE_ERROR, ("OrderService.java", "findByCustomerId"), ("OrderService.java:57",), "cannot find symbol"),
    "npm-404": Told(Category.DEPENDENCY_INSTALL, ("design-tokens", "404"), ("npm view", "token"), "404 Not Found"),
    "npm-lockfile": Told(Category.DEPENDENCY_INSTALL, ("lockfile", "zod@3.25.1"), ("commit the lockfile",), "in sync"),
    "oom-node": Told(Category.TIMEOUT_OR_OOM, ("heap out of memory",), ("max-old-space-size",), "heap out of memory"),
    "pip-no-version": Told(
        Category.DEPENDENCY_INSTALL, ("numba-extras==2.1.0", "Requires-Python >=3.9,<3.12"), ("Python version",), "No matching distribution"
    ),
    "pytest": Told(Category.TEST_ASSERTION, ("test_discount_rounds_up", "849 == 850"), ("pytest 'tests/test_price.py",), "test_discount"),
    "s3-denied": Told(
        Category.PERMISSION_OR_SECRET, ("403", "HeadObject"), ("s3:GetObject",), "Forbidden", "arn:aws:s3:::acme-release-notes/2026/*"
    ),
    "s3-denied-boto": Told(
        Category.PERMISSION_OR_SECRET, ("ci-report", "s3:GetObject"), ("exactly",), "AccessDenied",
        "arn:aws:s3:::acme-sales/daily/2026-03-03.parquet",
    ),
    "terraform-lock": Told(Category.DEPLOY, ("lock of its state",), ("force-unlock",), "state lock"),
    "tsc": Told(Category.TYPE_ERROR, ("src/api/orders.ts", "TS2741", "TS2345"), ("src/api/orders.ts",), "TS2741"),
}  # fmt: skip
# What wraps a failure, or stands in every log: a cause that quotes it makes its reader look in the wrong place.
NEVER_QUOTED = (
    "Process completed with exit code", "shell: ", "set up to track", "Switched to a new branch", "BUILD FAILURE",
    "Getting Git version", "Post job cleanup", "##[",
)  # fmt: skip


def filled(text: str) -> str:
    for name, place in PLACES.items():
        text = text.replace(name, place)
    return text


def log_of(name: str) -> str:
    return filled((FOLDER / f"{name}.log").read_text(encoding="utf-8"))


def analyzed(name: str) -> Analysis:
    return SERVICE.analyze_text(log_of(name), Failure())


def test_every_log_has_its_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.log")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_failed_job_is_told_by_its_kind_cause_and_remedy(name: str) -> None:
    told, found = EXPECTED[name], analyzed(name)
    assert found.category is told.category and not found.abstained
    for word in told.cause:
        assert word in found.root_cause
    for word in told.fix:
        assert word in " ".join(found.fix)
    assert told.evidence in found.evidence[0].quote
    assert (found.yaml_patch is not None) == bool(told.patch)
    assert found.yaml_patch is None or told.patch in found.yaml_patch.text


@pytest.mark.parametrize("name", EXPECTED)
def test_a_cause_quotes_no_wrapper_and_cuts_no_word(name: str) -> None:
    found = analyzed(name)
    assert not [words for words in NEVER_QUOTED if words in found.root_cause]
    log = log_of(name).replace('"', " ").split()
    for part in found.root_cause.replace('"', " ").split(" …")[:-1]:
        assert part.split()[-1].strip("(,:") in {word.strip("(,:") for word in log}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_step_that_failed_is_not_advised_again(name: str) -> None:
    found = analyzed(name)
    step = found.root_cause.partition("step `")[2].partition("`")[0]
    assert not step or not [line for line in found.fix if f"advises: `{step}`" in line]


KINDS = [
    json.loads(line) for line in filled((FOLDER / "kinds.jsonl").read_text(encoding="utf-8")).splitlines()
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind['step'][:40]}: {kind['lines'][0][:40]}")
def test_what_tools_say_of_a_failure_is_told_by_its_kind_with_something_to_do(kind: dict[str, Any]) -> None:
    step, shown = kind["step"], "shell: /usr/bin/bash -e {0}"
    found = SERVICE.analyze_text(
        "\n".join([f"##[group]Run {step}", step, shown, "##[endgroup]", *kind["lines"], END]), Failure()
    )
    assert found.category == kind["category"]
    assert found.fix and found.evidence and not found.abstained
    assert not [words for words in NEVER_QUOTED if words in found.root_cause]


def of_step(step: str) -> Analysis:
    lines = next(kind["lines"] for kind in KINDS if kind["step"] == step)
    return SERVICE.analyze_text(
        "\n".join([f"##[group]Run {step}", step, "##[endgroup]", *lines, END]), Failure()
    )


@pytest.mark.parametrize(
    ("step", "telling"),
    [
        ("trivy image --exit-code 1 --severity CRITICAL acme/shop:1", "CVE-2024-3094"),
        ("mix compile --warnings-as-errors", 'variable "tax" is unused'),
        ("R CMD check shop_0.1.tar.gz", "not equal to 1.25"),
        ("julia --project -e 'using Pkg; Pkg.test()'", "Evaluated: 1.24 == 1.25"),
        ("flutter test", "rounds half up [E]"),
    ],
)
def test_the_first_line_is_what_a_report_says_and_not_its_heading_or_count(step: str, telling: str) -> None:
    assert telling in next(line.text for line in of_step(step).extracted if line.rank == 1)


def test_a_report_by_lines_of_a_file_tells_what_stands_below_the_files_name() -> None:
    rule = " ------ ----------------------------------------------------------------"
    table = [
        rule,
        "  Line   src/Cart/Total.php",
        rule,
        "  31     Parameter #1 $amount expects int, string given.",
        rule,
    ]
    found = SERVICE.analyze_text(
        "\n".join(["vendor/bin/phpstan analyse src", *table, "", "  [ERROR] Found 1 error"]), Failure()
    )
    assert "Parameter #1 $amount" in next(line.text for line in found.extracted if line.rank == 1)


def test_a_name_of_the_jobs_own_network_is_told_as_a_service_that_is_not_there() -> None:
    found = of_step("pytest tests/integration")
    assert "`cache`" in found.root_cause and "services:" in found.fix[0]
    assert found.nature == "deterministic"


PLATFORMS = [
    json.loads(line) for line in (FOLDER / "platforms.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("job", PLATFORMS, ids=lambda job: str(job["name"]))
def test_a_job_of_any_platform_is_told_by_its_kind(job: dict[str, Any]) -> None:
    found = SERVICE.analyze_text("\n".join(job["lines"]), Failure())
    assert found.category == job["category"]
    assert found.fix and found.evidence


def test_a_bucket_that_only_the_code_names_has_its_policy_and_one_of_another_cloud_has_none() -> None:
    logs = {job["name"]: "\n".join(job["lines"]) for job in PLATFORMS}
    for name, resource in (
        ("boto-plain", "arn:aws:s3:::acme-models/v3/*"),
        ("bucket-plain", "arn:aws:s3:::acme-config/*"),
    ):
        patch = SERVICE.analyze_text(logs[name], Failure()).yaml_patch
        assert patch is not None and resource in patch.text
    assert SERVICE.analyze_text(logs["bucket-gcs"], Failure()).yaml_patch is None


def test_what_only_a_warning_tells_is_not_said_with_confidence() -> None:
    warned = "##[warning]Unexpected input(s) 'node_version', valid inputs are ['node-version']"
    found = SERVICE.analyze_text(f"##[group]Run setup\n{warned}\n{END}", Failure())
    assert found.category is Category.CI_CONFIG and found.confidence < CONFIDENT
