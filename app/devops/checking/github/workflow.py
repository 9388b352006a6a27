"""A whole GitHub workflow: the top-level keys, in the order in which one gives the next its names."""

from app.devops.checking.findings import Report
from app.devops.checking.github.clauses import (
    check_cache_mode,
    check_concurrency,
    check_defaults,
    check_env,
    check_permissions,
)
from app.devops.checking.github.inference import Scope
from app.devops.checking.github.inputs import Declared
from app.devops.checking.github.jobs import read_jobs
from app.devops.checking.github.kinds import ANY, STRING, Kind, closed, opened, table
from app.devops.checking.github.sections import Reader
from app.devops.checking.github.triggers import read_triggers
from app.devops.checking.github.vocabulary import GITHUB, JOB, RUNNER, STRATEGY, WORKFLOW_KEYS
from app.devops.checking.nodes import Stream

_ALWAYS_SECRETS = ("github_token", "actions_step_debug", "actions_runner_debug")


def check_workflow(stream: Stream, report: Report) -> None:
    """Every rule for a workflow. The first document counts: GitHub reads no other."""
    if not stream.documents or stream.documents[0].empty:
        report.error(1, "structure", "the workflow is empty")
        return
    root = stream.documents[0]
    for line, name in stream.unused_anchors:
        report.error(line, "anchor", f"the anchor {name!r} is never used")
    for line, name in stream.recursive_aliases:
        report.error(line, "anchor", f"the alias {name!r} stands inside of what it repeats")
    reader = Reader(report, Scope("any", _contexts()))
    pairs = reader.mapping(root, "the workflow", keys=WORKFLOW_KEYS)
    declared = read_triggers(pairs["on"][1], reader) if "on" in pairs else Declared()
    reader = reader.knowing(**_declared(declared))
    for name in ("on", "jobs"):
        if name not in pairs and root.kind == "map":
            report.error(root.line, "missing-key", f"the workflow has no {name}:")
    if "name" in pairs:
        reader.at("none").text(pairs["name"][1], "name:", empty=True)
    if "run-name" in pairs:
        reader.at("run-name").text(pairs["run-name"][1], "run-name:", empty=True)
    if "env" in pairs:
        check_env(pairs["env"][1], reader.at("env"))
    if "permissions" in pairs:
        check_permissions(pairs["permissions"][1], reader)
    if "concurrency" in pairs:
        check_concurrency(pairs["concurrency"][0], pairs["concurrency"][1], reader.at("concurrency"))
    if "cache-mode" in pairs:
        check_cache_mode(pairs["cache-mode"][1], reader.at("none"))
    if "defaults" in pairs:
        check_defaults(pairs["defaults"][1], reader.at("none"), "")
    jobs = read_jobs(pairs["jobs"][1], reader, "") if "jobs" in pairs else ANY
    for _, value in declared.outputs:
        reader.at("call-output").knowing(jobs=jobs).text(value, "value:")


def _contexts() -> dict[str, Kind]:
    return {
        "github": GITHUB,
        "env": table(STRING),
        "vars": table(STRING),
        "secrets": table(STRING),
        "runner": RUNNER,
        "job": JOB,
        "strategy": STRATEGY,
        "matrix": closed({}),
        "needs": closed({}),
        "steps": closed({}),
        "inputs": closed({}),
    }


def _declared(declared: Declared) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {"inputs": closed(declared.inputs())}
    if declared.secrets is not None:
        kinds["secrets"] = closed(dict.fromkeys((*declared.secrets, *_ALWAYS_SECRETS), STRING))
    if declared.dispatch is not None:
        event = opened({"inputs": closed(dict.fromkeys(declared.dispatch, STRING))})
        kinds["github"] = closed({**(GITHUB.properties or {}), "event": event})
    return kinds
