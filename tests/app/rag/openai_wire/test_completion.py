"""How a completion is written: pings while nothing is said, errors with a status before the first word, stop sequences."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from app.kernel.errors import ProviderThrottled, ProviderUnavailable
from app.kernel.ports.chat import Usage
from app.rag.openai_wire.completion import Envelope, chunks, primed, stream, whole
from app.rag.openai_wire.spoken import Ended, Said, StopCutter

pytestmark = pytest.mark.anyio


async def _charge(usage: Usage) -> None:
    _charged.append(usage)


_charged: list[Usage] = []
_ENVELOPE = Envelope("t1", 1_700_000_000, "rag", _charge)


async def test_a_quiet_answer_is_kept_open_by_pings() -> None:
    spoken = asyncio.Event()

    async def slow() -> AsyncIterator[Said | Ended]:
        await spoken.wait()
        yield Said("At last.")
        yield Ended(Usage(1, 2), "stop")

    response = stream(chunks(slow(), _ENVELOPE, include_usage=False), request_id="t1", ping_s=0.01)
    frames = []
    async for frame in response.body_iterator:
        frames.append(frame)
        if frames.count(b": ping\n\n") == 3:
            spoken.set()
    assert b": ping\n\n" in frames and frames[-1] == b"data: [DONE]\n\n"
    assert frames[0].startswith(b'data: {"id":"chatcmpl-t1"')  # type: ignore[union-attr]


async def test_what_fails_before_the_first_word_is_raised_and_not_streamed() -> None:
    async def refused() -> AsyncIterator[Said]:
        raise ProviderThrottled("Slow down.", retry_after_s=3)
        yield Said("")

    with pytest.raises(ProviderThrottled):
        await primed(refused())


async def test_an_answer_that_is_not_there_yet_is_not_waited_for_for_ever() -> None:
    going_on = asyncio.Event()

    async def late() -> AsyncIterator[Said]:
        await going_on.wait()
        raise ProviderUnavailable("Gone.")
        yield Said("")

    items = await primed(late(), wait_s=0.01)
    going_on.set()
    with pytest.raises(ProviderUnavailable):
        await anext(items)


async def test_usage_is_counted_once_whether_whole_or_streamed() -> None:
    async def said() -> AsyncIterator[Said | Ended]:
        yield Said("Yes.")
        yield Ended(Usage(3, 1), "stop")

    _charged.clear()
    answer = await whole(said(), _ENVELOPE)
    assert answer["usage"] == {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    parts = [part async for part in chunks(said(), _ENVELOPE, include_usage=True)]
    assert parts[-1] == "[DONE]" and isinstance(parts[-2], dict)
    assert parts[-2]["usage"] == answer["usage"]
    assert _charged == [Usage(3, 1), Usage(3, 1)]


@pytest.mark.parametrize(
    ("pieces", "stop", "expected"),
    [
        (["one two", " three"], [], "one two three"),
        (["one tw", "o three"], ["two"], "one "),
        (["one t", "wenty"], ["two"], "one twenty"),
        (["aab", "aac"], ["aabaac"], ""),
        (["abab", "x"], ["abc"], "ababx"),
        (["ends with a half: EN"], ["END"], "ends with a half: EN"),
        (["first and second"], ["second", "and"], "first "),
        (["any"], [""], "any"),
    ],
)
async def test_nothing_behind_a_stop_sequence_is_said_however_it_is_cut(
    pieces: Sequence[str], stop: Sequence[str], expected: str
) -> None:
    for single in (False, True):
        cutter, said = StopCutter(stop), ""
        for piece in ["".join(pieces)] if single else pieces:
            if not cutter.stopped:
                said += cutter.feed(piece)
        assert said + cutter.finish() == expected
