"""Holds the GitLab components against GitLab's schema, as pipelines see them: inputs filled in, their description left out.

GitLab reads such a file as two YAML documents, and no schema tool does.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import yaml

_SCHEMA = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
# For inputs without a default.
_ANY = "https://example.org"


def filled(component: str) -> str:
    """The pipeline of a component with the defaults of its inputs. Raises ValueError for an input that is not declared."""
    head, found, pipeline = component.partition("\n---\n")
    if not found:
        raise ValueError("a component has two documents: `spec`, and the jobs")
    for name, told in yaml.safe_load(head)["spec"]["inputs"].items():
        pipeline = pipeline.replace(f"$[[ inputs.{name} ]]", str((told or {}).get("default", _ANY)))
    if "$[[" in pipeline:
        raise ValueError(f"no such input: {pipeline[pipeline.index('$[[') :].splitlines()[0]}")
    return pipeline


def main(names: Iterable[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name in names:
            path = Path(folder) / Path(name).name
            path.write_text(filled(Path(name).read_text(encoding="utf-8")), encoding="utf-8")
            paths.append(str(path))
        checker = Path(sys.executable).with_name("check-jsonschema")
        return subprocess.run((str(checker), *_SCHEMA, *paths), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
