"""The log that the rest of the assistant works on; values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Platform(StrEnum):
    """Who wrote the log."""

    GITHUB = "github"
    GITLAB = "gitlab"
    JENKINS = "jenkins"
    TRAVIS = "travis"
    AZURE = "azure"
    CIRCLECI = "circleci"
    KUBERNETES = "kubernetes"
    DOCKER = "docker"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Section:
    """A group or step: the lines from `line` up to the next section belong to it."""

    line: int
    name: str


@dataclass(frozen=True, slots=True)
class CleanLog:
    """Lines without time stamps, colours, markers and secrets.

    `numbers[i]` is where `lines[i]` stands in the log as it was given: 1-based, counted by line feeds only, ascending.
    Of a log too long to keep whole, uneventful stretches are missing: then numbers jump, and `total_lines` says how
    many there were. `truncation` says how one sees that the log itself is cut; empty when it is whole.
    """

    lines: Sequence[str]
    numbers: Sequence[int]
    total_lines: int
    platform: Platform = Platform.UNKNOWN
    sections: Sequence[Section] = ()
    truncation: str = ""

    @property
    def whole(self) -> bool:
        return len(self.lines) == self.total_lines


EMPTY = CleanLog(lines=(), numbers=(), total_lines=0)
