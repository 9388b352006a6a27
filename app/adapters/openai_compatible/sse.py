"""Reads server-sent events from a byte stream, as far as the OpenAI wire needs them: data only."""

from collections.abc import AsyncIterator

from app.kernel.errors import ProviderUnavailable

_LONGEST_LINE = 4 << 20


async def data_events(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """The data of each event. Lines end with LF, CR LF or CR; comments and other fields are skipped.

    Splits bytes itself: httpx splits text at U+2028 as well, which JSON may hold unescaped.
    """
    data: list[str] = []
    async for line in _lines(chunks):
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" ").decode("utf-8", errors="replace"))
        elif not line and data:
            yield "\n".join(data)
            data = []
    if data:  # some servers forget the blank line behind the last event
        yield "\n".join(data)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    held, after_cr = b"", False
    async for chunk in chunks:
        if after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        if not chunk:
            continue
        after_cr = chunk.endswith(b"\r")
        # Each chunk is split once: a long line in small pieces would cost the square of its length otherwise.
        *whole, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            yield held + line
            held = b""
        held += rest
        if len(held) > _LONGEST_LINE:
            raise ProviderUnavailable(
                "The chat service sent a line of more than 4 MB; its answer is not used."
            )
    if held:
        yield held
