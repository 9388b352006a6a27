from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from app.console import markup
from app.console.passages import Passage
from app.console.shapes import Reply, Usage

HOSTILE = "<img src=http://evil.example/x.png onerror=alert(1)><script>x()</script>![x](http://evil.example/y.png)\"'>"


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "html",
    [
        markup.answer(HOSTILE, sources=(1, 2, 3)),
        markup.question(HOSTILE),
        markup.reading(HOSTILE),
        markup.notice(HOSTILE, HOSTILE),
        markup.row(HOSTILE, HOSTILE, state="good", label=HOSTILE, aside=HOSTILE),
        markup.progress(HOSTILE, HOSTILE, state="bad", label=HOSTILE, share=0.5),
        markup.figures([(HOSTILE, HOSTILE)]),
        markup.passage(
            Passage(HOSTILE, HOSTILE, HOSTILE, cut_before=True, cut_after=True),
            filename=HOSTILE,
            page=1,
            note=HOSTILE,
        ),
    ],
)
def test_whatever_a_document_says_is_shown_and_does_nothing(html: str) -> None:
    read = Tags(html)
    assert read.tags <= {"div", "span", "sup", "strong", "mark", "b"}
    assert read.attributes <= {"class"}
    assert HOSTILE in read.text


def test_a_label_reads_as_the_text_it_was_and_not_as_markdown() -> None:
    shown = markup.plain("![x](http://evil.example/a.png) :material/delete: $x$ *b* <i>")
    assert shown.startswith(r"\!\[x\]\(http\:\/\/evil\.example")
    assert r"\:material\/delete\:" in shown
    assert r"\$x\$" in shown and r"\*b\*" in shown and r"\<i\>" in shown


def test_words_in_backticks_are_set_as_code_and_stay_inert() -> None:
    assert "<li>Run <code>npm ci</code>.</li>" in markup.steps("Fix", ["Run `npm ci`."])
    read = Tags(markup.steps("Fix", [f"`{HOSTILE}`", "one ` alone"]))
    assert read.tags <= {"div", "ol", "li", "code"} and HOSTILE in read.text and "one ` alone" in read.text


def test_a_reply_that_was_brought_back_claims_no_cost() -> None:
    assert markup.reply_line(Reply(model="m", cost_usd=None)) == "m"


def test_only_numbers_of_sources_become_markers() -> None:
    html = markup.answer("Yes [1]. Also [1, 2]. Not [9], not [0].", sources=(1, 2))
    assert html.count('<sup class="g-cite">1</sup>') == 2
    assert html.count('<sup class="g-cite">2</sup>') == 1
    assert "[9]" in html and "[0]" in html


def test_a_reply_is_summed_up_in_one_line() -> None:
    reply = Reply(
        model="m",
        cost_usd=0.0123,
        timings_ms={"total": 1520},
        usage=Usage(input_tokens=1200, output_tokens=30),
    )
    assert markup.reply_line(reply) == "m · 1.5 s · 1,200 tokens read, 30 written · $0.0123"
    assert (
        markup.reply_line(Reply(model="m", timings_ms={"search": 2.0, "answer": 3.0})) == "m · 5 ms · no cost"
    )


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=2), "2 d ago"),
        (timedelta(days=30), "02 Apr 2026"),
    ],
)
def test_times_are_told_in_the_largest_unit_that_fits(before: timedelta, shown: str) -> None:
    now = datetime(2026, 5, 2, 12, tzinfo=UTC)
    assert markup.ago(now - before, now=now) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(None, ""), (10, "1 kB"), (52_000, "52 kB"), (3_400_000, "3.4 MB")]
)
def test_sizes_are_rounded_for_people(count: int | None, shown: str) -> None:
    assert markup.size(count) == shown


def test_a_long_text_is_cut_behind_a_word_where_there_is_one() -> None:
    assert markup.shortened("one two\nthree", 20) == "one two three"
    assert markup.shortened("one two three", 9) == "one two …"
    assert markup.shortened("a" * 30, 9) == "a" * 9 + " …"
