"""What a job says of the environment that it deploys to: its keys, and what it does to it."""

from app.devops.checking.findings import Report
from app.devops.checking.gitlab.vocabulary import ENVIRONMENT_ACTIONS, ENVIRONMENT_KEYS, ENVIRONMENT_TIERS
from app.devops.checking.nodes import Node

_CHOICES = (("action", ENVIRONMENT_ACTIONS), ("deployment_tier", ENVIRONMENT_TIERS))


def check_environment(node: Node | None, report: Report) -> None:
    """Adds what is wrong with `environment:` of one job; a text is the environment's name."""
    if node is None or node.kind != "map":
        return
    for key, _ in node.pairs:
        if key.value not in ENVIRONMENT_KEYS and key.value != "<<":
            report.error(key.line, "unknown-key", f"environment: has no {key.value!r}")
    for name, known in _CHOICES:
        choice = node.get(name)
        if choice is not None and choice.is_text and choice.value not in known and "$" not in choice.value:
            told = ", ".join(sorted(known))
            report.error(
                choice.line, "value", f"{name}: of an environment is one of {told}, not {choice.value!r}"
            )
