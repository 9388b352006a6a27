"""Files with the official client: a file is a document, its id in another spelling."""

import openai
import pytest

from tests.app.rag.openai_wire.serving import NORWAY, PICTURE, TRAINS, Served


def test_an_uploaded_file_is_processed_listed_read_and_deleted(api: Served) -> None:
    file = api.client.files.create(file=("trains.txt", TRAINS.encode()), purpose="user_data")
    assert (file.object, file.filename, file.bytes, file.purpose) == (
        "file", "trains.txt", len(TRAINS), "user_data",
    )  # fmt: skip
    assert file.status in ("uploaded", "processed")
    assert api.client.files.wait_for_processing(file.id, poll_interval=0.05).status == "processed"
    assert api.client.files.content(file.id).read() == TRAINS.encode()
    assert file.id in [one.id for one in api.client.files.list(purpose="user_data")]
    assert file.id not in [one.id for one in api.client.files.list(purpose="assistants")]
    assert api.client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        api.client.files.retrieve(file.id)
    assert file.id not in [one.id for one in api.client.files.list()]


def test_the_id_of_a_file_is_the_id_of_its_document(api: Served) -> None:
    file = api.client.files.create(file=("norway.txt", NORWAY.encode()), purpose="assistants")
    document = api.http.get(f"/v1/documents/doc_{file.id.removeprefix('file-')}").json()
    assert document["filename"] == "norway.txt"


def test_the_same_bytes_again_are_the_file_that_is_there(api: Served) -> None:
    first = api.client.files.create(file=("a.txt", b"Twice the same."), purpose="assistants")
    again = api.client.files.create(file=("b.txt", b"Twice the same."), purpose="user_data")
    assert (again.id, again.filename, again.purpose) == (first.id, "a.txt", "assistants")


def test_pages_of_files_come_in_both_orders_and_have_each_file_once(api: Served) -> None:
    for number in range(5):
        api.client.files.create(file=(f"{number}.txt", f"Number {number}.".encode()), purpose="user_data")
    oldest = [file.id for file in api.client.files.list(order="asc", limit=2)]
    newest = [file.id for file in api.client.files.list(order="desc", limit=3)]
    assert oldest == newest[::-1] and len(set(oldest)) == len(oldest) >= 6


def test_a_file_that_cannot_be_read_says_why(api: Served) -> None:
    file = api.client.files.create(file=("picture.png", PICTURE), purpose="assistants")
    done = api.client.files.wait_for_processing(file.id, poll_interval=0.05)
    assert done.status == "error"
    assert "PDF, DOCX" in (done.status_details or "")


def test_what_files_cannot_do_is_refused_by_name(api: Served) -> None:
    with pytest.raises(openai.BadRequestError) as purpose:
        api.client.files.create(file=("a.jsonl", b"{}"), purpose="fine-tune")
    assert purpose.value.param == "purpose"
    with pytest.raises(openai.BadRequestError) as expiry:
        api.client.files.create(
            file=("a.txt", b"x"), purpose="user_data",
            expires_after={"anchor": "created_at", "seconds": 3600},
        )  # fmt: skip
    assert expiry.value.param == "expires_after"


@pytest.mark.parametrize("file_id", ["file-nothing", "file-" + "0" * 27, "doc_1", "..%2f..", "file-%00"])
def test_a_file_that_is_not_there_is_not_found(api: Served, file_id: str) -> None:
    with pytest.raises(openai.NotFoundError) as error:
        api.client.files.retrieve(file_id)
    assert error.value.type == "invalid_request_error"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", "text/plain"])
def test_what_is_no_multipart_form_is_refused_before_it_is_read(api: Served, kind: str) -> None:
    answer = api.http.post("/v1/files", content="a&" * 100, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "media_type_unsupported")


def test_files_of_one_tenant_are_nothing_to_another(api: Served) -> None:
    [mine, *_] = api.client.files.list()
    assert list(api.other.files.list()) == []
    for call in (api.other.files.retrieve, api.other.files.delete, api.other.files.content):
        with pytest.raises(openai.NotFoundError) as error:
            call(mine.id)
        assert mine.id in error.value.message
    assert api.client.files.retrieve(mine.id).id == mine.id
