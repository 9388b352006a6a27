"""Where monitoring and the apps meet: every figure that a rule or a graph asks for is one that an app tells, with that label."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.web.metrics import _count, _seconds
from infra.project import ROOT
from infra.workloads import grafana, prometheus


def asked() -> Iterator[str]:
    for group in prometheus.rules()["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for panel in grafana.page()["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def told() -> set[str]:
    """The names as the sources spell them; a histogram is told in three parts."""
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(ROOT / "app").rglob("*.py"))
    names = set(re.findall(r'"(genai_[a-z_]+)"', sources))
    return names | {f"{name}_{part}" for name in names for part in ("bucket", "sum", "count")}


def test_every_figure_that_is_asked_for_is_told():
    wanted = set(re.findall(r"genai_\w+", " ".join(asked())))
    assert wanted and wanted <= told()


@pytest.mark.parametrize("label", ["status", "route"])
def test_the_labels_that_requests_are_told_apart_by_are_those_that_are_asked_for(label: str):
    assert any(re.search(rf"\b{label}\b", expression) for expression in asked())
    counted = _count("GET", "/query", 200)._labelnames
    assert label in {*counted, *_seconds("GET", "/query")._labelnames}


def test_failures_are_counted_under_the_status_that_the_rule_looks_for():
    (rule,) = (rule for rule in prometheus.rules()["groups"][0]["rules"] if rule["alert"] == "AnswersFail")
    (pattern,) = re.findall(r'status=~"([^"]+)"', rule["expr"])
    assert re.fullmatch(pattern, "503") and not re.fullmatch(pattern, "499")
