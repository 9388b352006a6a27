"""Every patch template by its id, which signatures refer to; an id never changes its meaning."""

from collections.abc import Callable
from dataclasses import dataclass

from app.devops.patching import github, gitlab, kubernetes
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
        "registry": github.GITHUB_REGISTRY,
        "username": "${{ github.actor }}",
        "password": "${{ secrets.GITHUB_TOKEN }}",
    },
}

TEMPLATES: dict[str, Template] = {
    "github-permissions": Template("github", github.permissions, github.snippet_permissions),
    "github-action-version": Template("github", github.action_versions),
    "github-runner": Template("github", github.runner_labels),
    "github-checkout": Template("github", github.checkout, _fixed([{"uses": "actions/checkout@v6"}])),
    "github-fetch-depth": Template(
        "github", github.fetch_depth, _fixed([{"uses": "actions/checkout@v6", "with": {"fetch-depth": 0}}])
    ),
    "github-submodules": Template(
        "github",
        github.submodules,
        _fixed([{"uses": "actions/checkout@v6", "with": {"submodules": "recursive"}}]),
    ),
    "github-lfs": Template(
        "github", github.lfs, _fixed([{"uses": "actions/checkout@v6", "with": {"lfs": True}}])
    ),
    "github-safe-directory": Template(
        "github",
        github.safe_directory,
        _fixed([{"run": 'git config --global --add safe.directory "$GITHUB_WORKSPACE"'}]),
    ),
    "github-timeout": Template("github", github.timeout),
    "github-setup": Template("github", github.setup),
    "github-node-version": Template("github", github.node_version),
    "github-python-version": Template("github", github.python_version),
    "github-java-version": Template("github", github.java_version),
    "github-go-version": Template("github", github.go_version),
    "github-quoted-version": Template("github", github.quoted_versions),
    "github-npm-ci": Template("github", github.npm_ci),
    "github-command": Template("github", github.commands),
    "github-cache-key": Template("github", github.cache_key),
    "github-docker-login": Template("github", github.docker_login, _fixed([_LOGIN])),
    "github-buildx": Template("github", github.buildx, _fixed([{"uses": "docker/setup-buildx-action@v3"}])),
    "github-gh-token": Template(
        "github", github.gh_token, _fixed({"env": {"GH_TOKEN": "${{ github.token }}"}})
    ),
    "github-env": Template("github", github.missing_env),
    "github-shell": Template("github", github.shell),
    "github-artifact-name": Template("github", github.artifact_name),
    "github-needs": Template("github", github.needs),
    "github-key": Template("github", github.misspelt_keys),
    "github-concurrency": Template("github", github.concurrency),
    "github-disk-space": Template("github", github.disk_space),
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
