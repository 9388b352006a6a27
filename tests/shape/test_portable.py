"""Committed files name no path of one machine and no package registry; uv.lock alone says where packages come from."""

import re

from tests.shape.project import files, shown

# Spelt in parts, so that this file does not find itself.
_MACHINE = re.compile(
    r"(?<![\w./~-])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers"]) + r")/\w"
)
_REGISTRY = re.compile(
    r"\b(?:" + "|".join(["pypi" + r"\.org", r"files\.python" + r"hosted\.org", r"registry\.npm" + r"js\.org",
                         r"proxy\.go" + r"lang\.org", r"repo1?\.maven" + r"\.(?:org|apache\.org)", "gh" + r"cr\.io"])
    + r")\b"
)  # fmt: skip
_EXEMPT = {
    "uv.lock", "benchmarks/pages/uv.lock", "benchmarks/peers/uv.lock", "infra/images/mlflow/uv.lock", "scripts/policies/uv.lock"
}  # fmt: skip


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in files():
        if shown(path) in _EXEMPT:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{shown(path)}:{at}"
            for at, line in enumerate(text.splitlines(), start=1)
            if pattern.search(line)
        ]
    return found


def test_no_committed_file_holds_a_path_of_one_machine() -> None:
    assert not _lines_with(_MACHINE)


def test_no_committed_file_names_a_package_registry() -> None:
    assert not _lines_with(_REGISTRY)
