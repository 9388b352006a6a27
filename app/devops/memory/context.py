"""Where a failure happened: what a caller's `metadata` or a delivery tells, masked and bounded."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from app.kernel.redaction import Redactor

_MOST_CHARS = 200
_MOST_COMMITS = 250


@dataclass(frozen=True, slots=True)
class Context:
    """`identity` tells this failure from every other one; `commits` are described, `shas` theirs, oldest first."""

    identity: str
    repository: str = ""
    job: str = ""
    commit: str = ""
    branch: str = ""
    url: str = ""
    at_ms: int = 0
    commits: tuple[str, ...] = ()
    shas: tuple[str, ...] = ()


def context_of(metadata: Mapping[str, Any] | None) -> Context:
    """Known names are repository, job, commit (or sha), branch, url, run_id, job_id, attempt and commits.

    A caller who names the run is counted once for it, however often it asks.
    """
    given = metadata or {}
    redactor = Redactor()

    def word(*names: str) -> str:
        found = next((given[name] for name in names if isinstance(given.get(name), str | int)), "")
        return redactor.redact(" ".join(str(found).split()))[:_MOST_CHARS]

    repository, job = word("repository", "project"), word("job", "job_name")
    run = "/".join(word(name) for name in ("run_id", "job_id", "attempt", "build"))
    identity = (
        sha256(json.dumps([repository, job, run]).encode()).hexdigest()
        if run.strip("/")
        else secrets.token_hex(16)
    )
    commits, shas = described(_list(given.get("commits")))
    return Context(
        identity=identity,
        repository=repository,
        job=job,
        commit=word("commit", "sha"),
        branch=word("branch", "ref"),
        url=word("url", "run_url"),
        commits=commits,
        shas=shas,
    )


def described(commits: Sequence[object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is said of each commit, and its id; of ids alone or of objects as the platforms write them."""
    redactor = Redactor()
    found = [_commit(item, redactor) for item in commits[-_MOST_COMMITS:]]
    return tuple(text for text, _ in found), tuple(sha for _, sha in found)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _commit(item: object, redactor: Redactor) -> tuple[str, str]:
    """Its description and its id, of an id alone or of an object as the platforms write it."""
    if isinstance(item, str):
        return item[:12], item[:64]
    if not isinstance(item, Mapping):
        return "?", ""
    sha = str(item.get("sha") or item.get("id") or "")[:64]
    lines = str(item.get("message") or item.get("title") or "").splitlines()
    return redactor.redact(f"{sha[:12]} {lines[0][:100] if lines else ''}").strip(), sha
