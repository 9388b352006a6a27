"""What extraction asks of whoever knows faults by name, and what it answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hit:
    """A known fault at `lines[index]`. `weight`: 0 (a hint) to 1 (this is it). `span`: the slice of lines that says it whole."""

    index: int
    weight: float
    span: slice


class Finder(Protocol):
    """The signature base, as extraction sees it."""

    def find(self, lines: Sequence[str]) -> Iterable[Hit]:
        """The known faults in these lines; indexes are into `lines`, not line numbers."""
        ...


@dataclass(frozen=True, slots=True)
class Nothing:
    """Knows no fault; extraction works without."""

    def find(self, lines: Sequence[str]) -> Iterable[Hit]:
        return ()


@dataclass(frozen=True, slots=True)
class Extracted:
    """A line that matters: where it stands in the log as given (1-based), its rank (1 is the most likely), its text."""

    line: int
    rank: int
    text: str
