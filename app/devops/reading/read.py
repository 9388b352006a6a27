"""Reads a log, whole or as a stream of bytes, into clean lines without secrets."""

from collections.abc import Iterable, Iterator

from app.devops.reading.clean_log import CleanLog, Platform, Section
from app.devops.reading.cleaning import clean_lines, shortened
from app.devops.reading.platforms import platform_of, sections_of
from app.devops.reading.shortlist import Shortlist
from app.devops.reading.stretches import LINE_CHARS, STRETCH_CHARS, Stretches
from app.devops.reading.truncation import how_cut
from app.kernel.redaction import Redactor

_MOST_SECTIONS = 5_000


class Reading:
    """One log while it arrives: feed it, then finish. Its lines come out masked by this redactor.

    Of a log that is too long to keep, what seems eventful is kept with its surroundings, and the end: memory is bound
    by that and by one stretch, not by the log.
    """

    def __init__(self, *, redactor: Redactor) -> None:
        self._redactor = redactor
        self._stretches = Stretches()
        self._kept = Shortlist()
        self._platform, self._truncation = Platform.UNKNOWN, ""
        self._sections: list[Section] = []
        self._number = 1
        self.blank = True
        """Nothing but white space was read."""

    def feed(self, chunk: bytes) -> None:
        """The next bytes, however many."""
        for stretch in self._stretches.feed(chunk):
            self.add(stretch, ends=False)

    def finish(self) -> CleanLog:
        """After the last bytes. A lone empty line after the last line feed counts."""
        self.add(self._stretches.finish(), ends=True)
        return self.read()

    def add(self, raw: str, *, ends: bool) -> None:
        """The next whole lines, without the line feed after the last; for a log that is text already."""
        if self._platform in (Platform.UNKNOWN, Platform.DOCKER, Platform.KUBERNETES):
            found = platform_of(raw)
            self._platform = found if found is not Platform.UNKNOWN else self._platform
        if len(self._sections) < _MOST_SECTIONS:
            self._sections += sections_of(raw, first=self._number)
        self.blank = self.blank and not raw.strip()
        text = self._redactor.redact("\n".join(clean_lines(raw)))
        lines = text.split("\n")
        self._truncation = self._truncation or how_cut(
            lines if self._number == 1 else lines[-1:], text=text, platform=self._platform, ends=False
        )
        self._kept.add([shortened(line) for line in lines], first=self._number)
        self._number += len(lines)
        if ends:
            self._truncation = self._truncation or how_cut(lines, text="", platform=self._platform, ends=True)

    def read(self) -> CleanLog:
        lines, numbers = self._kept.finish()
        sections = _masked(self._sections, self._redactor)
        return CleanLog(lines, numbers, self._number - 1, self._platform, sections, self._truncation)


def read_log(log: str | Iterable[bytes], *, redactor: Redactor) -> CleanLog:
    """The log's lines, clean and masked by this redactor."""
    reading = Reading(redactor=redactor)
    if isinstance(log, str):
        for raw, ends in _cut(log):
            reading.add(raw, ends=ends)
        return reading.read()
    for chunk in log:
        reading.feed(chunk)
    return reading.finish()


def _masked(sections: list[Section], redactor: Redactor) -> list[Section]:
    names = redactor.redact("\n".join(section.name for section in sections)).split("\n")
    return (
        [Section(section.line, name) for section, name in zip(sections, names, strict=True)]
        if sections
        else []
    )


def _cut(log: str) -> Iterator[tuple[str, bool]]:
    """Whole lines of about a million characters, without the line feed after the last; and whether it is the end."""
    at = 0
    while len(log) - at > 2 * STRETCH_CHARS:
        end = log.rfind("\n", at, at + STRETCH_CHARS)
        if end < 0:
            end = log.find("\n", at)
            if end < 0:
                break
        yield log[at : min(end, at + LINE_CHARS)], False
        at = end + 1
    rest = log[at:] if at else log
    yield rest if "\n" in rest else rest[:LINE_CHARS], True
