"""Jobs: their keys, what they need, where they run, and the steps in them."""

import re
from dataclasses import dataclass

from app.devops.checking.circles import circles
from app.devops.checking.github.clauses import (
    check_cache_mode,
    check_concurrency,
    check_condition,
    check_defaults,
    check_env,
    check_permissions,
)
from app.devops.checking.github.globs import faults
from app.devops.checking.github.kinds import ANY, STRING, Kind, closed, opened
from app.devops.checking.github.matrix import read_strategy
from app.devops.checking.github.runners import check_runner, platform_of
from app.devops.checking.github.sections import Reader
from app.devops.checking.github.steps import read_steps
from app.devops.checking.github.vocabulary import CALL_KEYS, CONTAINER_KEYS, JOB_KEYS, SERVICE_KEYS
from app.devops.checking.nodes import Node

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_CALLED = re.compile(r"(?:\./(?!.*@)[^@]+|[^./][^/@]*/[^/@]+/[^@]+@[^@]+)")
Pairs = dict[str, tuple[Node, Node]]


@dataclass(frozen=True)
class Workflow:
    """What jobs see of each other: every job by its name in small letters."""

    jobs: Pairs
    shell: str = ""


def read_jobs(node: Node, reader: Reader, shell: str) -> Kind:
    """Check every job; the type of the `jobs` context comes back, for outputs of a called workflow."""
    jobs = reader.mapping(node, "jobs:", free=True)
    workflow = Workflow(jobs, shell)
    for name, (key, job) in jobs.items():
        if not IDENTIFIER.fullmatch(key.value):
            reader.report.error(
                key.line,
                "id",
                f"{key.value!r}: a job name is a letter or _, then letters, digits, - and _",
            )
        _job(name, key, job, workflow, reader)
    _cycles(jobs, reader)
    return closed(
        {name: closed({"outputs": _outputs_kind(job), "result": STRING}) for name, (_, job) in jobs.items()}
    )


def _outputs_kind(job: Node) -> Kind:
    if job.get("uses") is not None:
        return opened({})
    outputs = job.get("outputs")
    return closed({key.value: STRING for key, _ in outputs.pairs}) if outputs is not None else closed({})


def _job(name: str, key: Node, job: Node, workflow: Workflow, reader: Reader) -> None:
    pairs = reader.mapping(job, f"the job {name!r}", keys=JOB_KEYS)
    if not pairs:
        return
    needs = _needs(key, pairs, workflow, reader)
    reader = reader.knowing(needs=closed(needs))
    matrix = read_strategy(pairs["strategy"][1], reader) if "strategy" in pairs else closed({})
    reader = reader.knowing(matrix=matrix)
    _settings(pairs, reader)
    if "uses" in pairs:
        _called(pairs, key, reader)
    else:
        _own(name, key, pairs, workflow, reader)


def _needs(key: Node, pairs: Pairs, workflow: Workflow, reader: Reader) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    if "needs" not in pairs:
        return found
    for item in reader.sequence(pairs["needs"][1], "needs:", single=True):
        name = reader.text(item, "a job name").lower()
        if name in found:
            reader.report.error(item.line, "needs", f"the job {item.value!r} is needed twice")
        elif name in workflow.jobs:
            found[name] = closed({"outputs": _outputs_kind(workflow.jobs[name][1]), "result": STRING})
        elif name:
            reader.report.error(
                key.line, "needs", f"{key.value!r} needs {item.value!r}, and no job is called so"
            )
            found[name] = ANY
    return found


def _cycles(jobs: Pairs, reader: Reader) -> None:
    """Tell each circle of jobs that wait for each other, once, at its first job."""
    needs = {
        name: [item.value.lower() for item in _needed(job) if item.value.lower() in jobs]
        for name, (_, job) in jobs.items()
    }
    for circle in circles(needs):
        first = min(circle, key=lambda member: jobs[member][0].line)
        shown = " -> ".join([*circle, circle[0]])
        reader.report.error(jobs[first][0].line, "needs", f"jobs wait for each other in a circle: {shown}")


