"""Searching a vector store: its files only, its filters, its bounds, and one ranking over many files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from app.rag.openai_wire import search as search_module
from tests.app.rag.openai_wire.serving import NORWAY, TRAINS, Served, served

NOTES = {
    "apples": ("The orchard grows apples and sells cider.", {"year": 2020, "team": "fruit", "open": True}),
    "pears": ("The orchard grows pears and sells perry.", {"year": 2022, "team": "fruit"}),
    "cows": ("The farm keeps cows and sells cheese.", {"year": 2024, "team": "dairy", "open": False}),
    "goats": ("The farm keeps goats and sells cheese and milk.", {}),
}


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    with served(tmp_path_factory.mktemp("farm")) as api:
        api.upload("Elsewhere somebody sells cheese, cider and milk.", filename="elsewhere.txt")
        store = api.client.vector_stores.create(name="farm")
        for name, (text, attributes) in NOTES.items():
            api.client.vector_stores.files.create(
                store.id, file_id=api.upload(text, filename=name), attributes=attributes
            )
        yield api, store.id


def names(farm: tuple[Served, str], query: Any = "What sells orchard farm?", **given: Any) -> list[str]:
    api, store_id = farm
    return [hit.filename for hit in api.client.vector_stores.search(store_id, query=query, **given)]


def test_a_page_of_results_has_openais_shape_and_says_where_each_passage_stands(
    farm: tuple[Served, str],
) -> None:
    api, store_id = farm
    page = api.http.post(f"/v1/vector_stores/{store_id}/search", json={"query": "cider"}).json()
    assert (page["object"], page["search_query"]) == ("vector_store.search_results.page", ["cider"])
    assert (page["has_more"], page["next_page"]) == (False, None)
    first = page["data"][0]
    text = NOTES["apples"][0]
    assert first["filename"] == "apples" and first["content"] == [{"type": "text", "text": text}]
    assert first["attributes"] == {"year": 2020, "team": "fruit", "open": True}
    place = first["x_genai"]
    assert text[place["start"] : place["end"]] == text and 0 <= first["score"] <= 1


def test_only_files_of_the_store_are_found_best_first_and_at_most_as_many_as_asked(
    farm: tuple[Served, str],
) -> None:
    assert names(farm, "cheese")[:2] in (["cows", "goats"], ["goats", "cows"])
    assert "elsewhere.txt" not in names(farm, "cheese cider milk", max_num_results=50)
    assert len(names(farm, max_num_results=2)) == 2


def compare(key: str, kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (compare("team", "eq", "fruit"), {"apples", "pears"}),
        (compare("team", "ne", "fruit"), {"cows", "goats"}),
        (compare("year", "gt", 2020), {"pears", "cows"}),
        (compare("year", "gte", 2020), {"apples", "pears", "cows"}),
        (compare("year", "lt", 2022), {"apples"}),
        (compare("year", "lte", 2022), {"apples", "pears"}),
        (compare("year", "in", [2020, 2024]), {"apples", "cows"}),
        (compare("year", "nin", [2020, 2024]), {"pears", "goats"}),
        (compare("open", "eq", True), {"apples"}),
        (compare("open", "eq", 1), set()),
        (compare("missing", "eq", "x"), set()),
        (
            {"type": "and", "filters": [compare("team", "eq", "fruit"), compare("year", "gt", 2021)]},
            {"pears"},
        ),
        (
            {
                "type": "or",
                "filters": [
                    compare("team", "eq", "dairy"),
                    {"type": "and", "filters": [compare("year", "lt", 2021), compare("open", "eq", True)]},
                ],
            },
            {"cows", "apples"},
        ),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value)[:60],
)
def test_filters_select_by_the_attributes_that_a_file_has_in_this_store(
    farm: tuple[Served, str], filters: dict[str, Any], expected: set[str]
) -> None:
    assert set(names(farm, filters=filters)) == expected


def test_of_several_queries_each_file_counts_with_its_best(farm: tuple[Served, str]) -> None:
    assert set(names(farm, ["cider", "milk"], max_num_results=2)) == {"apples", "goats"}


def test_a_threshold_drops_what_scores_less(farm: tuple[Served, str]) -> None:
    options: dict[str, Any] = {"ranker": "auto", "score_threshold": 0.9}
    assert names(farm, "cider", ranking_options=options, rewrite_query=True) == ["apples"]
    assert names(farm, "cider", ranking_options={"ranker": "none"})[0] == "apples"


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"max_num_results": 0}, "max_num_results"),
        ({"max_num_results": 51}, "max_num_results"),
        ({"filters": {"type": "like", "key": "a", "value": "b"}}, "filters"),
        ({"filters": {"type": "eq", "key": "a", "value": ["b"]}}, "filters"),
        ({"filters": {"type": "in", "key": "a", "value": "b"}}, "filters"),
        ({"filters": {"type": "and", "filters": []}}, "filters"),
        ({"filters": {"type": "eq", "value": 1}}, "filters"),
        ({"query": []}, "query"),
        ({"query": "x" * 9_000}, "query"),
        ({"ranking_options": {"ranker": "best"}}, "ranking_options.ranker"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_search_that_cannot_be_is_refused_by_name(
    farm: tuple[Served, str], given: dict[str, Any], param: str
) -> None:
    api, store_id = farm
    with pytest.raises(openai.BadRequestError) as error:
        api.client.vector_stores.search(store_id, **{"query": "milk", **given})
    assert (error.value.param or "").startswith(param)


def test_a_store_that_is_searched_in_parts_ranks_as_if_it_were_one(
    farm: tuple[Served, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = names(farm, "Who sells cheese and milk?")
    monkeypatch.setattr(search_module, "_IDS_A_SEARCH", 1)
    assert names(farm, "Who sells cheese and milk?") == whole


def test_an_empty_store_finds_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as api:
        api.upload(NORWAY)
        store = api.client.vector_stores.create(name="empty")
        assert list(api.client.vector_stores.search(store.id, query="Norway")) == []
        api.client.vector_stores.files.create(store.id, file_id=api.upload(TRAINS, filename="trains.txt"))
        assert [hit.filename for hit in api.client.vector_stores.search(store.id, query="Norway")] in (
            [],
            ["trains.txt"],
        )
