# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""Finds secrets of several lines: private keys, also those cut at either end, and the data of Kubernetes Secrets."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from app.kernel.redaction.spans import Secret, Text
from app.kernel.redaction.vendors import entropy

_BEGIN = re.compile(
    r"-----BEGIN (?!CERT|PUBLIC|X509|TRUSTED|NEW CERT|RSA PUBLIC|SSH2 PUBLIC|PGP PUBLIC|PGP SIG|PGP MESS)[A-Z0-9 ]{0,40}(?:-----)?"
)
_END = re.compile(r"(?:-----)?END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----")
# A line of a key's body, or one of its headers, under whatever the log puts before it.
_BODY = re.compile(
    r"(?P<margin>[ \t|>+\-\"']{0,24}(?:[\w\-]{1,20} ?\| ?)?)(?P<body>[A-Za-z0-9+/]{1,200}={0,3}|[A-Z][A-Za-z\-]{2,20}: \S[^\n]{0,200}|=[A-Za-z0-9+/]{4})(?P<rest>[\"',\\n \t]{0,8})$"
)
_WIDTHS = frozenset((48, 60, 64, 70, 72, 76))
_WIDE_OUTLINE = (re.compile(b"b" * 48),)
_WIDE = re.compile(r"^[ \t|>\"']{0,24}([A-Za-z0-9+/]{48,76}={0,2})[\"',\\n \t]{0,8}$", re.MULTILINE)
_BODY_BITS = 4.3
_TAIL_LENGTH = 12
_KEY_STARTS = ("MII", "b3BlbnNzaC1rZXk", "lQ", "MC4CAQ", "MHcCAQ", "MHQCAQ", "MFMCAQ")
_ESCAPED = re.compile(r"(?:\\\\?[nr]|[A-Za-z0-9+/=]| (?![A-Za-z]+ [a-z])|[A-Z][A-Za-z\-]{2,20}: )+")
_SECRET_KIND = re.compile(
    r"^(?P<margin>[ \t]*)[\"']?kind[\"']?:[ \t]*[\"']?Secret(?:List)?[\"']?,?[ \t]*$", re.MULTILINE
)
_DATA = re.compile(
    r"^(?P<margin>[ \t]*)[\"']?(?:data|stringData)[\"']?:[ \t]*(?P<inline>\{.*)?$", re.MULTILINE
)
_ENTRY = re.compile(
    r"^(?P<margin>[ \t]*)[\"']?[\w.\-/]{1,253}[\"']?:[ \t]*[\"']?(?P<value>[^\s\"'][^\n\"']*)"
)
_INLINE = re.compile(r"[\"']?[\w.\-/]{1,253}[\"']?:[ \t]?[\"']?(?P<value>[^\s\"',{}]+)")
_ONE_LINE = re.compile(r"\"kind\": ?\"Secret\"|\bkind: Secret\b")
_LINE_FEED = re.compile("\n")
_FEW = 200
LITERALS = ("secret",)


def find(text: Text) -> Iterator[Secret]:
    if "-----begin " in text.lowered:
        yield from _begun(text)
    if "private key-----" in text.lowered or "private key block-----" in text.lowered:
        yield from _ended(text)
    yield from _bodies(text)
    if "secret" in text.lowered and "kind" in text.lowered:
        yield from _kubernetes(text)


def _begun(text: Text) -> Iterator[Secret]:
    """From the first line of a key on, as far as the lines look like one."""
    for match in _BEGIN.finditer(text.raw):
        at, end = match.end(), text.line_end(match.end())
        same_line = _ESCAPED.match(text.raw, at, end)
        if same_line and same_line.end() - at > _TAIL_LENGTH:
            yield Secret(at, same_line.end(), "private_key")
        while (at := end + 1) < len(text.raw):
            end = text.line_end(at)
            body = _BODY.match(text.raw, at, end)
            if not body:
                if at == end or not text.raw[at:end].strip():
                    continue
                break
            yield Secret(body.start("body"), body.end("body"), "private_key")


def _ended(text: Text) -> Iterator[Secret]:
    """Before the last line of a key, as far back as the lines look like one."""
    for match in _END.finditer(text.raw):
        start = text.line_start(match.start())
        line = text.raw[start : match.start()]
        if escaped := re.search(r"[A-Za-z0-9+/=]{16,}(?:\\\\?n)?(?:-----)?$", line.rstrip("-")[-20_000:]):
            offset = start + len(line.rstrip("-")) - len(line.rstrip("-")[-20_000:])
            yield Secret(offset + escaped.start(), offset + escaped.end(), "private_key")
        while start > 0:
            end, start = start - 1, text.line_start(start - 1)
            body = _BODY.match(text.raw, start, end)
            if not body or " " in body["body"].strip():
                break
            yield Secret(body.start("body"), body.end("body"), "private_key")


