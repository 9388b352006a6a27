"""What a run keeps for others: caches and artifacts."""

import re

from app.devops.patching.surgery import Edit, put
from app.devops.patching.target import Target

_LOCKS = (
    (r"npm|node_modules", "**/package-lock.json"),
    (r"yarn", "**/yarn.lock"),
    (r"pip|venv", "**/requirements*.txt"),
    (r"cargo|target", "**/Cargo.lock"),
    (r"\bgo\b|go-build", "**/go.sum"),
    (r"\.m2", "**/pom.xml"),
    (r"gradle", "**/*.gradle*"),
    (r"gem|bundle", "**/Gemfile.lock"),
)


def cache_key(target: Target) -> list[Edit]:
    """A key of system and lock files, for a cache that has none."""
    edits = []
    for path, _, position, step in target.using(
        "actions/cache", "actions/cache/restore", "actions/cache/save"
    ):
        given = step.get("with")
        if given is not None and given.kind == "map" and given.get("key") is None:
            cached = given.text("path")
            lock = next((files for word, files in _LOCKS if re.search(word, cached)), "**/*.lock")
            data = f"${{{{ runner.os }}}}-${{{{ hashFiles('{lock}') }}}}"
            edits.append(put(target.text, given, "key", data, (*path, str(position), "with")))
    return edits


def artifact_name(target: Target) -> list[Edit]:
    """A name of its own for what every job of a matrix uploads."""
    edits = []
    for path, job in target.jobs():
        rows = [
            key.value
            for key, _ in job.mapped("strategy", "matrix")
            if key.value not in ("include", "exclude")
        ]
        for position, step in enumerate(job.listed("steps")):
            given = step.get("with")
            if not rows or given is None or not step.text("uses").startswith("actions/upload-artifact@"):
                continue
            name = given.text("name") or "artifact"
            if "matrix." not in name:
                value = f"{name}-" + "-".join(f"${{{{ matrix.{row} }}}}" for row in rows)
                edits.append(put(target.text, given, "name", value, (*path, "steps", str(position), "with")))
    return edits
