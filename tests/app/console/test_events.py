from app.console.events import Event, read_events


def test_each_event_carries_its_name_and_data() -> None:
    lines = ["event: delta", 'data: {"text": "a"}', "", "event: done", "data: {}", ""]
    assert list(read_events(lines)) == [Event("delta", '{"text": "a"}'), Event("done", "{}")]


def test_comment_pings_and_unknown_fields_are_no_events() -> None:
    assert list(read_events([": ping", "", "id: 7", "retry: 10", ""])) == []


def test_several_data_lines_are_one_text_and_the_name_does_not_leak_into_the_next_event() -> None:
    lines = ["event: a", "data: one", "data: two", "", "data:three", ""]
    assert list(read_events(lines)) == [Event("a", "one\ntwo"), Event("message", "three")]


def test_an_event_cut_before_its_empty_line_is_not_delivered() -> None:
    assert list(read_events(["event: done", "data: {}"])) == []