def _needed(job: Node) -> list[Node]:
    needs = job.get("needs")
    if needs is None:
        return []
    return needs.items if needs.kind == "list" else [needs]


def _settings(pairs: Pairs, reader: Reader) -> None:
    """The keys that a job has whether it runs steps or calls a workflow."""
    if "name" in pairs:
        reader.at("job-name").text(pairs["name"][1], "name:", empty=True)
    if "if" in pairs:
        check_condition(pairs["if"][1], reader.at("job-if"))
    if "permissions" in pairs:
        check_permissions(pairs["permissions"][1], reader)
    if "concurrency" in pairs:
        check_concurrency(pairs["concurrency"][0], pairs["concurrency"][1], reader.at("job-concurrency"))
    if "cache-mode" in pairs:
        check_cache_mode(pairs["cache-mode"][1], reader.at("none"))


def _called(pairs: Pairs, key: Node, reader: Reader) -> None:
    for name, (at, _) in pairs.items():
        if name not in CALL_KEYS:
            message = f"the job {key.value!r} calls a workflow, so it has no {name!r}; it has {', '.join(sorted(CALL_KEYS))}"
            reader.report.error(at.line, "reusable-workflow", message)
    uses = reader.at("none").text(pairs["uses"][1], "uses:")
    if uses and "${{" not in uses and not _CALLED.fullmatch(uses):
        message = f"{uses!r} names no workflow; write owner/repository/path/file.yml@version, or ./path/file.yml without version"
        reader.report.error(pairs["uses"][1].line, "reusable-workflow", message)
    if "with" in pairs:
        for _, value in reader.mapping(pairs["with"][1], "with:", free=True).values():
            if reader.at("call-with").whole(value) is None:
                reader.at("call-with").text(value, "an input", empty=True)
    if "secrets" in pairs:
        _secrets(pairs["secrets"][1], reader.at("call-secrets"))


def _secrets(node: Node, reader: Reader) -> None:
    if node.is_text:
        if node.value != "inherit":
            reader.report.error(node.line, "reusable-workflow", "secrets: is a map, or the word inherit")
        return
    for _, value in reader.mapping(node, "secrets:", free=True).values():
        reader.text(value, "a secret", empty=True)


def _own(name: str, key: Node, pairs: Pairs, workflow: Workflow, reader: Reader) -> None:
    for only in ("with", "secrets"):
        if only in pairs:
            message = f"{only}: belongs to a job that calls a workflow by uses:, and {key.value!r} does not"
            reader.report.error(pairs[only][0].line, "reusable-workflow", message)
    for wanted in ("runs-on", "steps"):
        if wanted not in pairs:
            reader.report.error(key.line, "missing-key", f"the job {key.value!r} has no {wanted}:")
    if "runs-on" in pairs:
        check_runner(pairs["runs-on"][1], reader, pairs)
    _environment(pairs, reader)
    _containers(pairs, reader)
    platform = (
        "" if "container" in pairs else platform_of(pairs["runs-on"][1] if "runs-on" in pairs else None)
    )
    platform = "linux" if "container" in pairs else platform
    if "env" in pairs:
        check_env(pairs["env"][1], reader.at("job-env"))
    if "defaults" in pairs:
        check_defaults(pairs["defaults"][1], reader.at("job-defaults"), platform)
    if "timeout-minutes" in pairs:
        reader.at("job-timeout").number(pairs["timeout-minutes"][1], "timeout-minutes:")
    if "continue-on-error" in pairs:
        reader.at("job-continue").boolean(pairs["continue-on-error"][1], "continue-on-error:")
    if "snapshot" in pairs:
        _snapshot(*pairs["snapshot"], reader)
    steps: dict[str, Kind] = {}
    if "steps" in pairs:
        steps = read_steps(pairs["steps"][1], reader, platform)
    if "outputs" in pairs:
        inside = reader.at("job-outputs").knowing(steps=closed(steps))
        for _, value in reader.mapping(pairs["outputs"][1], "outputs:", free=True).values():
            inside.text(value, "an output", empty=True)
    if "environment" in pairs:
        _environment_url(pairs["environment"][1], reader.at("environment-url").knowing(steps=closed(steps)))
    del name, workflow


