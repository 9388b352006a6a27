"""Clauses that the workflow, its jobs and its steps share: conditions, variables, shells, permissions, concurrency."""

import re

from app.devops.checking.github.expressions import Malformed, embedded
from app.devops.checking.github.inference import constant
from app.devops.checking.github.sections import Reader
from app.devops.checking.github.vocabulary import ALL_SHELLS, CACHE_MODES, SCOPES, SHELLS
from app.devops.checking.nodes import Node


def check_condition(node: Node, reader: Reader) -> None:
    """An `if:`: an expression with or without braces, that is not the same in every run."""
    if node.kind != "scalar":
        reader.report.error(node.line, "structure", "if: is an expression")
        return
    if node.empty or not node.value.strip():
        if not node.value.strip():
            reader.report.error(node.line, "structure", "if: is empty")
        return
    line = node.line
    text = node.value
    if "${{" in text:
        try:
            parts = list(embedded(text))
        except Malformed as fault:
            reader.report.error(line, "expression", str(fault))
            return
        if len(parts) != 1 or parts[0].start > 0 or parts[0].end < len(text):
            reader.template(node)
            message = (
                "text outside of ${{ }} makes this always true; put all of it inside, or leave the braces out"
            )
            reader.report.error(line, "condition", message)
            return
        text = parts[0].text
    kind, tree = reader.expression(text, line)
    del kind
    if tree is not None and constant(tree):
        reader.report.error(
            line, "condition", f"the condition {text.strip()!r} is the same in every run; leave if: out"
        )


def check_env(node: Node, reader: Reader) -> None:
    """Environment variables: a map of names and texts, or one expression that gives it."""
    if reader.structure(node, "env:", wanted="object"):
        return
    if node.is_text:
        reader.report.error(node.line, "structure", "env: is a map of names and values, or one expression")
        return
    for key, value in reader.mapping(node, "env:", free=True, empty=True).values():
        reader.template(key)
        if "${{" not in key.value and re.search(r"[\s=&]", key.value):
            reader.report.error(key.line, "env-name", f"{key.value!r} is no name of an environment variable")
        if value.kind != "scalar":
            reader.report.error(value.line, "structure", f"the variable {key.value!r} is a text")
        else:
            reader.template(value)


def check_defaults(node: Node, reader: Reader, platform: str) -> None:
    pairs = reader.mapping(node, "defaults:", keys=frozenset(("run",)))
    if "run" not in pairs:
        reader.report.error(node.line, "missing-key", "defaults: has only run:, and it is missing")
        return
    run = reader.mapping(pairs["run"][1], "run:", keys=frozenset(("shell", "working-directory")))
    if "shell" in run:
        check_shell(run["shell"][1], reader, platform)
    if "working-directory" in run:
        reader.text(run["working-directory"][1], "working-directory:")


def check_concurrency(key: Node, node: Node, reader: Reader) -> None:
    if node.is_text:
        reader.text(node, "concurrency:")
        return
    pairs = reader.mapping(node, "concurrency:", keys=frozenset(("group", "cancel-in-progress", "queue")))
    if "group" in pairs:
        reader.text(pairs["group"][1], "group:")
    else:
        reader.report.error(key.line, "missing-key", "concurrency: has no group:")
    if "cancel-in-progress" in pairs:
        reader.boolean(pairs["cancel-in-progress"][1], "cancel-in-progress:")


def check_cache_mode(node: Node, reader: Reader) -> None:
    mode = reader.text(node, "cache-mode:")
    if mode and "${{" not in mode and mode not in CACHE_MODES:
        reader.report.error(
            node.line, "cache-mode", f"cache-mode: is {', '.join(sorted(CACHE_MODES))}, not {mode!r}"
        )


def check_permissions(node: Node, reader: Reader) -> None:
    """Scopes and what is granted on each."""
    if node.kind == "scalar":
        if node.value not in ("read-all", "write-all"):
            message = f"permissions: is read-all, write-all, {{}} or a map of scopes, not {node.value!r}"
            reader.report.error(node.line, "permissions", message)
        return
    for name, (key, value) in reader.mapping(node, "permissions:", empty=True).items():
        access = value.value
        if name not in SCOPES:
            reader.report.error(
                key.line, "permissions", f"there is no scope {name!r}; there are {', '.join(sorted(SCOPES))}"
            )
        elif access not in SCOPES[name]:
            reader.report.error(
                value.line,
                "permissions",
                f"{name}: is one of {', '.join(sorted(SCOPES[name]))}, not {access!r}",
            )


def check_shell(node: Node, reader: Reader, platform: str) -> None:
    """A shell that exists on the job's system, or a command with {0} for the script's file."""
    name = reader.at("none" if reader.scope.place != "job-defaults" else "job-defaults").text(node, "shell:")
    if not name or "{0}" in name or "${{" in name:
        return
    name = name.lower()
    if name not in ALL_SHELLS:
        reader.report.error(
            node.line, "shell", f"there is no shell {name!r}; there are {', '.join(sorted(ALL_SHELLS))}"
        )
    elif platform and name not in SHELLS[platform]:
        known = ", ".join(sorted(SHELLS[platform]))
        reader.report.error(
            node.line,
            "shell",
            f"{platform} runners have no {name!r}; they have {known}",
        )
