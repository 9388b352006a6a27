"""A log as it would be kept, logged or sent to a model: masked while it arrives, and packed until it is read."""

import zlib
from collections.abc import Iterator

from app.devops.analysis import Redaction
from app.devops.original import unfolded
from app.devops.reading.decoding import Decoder
from app.devops.reading.masking import log_redactor
from app.devops.reading.stretches import Stretches
from app.kernel.redaction import Redactor


class Masking:
    """Give it the log's bytes as they come, then finish. Memory is bound by one stretch and by what the log packs to."""

    def __init__(self) -> None:
        self._redactor = log_redactor()
        self._stretches = Stretches()
        self._packer = zlib.compressobj(level=1)
        self._pieces: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        for stretch in self._stretches.feed(chunk):
            self._keep(f"{self._redactor.redact(stretch)}\n")

    def finish(self) -> "Masked":
        self._keep(self._redactor.redact(self._stretches.finish()))
        self._pieces.append(self._packer.flush())
        return Masked(self._pieces, redactions_of(self._redactor))

    def _keep(self, masked: str) -> None:
        self._pieces.append(self._packer.compress(masked.encode()))


class Masked:
    """What came out, line by line as it was; a line beyond a million characters ends there."""

    def __init__(self, pieces: list[bytes], redactions: tuple[Redaction, ...]) -> None:
        self._pieces = pieces
        self.redactions = redactions

    def texts(self) -> Iterator[str]:
        """The text, about a megabyte at a time."""
        decoder, unpack = Decoder(), zlib.decompressobj()
        for piece in self._pieces:
            for chunk in unfolded(unpack, piece):
                yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)


def redactions_of(redactor: Redactor) -> tuple[Redaction, ...]:
    return tuple(Redaction(kind, count) for kind, count in sorted(redactor.counts.items()))
