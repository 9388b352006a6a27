"""Broken pipelines with the log of their failure, the template that mends them, and what the patch has to say.

All are made up here. Each is one fault that real pipelines have; the rest of the file is there to be left alone.
"""

# ruff: noqa: E501 - a log line is one line
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.devops.patching.github.images import GITHUB_REGISTRY
from app.devops.patching.shapes import FileKind

HEAD = "# Keep this line.\nname: CI\non: push\n\njobs:\n"


def job(steps: str, *, more: str = "", runs_on: str = "ubuntu-latest", name: str = "build") -> str:
    """A job with its steps, indented as people do it."""
    keys = "".join(f"    {line}\n" for line in more.splitlines())
    body = "".join(f"      {line}\n" for line in steps.splitlines())
    return f"  {name}:\n    runs-on: {runs_on}\n{keys}    steps:  # in this order\n{body}"


@dataclass(frozen=True)
class Pair:
    """`wants` are lines that the patch adds; `yaml` None asks for a snippet."""

    name: str
    template: str
    log: str
    yaml: str | None
    wants: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    kind: FileKind | None = "github"
    category: str = "ci_config"


CHECKOUT = "- uses: actions/checkout@v5\n"
POD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web  # the shop
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: registry.example/web:1.4.2
          ports:
            - containerPort: 8080
          livenessProbe:
            httpGet: {path: /live, port: 8080}
"""
GITLAB = """\
# Keep this line.
stages: [build, test]

compile:
  stage: build
  script:
    - make

check:
  stage: test
  needs: [compile]
  script:
    - make check
"""
COMPOSE = """\
services:
  web:
    image: registry.example/web:1
    depends_on:
      - db
  db:
    image: postgres:17
