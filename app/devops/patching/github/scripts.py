"""What the scripts of steps say: commands that were switched off, variables that are missing, the shell they are written for."""

import re

from app.devops.checking.github.vocabulary import SHELLS
from app.devops.checking.nodes import Node
from app.devops.patching.surgery import Edit, put
from app.devops.patching.target import Path, Target


def npm_ci(target: Target) -> list[Edit]:
    """`npm ci` needs a lock file that fits; `npm install` writes one."""
    return _scripts(target, r"\bnpm ci\b", "npm install")


def _scripts(target: Target, pattern: str, new: str) -> list[Edit]:
    edits = []
    for path, _, position, step in target.running(pattern):
        node = step.get("run")
        assert node is not None  # noqa: S101 - it has just matched
        raw = target.text[node.start : node.end]
        edits.append(Edit(node.start, node.end, re.sub(pattern, new, raw), (*path, str(position), "run")))
    return edits


def commands(target: Target) -> list[Edit]:
    """Workflow commands that were switched off, as lines into the files that replaced them."""
    edits: list[Edit] = []
    edits += _scripts(
        target, r"echo (['\"]?)::set-output name=([\w-]+)::([^\n'\"]*)\1", r'echo "\2=\3" >> "$GITHUB_OUTPUT"'
    )
    edits += _scripts(
        target, r"echo (['\"]?)::save-state name=([\w-]+)::([^\n'\"]*)\1", r'echo "\2=\3" >> "$GITHUB_STATE"'
    )
    edits += _scripts(
        target, r"echo (['\"]?)::set-env name=([\w-]+)::([^\n'\"]*)\1", r'echo "\2=\3" >> "$GITHUB_ENV"'
    )
    edits += _scripts(target, r"echo (['\"]?)::add-path::([^\n'\"]*)\1", r'echo "\2" >> "$GITHUB_PATH"')
    # One script with two kinds of commands would be written twice; the first kind is mended, the next run tells the other.
    seen: set[int] = set()
    return [edit for edit in edits if not (edit.start in seen or seen.add(edit.start))]  # type: ignore[func-returns-value]


def gh_token(target: Target) -> list[Edit]:
    """The job's token for steps that call gh."""
    return _env(target, r"\bgh \w+", "GH_TOKEN", "${{ github.token }}")


def missing_env(target: Target) -> list[Edit]:
    """A variable that a script found empty, from the secret of the same name."""
    name = target.field("name", "variable", "secret", "input")
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{2,80}", name):
        return []
    return _env(
        target, rf"\$\{{?{name}\b|process\.env\.{name}|{name}", name, f"${{{{ secrets.{name} }}}}"
    ) or _last_run(target, name)


def _last_run(target: Target, name: str) -> list[Edit]:
    step_name = target.field("step")
    steps = [place for place in target.steps() if place[3].get("run") is not None]
    chosen = [place for place in steps if step_name and place[3].text("name") == step_name] or steps[-1:]
    return [_env_edit(target, place, name, f"${{{{ secrets.{name} }}}}") for place in chosen]


def _env(target: Target, pattern: str, name: str, value: str) -> list[Edit]:
    return [
        _env_edit(target, place, name, value)
        for place in target.running(pattern)
        if place[3].get("env", name) is None
    ]


def _env_edit(target: Target, place: tuple[Path, Node, int, Node], name: str, value: str) -> Edit:
    path, _, position, step = place
    inside = (*path, str(position))
    env = step.get("env")
    if env is not None and env.kind == "map" and env.pairs:
        return put(target.text, env, name, value, (*inside, "env"))
    return put(target.text, step, "env", {name: value}, inside)


def shell(target: Target) -> list[Edit]:
    """bash for scripts of Windows jobs that are written for it, and for shells that do not exist."""
    edits = []
    known = SHELLS["linux"] | SHELLS["windows"]
    for path, _, position, step in target.steps():
        given = step.get("shell")
        script = step.text("run")
        wrong = given is not None and "{0}" not in given.value and given.value.lower() not in known
        posix = given is None and re.search(
            r"\[\[? |\$\(|export |&& \\|if [^\n]{0,200}; then|set -e|^\s*\./|\\\n", script
        )
        if script and (wrong or posix):
            edits.append(put(target.text, step, "shell", "bash", (*path, str(position)), after="run"))
    return edits
