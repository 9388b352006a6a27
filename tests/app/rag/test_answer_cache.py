"""The same question is answered again without the model, and never with what is not found any more."""

import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from app.adapters.embedded.cache import SqliteCache
from app.kernel.errors import ProviderTimeout, ProviderUnavailable
from app.kernel.ports.chat import ChatRequest, Delta, Usage
from app.kernel.prompts import ABSTENTION
from app.rag.answer_cache import AnswerCache, Place
from app.rag.assembly import assemble_service
from app.rag.catalog import Catalog
from app.resilience.wrapped import EmbedderAround
from tests.app.memory_cache import MemoryCache
from tests.app.rag.running import Running, embedder, events_of, running, upload_body

pytestmark = pytest.mark.anyio

_FACT = "The night train to Malmö leaves at 22:15 from platform nine."
_QUESTION = "When does the night train to Malmö leave?"


@dataclass
class CountingChat:
    """Quotes its passages and counts how often it was asked; `fails` and `meanwhile` happen after the first word."""

    model = "counting"
    asked: int = 0
    says: str = ""
    stands_in: str = ""
    fails: list[Exception] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    def cost_usd(self, usage: Usage) -> float:
        return 0.25

    async def answer(self, request: ChatRequest) -> AsyncIterator[Delta | Usage]:
        self.asked += 1
        yield Delta("")
        if self.meanwhile:
            await self.meanwhile()
        if self.fails:
            raise self.fails.pop()
        for passage in () if self.says else request.passages:
            yield Delta(f"{passage.text} ")
            yield Delta(f"[{passage.number}] ")
        yield Delta(self.says)
        yield Usage(11, 7, model=self.stands_in)

    async def ping(self) -> None:
        """Always there."""


@asynccontextmanager
async def _asking(folder: Path, **ports: Any) -> AsyncIterator[tuple[Running, CountingChat]]:
    chat = CountingChat()
    async with running(folder, chat=chat, **ports) as rag:
        yield rag, chat


