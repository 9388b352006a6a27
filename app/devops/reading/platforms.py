# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Tells who wrote a log, by marks that only they write, and where its sections begin."""

import re
from collections.abc import Iterator

from app.devops.reading.clean_log import Platform, Section

_MARKS: tuple[tuple[Platform, tuple[str, ...]], ...] = (
    (Platform.AZURE, ("##[section]Starting:", "Agent.Version", "##vso[")),
    (Platform.GITHUB, ("##[group]", "##[error]", "::group::", "Current runner version:", "actions/checkout", "GITHUB_TOKEN Permissions")),
    (Platform.GITLAB, ("section_start:", "Running with gitlab-runner", "Preparing the \"docker", "ERROR: Job failed")),
    (Platform.TRAVIS, ("travis_fold:", "travis_time:", "Worker information", "travis-ci.org/")),
    (Platform.JENKINS, ("[Pipeline]", "Started by ", "Finished: ", "hudson.", "Building remotely on", "Build step '")),
    (Platform.CIRCLECI, ("circleci", "CIRCLE_JOB", "Build-agent version")),
    (Platform.KUBERNETES, ("kubectl ", "kubelet", "Events:\n", "CrashLoopBackOff", "Back-off ")),
    (Platform.DOCKER, ("Sending build context", "#1 [internal]", "failed to solve", '{"log":"')),
)  # fmt: skip
_SECTION = re.compile(
    r"(?:##\[(?:group|section)\]|::group::|(?:travis_fold:start|section_start:\d+):)([^\r\n]{0,400})(?:\r([^\n]{0,400}))?"
)
_SECTION_LITERALS = ("##[group]", "##[section]", "::group::", "travis_fold:start", "section_start:")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def platform_of(text: str) -> Platform:
    """By the first platform of whose marks one stands in the text."""
    for platform, marks in _MARKS:
        if any(mark in text for mark in marks):
            return platform
    return Platform.UNKNOWN


def sections_of(raw: str, *, first: int) -> Iterator[Section]:
    """The sections that begin in this stretch of the log as given; `first` is the number of its first line."""
    if not any(literal in raw for literal in _SECTION_LITERALS):
        return
    at, line = 0, first
    for match in _matches(raw):
        line += raw.count("\n", at, match.start())
        at = match.start()
        name = _COLOUR.sub("", match[2] or match[1]).strip()
        yield Section(
            line, name.partition("[")[0] if match[0].startswith("section_start") and not match[2] else name
        )


def _matches(raw: str) -> list[re.Match[str]]:
    """In order. The literal is found first: the pattern alone would be tried at every letter."""
    found = {}
    for literal in _SECTION_LITERALS:
        at = raw.find(literal)
        while at >= 0:
            if match := _SECTION.match(raw, at):
                found[at] = match
            at = raw.find(literal, at + len(literal))
    return [found[at] for at in sorted(found)]
