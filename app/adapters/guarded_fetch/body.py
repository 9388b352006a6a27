"""Reads an answer within a number of bytes, on the wire and unpacked."""

import zlib
from collections.abc import AsyncIterable

from app.kernel.errors import UrlRefused, UrlUnreachable

ENCODINGS = "gzip, deflate"
_EITHER = 32 + zlib.MAX_WBITS  # gzip and zlib are told apart by their head


async def read_body(
    chunks: AsyncIterable[bytes], *, encoding: str, length: str, max_bytes: int, cut: bool = False
) -> bytes:
    """The whole body, unpacked; with `cut` the first `max_bytes` of a longer one.

    Raises UrlRefused as soon as it is known to be too long, UrlUnreachable for a broken one.
    """
    if not cut and length.isdigit() and int(length) > max_bytes:
        raise _too_long(max_bytes)
    unpack = _unpacker(encoding.strip().lower())
    parts: list[bytes] = []
    read = size = 0
    async for chunk in chunks:
        read += len(chunk)
        # One byte more than is allowed shows that there is more: a bomb unpacks no further.
        part = unpack(chunk, max_bytes + 1 - size)
        size += len(part)
        parts.append(part)
        if read > max_bytes or size > max_bytes:
            if cut:
                break
            raise _too_long(max_bytes)
    return b"".join(parts)[:max_bytes]


def _unpacker(encoding: str) -> "_Plain | _Packed":
    match encoding:
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip" | "deflate":
            return _Packed()
        case _:
            raise UrlUnreachable(
                f"The site packs its answer as {encoding[:40]!r}, which was not asked for.", field="url"
            )


class _Plain:
    def __call__(self, chunk: bytes, room: int) -> bytes:
        return chunk[:room]


class _Packed:
    """Some sites mean the bare stream when they say deflate: the first bytes tell."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_EITHER)
        self._begun = False

    def __call__(self, chunk: bytes, room: int) -> bytes:
        if self._stream.eof:
            return b""  # what follows the end is padding or another member: no page needs it
        try:
            part = self._stream.decompress(chunk, room)
        except zlib.error:
            if self._begun:
                raise UrlUnreachable("The site's answer is packed wrongly.", field="url") from None
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                part = self._stream.decompress(chunk, room)
            except zlib.error:
                raise UrlUnreachable("The site's answer is packed wrongly.", field="url") from None
        self._begun = True
        # Output is held back only when the room is used up, and then the reader has refused already.
        return part


def _too_long(max_bytes: int) -> UrlRefused:
    return UrlRefused(f"The answer is larger than {max_bytes / 1_000_000:g} MB and is not read.", field="url")