async def _ask(rag: Running, question: str = _QUESTION, **body: Any) -> dict[str, Any]:
    answer = await rag.http.post("/query", json={"question": question, "min_score": 0, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _caches(rag: Running, taken: dict[str, Any]) -> int:
    found: int = (await rag.get(f"/v1/documents/{taken['document_id']}/residue"))["caches"]
    return found


async def test_the_same_question_is_answered_again_without_the_model_and_for_nothing(tmp_path: Path) -> None:
    async with _asking(tmp_path) as (rag, chat):
        await rag.upload(_FACT)
        first, again = await _ask(rag), await _ask(rag)
    assert (first["cached"], first["cost_usd"], chat.asked) == (False, 0.25, 1)
    assert (again["cached"], again["cost_usd"], again["model"]) == (True, 0, "counting")
    assert again["usage"] == {"input_tokens": 0, "output_tokens": 0}
    for same in ("answer", "citations", "chunks", "abstained"):
        assert again[same] == first[same], same
    assert first["citations"]


async def test_a_stream_of_a_remembered_answer_says_so_and_has_the_same_events(tmp_path: Path) -> None:
    async with _asking(tmp_path) as (rag, chat):
        await rag.upload(_FACT)
        whole = await _ask(rag)
        body = {"question": _QUESTION, "min_score": 0, "stream": True}
        events = events_of((await rag.http.post("/query", json=body)).text)
    data = dict(events)
    assert data["usage"]["cached"] is True and data["done"]["cached"] is True and chat.asked == 1
    assert "".join(event["text"] for name, event in events if name == "delta").strip() == whole["answer"]
    assert [event for name, event in events if name == "citation"] == whole["citations"]


async def test_white_space_around_and_the_form_of_unicode_do_not_make_another_question(
    tmp_path: Path,
) -> None:
    async with _asking(tmp_path) as (rag, chat):
        await rag.upload(_FACT)
        for question in (_QUESTION, f"  {_QUESTION}\n", unicodedata.normalize("NFD", _QUESTION)):
            await _ask(rag, question)
        assert chat.asked == 1
        for number, question in enumerate(
            (_QUESTION.lower(), _QUESTION.replace(" ", "  "), _QUESTION[:-1]), 2
        ):
            assert (await _ask(rag, question))["cached"] is False
            assert chat.asked == number


async def test_another_tenant_with_the_same_words_is_not_answered_from_there(tmp_path: Path) -> None:
    async with _asking(tmp_path) as (rag, chat):
        await rag.upload(_FACT)
        await rag.upload(_FACT, client=rag.other)
        await _ask(rag)
        answer = (await rag.other.post("/query", json={"question": _QUESTION, "min_score": 0})).json()
    assert answer["cached"] is False and chat.asked == 2


async def test_other_passages_are_another_answer(tmp_path: Path) -> None:
    async with _asking(tmp_path) as (rag, chat):
        await rag.upload(_FACT, metadata={"year": 2024})
        await rag.upload(_FACT.replace("22:15", "18:40"), metadata={"year": 2025})
        both = await _ask(rag)
        assert "18:40" in both["answer"] and "22:15" in both["answer"]
        newer = await _ask(rag, filters={"year": 2025})
        assert "22:15" not in newer["answer"] and not newer["cached"]
        older = await _ask(rag, filters={"year": 2024})
        assert "18:40" not in older["answer"] and not older["cached"]
        assert chat.asked == 3
        # One passage of two, and that one has answered this question: nothing else counts.
        assert (await _ask(rag, top_k=1))["answer"] in (newer["answer"], older["answer"])
        assert chat.asked == 3


async def _add(rag: Running, document_id: str) -> None:
    await rag.upload(_FACT.replace("22:15", "23:55"))


async def _replace(rag: Running, document_id: str) -> None:
    body = upload_body(_FACT.replace("22:15", "23:55"))
    assert (await rag.http.put(f"/v1/documents/{document_id}", json=body)).status_code == 202
    await rag.worker.drain()


async def _rename(rag: Running, document_id: str) -> None:
    body = {"filename": "renamed.txt"}
    assert (await rag.http.put(f"/v1/documents/{document_id}", json=body)).status_code == 200


async def _delete(rag: Running, document_id: str) -> None:
    answer = await rag.http.delete(f"/v1/documents/{document_id}", params={"wait": 0})
    assert answer.status_code == 202  # and the worker has not moved


@pytest.mark.parametrize("change", [_add, _replace, _rename, _delete], ids=lambda change: change.__name__)
async def test_a_change_of_the_documents_is_seen_at_once(
    tmp_path: Path, change: Callable[[Running, str], Awaitable[None]]
) -> None:
    async with _asking(tmp_path) as (rag, _):
        taken = await rag.upload(_FACT)
        await rag.upload("The ferry to Gdansk takes a day.")
        before = await _ask(rag)
        await change(rag, taken["document_id"])
        after = await _ask(rag)
    assert after["cached"] is False
    assert (after["answer"], after["citations"]) != (before["answer"], before["citations"])
    assert change is not _delete or "22:15" not in after["answer"]


async def test_a_change_elsewhere_does_not_cost_the_answer(tmp_path: Path) -> None:
    async with _asking(tmp_path) as (rag, _):
        await rag.upload(_FACT)
        await _ask(rag, top_k=1)
        await rag.upload("Owls hunt at dusk and see with their ears.")
        assert (await _ask(rag, top_k=1))["cached"] is True


async def test_a_deletion_leaves_no_remembered_answer_behind(tmp_path: Path) -> None:
    async with _asking(tmp_path) as (rag, _):
        taken, other = await rag.upload(_FACT), await rag.upload(_FACT.replace("22:15", "18:40"))
        assert await _caches(rag, taken) == 0
        await _ask(rag)
        await _ask(rag, f"{_QUESTION} Tell me.")
        assert await _caches(rag, taken) == await _caches(rag, other) == 2
        await _delete(rag, taken["document_id"])
        await rag.worker.drain()
        assert (await rag.get(f"/v1/documents/{taken['document_id']}/residue"))["total"] == 0
        files = [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
        assert files and not any(b"22:15" in file.read_bytes() for file in files)


@pytest.mark.parametrize("worker_too", [False, True])
async def test_an_answer_under_way_when_its_document_is_deleted_is_not_kept(
    tmp_path: Path, worker_too: bool
) -> None:
    async with _asking(tmp_path) as (rag, chat):
        taken = await rag.upload(_FACT)

        async def meanwhile() -> None:
            await _delete(rag, taken["document_id"])
            if worker_too:
                await rag.worker.drain()

        chat.meanwhile = meanwhile
        await _ask(rag)
        assert await _caches(rag, taken) == 0
        await rag.worker.drain()
        assert (await rag.get(f"/v1/documents/{taken['document_id']}/residue"))["total"] == 0


@pytest.mark.parametrize("error", [ProviderTimeout("Slow."), ProviderUnavailable("Cut.")])
async def test_an_answer_that_broke_off_is_not_kept(tmp_path: Path, error: Exception) -> None:
    async with _asking(tmp_path) as (rag, chat):
        await rag.upload(_FACT)
        chat.fails = [error]
        broken = await rag.http.post("/query", json={"question": _QUESTION, "min_score": 0})
        assert broken.status_code == 503
        assert (await _ask(rag))["cached"] is False
        assert (await _ask(rag))["cached"] is True


async def test_an_answer_that_nobody_read_to_the_end_is_not_kept(tmp_path: Path) -> None:
    async with _asking(tmp_path) as (rag, _):
        await rag.upload(_FACT)
        events = rag.service.ask(_QUESTION, tenant="acme", min_score=0)
        async for _event in events:
            break
        await events.aclose()  # type: ignore[attr-defined]  # an async generator behind its protocol
        assert (await _ask(rag))["cached"] is False


async def test_a_stand_ins_answer_and_an_empty_one_are_not_kept_but_the_models_own_no_is(
    tmp_path: Path,
) -> None:
    async with _asking(tmp_path) as (rag, chat):
        await rag.upload(_FACT)
        chat.stands_in = "the second choice"
        assert (await _ask(rag))["model"] == "the second choice"
        chat.stands_in, chat.says = "", " "
        assert (await _ask(rag))["cached"] is False
        chat.says = ABSTENTION
        assert (await _ask(rag))["cached"] is False
        kept = await _ask(rag)
    assert (kept["cached"], kept["abstained"], chat.asked) == (True, True, 3)


class _Unembedded(EmbedderAround):
    """Embeds documents; a question takes too long while `slow`."""

    slow = True

    async def embed(self, texts: Sequence[str], *, kind: Any = "passage") -> Any:
        if self.slow and kind == "query":
            raise ProviderTimeout("The embedder is slow.")
        return await self.embedder.embed(texts, kind=kind)


async def test_what_half_a_search_found_is_not_kept(tmp_path: Path) -> None:
    unembedded = _Unembedded(embedder())
    async with _asking(tmp_path, embedder=unembedded) as (rag, _):
        await rag.upload(_FACT)
        halved = await _ask(rag)
        unembedded.slow = False
        whole = await _ask(rag)
    assert halved["degraded"] and not whole["degraded"]
    assert (halved["cached"], whole["cached"]) == (False, False)


async def test_a_cache_that_is_away_costs_no_answer_and_a_deletion_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = MemoryCache()
    async with _asking(tmp_path, cache=cache) as (rag, chat):
        taken = await rag.upload(_FACT)
        await _ask(rag)
        cache.down = True
        assert (await _ask(rag))["cached"] is False and chat.asked == 2
        monkeypatch.setattr("app.rag.worker._MAX_BACKOFF_S", 0.01)
        await _delete(rag, taken["document_id"])
        assert (await _ask(rag))["abstained"] is True
        async with rag.working():
            job = await rag.http.delete(f"/v1/documents/{taken['document_id']}", params={"wait": 0.5})
            assert job.json()["status"] != "done"
            cache.down = False
            job = await rag.http.delete(f"/v1/documents/{taken['document_id']}", params={"wait": 60})
        assert job.json()["status"] == "done"
        assert (await rag.get(f"/v1/documents/{taken['document_id']}/residue"))["total"] == 0
        assert not cache.entries


@pytest.mark.parametrize("garbage", [b"", b"{}", b"[1]", b"\xff", b'{"digest": "other", "said": []}'])
async def test_a_damaged_entry_is_no_answer(tmp_path: Path, garbage: bytes) -> None:
    cache = MemoryCache()
    async with _asking(tmp_path, cache=cache) as (rag, _):
        await rag.upload(_FACT)
        first = await _ask(rag)
        for key in cache.entries:
            cache.entries[key] = garbage
        again = await _ask(rag)
    assert again["cached"] is False and again["answer"] == first["answer"]


async def test_nothing_is_remembered_when_it_is_switched_off_or_the_answer_only_quotes(
    tmp_path: Path, rag: Running
) -> None:
    assert rag.service.ask.answers is None  # the extractive model
    cache = SqliteCache(tmp_path / "other.db")
    ports = replace(rag.ports, chat=CountingChat(), cache=cache)  # type: ignore[arg-type]  # completes nothing
    assert assemble_service(rag.settings, ports).ask.answers is not None
    off = rag.settings.model_copy(update={"answer_cache_s": 0})
    assert assemble_service(off, ports).ask.answers is None
    cache.close()


async def test_another_setup_or_model_is_another_answer(rag: Running) -> None:
    catalog = Catalog(rag.ports.records)
    one = AnswerCache(rag.ports.cache, catalog, ttl_s=60, setup="guardrail 1")
    other = replace(one, setup="guardrail 2")
    request = ChatRequest(_QUESTION, ())
    places = {
        answers.place(request, [], tenant="acme", model=model).digest
        for answers in (one, other)
        for model in ("lite", "pro")
    }
    assert len(places) == 4


def test_keys_stay_within_what_every_cache_takes() -> None:
    place = Place("文" * 64, "0" * 64, ("doc_" + "0" * 32,))
    assert max(len(key.encode()) for key in (place.key, place.quotes(place.documents[0]))) <= 512
