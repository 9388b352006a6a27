"""Rights of a job's token: which scopes are missing, and where they are granted."""

import re

from app.devops.checking.github.vocabulary import SCOPES
from app.devops.checking.nodes import Node
from app.devops.patching.surgery import Edit, put
from app.devops.patching.target import Path, Target

# What the log says -> the scope that it speaks of. The first that fits counts.
_SCOPE_SIGNS: tuple[tuple[str, str], ...] = (
    (r"(?i)ACTIONS_ID_TOKEN_REQUEST|id-token|oidc|AssumeRoleWithWebIdentity", "id-token"),
    (r"(?i)write_package|organization package|ghcr\.io|/packages\b", "packages"),
    (r"(?i)code.?scanning|security.?events|sarif", "security-events"),
    (r"(?i)deploy.?pages|pages deployment|github.?pages|/pages\b", "pages"),
    (r"(?i)rest/checks|check.?runs?\b", "checks"),
    (r"(?i)rest/pulls|pull.?requests?\b|/pulls/|\bgh pr\b", "pull-requests"),
    (r"(?i)rest/issues|/issues/|issue comment|labels?\b|\bgh issue\b|\(addComment\)|\(createIssue\)", "issues"),
    (r"(?i)rest/commits/statuses|/statuses/", "statuses"),
    (r"(?i)rest/deployments|/deployments\b", "deployments"),
    (r"(?i)attestation", "attestations"),
    (r"(?i)rest/actions|/actions/|artifacts?\b|workflow_dispatch", "actions"),
    (r"(?i)denied to github-actions|write access to repository|rest/(?:repos|git)|releases?\b|\bpush\b", "contents"),
)  # fmt: skip
# Actions and commands that need a scope -> the scope.
_SCOPE_USERS = {
    "actions/deploy-pages": ("pages", "id-token"),
    "aws-actions/configure-aws-credentials": ("id-token",),
    "google-github-actions/auth": ("id-token",),
    "azure/login": ("id-token",),
    "pypa/gh-action-pypi-publish": ("id-token",),
    "actions/labeler": ("pull-requests",),
    "softprops/action-gh-release": ("contents",),
    "github/codeql-action/upload-sarif": ("security-events",),
    "github/codeql-action/analyze": ("security-events",),
    "actions/attest-build-provenance": ("id-token", "attestations"),
}


def scopes_of(target: Target) -> tuple[str, ...]:
    """The scopes that are missing, by the fields, else the log, else what the workflow uses."""
    given = target.field("scope", "permission")
    if given in SCOPES:
        return (given,)
    words = f"{target.log}\n{' '.join(target.fields.values())}"
    for pattern, scope in _SCOPE_SIGNS:
        if re.search(pattern, words):
            return ("pages", "id-token") if scope == "pages" else (scope,)
    for _, _, _, step in target.steps():
        if needed := _SCOPE_USERS.get(step.text("uses").partition("@")[0].lower()):
            return needed
    return ()


def permissions(target: Target) -> list[Edit]:
    """Grant the scopes where the job's rights are written, else in the job that needs them."""
    wanted = scopes_of(target)
    if not wanted:
        return []
    path, holder = _holder(target, wanted)
    current = holder.get("permissions")
    if current is None and path and target.root.get("permissions") is not None:
        path, holder = (), target.root
        current = holder.get("permissions")
    access = {scope: "write" if "write" in SCOPES[scope] else "read" for scope in wanted}
    if current is not None and current.kind == "map" and current.pairs:
        inside = (*path, "permissions")
        return [
            put(target.text, current, scope, value, inside)
            for scope, value in access.items()
            if current.text(scope) != value
        ]
    # A block of permissions takes away whatever it does not name, and a checkout needs contents.
    granted = access if "contents" in access else {"contents": "read", **access}
    before = "steps" if path else "jobs"
    return [put(target.text, holder, "permissions", granted, path, before=before)]


def _holder(target: Target, wanted: tuple[str, ...]) -> tuple[Path, Node]:
    jobs = list(target.jobs())
    if len(jobs) == 1:
        return jobs[0]
    for path, job in jobs:
        for step in job.listed("steps"):
            needed = _SCOPE_USERS.get(step.text("uses").partition("@")[0].lower(), ())
            if set(wanted) & set(needed) or _runs_for(step.text("run"), wanted):
                return path, job
    return (), target.root


def _runs_for(script: str, wanted: tuple[str, ...]) -> bool:
    signs = {
        "contents": r"git push|gh release",
        "packages": r"docker push|npm publish",
        "issues": r"gh issue",
        "pull-requests": r"gh pr",
    }
    return any(scope in signs and re.search(signs[scope], script) for scope in wanted)


def snippet_permissions(target: Target) -> object:
    wanted = scopes_of(target)
    access = {scope: "write" if "write" in SCOPES[scope] else "read" for scope in wanted}
    return (
        {"permissions": access if "contents" in access else {"contents": "read", **access}}
        if wanted
        else None
    )
