"""Takes from lines what the platform put around them: time stamps, markers, colours, overwritten progress.

Works on a stretch of text at a time, because a pattern over a megabyte costs a hundredth of ten thousand small ones. No
pattern here may take or make a line feed: the number of lines is the numbering.
"""

import json
import re

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_CONSOLE_NOTE = re.compile(r"\x1b\[8mha:[^\x1b\n]*\x1b\[0m")
_ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[()#][A-Za-z0-9]|[=>NOMDEHc78])?"
)
# Copied logs lose the escape or write it as two letters: `^[[31m`, `[36;1m`.
_ANSI_CARET = re.compile(r"\^\[\[[0-9;?]*[A-Za-z]")
_ANSI_LOST = re.compile(r"\[(?:\d{1,2}(?:;\d{1,3})*)m(?!\])")
_DATE = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
# Before a line: `gh run view` names job and step; GitLab adds a stream and a mark for cut lines; Kubernetes a stream.
_STAMP = re.compile(
    rf"^(?:[^\t\n]{{1,120}}\t[^\t\n]{{0,120}}\t)?{_BOM}?"
    rf"(?:\[{_DATE}\]|{_DATE}|\d{{4}}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{{1,9}})?)"
    r"(?: (?:\d\d[OE][+ ]?|std(?:out|err) [FP](?: |$)))?[ \t]?",
    re.MULTILINE,
)
_CLOCK = re.compile(
    r"^(?:\[\d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?: ?[APap][Mm])?\] ?|\d\d:\d\d:\d\d(?:[.,]\d{1,6})? {1,2})",
    re.MULTILINE,
)
# Travis and GitLab end these with an escape; in a log without its carriage returns the next word follows at once.
_FOLD = re.compile(r"(?:travis_(?:fold|time):(?:start|end)|section_(?:start|end)):[^\s\x1b]*(?:\r?\x1b\[0K)?")
_FOLD_LITERALS = ("travis_", "section_")
_MARKER = re.compile(
    r"^(?:##\[(?:group|endgroup|section|command|debug|start-action|end-action)\b[^\]\n]*\]|::(?:group|endgroup)::)",
    re.MULTILINE,
)
_MARKER_LITERALS = ("##[", "::group", "::endgroup")
_DOCKER_LINE = '{"log":"'

# One line of at most this many characters is kept whole; more is data, not a message.
MOST_CHARS = 16_384
_HEAD, _TAIL = 12_288, 4_000
# A clock at the beginning of a line is a stamp only where the log begins with such lines.
_SAMPLE = 20_000


def clean_lines(text: str) -> list[str]:
    """The lines of this text, as many as it has line feeds and one more, each as a reader would see it."""
    if text.startswith(_DOCKER_LINE):
        text = "\n".join(_docker(line) for line in text.split("\n"))
    if _BOM in text:
        text = text.replace(_BOM, "")
    if any(literal in text for literal in _FOLD_LITERALS):
        text = _FOLD.sub("", text)
    text = _without_ansi(text)
    if "\r" in text:
        text = _last_written(text)
    text = _STAMP.sub("", text)
    if any(literal in text for literal in _MARKER_LITERALS):
        text = _MARKER.sub("", text)
    if _CLOCK.search(text, 0, _SAMPLE):
        text = _CLOCK.sub("", text)
    if "\0" in text:
        text = text.replace("\0", "")
    return text.split("\n")


def shortened(line: str) -> str:
    """A line of bearable length. Its middle goes: messages are at the ends. Call it after secrets are masked."""
    if len(line) <= MOST_CHARS:
        return line
    return f"{line[:_HEAD]} ... {line[-_TAIL:]}"


def _without_ansi(text: str) -> str:
    if "\x1b" in text:
        if "\x1b[8mha:" in text:
            text = _CONSOLE_NOTE.sub("", text)
        text = _ANSI.sub("", text)
    if "^[[" in text:
        text = _ANSI_CARET.sub("", text)
    if "[0m" in text or "[39m" in text:
        text = _ANSI_LOST.sub("", text)
    return text


def _last_written(text: str) -> str:
    text = text.replace("\r\n", "\n")
    if "\r" not in text:
        return text
    return "\n".join(_overwritten(line) if "\r" in line else line for line in text.split("\n"))


def _overwritten(line: str) -> str:
    """What stands there after the carriage returns: the last writing that is not blank."""
    return next((written for written in reversed(line.split("\r")) if written.strip()), "")


def _docker(line: str) -> str:
    """The message of a line of Docker's json-file driver; any other line as it is."""
    if not line.startswith(_DOCKER_LINE):
        return line
    try:
        message = json.loads(line)["log"]
    except (ValueError, KeyError, TypeError):
        return line
    return message.rstrip("\n").replace("\n", " ") if isinstance(message, str) else line
