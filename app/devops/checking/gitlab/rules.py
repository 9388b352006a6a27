"""rules: of jobs and of the workflow, and the conditions in them."""

import re

from app.devops.checking.findings import Report
from app.devops.checking.gitlab.maps import check_keys
from app.devops.checking.gitlab.vocabulary import RULE_KEYS, WHEN
from app.devops.checking.nodes import Node


def check_rules(node: Node | None, report: Report) -> None:
    if node is None:
        return
    if node.kind != "list":
        report.error(node.line, "structure", "rules: is a list")
        return
    for item in node.items:
        if item.kind == "list":
            continue
        if item.kind != "map":
            report.error(item.line, "structure", "a rule is a map with if:, changes:, exists: or when:")
            continue
        check_keys(item, RULE_KEYS, "a rule", report)
        when = item.get("when")
        if when is not None and when.value not in WHEN:
            report.error(when.line, "value", f"when: is one of {', '.join(sorted(WHEN))}, not {when.value!r}")
        condition = item.get("if")
        if condition is not None and (fault := _condition(condition)):
            report.error(condition.line, "condition", fault)


def _condition(node: Node) -> str:
    text = re.sub(r"\"[^\"]*\"|'[^']*'|/(?:\\.|[^/\n\\])+/i?", '""', node.value)
    if node.kind != "scalar" or not node.value.strip():
        return 'if: is an expression such as $CI_COMMIT_BRANCH == "main"'
    if text.count("(") != text.count(")"):
        return "the brackets of this condition do not match"
    if re.search(r"(?<![=!<>])=(?![=~])", text):
        return "'=' compares nothing; write '=='"
    if re.search(r"\b(?:and|or|not)\b", text):
        return "write && and ||; words are no operators here"
    return ""
