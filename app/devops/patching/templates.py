"""Every patch template by its id, which signatures refer to; an id never changes its meaning."""

from collections.abc import Callable
from dataclasses import dataclass

from app.devops.patching import gitlab, kubernetes
from app.devops.patching.github import checkouts, images, jobs, kept, rights, scripts, tools
from app.devops.patching.shapes import FileKind
from app.devops.patching.surgery import Edit
from app.devops.patching.target import Target


@dataclass(frozen=True)
class Template:
    """How a file of one kind is changed, and what is shown where there is no file; either may be missing.

    `snippet` gives data to be shown as YAML: a map, or a list of documents; None when the fields do not suffice.
    """

    kind: FileKind
    edits: Callable[[Target], list[Edit]] | None = None
    snippet: Callable[[Target], object] | None = None


def _fixed(data: object) -> Callable[[Target], object]:
    return lambda target: data


_LOGIN = {
    "uses": "docker/login-action@v3",
    "with": {
        "registry": images.GITHUB_REGISTRY,
        "username": "${{ github.actor }}",
        "password": "${{ secrets.GITHUB_TOKEN }}",
    },
}

TEMPLATES: dict[str, Template] = {
    "github-permissions": Template("github", rights.permissions, rights.snippet_permissions),
    "github-action-version": Template("github", tools.action_versions),
    "github-runner": Template("github", jobs.runner_labels),
    "github-checkout": Template("github", checkouts.checkout, _fixed([{"uses": "actions/checkout@v6"}])),
    "github-fetch-depth": Template(
        "github", checkouts.fetch_depth, _fixed([{"uses": "actions/checkout@v6", "with": {"fetch-depth": 0}}])
    ),
    "github-submodules": Template(
        "github",
        checkouts.submodules,
        _fixed([{"uses": "actions/checkout@v6", "with": {"submodules": "recursive"}}]),
    ),
    "github-lfs": Template(
        "github", checkouts.lfs, _fixed([{"uses": "actions/checkout@v6", "with": {"lfs": True}}])
    ),
    "github-safe-directory": Template(
        "github",
        checkouts.safe_directory,
        _fixed([{"run": 'git config --global --add safe.directory "$GITHUB_WORKSPACE"'}]),
    ),
    "github-timeout": Template("github", jobs.timeout),
    "github-setup": Template("github", tools.setup),
    "github-node-version": Template("github", tools.node_version),
    "github-python-version": Template("github", tools.python_version),
    "github-java-version": Template("github", tools.java_version),
    "github-go-version": Template("github", tools.go_version),
    "github-quoted-version": Template("github", tools.quoted_versions),
    "github-npm-ci": Template("github", scripts.npm_ci),
    "github-command": Template("github", scripts.commands),
    "github-cache-key": Template("github", kept.cache_key),
    "github-docker-login": Template("github", images.docker_login, _fixed([_LOGIN])),
    "github-buildx": Template("github", images.buildx, _fixed([{"uses": "docker/setup-buildx-action@v3"}])),
    "github-gh-token": Template(
        "github", scripts.gh_token, _fixed({"env": {"GH_TOKEN": "${{ github.token }}"}})
    ),
    "github-env": Template("github", scripts.missing_env),
    "github-shell": Template("github", scripts.shell),
    "github-artifact-name": Template("github", kept.artifact_name),
    "github-needs": Template("github", jobs.needs),
    "github-key": Template("github", jobs.misspelt_keys),
    "github-concurrency": Template("github", jobs.concurrency),
    "github-disk-space": Template("github", jobs.disk_space),
    "gitlab-timeout": Template("gitlab", gitlab.timeout),
    "gitlab-retry": Template("gitlab", gitlab.retry),
    "gitlab-dind": Template(
        "gitlab",
        gitlab.dind,
        _fixed({"services": ["docker:dind"], "variables": {"DOCKER_TLS_CERTDIR": "/certs"}}),
    ),
    "gitlab-stage": Template("gitlab", gitlab.stage),
    "gitlab-needs": Template("gitlab", gitlab.needs),
    "gitlab-extends": Template("gitlab", gitlab.extends),
    "gitlab-key": Template("gitlab", gitlab.keywords),
    "gitlab-fetch-depth": Template("gitlab", gitlab.fetch_depth, _fixed({"variables": {"GIT_DEPTH": "0"}})),
    "gitlab-submodules": Template(
        "gitlab", gitlab.submodules, _fixed({"variables": {"GIT_SUBMODULE_STRATEGY": "recursive"}})
    ),
    "kubernetes-memory": Template("kubernetes", kubernetes.memory),
    "kubernetes-resources": Template("kubernetes", kubernetes.resources),
    "kubernetes-security": Template("kubernetes", kubernetes.security),
    "kubernetes-liveness": Template("kubernetes", kubernetes.liveness),
    "kubernetes-probe-port": Template("kubernetes", kubernetes.probe_port),
    "kubernetes-pull-secret": Template("kubernetes", kubernetes.pull_secret),
    "kubernetes-selector": Template("kubernetes", kubernetes.selector),
    "kubernetes-api-version": Template("kubernetes", kubernetes.api_version),
    "kubernetes-field": Template("kubernetes", kubernetes.field_names),
    "kubernetes-role": Template("kubernetes", None, kubernetes.role),
    "compose-health": Template("compose", kubernetes.compose_health),
    "aws-least-policy": Template("iam"),
    "aws-s3-policy": Template("iam"),
}
