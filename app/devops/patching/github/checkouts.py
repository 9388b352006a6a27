"""How a workflow gets at its code: a checkout, its depth, submodules and large files, and git's trust in the folder."""

from app.devops.checking.github.actions import KNOWN
from app.devops.patching.surgery import Edit, insert_item, put
from app.devops.patching.target import Target


def checkout(target: Target) -> list[Edit]:
    """A checkout as the first step of the first job that has none and runs something."""
    for path, job in target.jobs():
        steps = job.get("steps")
        if steps is None or steps.kind != "list" or not steps.items:
            continue
        if any(step.text("uses").startswith("actions/checkout@") for step in steps.items):
            continue
        data = {"uses": f"actions/checkout@v{KNOWN['actions/checkout'].current}"}
        return [insert_item(target.text, steps, 0, data, (*path, "steps"))]
    return []


def _with(target: Target, actions: tuple[str, ...], inputs: dict[str, object]) -> list[Edit]:
    """Set inputs of every step that uses one of the actions."""
    edits = []
    for path, _, position, step in target.using(*actions):
        inside = (*path, str(position))
        given = step.get("with")
        if given is None or not given.pairs:
            edits.append(put(target.text, step, "with", inputs, inside, after="uses"))
            continue
        for name, value in inputs.items():
            if given.text(name) != str(value):
                edits.append(put(target.text, given, name, value, (*inside, "with")))
    return edits


def fetch_depth(target: Target) -> list[Edit]:
    return _with(target, ("actions/checkout",), {"fetch-depth": 0})


def submodules(target: Target) -> list[Edit]:
    return _with(target, ("actions/checkout",), {"submodules": "recursive"})


def lfs(target: Target) -> list[Edit]:
    return _with(target, ("actions/checkout",), {"lfs": True})


def safe_directory(target: Target) -> list[Edit]:
    """Tell git that the workspace may belong to another user, right after the checkout."""
    data = {
        "name": "Trust the workspace",
        "run": 'git config --global --add safe.directory "$GITHUB_WORKSPACE"',
    }
    if any(True for _ in target.running(r"safe\.directory")):
        return []
    for path, steps, position, _ in target.using("actions/checkout"):
        return [insert_item(target.text, steps, position + 1, data, path)]
    return []
