import io
from contextlib import closing

import pytest

from app.console.api import Api, address
from app.console.shapes import Citation, Job, Reply
from app.kernel.errors import GenaiError, NotFound, Unauthenticated, Unavailable
from app.settings import Settings
from tests.app.console.fake_api import FakeState

HOTEL = b"Trains come first.\fA hotel costs up to 140 euros per night. Breakfast is included."


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(), "http://127.0.0.1:8080"),
        (Settings(port=9000, host="::1"), "http://[::1]:9000"),
        (Settings.model_validate({"host": "0.0.0.0", "api_keys": "a:b"}), "http://127.0.0.1:8080"),
        (Settings(api_url="https://rag.example/"), "https://rag.example"),
    ],
)
def test_the_address_is_the_set_one_or_this_machine(settings: Settings, url: str) -> None:
    assert address(settings) == url


def test_an_answer_comes_in_pieces_then_its_citation_then_its_end(client: Api, state: FakeState) -> None:
    document = state.add("travel.txt", HOTEL)
    parts = list(client.ask("What does a hotel cost per night?", top_k=3))
    said = "".join(part for part in parts if isinstance(part, str))
    citations = [part for part in parts if isinstance(part, Citation)]
    assert said == "A hotel costs up to 140 euros per night. [1]"
    assert [(one.document_id, one.page) for one in citations] == [(document.document_id, 2)]
    assert document.text[citations[0].start : citations[0].end] == citations[0].quote
    last = parts[-1]
    assert isinstance(last, Reply)
    assert (last.model, last.abstained, last.usage.input_tokens) == ("extractive", False, 120)
    assert state.queries == [{"question": "What does a hotel cost per night?", "top_k": 3, "stream": True}]


def test_the_chosen_documents_go_along_as_a_filter(client: Api, state: FakeState) -> None:
    state.add("travel.txt", HOTEL)
    parts = list(client.ask("hotel costs night", top_k=3, filters={"document_id": ["doc_other"]}))
    assert isinstance(parts[-1], Reply) and parts[-1].abstained


def test_an_answer_that_is_cut_says_so(client: Api, state: FakeState) -> None:
    state.add("travel.txt", HOTEL)
    state.cut_answers = True
    with pytest.raises(Unavailable, match="cut before its end"):
        list(client.ask("What does a hotel cost per night?", top_k=3))


def test_a_problem_becomes_the_error_of_its_code_with_the_request_id(client: Api) -> None:
    with pytest.raises(GenaiError) as refused:
        list(client.ask("  ", top_k=3))
    assert refused.value.code == "invalid_request"
    assert refused.value.__notes__ == ["request req_1"]
    with pytest.raises(NotFound):
        client.text("doc_gone")


def test_a_code_of_the_tree_becomes_its_class(state: FakeState, base_url: str) -> None:
    state.keys = {"right"}
    with closing(Api(base_url, key="wrong")) as stranger, pytest.raises(Unauthenticated):
        stranger.documents()
    with closing(Api(base_url, key="right")) as known:
        assert known.documents() == []


def test_nobody_listening_is_unavailable_and_names_the_address() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9"):
        Api("http://127.0.0.1:9", timeout_s=2.0).documents()


def test_an_address_that_is_not_the_api_is_said_to_be_none(base_url: str) -> None:
    with closing(Api(base_url + "/elsewhere")) as lost, pytest.raises(NotFound):
        lost.documents()


def test_all_documents_are_listed_over_several_pages(client: Api, state: FakeState) -> None:
    for number in range(450):
        state.add(f"{number}.txt", f"text {number}".encode())
    assert len(client.documents()) == 450


def test_the_newest_document_comes_first(client: Api, state: FakeState) -> None:
    for name in ("old.txt", "new.txt"):
        state.add(name, name.encode())
    assert [item.filename for item in client.documents()] == ["new.txt", "old.txt"]


def test_an_upload_is_followed_until_its_job_has_ended(client: Api, state: FakeState) -> None:
    accepted = client.upload("a.txt", io.BytesIO(b"hello"))
    steps = list(client.follow(accepted.job_id))
    assert [job.status for job in steps] == ["queued", "running", "running", "done"]
    assert client.document(accepted.document_id).filename == "a.txt"


def test_the_same_bytes_are_a_duplicate(client: Api) -> None:
    first = client.upload("a.txt", io.BytesIO(b"hello"))
    again = client.upload("b.txt", io.BytesIO(b"hello"))
    assert first.duplicate_of is None
    assert again.duplicate_of == again.document_id == first.document_id


def test_a_failed_job_tells_its_reason(client: Api, state: FakeState) -> None:
    broken = state.add("broken.pdf", b"\xff")
    job = client.job(broken.job_id)
    assert isinstance(job, Job) and job.error is not None
    assert job.error.code == "document_unreadable"


def test_after_a_delete_the_residue_counts_zero_everywhere(client: Api, state: FakeState) -> None:
    document = state.add("a.txt", b"hello")
    assert sum(client.residue(document.document_id).values()) > 0
    job = client.delete(document.document_id)
    assert [step.status for step in client.follow(job.job_id)][-1] == "done"
    assert client.residue(document.document_id) == {"objects": 0, "records": 0, "index": 0, "caches": 0}


def test_not_ready_is_an_answer_that_names_what_is_down(client: Api, state: FakeState) -> None:
    assert client.ready().ready
    state.down = {"index": "no answer within 2 s"}
    readiness = client.ready()
    assert not readiness.ready
    assert [(item.name, item.detail) for item in readiness.dependencies if not item.ok] == [
        ("index", "no answer within 2 s")
    ]


def test_ids_cannot_leave_their_place_in_the_path(client: Api) -> None:
    with pytest.raises(NotFound):
        client.document("../jobs")
