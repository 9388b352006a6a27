"""The log as it was given, for quotes: the lines that are asked for, without keeping a long log unpacked."""

import zlib
from collections.abc import Callable, Collection, Iterator

from app.devops.reading.decoding import Decoder

# The lines with these numbers, which count from 1; a number that the log has not is missing.
LinesOf = Callable[[Collection[int]], dict[int, str]]
_AT_ONCE = 1_000_000
# A quote is far shorter; a line without an end must not be taken whole.
_LINE_CHARS = 1_000_000


class Packed:
    """Give it the log's bytes as they arrive. Packed, a log needs a tenth of its size, and never touches a disk."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(level=1)
        self._pieces: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        self._pieces.append(self._packer.compress(chunk))

    def lines(self, numbers: Collection[int]) -> dict[int, str]:
        """Call it when the whole log was added."""
        self._pieces.append(self._packer.flush(zlib.Z_SYNC_FLUSH))
        found: dict[int, str] = {}
        number, rest = 1, ""
        for text in self._texts():
            stretch = rest + text
            following = number + stretch.count("\n")
            if any(number <= wanted <= following for wanted in numbers):
                parts = stretch.split("\n")
                found |= {at: parts[at - number] for at in numbers if number <= at <= following}
            number, rest = following, stretch[stretch.rfind("\n") + 1 :][:_LINE_CHARS]
            if number > max(numbers, default=0):
                break
        return found

    def _texts(self) -> Iterator[str]:
        decoder, unpack = Decoder(), zlib.decompressobj()
        for piece in self._pieces:
            for chunk in unfolded(unpack, piece):
                yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)


def unfolded(unpack: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    """What this piece unpacks to, a megabyte at a time, however far it would unfold. Raises zlib.error."""
    while True:
        yield unpack.decompress(piece, _AT_ONCE)
        piece = unpack.unconsumed_tail
        if not piece:
            return


def lines_of(log: str) -> LinesOf:
    """Of a log that is text already, without taking it apart: a long one has hundreds of thousands of lines."""

    def lines(numbers: Collection[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        number, at = 1, 0
        while len(found) < len(numbers) and at <= len(log):
            end = log.find("\n", at)
            end = len(log) if end < 0 else end
            if number in numbers:
                found[number] = log[at:end]
            number, at = number + 1, end + 1
        return found

    return lines