"""

PAIRS: tuple[Pair, ...] = (
    Pair(
        "a comment on an issue is refused", "github-permissions",
        "RequestError: Resource not accessible by integration - https://docs.github.com/rest/issues/comments#create",
        HEAD + job(CHECKOUT + "- run: gh issue comment 1 --body hi"), ("issues: write", "contents: read"),
    ),
    Pair(
        "OIDC without a token", "github-permissions",
        "Error: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable",
        HEAD + "".join((job(CHECKOUT), job(
            "- uses: aws-actions/configure-aws-credentials@v5\n  with: {role-to-assume: a, aws-region: eu-central-1}", name="ship"
        ))), ("id-token: write",),
    ),
    Pair(
        "a scope is missing beside others", "github-permissions",
        "remote: Permission to shop/web.git denied to github-actions[bot].",
        HEAD + job(CHECKOUT + "- run: git push", more="permissions:\n  contents: read  # enough?\n  issues: read"),
        ("contents: write",),
    ),
    Pair(
        "a package cannot be written", "github-permissions",
        "denied: installation not allowed to Write organization package",
        HEAD.replace("jobs:", "permissions:\n  contents: read\n\njobs:") + job(f"- run: docker push {GITHUB_REGISTRY}/shop/web"),
        ("packages: write",),
    ),
    Pair(
        "an artifact action that was switched off", "github-action-version",
        "This request has been automatically failed because it uses a deprecated version of `actions/upload-artifact: v3`.",
        HEAD + job(CHECKOUT + "- uses: actions/upload-artifact@v3  # the report\n  with:\n    path: out"),
        ("actions/upload-artifact@v6",), {"action": "actions/upload-artifact: v3"},
    ),
    Pair(
        "a runner that was retired", "github-runner",
        "This is a scheduled Ubuntu 20.04 retirement. Ubuntu 20.04 LTS runner will be removed",
        HEAD + job(CHECKOUT, runs_on="ubuntu-20.04"), ("runs-on: ubuntu-22.04",),
    ),
    Pair(
        "a retired runner in a matrix", "github-runner", "No runner matching the specified labels: macos-12",
        HEAD + job(CHECKOUT, runs_on="${{ matrix.os }}", more="strategy:\n  matrix:\n    os: [ubuntu-latest, macos-12]"),
        ("os: [ubuntu-latest, macos-14]",),
    ),
    Pair(
        "nothing was checked out", "github-checkout", "make: *** No targets specified and no makefile found.  Stop.",
        HEAD + job("# First the build.\n- run: make"), ("- uses: actions/checkout@v6",),
    ),
    Pair(
        "a shallow clone", "github-fetch-depth", "fatal: No tags can describe '1a2b3c'.",
        HEAD + job(CHECKOUT + "- run: git describe"), ("fetch-depth: 0",),
    ),
    Pair(
        "a shallow clone with inputs", "github-fetch-depth", "fatal: ambiguous argument 'origin/main'",
        HEAD + job("- uses: actions/checkout@v5\n  with:\n    lfs: true\n\n- run: git diff origin/main"), ("fetch-depth: 0",),
    ),
    Pair(
        "submodules are empty", "github-submodules", "CMake Error: vendor/lib does not contain a CMakeLists.txt file.",
        HEAD + job("- uses: actions/checkout@v5\n  with: {fetch-depth: 1}\n- run: cmake ."), ("submodules: recursive",),
    ),
    Pair(
        "dubious ownership", "github-safe-directory", "fatal: detected dubious ownership in repository at '/__w/web/web'",
        HEAD + job(CHECKOUT + "- run: git status", more="container: debian:13"), ("safe.directory",),
    ),
    Pair(
        "a job ran out of time", "github-timeout", "The job has exceeded the maximum execution time of 20 minutes",
        HEAD + job(CHECKOUT, more="timeout-minutes: 20"), ("timeout-minutes: 40",), {"limit": "20"}, category="timeout_or_oom",
    ),
    Pair(
        "a tool that no step installed", "github-setup", "/runner/_temp/a.sh: line 1: npm: command not found",
        HEAD + job(CHECKOUT + "- name: Build\n  run: npm ci && npm test", more="container: debian:13"),
        ("actions/setup-node@v6",), {"command": "npm"},
    ),
    Pair(
        "a Node.js that is too old", "github-node-version",
        'error vite@7.0.0: The engine "node" is incompatible with this module. Expected version ">=20.19". Got "18.20.4"',
        HEAD + job(CHECKOUT + "- uses: actions/setup-node@v5\n  with:\n    node-version: 18  # LTS"), ("node-version: ",),
        {"required": "20.19"}, category="dependency_install",
    ),
    Pair(
        "3.10 became 3.1", "github-quoted-version", "Version 3.1 was not found in the local cache",
        HEAD + job(CHECKOUT, more="strategy:\n  matrix:\n    python: [3.9, 3.10]"), ("python: ['3.9', '3.10']",),
    ),
    Pair(
        "npm ci without a lock", "github-npm-ci",
        "npm error The `npm ci` command can only install with an existing package-lock.json",
        HEAD + job(CHECKOUT + "- run: |\n    npm ci\n    npm test"), ("npm install",), category="dependency_install",
    ),
    Pair(
        "a command that was switched off", "github-command", "Error: The `set-output` command is disabled.",
        HEAD + job('- id: a\n  run: |\n    echo "::set-output name=tag::v1"\n    echo done'), ('echo "tag=v1" >> "$GITHUB_OUTPUT"',),
    ),
    Pair(
        "a cache without a key", "github-cache-key", "Error: Input required and not supplied: key",
        HEAD + job("- uses: actions/cache@v5\n  with:\n    path: ~/.npm"), ("hashFiles('**/package-lock.json')",),
    ),
    Pair(
        "a push without a login", "github-docker-login", f"denied: unauthenticated: User cannot be authenticated {GITHUB_REGISTRY}",
        HEAD + job(CHECKOUT + f"- uses: docker/build-push-action@v6\n  with: {{push: true, tags: '{GITHUB_REGISTRY}/shop/web:1'}}"),
        ("docker/login-action@v3", f"registry: {GITHUB_REGISTRY}"), {"registry": GITHUB_REGISTRY}, category="docker_build",
    ),
    Pair(
        "a driver that cannot cache", "github-buildx",
        "ERROR: failed to build: Cache export is not supported for the docker driver.",
        HEAD + job(CHECKOUT + "- uses: docker/build-push-action@v6\n  with:\n    cache-to: type=gha"),
        ("docker/setup-buildx-action@v3",), category="docker_build",
    ),
    Pair(
        "gh without a token", "github-gh-token",
        "gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.",
        HEAD + job(CHECKOUT + "- run: gh release view"), ("GH_TOKEN: ${{ github.token }}",), category="permission_or_secret",
    ),
    Pair(
        "a variable nobody set", "github-env", "DEPLOY_KEY: unbound variable",
        HEAD + job('- env:\n    A: b\n  run: ./ship "$DEPLOY_KEY"'), ("DEPLOY_KEY: ${{ secrets.DEPLOY_KEY }}",),
        {"name": "DEPLOY_KEY"}, category="permission_or_secret",
    ),
    Pair(
        "bash on Windows", "github-shell", "ParserError: Missing '(' after 'if' in if statement.",
        HEAD + job("- run: |\n    if [[ -f a ]]; then\n      echo b\n    fi", runs_on="windows-latest"), ("shell: bash",),
    ),
    Pair(
        "a matrix uploads one name", "github-artifact-name",
        "Error: Failed to CreateArtifact: Received non-retryable error: (409) Conflict: an artifact with this name already exists",
        HEAD + job("- uses: actions/upload-artifact@v5\n  with:\n    name: report\n    path: out", more="strategy: {matrix: {py: ['3.12', '3.13']}}"),
        ("name: report-${{ matrix.py }}",),
    ),
    Pair(
        "an output of a job that is not needed", "github-needs", "Unrecognized named-value: 'needs'",
        HEAD + job("- id: v\n  run: echo", more="outputs:\n  tag: ${{ steps.v.outputs.tag }}")
        + job("- run: echo ${{ needs.build.outputs.tag }}", name="ship"), ("needs: build",),
    ),
    Pair(
        "a misspelt key", "github-key", "Invalid workflow file: Unexpected value 'time-out-minutes'",
        HEAD + job(CHECKOUT, more="timeout-minute: 10"), ("timeout-minutes: 10",),
    ),
    Pair(
        "a misspelt input", "github-key", "##[warning]Unexpected input(s) 'node_version'",
        HEAD + job("- uses: actions/setup-node@v5\n  with:\n    node_version: 22"), ("node-version: 22",),
    ),
    Pair(
        "a GitLab job ran out of time", "gitlab-timeout", "ERROR: Job failed: execution took longer than 30m0s seconds",
        GITLAB.replace("  needs: [compile]\n", "  timeout: 30m\n"), ("timeout: 1h",), {"job": "check"}, "gitlab", "timeout_or_oom",
    ),
    Pair(
        "no Docker daemon", "gitlab-dind", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
        GITLAB.replace("    - make\n\n", "    - docker build .\n\n"), ("- docker:dind", "DOCKER_TLS_CERTDIR: /certs"),
        kind="gitlab", category="docker_build",
    ),
    Pair(
        "a stage that is not there", "gitlab-stage", "check job: chosen stage deploy does not exist",
        GITLAB.replace("stage: test", "stage: deploy"), ("deploy",), kind="gitlab",
    ),
    Pair(
        "a needed job with another name", "gitlab-needs", "'check' job needs 'compil' job, but 'compil' is not in any previous stage",
        GITLAB.replace("[compile]", "[compil]"), ("needs: [compile]",), kind="gitlab",
    ),
    Pair(
        "the runner failed", "gitlab-retry", "ERROR: Job failed (system failure): pod has been deleted",
        GITLAB, ("max: 2", "runner_system_failure"), {"job": "check"}, "gitlab", "infrastructure",
    ),
    Pair(
        "a GitLab keyword misspelt", "gitlab-key", "jobs:check config contains unknown keys: scripts",
        GITLAB.replace("  script:\n    - make check", "  scripts:\n    - make check"), ("script:",), kind="gitlab",
    ),
    Pair(
        "a container that wanted more memory", "kubernetes-memory", "Last State: Terminated Reason: OOMKilled Exit Code: 137",
        POD + "          resources:\n            limits:\n              memory: 256Mi\n", ("memory: 512Mi",),
        {"container": "web"}, "kubernetes", "timeout_or_oom",
    ),
    Pair(
        "a quota asks for limits", "kubernetes-resources", "failed quota: must specify limits.memory for: web",
        POD, ("memory: 256Mi",), kind="kubernetes", category="deploy",
    ),
    Pair(
        "the restricted standard refuses", "kubernetes-security",
        'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false, unrestricted capabilities',
        POD, ("allowPrivilegeEscalation: false", "- ALL"), kind="kubernetes", category="deploy",
    ),
    Pair(
        "killed while starting", "kubernetes-liveness", "Liveness probe failed: connection refused; Container web failed liveness probe",
        POD, ("startupProbe:", "failureThreshold: 30"), kind="kubernetes", category="deploy",
    ),
    Pair(
        "a probe at a closed port", "kubernetes-probe-port", "Liveness probe failed: dial tcp 10.0.0.7:9090: connection refused",
        POD.replace("port: 8080}", "port: 9090}"), ("port: 8080}",), kind="kubernetes", category="deploy",
    ),
    Pair(
        "a private image", "kubernetes-pull-secret", "Failed to pull image: pull access denied, no basic auth credentials",
        POD, ("imagePullSecrets:",), kind="kubernetes", category="deploy",
    ),
    Pair(
        "labels that the selector does not take", "kubernetes-selector",
        "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`",
        POD.replace("        app: web\n", "        app: wep\n"), ("app: web",), kind="kubernetes", category="deploy",
    ),
    Pair(
        "an API that is gone", "kubernetes-api-version", 'no matches for kind "CronJob" in version "batch/v1beta1"',
        "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\nspec:\n  schedule: '0 3 * * *'\n  jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: 'a:1'}]}}}}\n",
        ("apiVersion: batch/v1",), kind="kubernetes", category="deploy",
    ),
    Pair(
        "a misspelt field", "kubernetes-field", 'strict decoding error: unknown field "spec.replica"',
        POD.replace("spec:\n  selector", "spec:\n  replica: 2\n  selector"), ("replicas: 2",), kind="kubernetes", category="deploy",
    ),
    Pair(
        "an account without rights", "kubernetes-role",
        'pods is forbidden: User "system:serviceaccount:shop:web" cannot list resource "pods" in API group "" in the namespace "shop"',
        None, ("kind: RoleBinding", "- list"), kind=None, category="permission_or_secret",
    ),
    Pair(
        "a database that is not up yet", "compose-health", "web-1  | could not connect to server: Connection refused",
        COMPOSE, ("pg_isready", "condition: service_healthy"), kind="compose", category="infrastructure",
    ),
    Pair(
        "reading a bucket is refused", "aws-s3-policy",
        "An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::111122223333:assumed-role/ci/run"
        ' is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::shop-models/v1/model.bin"',
        None, ('"s3:GetObject"', '"arn:aws:s3:::shop-models/v1/model.bin"', '"s3:ListBucket"'), kind=None, category="permission_or_secret",
    ),
    Pair(
        "a bucket without an ARN", "aws-s3-policy",
        "fatal error: permission denied reading s3://shop-data/daily/2026.csv (403 Forbidden)",
        None, ('"arn:aws:s3:::shop-data/daily/*"',), kind=None, category="permission_or_secret",
    ),
    Pair(
        "a secret is refused", "aws-least-policy",
        "AccessDeniedException: User: arn:aws:iam::111122223333:role/ci is not authorized to perform: secretsmanager:GetSecretValue"
        " on resource: arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop-a1b2c3 because no identity-based policy allows it",
        None, ('"secretsmanager:GetSecretValue"', ":secret:shop-a1b2c3"), kind=None, category="permission_or_secret",
    ),
)  # fmt: skip
