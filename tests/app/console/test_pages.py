"""The pages run in Streamlit's own test harness: what they say in each state, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.console import session
from tests.app.console.fake_api import FakeState

PAGES = Path(session.__file__).with_name("pages.py")
HOTEL = b"Trains come first.\fA hotel costs up to 140 euros per night. Breakfast is included."


def documents_page() -> None:
    from app.console import documents, session

    session.guarded(documents.page)()


def status_page() -> None:
    from app.console import session, status

    session.guarded(status.page)()


def stepping_page() -> None:
    import streamlit as st

    from app.console import documents, session
    from app.kernel.errors import GenaiError

    def step() -> None:
        raise GenaiError("It is broken.")

    session.guarded(documents.page)()
    st.button("Step", key="step", on_click=session.stepped(step))


def shown(page: AppTest) -> str:
    assert not page.exception, page.exception
    return " ".join(str(element.proto.body) for element in page.get("html"))


def opened(page: AppTest) -> AppTest:
    return page.run(timeout=20)


@pytest.fixture
def ask(console: str) -> AppTest:
    return AppTest.from_file(str(PAGES))


def test_a_newcomer_without_documents_is_told_what_to_do(ask: AppTest) -> None:
    assert "Nothing to ask yet" in shown(opened(ask))


def test_an_example_is_offered_only_while_its_document_is_there(ask: AppTest, state: FakeState) -> None:
    state.add("travel-policy.md", HOTEL)
    labels = [button.label for button in opened(ask).button]
    assert [label for label in labels if label.endswith(r"\?")] == [r"How much may a hotel cost per night\?"]


def test_a_question_is_answered_with_a_source_that_opens_marked(ask: AppTest, state: FakeState) -> None:
    state.add("travel.md", HOTEL)
    page = opened(ask)
    page.chat_input[0].set_value("What does a hotel cost per night?").run(timeout=20)
    assert "A hotel costs up to 140 euros per night." in shown(page)
    assert "<mark>" not in shown(page)
    page.button(key="source-0-0").click().run(timeout=20)
    assert "<mark>A hotel costs up to 140 euros per night.</mark> Breakfast is included." in shown(page)
    assert "page 2" in shown(page)


def test_questions_of_a_tab_are_one_conversation_until_a_new_one_is_begun(
    ask: AppTest, state: FakeState
) -> None:
    state.add("travel.md", HOTEL)
    page = opened(ask)
    for question in ("What does a hotel cost per night?", "How much may it cost per night?"):
        page.chat_input[0].set_value(question).run(timeout=20)
    assert "Looked for: About How much may it cost per night?" in shown(page)
    page.button(key="new").click().run(timeout=20)
    page.chat_input[0].set_value("What does a hotel cost per night?").run(timeout=20)
    first, second, third = (query["session_id"] for query in state.queries)
    assert first == second != third
    other = opened(AppTest.from_file(str(PAGES)))
    other.chat_input[0].set_value("What does a hotel cost per night?").run(timeout=20)
    assert state.queries[-1]["session_id"] not in (first, third)


def test_a_source_that_was_deleted_shows_its_quote_and_says_so(ask: AppTest, state: FakeState) -> None:
    document = state.add("travel.md", HOTEL)
    page = opened(ask)
    page.chat_input[0].set_value("What does a hotel cost per night?").run(timeout=20)
    state.delete(document.document_id)
    page.button(key="source-0-0").click().run(timeout=20)
    assert "has been deleted since" in shown(page)


def test_without_evidence_the_page_says_kindly_what_to_do(ask: AppTest, state: FakeState) -> None:
    state.add("travel.md", HOTEL)
    page = opened(ask)
    page.chat_input[0].set_value("Who won the chess tournament?").run(timeout=20)
    assert "Your documents do not say" in shown(page)
    assert "upload the one that knows" in shown(page)


def test_a_cut_answer_keeps_what_came_and_can_be_asked_again(ask: AppTest, state: FakeState) -> None:
    state.add("travel.md", HOTEL)
    state.cut_answers = True
    page = opened(ask)
    page.chat_input[0].set_value("What does a hotel cost per night?").run(timeout=20)
    assert "No complete answer" in shown(page) and "140 euros" in shown(page)
    state.cut_answers = False
    page.button(key="again-0").click().run(timeout=20)
    assert "No complete answer" not in shown(page) and "140 euros" in shown(page)


def test_the_documents_page_lists_searches_and_explains_failures(console: str, state: FakeState) -> None:
    state.add("travel.md", HOTEL)
    state.add("broken.pdf", b"\xff")
    page = opened(AppTest.from_function(documents_page))
    assert "travel.md" in shown(page) and "2 pages" in shown(page)
    assert "broken.pdf is broken; save it again. (document_unreadable)" in shown(page)
    page.text_input(key="find").set_value("TRAV").run(timeout=20)
    assert "travel.md" in shown(page) and "broken.pdf" not in shown(page)
    page.text_input(key="find").set_value("nothing like it").run(timeout=20)
    assert "No document matches" in shown(page)


def test_a_click_on_delete_deletes_nothing_yet(console: str, state: FakeState) -> None:
    document = state.add("travel.md", HOTEL)
    page = opened(AppTest.from_function(documents_page))
    page.button(key=f"delete-{document.document_id}").click().run(timeout=20)
    assert "cannot be undone" in shown(page)
    assert document.document_id in state.documents


def test_the_status_page_names_what_is_down(console: str, state: FakeState) -> None:
    page = opened(AppTest.from_function(status_page))
    assert "Everything is up." in shown(page)
    state.down = {"index": "no answer within 2 s"}
    opened(page)
    assert "Not ready: index." in shown(page) and "no answer within 2 s" in shown(page)
    state.down = {"cache": "it is away"}
    page.run()
    assert "Ready; it does without: cache." in shown(page) and "it is away" in shown(page)


def test_a_wrong_key_is_explained(console: str, state: FakeState) -> None:
    state.keys = {"right"}
    page = opened(AppTest.from_function(documents_page))
    assert "The API wants a key" in shown(page) and "GENAI_API_KEY" in shown(page)


def test_a_key_that_is_not_taken_is_told_apart_from_one_that_is_missing(
    console: str, state: FakeState, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.keys = {"right"}
    monkeypatch.setenv("GENAI_API_KEY", "wrong")
    session.settings.cache_clear()
    session.api.cache_clear()
    page = opened(AppTest.from_function(documents_page))
    assert "The API does not take this console's key" in shown(page).replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((429, "rate_limited", "This key may use 3 requests a minute; wait 7 s."), "Too many requests"),
        ((502, "provider_denied", "The provider refuses the account."), "That did not work"),
        ((500, "internal_error", "Something broke."), "That did not work"),
    ],
)
def test_whatever_the_api_refuses_is_told_in_its_own_words_with_a_way_to_go_on(
    console: str, state: FakeState, refusal: tuple[int, str, str], said: str
) -> None:
    state.refusal = refusal
    page = opened(AppTest.from_function(documents_page))
    assert said in shown(page) and refusal[2] in shown(page) and refusal[1] in shown(page)
    state.refusal = None
    page.button(key="retry").click().run(timeout=20)
    assert said not in shown(page)


def test_a_page_that_cannot_be_shown_has_one_heading(console: str, state: FakeState) -> None:
    state.refusal = (429, "rate_limited", "wait 7 s.")
    assert shown(opened(AppTest.from_function(documents_page))).count("<h1>") == 1


def test_a_step_that_the_api_refuses_is_told_on_the_page_and_not_as_a_crash(
    console: str, state: FakeState
) -> None:
    page = opened(AppTest.from_function(stepping_page))
    page.button(key="step").click().run(timeout=20)
    assert "It is broken. (internal_error)" in shown(page) and "Documents" in shown(page)
    page.run(timeout=20)
    assert "It is broken." not in shown(page)


def test_the_status_page_says_in_words_what_each_dependency_and_job_is_for(
    console: str, state: FakeState
) -> None:
    state.add("travel.md", HOTEL)
    page = opened(AppTest.from_function(status_page))
    assert "The search index" in shown(page)
    assert "Read travel.md" in shown(page) and "just now" in shown(page)


def test_documents_that_are_still_being_read_are_waited_for(ask: AppTest, state: FakeState) -> None:
    document = state.add("travel-policy.md", HOTEL)
    document.status = "pending"
    page = opened(ask)
    assert "1 document is being read" in shown(page) and "Nothing to ask yet" not in shown(page)


def test_a_conversation_comes_back_by_its_address(ask: AppTest, state: FakeState) -> None:
    document = state.add("travel.md", HOTEL)
    quote = "A hotel costs up to 140 euros per night."
    state.conversations["console-1"] = [
        {
            "question": "What does a hotel cost?", "answer": f"{quote} [1]", "abstained": False, "withdrawn": False,
            "standalone_question": None, "model": "extractive",
            "citations": [{
                "document_id": document.document_id, "filename": "travel.md", "version": 1, "page": 2, "start": 20,
                "end": 20 + len(quote), "quote": quote, "chunk_id": "c", "verified": True, "number": 1,
            }],
        },
        {
            "question": "Who won?", "answer": "The documents do not say.", "abstained": True, "withdrawn": False,
            "standalone_question": None, "model": "extractive", "citations": [],
        },
    ]  # fmt: skip
    ask.query_params["conversation"] = "console-1"
    page = opened(ask)
    assert "What does a hotel cost?" in shown(page) and "Your documents do not say" in shown(page)
    page.button(key="source-0-0").click().run(timeout=20)
    assert f"<mark>{quote}</mark>" in shown(page)
    page.chat_input[0].set_value("How much may it cost per night?").run(timeout=20)
    assert state.queries[-1]["session_id"] == "console-1"


@pytest.mark.parametrize("unknown", ["console-none", ".hidden"])
def test_an_address_of_no_conversation_begins_a_new_one(ask: AppTest, state: FakeState, unknown: str) -> None:
    state.add("travel.md", HOTEL)
    ask.query_params["conversation"] = unknown
    page = opened(ask)
    assert "Ask your documents" in shown(page)
    page.chat_input[0].set_value("What does a hotel cost per night?").run(timeout=20)
    assert state.queries[-1]["session_id"] != unknown
    assert page.query_params["conversation"] == state.queries[-1]["session_id"]


def test_without_the_api_the_page_says_what_to_do(console: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENAI_API_URL", "http://127.0.0.1:9")
    session.settings.cache_clear()
    session.api.cache_clear()
    page = opened(AppTest.from_function(documents_page))
    assert "The service is not answering" in shown(page) and "make run" in shown(page)
    assert page.button(key="retry").label == "Try again"
