"""POST /retrieval as Dify speaks it: its bodies, its conditions, its errors."""

from typing import Any

import pytest

from tests.app.rag.running import Running

pytestmark = pytest.mark.anyio

_PLAN = "The Marsh Lane library opens at nine in the morning on weekdays."
_FEES = "A lost card of the Marsh Lane library costs six euros to replace."


def _body(query: str = "Marsh Lane library", **changes: Any) -> dict[str, Any]:
    return {
        "knowledge_id": "default", "query": query,
        "retrieval_setting": {"top_k": 5, "score_threshold": 0.0}, **changes,
    }  # fmt: skip


def _conditions(*conditions: tuple[str, str, Any], operator: str = "and") -> dict[str, Any]:
    return {
        "logical_operator": operator,
        "conditions": [
            {"name": name, "comparison_operator": comparison, "value": value}
            for name, comparison, value in conditions
        ],
    }


async def _records(rag: Running, **changes: Any) -> list[dict[str, Any]]:
    answer = await rag.http.post("/retrieval", json=_body(**changes))
    assert answer.status_code == 200, answer.text
    records: list[dict[str, Any]] = answer.json()["records"]
    return records


async def test_records_have_difys_shape_and_metadata_is_always_an_object(rag: Running) -> None:
    assert await _records(rag) == []
    taken = await rag.upload(_PLAN, filename="plan.txt")
    [record] = await _records(rag)
    assert set(record) == {"content", "score", "title", "metadata"}
    assert (record["content"], record["title"]) == (_PLAN, "plan.txt")
    assert 0 <= record["score"] <= 1
    assert record["metadata"]["document_id"] == taken["document_id"]
    assert None not in record["metadata"].values()


async def test_metadata_null_as_dify_sends_it_is_no_condition(rag: Running) -> None:
    await rag.upload(_PLAN)
    assert len(await _records(rag, metadata_condition=None)) == 1
    assert len(await _records(rag, metadata_condition={"logical_operator": "and", "conditions": None})) == 1
    assert len(await _records(rag, app_id="something new")) == 1


async def test_top_k_and_score_threshold_bound_the_records(rag: Running) -> None:
    await rag.upload(_PLAN)
    await rag.upload(_FEES)
    await rag.upload("Bread is baked with rye flour.")
    query = "When does the Marsh Lane library open in the morning?"
    assert len(await _records(rag, query=query, retrieval_setting={"top_k": 1, "score_threshold": 0})) == 1
    every = await _records(rag, query=query)
    best = await _records(rag, query=query, retrieval_setting={"top_k": 5, "score_threshold": 0.9})
    assert len(best) < len(every)
    assert all(record["score"] >= 0.9 for record in best)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (("team", "is", "desk"), {"plan"}),
        (("team", "is not", "desk"), {"fees"}),
        (("year", "=", "2020"), {"plan"}),
        (("year", "≠", 2020), {"fees"}),
        (("year", ">", "2020"), {"fees"}),
        (("year", "≥", 2020), {"plan", "fees"}),
        (("year", "<", 2024.5), {"plan", "fees"}),
        (("year", "≤", "2020"), {"plan"}),
        (("team", "in", ["desk", "back"]), {"plan", "fees"}),
        (("team", "in", "desk, nobody"), {"plan"}),
        (("team", "not in", ["desk"]), {"fees"}),
        (("day", "before", "2024-02-01"), {"plan"}),
        (("day", "after", "2024-02-01"), {"fees"}),
        (("note", "empty", None), {"plan"}),
        (("note", "not empty", None), {"fees"}),
        (("tags", "is", "b"), {"fees"}),
    ],
)
async def test_conditions_bound_what_is_searched(
    rag: Running, condition: tuple[str, str, Any], found: set[str]
) -> None:
    await rag.upload(_PLAN, filename="plan", metadata={"team": "desk", "year": 2020, "day": "2024-01-31"})
    await rag.upload(
        _FEES, filename="fees",
        metadata={"team": "back", "year": 2024, "day": "2024-02-02", "note": "x", "tags": ["a", "b"]},
    )  # fmt: skip
    records = await _records(rag, metadata_condition=_conditions(condition))
    assert {record["title"] for record in records} == found


async def test_any_of_several_values_of_one_field(rag: Running) -> None:
    for team in ("desk", "back", "roof"):
        await rag.upload(f"{_PLAN} {team}", filename=team, metadata={"team": team})
    either = _conditions(("team", "is", "desk"), ("team", "in", ["roof"]), operator="or")
    assert {record["title"] for record in await _records(rag, metadata_condition=either)} == {"desk", "roof"}
    old = {
        "conditions": [{"name": ["team"], "comparison_operator": "is", "value": "back"}]
    }  # a name in a list
    assert {record["title"] for record in await _records(rag, metadata_condition=old)} == {"back"}


