from app.console.passages import locate, surroundings

TEXT = "Alpha beta gamma. " * 100 + "The hotel costs 140 euros. " + "Delta epsilon. " * 100
QUOTE = "The hotel costs 140 euros."
START = TEXT.index(QUOTE)
END = START + len(QUOTE)


def test_a_quote_is_found_at_its_offsets() -> None:
    assert locate(TEXT, start=START, end=END, quote=QUOTE) == (START, END)


def test_after_a_change_of_the_document_the_nearest_occurrence_counts() -> None:
    moved = QUOTE + " " + "x" * 50 + " " + QUOTE
    assert locate(moved, start=60, end=60 + len(QUOTE), quote=QUOTE) == (moved.rindex(QUOTE), len(moved))


def test_a_quote_that_is_gone_is_nowhere() -> None:
    assert locate("Another text.", start=0, end=5, quote=QUOTE) is None


def test_the_surroundings_are_one_slice_of_the_text_cut_between_words() -> None:
    shown = surroundings(TEXT, start=START, end=END, around=60)
    assert shown.quote == QUOTE
    assert shown.before + shown.quote + shown.after in TEXT
    assert shown.cut_before and shown.cut_after
    assert TEXT[TEXT.index(shown.before + QUOTE) - 1] == " "
    assert len(shown.before) <= 60 and len(shown.after) <= 60


def test_a_short_text_is_shown_whole() -> None:
    shown = surroundings("One. Two. Three.", start=5, end=9)
    assert (shown.before, shown.quote, shown.after) == ("One. ", "Two.", " Three.")
    assert not shown.cut_before and not shown.cut_after


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    shown = surroundings("a" * 5_000, start=2_000, end=2_010, around=100)
    assert len(shown.before) == 100 and len(shown.after) == 100