def _environment(pairs: Pairs, reader: Reader) -> None:
    if "environment" not in pairs:
        return
    key, node = pairs["environment"]
    inside = reader.at("environment")
    if node.is_text:
        inside.text(node, "environment:")
        return
    found = inside.mapping(node, "environment:", keys=frozenset(("name", "url", "deployment")))
    if "name" in found:
        inside.text(found["name"][1], "name:")
    else:
        reader.report.error(key.line, "missing-key", "environment: has no name:")
    if "deployment" in found:
        inside.boolean(found["deployment"][1], "deployment:")


def _environment_url(node: Node, reader: Reader) -> None:
    url = node.get("url")
    if url is not None:
        reader.text(url, "url:", empty=True)


def _snapshot(key: Node, node: Node, reader: Reader) -> None:
    if node.kind == "list":
        reader.report.error(node.line, "structure", "snapshot: is an image name or a map")
        return
    if node.kind == "scalar":
        reader.at("step").text(node, "snapshot:")
        return
    pairs = reader.mapping(node, "snapshot:", keys=frozenset(("image-name", "version", "if")))
    if "image-name" not in pairs:
        reader.report.error(key.line, "missing-key", "snapshot: has no image-name:")
    for name, (_, value) in pairs.items():
        if name == "if":
            check_condition(value, reader.at("snapshot-if"))
        else:
            text = reader.at("step").text(value, f"{name}:")
            for fault in faults(text, ref=False) if name == "version" and text else ():
                reader.report.error(value.line, "glob", f"{text!r}: {fault}")


def _containers(pairs: Pairs, reader: Reader) -> None:
    if "container" in pairs:
        key, node = pairs["container"]
        if node.is_text:
            reader.at("container").text(node, "container:")
        elif not node.empty:
            _container(key, node, reader, "container", CONTAINER_KEYS)
    if "services" not in pairs:
        return
    node = pairs["services"][1]
    inside = reader.at("services")
    if inside.structure(node, "services:", wanted="object"):
        return
    for name, (key, service) in inside.mapping(node, "services:", free=True).items():
        if not inside.structure(service, f"the service {name!r}", wanted="object"):
            _container(key, service, reader, f"service {name!r}", SERVICE_KEYS)


def _container(key: Node, node: Node, reader: Reader, what: str, keys: frozenset[str]) -> None:
    place = reader.at("services" if what.startswith("service") else "container")
    if place.structure(node, f"the {what}", wanted="object"):
        return
    if node.is_text and what.startswith("service"):
        place.text(node, f"the {what}")
        return
    pairs = place.mapping(node, f"the {what}", keys=keys)
    if "image" in pairs:
        # An empty image of a service switches it off, when an expression makes it so.
        place.text(pairs["image"][1], "image:")
    elif node.kind != "list":
        reader.report.error(key.line, "missing-key", f"the {what} has no image:")
    for name in ("ports", "volumes"):
        if name in pairs and not place.structure(pairs[name][1], f"{name}:", wanted="array"):
            for item in place.sequence(pairs[name][1], f"{name}:"):
                place.text(item, f"an item of {name}:")
    for name in ("options", "command", "entrypoint"):
        if name in pairs:
            place.text(pairs[name][1], f"{name}:", empty=True)
    if "env" in pairs:
        check_env(pairs["env"][1], reader.at("container-env"))
    if "credentials" in pairs:
        _credentials(pairs["credentials"][0], pairs["credentials"][1], reader.at("credentials"), what)


def _credentials(key: Node, node: Node, reader: Reader, what: str) -> None:
    if reader.structure(node, "credentials:", wanted="object"):
        return
    pairs = reader.mapping(node, "credentials:", keys=frozenset(("username", "password")))
    if not {"username", "password"} <= set(pairs):
        reader.report.error(key.line, "missing-key", "credentials: has a username: and a password:")
    for name, (_, value) in pairs.items():
        text = reader.text(value, f"{name}:")
        if name == "password" and text and "${{" not in text:
            reader.report.error(
                value.line, "credentials", f"the password of the {what} is written out; keep it in a secret"
            )
