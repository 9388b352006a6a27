"""Each stage has its own time: a first word, a whole answer, the vector of a question."""

import asyncio

import pytest

from app.kernel.errors import ProviderTimeout
from app.kernel.ports.chat import Delta
from app.resilience.deadline import BoundedChat, PromptChat, PromptEmbedder
from tests.app.resilience.scripted import REQUEST, SILENT, ScriptedChat, ScriptedEmbedder, read

pytestmark = pytest.mark.anyio


async def test_a_model_that_says_nothing_is_given_up_after_its_first_word_was_due() -> None:
    chat = ScriptedChat(SILENT)
    with pytest.raises(ProviderTimeout, match=r"said nothing within 0\.05 s"):
        await read(PromptChat(chat, first_token_s=0.05).answer(REQUEST))
    assert chat.closed == 1


async def test_once_it_speaks_a_model_may_take_longer_than_its_first_word() -> None:
    chat = ScriptedChat(["one", "two"])
    seen = []
    async for piece in PromptChat(chat, first_token_s=0.05).answer(REQUEST):
        seen.append(piece)
        await asyncio.sleep(0.1)
    assert seen[:2] == [Delta("one"), Delta("two")]


async def test_an_answer_that_stalls_is_cut_off_at_its_deadline() -> None:
    chat = ScriptedChat(["Half", None])
    seen = []
    with pytest.raises(ProviderTimeout, match=r"not done within 0\.1 s"):
        async for piece in BoundedChat(chat, whole_s=0.1).answer(REQUEST):
            seen.append(piece)
    assert seen == [Delta("Half")] and chat.closed == 1


async def test_the_vector_of_a_question_is_due_and_those_of_passages_may_take_their_time() -> None:
    embedder = ScriptedEmbedder(None, "")
    prompt = PromptEmbedder(embedder, question_s=0.05)
    with pytest.raises(ProviderTimeout, match="GENAI_EMBEDDER_TIMEOUT_S"):
        await prompt.embed(["a"], kind="query")
    embedder.script = [None]
    passages = asyncio.ensure_future(prompt.embed(["a"]))
    done, _ = await asyncio.wait({passages}, timeout=0.3)
    assert not done
    passages.cancel()
    await asyncio.gather(passages, return_exceptions=True)
