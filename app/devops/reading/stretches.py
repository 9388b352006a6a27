"""Cuts a log that arrives in bytes into stretches of whole lines, so that neither its length nor one line's is in memory."""

from collections.abc import Iterator

from app.devops.reading.decoding import Decoder

# How much text is worked on at a time: large enough that patterns are cheap, small enough for the memory.
STRETCH_CHARS = 1_000_000
# A line beyond this is dropped past it: what is shown of a line is far less.
LINE_CHARS = 1_000_000
# What begins something of several lines that is understood as a whole only: a Kubernetes object, whose kind may stand after its
# data, and a private key. One that begins this near the end of a stretch goes into the next.
_BEGINNINGS = ("apiVersion", "-----BEGIN ")
_NEAR_CHARS = 64_000


class Stretches:
    """One log's. Give it the bytes as they come; at last ask for the rest."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._rest = ""

    def feed(self, chunk: bytes) -> Iterator[str]:
        """The whole lines that these bytes complete, without the line feed after the last."""
        for start in range(0, len(chunk), STRETCH_CHARS):
            self._rest += self._decoder.decode(chunk[start : start + STRETCH_CHARS])
            if len(self._rest) < STRETCH_CHARS:
                continue
            at = _cut(self._rest)
            if at < 0:
                # One endless line. Its beginning stays, so that the next line feed still ends it.
                self._rest = self._rest[:LINE_CHARS]
            else:
                stretch, self._rest = self._rest[:at], self._rest[at + 1 :]
                yield stretch

    def finish(self) -> str:
        """After the last bytes: what comes after the last stretch, "" for nothing."""
        return self._rest + self._decoder.decode(b"", final=True)


def _cut(text: str) -> int:
    """The line feed to part the text at; -1 without one."""
    last = text.rfind("\n")
    begins = max(text.rfind(word, max(0, last - _NEAR_CHARS)) for word in _BEGINNINGS)
    before = text.rfind("\n", 0, begins) if begins > 0 else -1
    return before if before > last - _NEAR_CHARS and before > 0 else last
