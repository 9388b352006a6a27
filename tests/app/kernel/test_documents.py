"""Ids that sort by age, addresses of chunks, and what is indexed of one."""

import time

from app.kernel.documents import Chunk, JobStatus, chunk_id, new_id, sha256_hex


def test_ids_sort_by_age_and_never_repeat() -> None:
    ids = [new_id("doc")]
    for _ in range(3):
        time.sleep(0.002)
        ids.append(new_id("doc"))
    assert ids == sorted(ids)
    assert len({new_id("doc") for _ in range(5_000)}) == 5_000
    assert all(len(one) == len(ids[0]) and "/" not in one for one in ids)


def test_a_chunk_is_indexed_with_its_headings_and_quoted_without() -> None:
    plain = Chunk(0, 0, 4, "Text")
    headed = Chunk(1, 0, 4, "Text", ("One", "Two"))
    assert (plain.indexed_text(), headed.indexed_text()) == ("Text", "One > Two\nText")
    assert chunk_id("doc_1", 2, 3) == "doc_1:2:3"


def test_only_three_states_end_a_job() -> None:
    assert [state.value for state in JobStatus if state.ended] == ["done", "failed", "cancelled"]


def test_a_hash_is_of_the_bytes() -> None:
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
