"""Bytes of a log as text while they arrive: UTF-8, or UTF-16 with a byte-order mark; what is neither becomes U+FFFD."""

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Decoder:
    """One log's; chunks may end in the middle of a letter."""

    def __init__(self) -> None:
        self._decoder: codecs.IncrementalDecoder | None = None
        self._head = b""

    def decode(self, chunk: bytes, *, final: bool = False) -> str:
        """The text that these bytes complete. final: no more come."""
        if self._decoder is None:
            self._head += chunk
            if len(self._head) < len(codecs.BOM_UTF8) and not final:
                return ""
            encoding = next((name for mark, name in _BOMS if self._head.startswith(mark)), "utf-8")
            self._decoder, chunk = codecs.getincrementaldecoder(encoding)("replace"), self._head
            self._head = b""
        return self._decoder.decode(chunk, final)
