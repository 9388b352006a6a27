"""What a failed log has that the last green log of the same job has not."""

import re
from collections.abc import Iterable, Iterator, Sequence

# Beside numbers: identifiers of a run, temporary names, durations in words.
# The longest first: the first eight letters of a UUID look like a commit.
_VARYING = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{7,}\b|\d+(?:[.,:]\d+)*")
_SPACE = re.compile(r"\s+")
# A green log is remembered by so many different lines; more are those of a log without an end.
MOST_FORMS = 200_000


def form(line: str) -> str:
    """The line without what differs from run to run."""
    return _SPACE.sub(" ", _VARYING.sub("#", line[:400].lower())).strip()


def forms(lines: Iterable[str]) -> frozenset[str]:
    """How a green log's lines look; keep this rather than the log."""
    found: set[str] = set()
    for line in lines:
        if len(found) >= MOST_FORMS:
            break
        found.add(form(line))
    return frozenset(found)


def is_new(lines: Sequence[str], known: frozenset[str]) -> list[bool]:
    """For each line whether the green log has none like it; a blank line is new between new ones."""
    new = [bool(shape := form(line)) and shape not in known for line in lines]
    for index in range(1, len(lines) - 1):
        if not lines[index].strip() and new[index - 1]:
            following = next(
                (after for after in range(index + 1, min(index + 4, len(lines))) if lines[after].strip()),
                None,
            )
            new[index] = following is not None and new[following]
    return new


def stretches(new: Sequence[bool]) -> Iterator[range]:
    """Where new lines stand together, without one between that the green log has."""
    begin = 0
    for index, here in enumerate((*new, False)):
        if not here:
            if index > begin:
                yield range(begin, index)
            begin = index + 1
