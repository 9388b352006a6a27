"""Which lines of the log a cause quotes, and how much of each a reader is shown."""

import re
from collections.abc import Iterable, Sequence

from app.devops.diagnosis.facts import Facts
from app.devops.diagnosis.speech import is_speech
from app.devops.extraction.features import is_eventful
from app.devops.extraction.priors import explains

QUOTE_CHARS = 200
# What tools and platforms put before their words: an annotation, a frame, a level, BuildKit's step and second.
_MARK = re.compile(
    r"^(?:##\[error\]|::error(?: [^:]{0,200})?::|[\s│|╷╵]+|\[ERROR\]\s+|E {2,}|#\d{1,4} (?:\d{1,6}\.\d{1,4} )?)+"
)
# A numbered line of a file, or where one stands.
_EXCERPT = re.compile(r"^\s*(?:>\s*)?\d+ \||^\s*-->|^\s*> Task :|^\s+raise \w|^\s*[\w.]{1,60} = \S|^> \S+@\d")
_WORDS = re.compile(r"[A-Za-z]{2,}")
# What goes on with a message on the next lines, and what does not: frames, arrows, excerpts of code, levels of a log.
_GOES_ON = re.compile(r"^(?:│ |\[ERROR\] )?\s{2,}(?!at |File |\^|~|\||\d+ ?\||>|-{2,}|\.{3})\S")
_NAMES_MORE = re.compile(
    r"^(?:│ |\[ERROR\] )?\s*(?:symbol|location|reason|cause|found|required|expected|actual|got|want)s?: {1,8}\S"
)
_MOST_MORE = 3
# Where runners check out: it says nothing of the file.
_CHECKOUT = re.compile(r"/(?:home/runner/work|__w|builds)/[\w.-]+/[\w.-]+/(?=\w)")


def shown(line: str, *, most: int = QUOTE_CHARS) -> str:
    """A line without what tools put before it, cut between words."""
    return cut(" ".join(within_checkout(_MARK.sub("", line)).split()).strip("_=!- "), most)


def within_checkout(text: str) -> str:
    """The text with its paths as the repository has them."""
    return _CHECKOUT.sub("", text)


def cut(text: str, most: int) -> str:
    """At most so many characters; what is cut ends with an ellipsis, not in the middle of a word."""
    if len(text) <= most:
        return text
    head = text[: most - 2]
    words = head.rpartition(" ")[0]
    # A text without spaces has no words to keep whole.
    return f"{(words if len(words) > most // 2 else head).rstrip(' ,;:(')} …"


def whole(lines: Sequence[str], index: int, *, most: int = QUOTE_CHARS) -> str:
    """The message that begins at this line: with the lines below it after a colon, and those that name symbol or reason."""
    text = shown(lines[index], most=most)
    opens, indent = text.endswith(":"), _indent(lines[index])
    for after in lines[index + 1 : index + 1 + _MOST_MORE]:
        belongs = opens and _GOES_ON.match(after) and _indent(after) > indent
        more = shown(after, most=most)
        if not (belongs or _NAMES_MORE.match(after)) or len(text) + 1 + len(more) > most:
            break
        text = f"{text} {more}" if text.endswith((":", ",", ";")) or belongs else f"{text}; {more}"
    return text


def _indent(line: str) -> int:
    bare = line.removeprefix("│ ").removeprefix("[ERROR] ")
    return len(bare) - len(bare.lstrip())


def telling_lines(lines: Sequence[str], ranked: Iterable[int], facts: Facts, *, most: int) -> list[str]:
    """Of the lines that matter those that a cause may quote: inside the failed step, in words, and no echo of its script."""
    found = []
    for index in ranked:
        line = lines[index]
        if (
            facts.holds(index)
            and index > facts.header
            and explains(line)
            and not is_speech(line)
            and _says(line, facts)
        ):
            found.append(whole(lines, index))
        if len(found) == most:
            break
    return found


def _says(line: str, facts: Facts) -> bool:
    text = shown(line)
    return (
        is_eventful(line)
        and len(_WORDS.findall(text)) > 1
        and text not in facts.step
        and not _EXCERPT.match(line)
    )
