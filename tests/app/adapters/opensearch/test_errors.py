import inspect
import itertools
from typing import Any

import opensearchpy
import pytest
from opensearchpy import exceptions as vendor
from opensearchpy.helpers import errors as helpers

from app.adapters.opensearch.errors import MEANINGS, of_part, of_status, translated
from app.kernel.errors import (
    Conflict,
    GenaiError,
    NotFound,
    ProviderRejected,
    ProviderThrottled,
    ProviderTimeout,
    Unavailable,
)


def _raised_by_the_library() -> set[type[Exception]]:
    rooms = (opensearchpy, vendor, helpers)
    return {
        kind
        for _, kind in itertools.chain.from_iterable(
            inspect.getmembers(room, inspect.isclass) for room in rooms
        )
        if issubclass(kind, Exception)
        and not issubclass(kind, Warning)
        and kind.__module__.startswith("opensearchpy")
    }


def test_every_error_of_the_library_has_a_meaning_and_none_is_made_up() -> None:
    assert _raised_by_the_library() == set(MEANINGS)


@pytest.mark.parametrize("kind", sorted(MEANINGS, key=str), ids=lambda kind: kind.__name__)
def test_each_becomes_the_error_its_row_says_and_quotes_nothing_that_was_sent(kind: type[Exception]) -> None:
    error = kind.__new__(kind, "N/A", "secret-body", OSError("secret-body"))
    ours = translated(error, "GET /x")
    assert type(ours) is MEANINGS[kind]
    assert "GET /x" in ours.detail and "secret-body" not in ours.detail


@pytest.mark.parametrize(
    ("status", "cause", "ours"),
    [
        (400, "parsing_exception", ProviderRejected),
        (401, "", ProviderRejected),
        (403, "security_exception", ProviderRejected),
        (403, "cluster_block_exception: disk", Unavailable),
        (404, "index_not_found_exception", NotFound),
        (408, "", ProviderTimeout),
        (409, "version_conflict_engine_exception", Conflict),
        (413, "", ProviderRejected),
        (429, "rejected_execution_exception", ProviderThrottled),
        (429, "cluster_block_exception: disk flood stage", Unavailable),
        (500, "", Unavailable),
        (502, "", Unavailable),
        (503, "no_shard_available_action_exception", Unavailable),
        (504, "", ProviderTimeout),
    ],
)
def test_each_status_becomes_one_of_ours_whole_or_in_part(
    status: int, cause: str, ours: type[GenaiError]
) -> None:
    assert type(of_status(status, cause, "GET /x")) is ours
    part: dict[str, Any] = {"status": status, "error": {"root_cause": [{"type": cause, "reason": "r"}]}}
    assert type(of_part(part, "GET /x")) is ours
    whole = vendor.HTTP_EXCEPTIONS.get(status, vendor.TransportError)(status, cause, part)
    assert type(translated(whole, "GET /x")) is ours


def test_what_passes_with_time_says_when_to_come_back() -> None:
    for status in (429, 503, 504):
        assert of_status(status, "", "GET /x").retry_after_s


def test_a_part_without_an_error_is_fine() -> None:
    assert of_part({"status": 200, "hits": {}}, "GET /x") is None
