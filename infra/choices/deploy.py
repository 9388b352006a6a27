"""From which branches of which repositories the stack may be deployed without a key, and where its state is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.choices.refused import ConfigRefused
from infra.naming import GITHUB_ISSUER

Platform = Literal["github", "gitlab"]

GITLAB_URL = "https://gitlab.com"
_REPOSITORY: Mapping[str, re.Pattern[str]] = {
    "github": re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}"),
    "gitlab": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*){1,20}"),
}
# Of what Git allows, what both platforms put into a token as it stands.
_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+#@-]{0,199}")
_URL = re.compile(r"https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(?:/[A-Za-z0-9._-]+)*")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_EXAMPLE = "{github: owner/repository, branch: main} or {gitlab: group/project, branch: main}"


@dataclass(frozen=True)
class Origin:
    """One branch of one repository. `host`: the issuer of its jobs' tokens, without https://."""

    platform: Platform
    repository: str
    branch: str
    host: str

    @property
    def subject(self) -> str:
        """What the token of a job on the branch says it is.

        Source: docs.github.com, "OpenID Connect reference", and docs.gitlab.com, "OpenID Connect (OIDC) authentication using ID
        tokens", seen 2026-11.
        """
        if self.platform == "github":
            return f"repo:{self.repository}:ref:refs/heads/{self.branch}"
        return f"project_path:{self.repository}:ref_type:branch:ref:{self.branch}"


@dataclass(frozen=True, kw_only=True)
class DeployChoices:
    deploy_from: tuple[Origin, ...]
    state_bucket: str | None

    @property
    def gitlab_host(self) -> str:
        return next((origin.host for origin in self.deploy_from if origin.platform == "gitlab"), "")

    def check(self) -> None:
        hosts = sorted({origin.host for origin in self.deploy_from if origin.platform == "gitlab"})
        if len(hosts) > 1:
            raise ConfigRefused(
                f"deployFrom names the GitLab of {hosts[0]!r} and of {hosts[1]!r}; a stack is deployed from one. Take one out."
            )
        if self.state_bucket is not None and not _BUCKET.fullmatch(self.state_bucket):
            raise ConfigRefused(
                f"stateBucket is {self.state_bucket!r}; it must be a bucket's name, without s3:// and without a path."
            )
        if self.state_bucket is not None and not self.deploy_from:
            raise ConfigRefused(
                f"stateBucket is {self.state_bucket!r} while deployFrom is []; there is no role to read it. Set deployFrom."
            )


def origin(value: Any) -> Origin:
    """One item of deployFrom. Raises: ConfigRefused."""
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for item in value.values()):
        raise ConfigRefused(f"deployFrom contains {value!r}; an item is {_EXAMPLE}.")
    platforms: list[Platform] = [platform for platform in ("github", "gitlab") if platform in value]
    if len(platforms) != 1:
        raise ConfigRefused(f"deployFrom contains {dict(value)!r}; an item names one repository: {_EXAMPLE}.")
    platform = platforms[0]
    known = {platform, "branch", "url"} if platform == "gitlab" else {platform, "branch"}
    if unknown := sorted(value.keys() - known):
        raise ConfigRefused(
            f"deployFrom contains {unknown[0]!r}, which an item with {platform!r} does not have: {_EXAMPLE}."
        )
    repository, branch = value[platform], value.get("branch", "")
    if not _REPOSITORY[platform].fullmatch(repository):
        raise ConfigRefused(
            f"deployFrom has {platform} {repository!r}; it must be a repository's path without address, like {_EXAMPLE}."
        )
    if not _BRANCH.fullmatch(branch):
        raise ConfigRefused(
            f"deployFrom has branch {branch!r} for {repository!r}; name one branch in full, a pattern is not accepted."
        )
    return Origin(platform, repository, branch, _host(platform, value.get("url", GITLAB_URL)))


def _host(platform: Platform, url: str) -> str:
    if platform == "github":
        return GITHUB_ISSUER
    if not _URL.fullmatch(url):
        raise ConfigRefused(
            f"deployFrom has url {url!r}; it must be the https address of a GitLab that AWS can reach, without a final slash."
        )
    return url.removeprefix("https://")
