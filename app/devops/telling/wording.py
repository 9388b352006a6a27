"""An analysis as Markdown for a comment, and as text for a channel.

Words of a log are written by whoever can open a pull request: they are shown as they are, in blocks of code or with every
sign that means something taken out of its meaning. They mention nobody, link nowhere and close nothing.
"""

import re
from collections.abc import Mapping
from typing import Any

_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#|~!+-])")
_MENTION = re.compile(r"([@#!$%^&])(?=\w)")
_QUIET = "\N{ZERO WIDTH SPACE}"
_MOST_BODY = 60_000  # GitHub takes 65,536 characters
_MOST_PATCH = 8_000


def plain(text: str) -> str:
    """On one line, with no sign that Markdown, a mention or a reference would make something of."""
    line = " ".join(text.split())
    return _MENTION.sub(rf"\1{_QUIET}", _SIGNS.sub(r"\\\1", line)).replace("://", f":{_QUIET}//")


def block(text: str, kind: str = "") -> str:
    """A block of code that the text cannot end, whatever is in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{kind}\n{text.rstrip()}\n{fence}"


def section(job: str, analysis: Mapping[str, Any], *, url: str, commit: str) -> str:
    """What a comment says of one job that failed."""
    lines = [f"### {plain(job)}", ""]
    # An address of the platform's own delivery; anything odd in it is left out rather than repaired.
    where = f"[run]({url})" if re.fullmatch(r"https://[\w.:/%?=&#-]{1,500}", url) else ""
    known = " · ".join(
        part
        for part in (
            analysis["category"],
            analysis["nature"],
            f"confidence {analysis['confidence']:.2f}",
            f"commit {plain(commit[:12])}" if commit else "",
            where,
        )
        if part
    )
    lines += [f"**Cause.** {plain(analysis['root_cause'])}", "", known, ""]
    if quotes := [f"{item['line']}: {item['quote']}" for item in analysis["evidence"][:5]]:
        lines += [block("\n".join(quotes)), ""]
    if analysis["fix"]:
        lines += (
            ["**Fix.**", ""] + [f"{n}. {plain(step)}" for n, step in enumerate(analysis["fix"], 1)] + [""]
        )
    if patch := analysis.get("yaml_patch"):
        kind = "diff" if patch["kind"] == "diff" else "yaml"
        passed = all(check["passed"] for check in patch["checks"])
        lines += [
            f"<details><summary>Patch ({'checked' if passed else 'a check failed'})</summary>",
            "",
            block(patch["text"][:_MOST_PATCH], kind),
            "",
            "</details>",
            "",
        ]
    lines += [f"_{plain(found['text'])}_\n" for found in analysis["similar"] if found.get("text")]
    if analysis.get("id"):
        lines.append(f"<sub>analysis `{analysis['id']}`</sub>")
    return "\n".join(lines)


def comment(marker: str, sections: Mapping[str, Mapping[str, Any]]) -> str:
    """All jobs of a change in one comment: those that fail first, then those that were mended."""
    failing = [each["text"] for each in sections.values() if not each["mended"]]
    mended = [plain(job) for job, each in sections.items() if each["mended"]]
    head = (
        f"## {len(failing)} failed job{'s' if len(failing) != 1 else ''}" if failing else "## All green again"
    )
    parts = [marker, head, *failing]
    if mended:
        parts.append("Mended: " + ", ".join(sorted(mended)))
    whole = "\n\n".join(parts)
    return whole if len(whole) <= _MOST_BODY else f"{whole[:_MOST_BODY]}\n\n(cut)"


def message(job: str, repository: str, analysis: Mapping[str, Any], *, url: str) -> str:
    """For Slack: `&`, `<` and `>` are its only signs that call somebody or link. Source: Slack, "Formatting text"."""
    similar = next((found["text"] for found in analysis["similar"] if found.get("text")), "")
    lines = [
        f"{repository}: {job} failed ({analysis['category']}, {analysis['nature']})",
        analysis["root_cause"],
        *(f"{number}. {step}" for number, step in enumerate(analysis["fix"], start=1)),
        similar,
        url,
    ]
    text = "\n".join(" ".join(line.split()) for line in lines if line)[:3_000]
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