def _bodies(text: Text) -> Iterator[Secret]:
    """Lines as wide as a key's, two in a row, or one that begins as keys do: both ends may be cut off."""
    last_end, open_run = -2, False
    waiting: Secret | None = None
    for start, end in text.lines_where(text.base64, _WIDE_OUTLINE):
        match = _WIDE.match(text.raw, start, end)
        if match is None:
            continue
        body = match[1]
        if not _is_body(body):
            continue
        here = Secret(match.start(1), match.end(1), "private_key")
        follows = start == last_end + 1
        if follows or body.startswith(_KEY_STARTS):
            if waiting is not None and follows:
                yield waiting
            yield here
            waiting, open_run = None, True
        else:
            waiting, open_run = here, False
        last_end = end
        if open_run:
            yield from _short_end(text, last_end)


def _short_end(text: Text, at: int) -> Iterator[Secret]:
    """The line after a body's full lines, when it is a shorter piece of the same."""
    if at + 1 >= len(text.raw):
        return
    body = _BODY.match(text.raw, at + 1, text.line_end(at + 1))
    if body and len(body["body"]) >= 4 and " " not in body["body"] and not body["body"].isalpha():
        yield Secret(body.start("body"), body.end("body"), "private_key")


def _is_body(body: str) -> bool:
    word = body.rstrip("=")
    if len(body) not in _WIDTHS or word.isdigit() or word.lower() == word or word.upper() == word:
        return False
    return entropy(word) >= _BODY_BITS and any(map(str.isdigit, word)) and not _hexadecimal(word)


def _hexadecimal(word: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF" for letter in word)


def _kubernetes(text: Text) -> Iterator[Secret]:
    feeds = [match.start() for match in _LINE_FEED.finditer(text.raw)]
    seen = 0
    for kind in _matches(text, _SECRET_KIND):
        start = max(_lines_before(feeds, kind.start()), seen)
        start = max(start, text.raw.rfind("\n---", start, kind.start()))
        end = _lines_after(feeds, kind.end(), len(text.raw))
        cut = text.raw.find("\n---", kind.end(), end)
        end = cut if cut >= 0 else end
        for data in _DATA.finditer(text.raw, start, end):
            yield from _entries(text, data, _lines_after(feeds, data.end(), len(text.raw)))
        # Each line is looked at once, whatever number of Secrets stands around it.
        seen = max(seen, end)
    for one in _matches(text, _ONE_LINE):
        begin, end = text.line_start(one.start()), text.line_end(one.end())
        for data in re.finditer(
            r"[\"']?(?:data|stringData)[\"']?: ?\{([^{}\n]{0,100000})\}", text.raw[begin:end]
        ):
            for entry in _INLINE.finditer(data[1]):
                at = begin + data.start(1)
                yield Secret(at + entry.start("value"), at + entry.end("value"), "kubernetes_secret")


def _matches(text: Text, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    for start, end in text.lines_with(("secret",)):
        if match := pattern.search(text.raw, start, end):
            yield match


def _lines_before(feeds: Sequence[int], at: int) -> int:
    """The place some hundred lines before; `feeds` are the places of all line feeds."""
    return feeds[max(0, bisect_left(feeds, at) - _FEW)] if feeds and feeds[0] < at else 0


def _lines_after(feeds: Sequence[int], at: int, end: int) -> int:
    """The same behind, or the end of the text."""
    place = bisect_left(feeds, at) + _FEW
    return feeds[place] if place < len(feeds) else end


def _entries(text: Text, data: re.Match[str], end: int) -> Iterator[Secret]:
    margin = len(data["margin"])
    at = text.line_end(data.end()) + 1
    while at < end:
        stop = text.line_end(at)
        line = text.raw[at:stop]
        entry = _ENTRY.match(line)
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent <= margin:
            return
        if entry and entry["value"].rstrip(",") not in ("|", "|-", ">", ">-", "{"):
            value = entry["value"].rstrip(" ,")
            yield Secret(
                at + entry.start("value"), at + entry.start("value") + len(value), "kubernetes_secret"
            )
        elif line.strip() and not entry:
            yield Secret(at + indent, at + len(line.rstrip()), "kubernetes_secret")
        at = stop + 1