@pytest.mark.parametrize(
    ("conditions", "says"),
    [
        (_conditions(("team", "contains", "d")), "cannot be searched by"),
        (_conditions(("team", "start with", "d")), "cannot be searched by"),
        (_conditions(("team", "resembles", "d")), "is unknown"),
        (_conditions(("team", "is", None)), "compares with None"),
        (_conditions(("team", "is", {"a": 1})), "compares with"),
        (_conditions(("a", "is", "1"), ("b", "is", "2"), operator="or"), "one field only"),
        (_conditions(("a", "not in", [str(number) for number in range(99)])), "at most 64"),
    ],
)
async def test_what_our_filters_cannot_say_is_refused_and_not_ignored(
    rag: Running, conditions: dict[str, Any], says: str
) -> None:
    await rag.upload(_PLAN)
    answer = await rag.http.post("/retrieval", json=_body(metadata_condition=conditions))
    assert answer.status_code == 400, answer.text
    assert answer.json()["error_code"] == 3002 and says in answer.json()["error_msg"]


async def test_a_knowledge_is_everything_a_vector_store_or_some_metadata(rag: Running) -> None:
    plan = await rag.upload(_PLAN, filename="plan", metadata={"team": "desk"})
    await rag.upload(_FEES, filename="fees", metadata={"team": "back"})
    store = (await rag.http.post("/v1/vector_stores", json={"name": "plans"})).json()
    file_id = next(
        one["id"] for one in (await rag.get("/v1/files"))["data"] if plan["document_id"][4:] in one["id"]
    )
    added = await rag.http.post(f"/v1/vector_stores/{store['id']}/files", json={"file_id": file_id})
    assert added.status_code == 200, added.text
    for knowledge_id, titles in (
        ("default", {"plan", "fees"}),
        ("  ", {"plan", "fees"}),
        (store["id"], {"plan"}),
        ("team=back", {"fees"}),
    ):
        found = await _records(rag, knowledge_id=knowledge_id)
        assert {record["title"] for record in found} == titles
    empty = (await rag.http.post("/v1/vector_stores", json={"name": "none"})).json()
    assert await _records(rag, knowledge_id=empty["id"]) == []


@pytest.mark.parametrize("knowledge_id", ["vs_none", "AAA-BBB-CCC", "=x", "x="])
async def test_an_unknown_knowledge_is_2001(rag: Running, knowledge_id: str) -> None:
    answer = await rag.http.post("/retrieval", json=_body(knowledge_id=knowledge_id))
    assert (answer.status_code, answer.json()["error_code"]) == (404, 2001)
    assert set(answer.json()) == {"error_code", "error_msg"}


async def test_another_tenants_documents_and_stores_are_not_there(rag: Running) -> None:
    await rag.upload(_PLAN)
    store = (await rag.http.post("/v1/vector_stores", json={"name": "plans"})).json()
    answer = await rag.other.post("/retrieval", json=_body())
    assert answer.json() == {"records": []}
    answer = await rag.other.post("/retrieval", json=_body(knowledge_id=store["id"]))
    assert (answer.status_code, answer.json()["error_code"]) == (404, 2001)


@pytest.mark.parametrize(
    ("header", "code"),
    [(None, 1001), ("key-of-acme", 1001), ("Basic abc", 1001), ("Bearer ", 1001), ("Bearer wrong", 1002)],
)
async def test_a_bad_key_is_a_403_even_without_a_body_as_dify_checks_an_address(
    rag: Running, header: str | None, code: int
) -> None:
    headers = {"Authorization": header} if header else {}
    answer = await rag.nobody.post("/retrieval", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (403, code)
    good = await rag.http.post("/retrieval")
    assert (good.status_code, good.json()["error_code"]) == (400, 3001)  # neither 403, 404 nor 502


@pytest.mark.parametrize(
    "change",
    [
        {"query": ""},
        {"query": " "},
        {"retrieval_setting": {"top_k": 0, "score_threshold": 0}},
        {"retrieval_setting": {"top_k": 5, "score_threshold": 1.5}},
        {"retrieval_setting": None},
        {"knowledge_id": 7},
        {"metadata_condition": {"conditions": [{"name": ["a", "b"], "comparison_operator": "is"}]}},
        {"metadata_condition": {"logical_operator": "xor", "conditions": []}},
    ],
)
async def test_a_bad_body_is_told_in_difys_shape(rag: Running, change: dict[str, Any]) -> None:
    answer = await rag.http.post("/retrieval", json=_body(**change))
    assert (answer.status_code, answer.json()["error_code"]) == (400, 3001), answer.text


async def test_without_keys_a_page_from_elsewhere_is_refused(open_rag: Running) -> None:
    await open_rag.upload(_PLAN, client=open_rag.nobody)
    assert (await open_rag.nobody.post("/retrieval", json=_body())).status_code == 200
    answer = await open_rag.nobody.post("/retrieval", json=_body(), headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["error_code"]) == (403, 1002)
