import io

from app.console.api import Api
from app.console.transfers import Outgoing, Report, remove, send
from tests.app.console.fake_api import FakeState


def last_reports(api: Api, *files: Outgoing) -> list[Report]:
    last: dict[int, Report] = dict(send(api, files))
    return [last[place] for place in range(len(files))]


def test_every_file_ends_with_a_report_of_its_own(client: Api, state: FakeState) -> None:
    state.add("known.txt", b"known")
    reports = last_reports(
        client,
        Outgoing("new.txt", io.BytesIO(b"new")),
        Outgoing("copy.txt", io.BytesIO(b"known")),
        Outgoing("broken.pdf", io.BytesIO(b"\xff")),
    )
    assert [report.state for report in reports] == ["good", "calm", "bad"]
    assert "stored once" in reports[1].text
    assert "document_unreadable" in reports[2].text


def test_progress_never_goes_back(client: Api) -> None:
    shares = [report.share for _, report in send(client, [Outgoing("a.txt", io.BytesIO(b"a"))])]
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) >= 4


def test_a_job_is_followed_again_when_its_stream_was_cut(client: Api, state: FakeState) -> None:
    state.cut_job_streams = 1
    assert last_reports(client, Outgoing("a.txt", io.BytesIO(b"a")))[0].state == "good"


def test_a_new_version_keeps_the_document(client: Api, state: FakeState) -> None:
    old = state.add("a.txt", b"one")
    report = last_reports(client, Outgoing("a.txt", io.BytesIO(b"two"), old.document_id))[0]
    assert report.state == "good"
    assert [(item.text, item.version) for item in state.documents.values()] == [("two", 2)]


def test_an_api_that_is_away_is_told_for_each_file() -> None:
    reports = last_reports(
        Api("http://127.0.0.1:9"), Outgoing("a", io.BytesIO(b"a")), Outgoing("b", io.BytesIO(b"b"))
    )
    assert [report.state for report in reports] == ["bad", "bad"]
    assert "does not answer" in reports[0].text


def test_a_removed_document_leaves_nothing_and_the_report_counts_it(client: Api, state: FakeState) -> None:
    document = state.add("a.txt", b"one")
    listed = client.document(document.document_id)
    report = remove(client, listed)
    assert (report.state, state.documents) == ("good", {})
    assert report.text == "Deleted. What is left of it: 0 (0 objects, 0 records, 0 index, 0 caches)"
    assert remove(client, listed).text == "It was gone already."
