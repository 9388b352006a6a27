"""Actions: how they are named, and the inputs and outputs of those that most workflows use.

Source: the action.yml of each action's newest major version, as of 2026-11; unverified.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.devops.checking.github.kinds import ANY, STRING, Kind, closed, opened, table
from app.devops.checking.github.sections import Reader
from app.devops.checking.nodes import Node

_MAJOR = re.compile(r"v?(\d+)(?:\.\d+)*")
_LOCAL = ("./", "../")


@dataclass(frozen=True)
class Action:
    """Inputs that exist (`required` among them), outputs, and the oldest major version that still runs.

    `current` is the major to move to; `renamed` maps old inputs to new ones.
    """

    inputs: frozenset[str]
    outputs: frozenset[str]
    required: frozenset[str] = frozenset()
    oldest: int = 0
    current: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict)


def _action(
    inputs: str,
    outputs: str = "",
    *,
    required: str = "",
    oldest: int = 0,
    current: int = 0,
    renamed: str = "",
) -> Action:
    old_new = dict(pair.split("=") for pair in renamed.split())
    names = frozenset(inputs.split()) | frozenset(required.split())
    return Action(names, frozenset(outputs.split()), frozenset(required.split()), oldest, current, old_new)


KNOWN: dict[str, Action] = {
    "actions/checkout": _action(
        "repository ref token ssh-key ssh-known-hosts ssh-strict ssh-user persist-credentials path clean filter"
        " sparse-checkout sparse-checkout-cone-mode fetch-depth fetch-tags show-progress lfs submodules"
        " set-safe-directory github-server-url",
        "ref commit", oldest=4, current=6,
    ),
    "actions/setup-node": _action(
        "always-auth architecture cache cache-dependency-path check-latest mirror mirror-token node-version"
        " node-version-file package-manager-cache registry-url scope token",
        "cache-hit node-version", oldest=4, current=6,
    ),
    "actions/setup-python": _action(
        "python-version python-version-file cache architecture check-latest token cache-dependency-path"
        " update-environment allow-prereleases freethreaded pip-version pip-install",
        "python-version cache-hit python-path", oldest=5, current=6,
    ),
    "actions/setup-go": _action(
        "go-version go-version-file check-latest token cache cache-dependency-path architecture go-download-base-url",
        "go-version cache-hit", oldest=5, current=6,
    ),
    "actions/setup-java": _action(
        "java-version java-version-file distribution java-package architecture jdkFile jdkfile check-latest server-id"
        " server-username server-password settings-path overwrite-settings gpg-private-key gpg-passphrase cache"
        " cache-dependency-path job-status token mvn-toolchain-id mvn-toolchain-vendor",
        "distribution version path cache-hit", required="distribution", oldest=4, current=5,
    ),
    "actions/setup-dotnet": _action(
        "dotnet-version dotnet-quality global-json-file source-url owner config-file cache cache-dependency-path"
        " architecture workloads",
        "cache-hit dotnet-version", oldest=4, current=5,
    ),
    "actions/cache": _action(
        "restore-keys upload-chunk-size enableCrossOsArchive fail-on-cache-miss lookup-only save-always", "cache-hit",
        required="path key", oldest=4, current=5,
    ),
    "actions/cache/restore": _action(
        "restore-keys enableCrossOsArchive fail-on-cache-miss lookup-only", "cache-hit cache-primary-key cache-matched-key",
        required="path key", oldest=4, current=5,
    ),
    "actions/cache/save": _action(
        "upload-chunk-size enableCrossOsArchive", required="path key", oldest=4, current=5,
    ),
    "actions/upload-artifact": _action(
        "name if-no-files-found retention-days compression-level overwrite include-hidden-files archive",
        "artifact-id artifact-url artifact-digest", required="path", oldest=4, current=6,
    ),
    "actions/download-artifact": _action(
        "name artifact-ids path pattern merge-multiple github-token repository run-id digest-mismatch skip-decompress",
        "download-path", oldest=4, current=7,
    ),
    "actions/github-script": _action(
        "github-token debug user-agent previews result-encoding retries retry-exempt-status-codes base-url", "result",
        required="script", oldest=7, current=8,
    ),
    "actions/labeler": _action(
        "repo-token configuration-path sync-labels dot pr-number", "new-labels all-labels", oldest=5, current=6,
    ),
    "actions/configure-pages": _action(
        "static_site_generator generator_config_file token enablement", "base_url origin host base_path", oldest=4, current=5
    ),
    "actions/upload-pages-artifact": _action("name path retention-days", "artifact_id", oldest=3, current=4),
    "actions/deploy-pages": _action(
        "token timeout error_count reporting_interval artifact_name preview", "page_url", oldest=4, current=4,
    ),
    "actions/attest-build-provenance": _action(
        "subject-path subject-digest subject-name subject-checksums push-to-registry create-storage-record show-summary"
        " github-token",
        "bundle-path attestation-id attestation-url storage-record-ids", current=3,
    ),
    "actions/create-github-app-token": Action(frozenset(), frozenset(), oldest=1, current=2),
    "actions/dependency-review-action": Action(frozenset(), frozenset(), oldest=4, current=4),
    "actions/stale": Action(frozenset(), frozenset(("closed-issues-prs", "staled-issues-prs")), oldest=9, current=10),
    "docker/login-action": _action(
        "registry username password scope ecr logout registry-auth", oldest=3, current=3,
    ),
    "docker/setup-buildx-action": _action(
        "version driver driver-opts buildkitd-flags buildkitd-config buildkitd-config-inline use endpoint platforms"
        " append keep-state cache-binary cleanup name config config-inline install",
        "name driver platforms nodes endpoint status flags", oldest=3, current=3,
    ),
    "docker/setup-qemu-action": _action("image platforms reset cache-image", "platforms", oldest=3, current=3),
    "docker/build-push-action": _action(
        "add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to call cgroup-parent"
        " context file labels load network no-cache no-cache-filters outputs platforms provenance pull push sbom secrets"
        " secret-envs secret-files shm-size ssh tags target ulimit github-token",
        "imageid digest metadata", oldest=5, current=6,
    ),
    "docker/metadata-action": _action(
        "context images tags flavor labels annotations sep-tags sep-labels sep-annotations bake-target github-token",
        "version tags labels annotations json bake-file bake-file-tags bake-file-labels bake-file-annotations tag-names",
        oldest=5, current=5,
    ),
    "aws-actions/configure-aws-credentials": Action(
        frozenset(), frozenset(("aws-account-id", "aws-access-key-id", "aws-secret-access-key", "aws-session-token",
        "authenticated-arn", "aws-expiration")), oldest=4, current=5,
    ),
    "codecov/codecov-action": Action(frozenset(), frozenset(), oldest=4, current=5),
    "golangci/golangci-lint-action": Action(frozenset(), frozenset(), oldest=4, current=8),
    "softprops/action-gh-release": Action(
        frozenset(), frozenset(("url", "id", "upload_url", "assets")), oldest=2, current=2
    ),
    "pypa/gh-action-pypi-publish": _action(
        "user password repository-url repository_url packages-dir packages_dir verify-metadata verify_metadata"
        " skip-existing skip_existing verbose print-hash print_hash attestations",
        renamed="repository_url=repository-url packages_dir=packages-dir verify_metadata=verify-metadata"
        " skip_existing=skip-existing print_hash=print-hash",
    ),
    "pnpm/action-setup": _action(
        "version dest run_install cache cache_dependency_path package_json_file standalone", "dest bin_dest",
        oldest=4, current=4,
    ),
    "ruby/setup-ruby": Action(frozenset(), frozenset(("ruby-prefix",))),
    "dorny/paths-filter": Action(frozenset(), frozenset(), oldest=3, current=3),
    "peaceiris/actions-gh-pages": Action(frozenset(), frozenset(), oldest=4, current=4),
    "peter-evans/create-pull-request": Action(frozenset(), frozenset(), oldest=6, current=7),
}  # fmt: skip


@dataclass(frozen=True)
class Use:
    """One `uses:` taken apart; `major` is None for a branch or a commit."""

    name: str
    ref: str

    @property
    def action(self) -> Action | None:
        """The action as known; one so old that its inputs may differ counts as unknown."""
        known = KNOWN.get(self.name.lower())
        return None if known is not None and self.outdated else known

    @property
    def major(self) -> int | None:
        match = _MAJOR.fullmatch(self.ref)
        return int(match[1]) if match else None

    @property
    def outdated(self) -> bool:
        known = KNOWN.get(self.name.lower())
        return known is not None and self.major is not None and self.major < known.oldest


def use(text: str) -> Use | None:
    """The parts of `owner/repo[/path]@ref`; None for local folders, images and anything else."""
    name, sign, ref = text.partition("@")
    if not sign or not ref or text.startswith(_LOCAL) or "/" not in name.strip("/") or "${{" in text:
        return None
    return Use(name, ref)


def check_uses(node: Node, inputs: dict[str, tuple[Node, Node]], reader: Reader) -> None:
    """The name, the version and the inputs of a step that runs an action."""
    text = node.value
    if not text or "${{" in text or text.startswith(_LOCAL):
        return
    if text.startswith("docker://"):
        name, colon, tag = text.removeprefix("docker://").rpartition(":")
        if colon and name and not tag:
            reader.report.error(node.line, "action", f"the image of {text!r} has an empty tag")
        return
    found = use(text)
    if found is None:
        reader.report.error(
            node.line, "action", f"{text!r} names no action; write owner/repository@version or ./folder"
        )
        return
    known = KNOWN.get(found.name.lower())
    if known is None:
        return
    if found.outdated:
        message = f"{text!r} needs a Node.js that runners no longer have; version {known.current} is current"
        reader.report.error(node.line, "outdated-action", message)
    elif known.inputs:
        _check_inputs(node, found, known, inputs, reader)


def _check_inputs(
    node: Node, used: Use, known: Action, inputs: dict[str, tuple[Node, Node]], reader: Reader
) -> None:
    names = {name.lower() for name in known.inputs}
    for name, (key, _) in inputs.items():
        if name not in names:
            message = f"{used.name} has no input {key.value!r}; it has {', '.join(sorted(known.inputs))}"
            reader.report.error(key.line, "action-input", message)
        elif name in known.renamed:
            reader.report.error(
                key.line, "action-input", f"{key.value!r} is now called {known.renamed[name]!r}"
            )
    for name in sorted(known.required):
        if name.lower() not in inputs:
            reader.report.error(node.line, "action-input", f"{used.name} needs the input {name!r}")


def outputs_of(step: Node) -> Kind:
    """The type of a step's outputs: closed for an action that is known, anything by name else."""
    uses = step.text("uses")
    if not uses:
        return table(STRING)
    found = use(uses)
    known = found.action if found is not None else None
    if known is None or not (known.inputs or known.outputs):
        return opened({}, ANY if uses.startswith(_LOCAL) else STRING)
    if known is KNOWN["actions/github-script"]:
        return opened(dict.fromkeys(known.outputs, STRING), STRING)
    return closed(dict.fromkeys(known.outputs, STRING))
