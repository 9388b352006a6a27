"""Our words for workflows, pipelines and Compose files against the schemas that their makers publish.

The schemas come with check-jsonschema, which `make check` installs; where it is absent there is nothing to compare with.
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from app.devops.checking import compose
from app.devops.checking.github import vocabulary as github
from app.devops.checking.gitlab import vocabulary as gitlab

pytest.importorskip("check_jsonschema", reason="the published schemas come with check-jsonschema")


def schema(name: str) -> dict[str, Any]:
    path = files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{name}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


GITHUB, GITLAB, COMPOSE = schema("github-workflows"), schema("gitlab-ci"), schema("compose-spec")


def properties(node: Any, root: dict[str, Any]) -> dict[str, Any]:
    """All keys that a map may have, by whatever way the schema puts them together."""
    if not isinstance(node, dict):
        return {}
    found = dict(node.get("properties", {}))
    for way in ("allOf", "oneOf", "anyOf"):
        for part in node.get(way, []):
            found |= properties(part, root)
    found |= properties(node.get("items"), root)
    if "$ref" in node:
        target: Any = root
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        found |= properties(target, root)
    return found


def words(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("enum", [])
        yield from [node["const"]] if "const" in node else []
        for part in node.values():
            yield from words(part)
    elif isinstance(node, list):
        for part in node:
            yield from words(part)


def keys(node: Any, root: dict[str, Any]) -> set[str]:
    return {name for name in properties(node, root) if not name.startswith(("$", "!"))}


_PARTS = GITHUB["definitions"]


def test_a_workflow_its_jobs_and_steps_have_the_published_keys() -> None:
    assert keys(GITHUB, GITHUB) == github.WORKFLOW_KEYS
    assert (
        keys(_PARTS["normalJob"], GITHUB) | keys(_PARTS["reusableWorkflowCallJob"], GITHUB) == github.JOB_KEYS
    )
    assert keys(_PARTS["reusableWorkflowCallJob"], GITHUB) == github.CALL_KEYS
    steps = github.RUN_STEP_KEYS | github.USES_STEP_KEYS | github.GROUP_STEPS
    assert keys(_PARTS["step"], GITHUB) == steps
    assert keys(_PARTS["jobContainer"], GITHUB) == github.CONTAINER_KEYS
    assert keys(_PARTS["serviceContainer"], GITHUB) == github.SERVICE_KEYS
    assert set(words(_PARTS["cacheMode"])) == github.CACHE_MODES


def test_the_tokens_scopes_are_the_published_ones() -> None:
    published = keys(_PARTS["permissions-event"], GITHUB)
    assert published == set(github.SCOPES)


# What the schema leaves out and GitHub's own pages have: asked of actionlint 1.7.12 and GitHub's list of events.
_NOT_IN_THE_SCHEMA = {"image_version"}
_MORE_TYPES = {"pull_request_target": {"enqueued", "dequeued", "milestoned", "demilestoned"}}


def test_every_event_is_known_with_its_activity_types() -> None:
    events = properties(GITHUB["properties"]["on"], GITHUB)
    assert set(github.EVENTS) - _NOT_IN_THE_SCHEMA == set(events)
    for name, event in events.items():
        published = set(words(properties(event, GITHUB).get("types", {})))
        # Of a few the schema says that any type goes.
        assert not published or published | _MORE_TYPES.get(name, set()) == github.EVENTS[name], name


def test_a_pipeline_its_jobs_and_their_parts_have_the_published_keys() -> None:
    job = properties(GITLAB["definitions"]["job_template"], GITLAB)
    assert (
        keys(GITLAB, GITLAB) | {"types"} == gitlab.GLOBAL_KEYS
    )  # GitLab still reads its old name of stages:
    assert keys(GITLAB["properties"]["default"], GITLAB) == gitlab.DEFAULT_KEYS
    assert set(job) | {"type"} == gitlab.JOB_KEYS  # the same of stage:
    for name, ours in {
        "artifacts": gitlab.ARTIFACT_KEYS,
        "cache_item": gitlab.CACHE_KEYS,
        "retry": gitlab.RETRY_KEYS,
    }.items():
        assert keys(GITLAB["definitions"][name], GITLAB) == ours, name
    assert keys(job["needs"], GITLAB) == gitlab.NEEDS_KEYS
    assert keys(job["environment"], GITLAB) == gitlab.ENVIRONMENT_KEYS
    assert keys(GITLAB["definitions"]["rules"], GITLAB) <= gitlab.RULE_KEYS
    assert keys(GITLAB["definitions"]["include_item"], GITLAB) <= gitlab.INCLUDE_KEYS


def test_a_pipeline_is_tried_again_for_the_published_reasons() -> None:
    assert set(words(GITLAB["definitions"]["retry_errors"])) == gitlab.RETRY_WHEN
    assert set(words(GITLAB["definitions"]["when"])) == gitlab.WHEN


def test_a_compose_file_and_its_services_have_the_published_keys() -> None:
    parts = COMPOSE.get("$defs") or COMPOSE["definitions"]
    assert keys(COMPOSE, COMPOSE) == compose.TOP
    assert keys(parts["service"], COMPOSE) == compose.SERVICE
    assert keys(parts["healthcheck"], COMPOSE) == compose.HEALTH
