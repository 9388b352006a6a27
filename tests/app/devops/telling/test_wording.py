"""Words of a log in a comment or a message: shown, and without any effect."""

import re
from typing import Any

from app.devops.telling.wording import block, comment, message, section

HOSTILE = "@everyone see [this](https://evil.example) <img src=x> `code` fixes #12 ![x](y)"


def analysis(**more: Any) -> dict[str, Any]:
    return {
        "root_cause": HOSTILE, "fix": [HOSTILE], "category": "unknown", "nature": "unknown", "confidence": 0.5,
        "evidence": [{"line": 3, "quote": "```\n</details> @everyone"}], "similar": [], "id": "an_1", **more,
    }  # fmt: skip


def test_words_of_a_log_mention_nobody_and_link_nowhere() -> None:
    text = section("build @team", analysis(), url="https://github.com/a/b/actions/runs/1", commit="abc")
    outside = re.sub(r"````.*?````", "", text, flags=re.S)
    assert "@everyone" not in outside and "@team" not in outside
    assert "](https://evil" not in outside and "<img" not in outside.replace(r"\<", "")
    assert "https://evil" not in outside and not re.search(r"(?<!\\)#12", outside)
    assert "[run](https://github.com/a/b/actions/runs/1)" in outside


def test_an_odd_address_is_left_out() -> None:
    text = section("x", analysis(), url="https://a.example/)[x](https://evil.example", commit="")
    assert "evil.example" not in text.replace(":\N{ZERO WIDTH SPACE}//", "").replace("evil.example\\)", "")


def test_a_block_cannot_be_ended_by_what_is_in_it() -> None:
    assert block("a\n```\nb").startswith("````\n")


def test_a_long_comment_is_cut_before_the_platform_refuses_it() -> None:
    sections = {str(number): {"text": "x" * 9_000, "mended": False} for number in range(20)}
    assert len(comment("<!-- m -->", sections)) < 65_536


def test_a_message_calls_nobody() -> None:
    text = message("x", "a/b", analysis(root_cause="<!channel> & co"), url="")
    assert "<" not in text and "&lt;!channel&gt; &amp; co" in text
