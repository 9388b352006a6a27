"""Keeps of a long log what may matter: eventful lines with their surroundings, the beginning and the end."""

import re
from collections import deque
from collections.abc import Sequence

# Logs up to this size are kept whole.
WHOLE_LINES = 60_000
WHOLE_CHARS = 6_000_000
_MOST_LINES = 40_000
_MOST_CHARS = 6_000_000
_HEAD, _TAIL = 500, 4_000
_BEFORE, _AFTER = 12, 40
# Of one kind of event so many are kept; a log that says "error" on every line has its first and its last ones.
_MOST_OF_A_KIND = 150
_EVENTFUL = re.compile(
    r"error|fail|fatal|panic|exception|traceback|denied|cannot|could not|unable|not found|undefined|assert|abort|killed"
    r"|timed? ?out|refused|invalid|missing|exit(?:ed)? (?:code|with|status)|segmentation|unexpected|\bE  |✗|✖|✕|\[-\]|not ok"
)
_NUMBERS = re.compile(r"\d+")


class Shortlist:
    """Give it a log's lines in order; memory stays bound, whatever the log's length."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._numbers: list[int] = []
        self._chars = 0
        self._total = 0
        self._sifting = False
        self._kinds: dict[str, int] = {}
        self._tail: deque[tuple[int, str]] = deque(maxlen=_TAIL)

    def add(self, lines: Sequence[str], *, first: int) -> None:
        """The next lines; `first` is the number of the first of them."""
        self._total += len(lines)
        if not self._sifting:
            self._chars += sum(map(len, lines))
            if self._total > WHOLE_LINES or self._chars > WHOLE_CHARS:
                self._begin_sifting()
        if self._sifting:
            self._sift(lines, first)
        else:
            self._lines += lines
            self._numbers += range(first, first + len(lines))

    def finish(self) -> tuple[list[str], Sequence[int]]:
        """The kept lines and their numbers."""
        if not self._sifting:
            return self._lines, range(1, self._total + 1)
        after = self._numbers[-1] if self._numbers else 0
        for number, line in self._tail:
            if number > after:
                self._lines.append(line)
                self._numbers.append(number)
        return self._lines, self._numbers

    def _begin_sifting(self) -> None:
        lines, first = self._lines, self._numbers[0] if self._numbers else 1
        self._sifting, self._lines, self._numbers, self._chars = True, [], [], 0
        self._keep(lines, first, range(min(_HEAD, len(lines))))
        self._sift(lines, first)

    def _sift(self, lines: Sequence[str], first: int) -> None:
        wanted: set[int] = set()
        if len(self._lines) < _MOST_LINES and self._chars < _MOST_CHARS:
            for index in self._events(lines):
                wanted.update(range(max(0, index - _BEFORE), min(len(lines), index + _AFTER)))
        self._keep(lines, first, sorted(wanted))
        for index in range(max(0, len(lines) - _TAIL), len(lines)):
            self._tail.append((first + index, lines[index]))

    def _events(self, lines: Sequence[str]) -> list[int]:
        """Indexes of eventful lines, not too many of a kind."""
        text = "\n".join(lines).lower()
        found: list[int] = []
        index, at = 0, 0
        while match := _EVENTFUL.search(text, at):
            index += text.count("\n", at, match.start())
            end = text.find("\n", match.end())
            kind = _NUMBERS.sub(
                "#", text[max(match.start() - 20, text.rfind("\n", 0, match.start()) + 1) : match.end() + 20]
            )
            seen = self._kinds[kind] = self._kinds.get(kind, 0) + 1
            if seen <= _MOST_OF_A_KIND:
                found.append(index)
            if end < 0:
                break
            at = end
        if len(self._kinds) > _MOST_LINES:
            self._kinds.clear()
        return found

    def _keep(self, lines: Sequence[str], first: int, indexes: Sequence[int]) -> None:
        after = self._numbers[-1] if self._numbers else 0
        for index in indexes:
            if first + index > after and len(self._lines) < _MOST_LINES and self._chars < _MOST_CHARS:
                self._lines.append(lines[index])
                self._chars += len(lines[index])
                self._numbers.append(first + index)
