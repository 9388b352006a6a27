"""What chat programs ask a model behind the user's back: a title, tags, follow-ups of a chat. No document holds those.

Open WebUI sends such a request to the model that the chat runs on, as one user message that begins with `### Task:`
and holds the chat in <chat_history>. A model that completes text does it; without one, what can be said is little.
"""

import json
import re
from collections.abc import Sequence

from app.kernel.errors import ProviderRejected
from app.kernel.ports.chat import Chat, CompletionRequest, Turn, Usage
from app.rag.openai_wire.spoken import Ended, Said, Spoken, from_model

_MARK = "### Task:"
_HISTORY = re.compile(r"<chat_history>(.*?)(?:</chat_history>|\Z)", re.DOTALL)
_WANTED = re.compile(r'"(title|tags|follow_ups|queries|text)"\s*:')
_FIRST_SAID = re.compile(r"^\s*USER:\s*(.+)$", re.MULTILINE | re.IGNORECASE)
_TITLE_WORDS = 6
_MAX_TOKENS = 1_000


def is_chore(turns: Sequence[Turn]) -> bool:
    """Whether this is a program's request about a chat, not a question of the chat."""
    said = [turn for turn in turns if turn.role == "user"]
    return len(said) == 1 and said[0].text.lstrip().startswith(_MARK) and bool(_HISTORY.search(said[0].text))


async def do_chore(chat: Chat, turns: Sequence[Turn], *, max_tokens: int | None) -> Spoken:
    """By the model, or by the words of the chat where there is none that completes."""
    request = CompletionRequest(tuple(turns), max_tokens=min(max_tokens or _MAX_TOKENS, _MAX_TOKENS))
    said = False
    try:
        async for item in from_model(chat, request, max_tokens=max_tokens):
            said = True
            yield item
    except ProviderRejected:
        if said:
            raise
        yield Said(plain_answer(turns))
        yield Ended(Usage(0, 0), "stop", {"cost_usd": 0.0})


def plain_answer(turns: Sequence[Turn]) -> str:
    """The JSON that is asked for: a title of the first words, and no guess at anything else."""
    text = next(turn.text for turn in turns if turn.role == "user")
    wanted = _WANTED.search(text)
    name = wanted[1] if wanted else "title"
    if name != "title":
        return json.dumps({name: "" if name == "text" else []})
    history = _HISTORY.search(text)
    first = _FIRST_SAID.search(history[1]) if history else None
    words = (first[1] if first else "").split()
    return json.dumps({"title": " ".join(words[:_TITLE_WORDS]) or "New chat"}, ensure_ascii=False)
