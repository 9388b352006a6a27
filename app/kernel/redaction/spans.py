"""Where a secret stands, and the search that all finders share."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple


class Secret(NamedTuple):
    """A stretch of text to be masked. `kind` goes into the placeholder; the stretch holds no line feed."""

    start: int
    end: int
    kind: str


# By lower-case literal: where it begins in a text in lower case, ascending; of every literal, also where there is none.
FindAll = Callable[[str], Mapping[str, Sequence[int]]]


class Text:
    """A text with what finders ask of it again and again: its lower-case form, its outlines, the line around a place.

    An outline is as long as the text and has one byte for each class of letters: looking for `000-00-0000` or for forty
    letters in a row is a search for a literal there, a hundred times faster than a pattern with classes.
    """

    def __init__(self, raw: str, find_all: FindAll | None = None) -> None:
        self.raw = raw
        lowered = raw.lower()
        # A few letters grow when lowered (İ); offsets must stay the same.
        self.lowered = lowered if len(lowered) == len(raw) else raw.translate(_ASCII_LOWER)
        self._places = find_all(self.lowered) if find_all else None

    @cached_property
    def digits(self) -> bytes:
        """Digits are 0, letters a; all else stands as it is."""
        return self._latin.translate(_DIGITS)

    @cached_property
    def hexes(self) -> bytes:
        """Hexadecimal digits are h; all else stands as it is."""
        return self._latin.translate(_HEXES)

    @cached_property
    def base64(self) -> bytes:
        """Letters of base64 are b; all else stands as it is."""
        return self._latin.translate(_BASE64)

    @cached_property
    def _latin(self) -> bytes:
        return self.raw.encode("latin-1", "replace")

    def lines_where(self, outline: bytes, patterns: tuple[re.Pattern[bytes], ...]) -> list[tuple[int, int]]:
        """The lines in which one of the patterns is found in the outline, each once, in order."""
        found: dict[int, int] = {}
        for pattern in patterns:
            at = 0
            while match := pattern.search(outline, at):
                at = self.line_end(match.start())
                found[self.line_start(match.start())] = at
        return sorted(found.items())

    def line_start(self, at: int) -> int:
        return self.raw.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        end = self.raw.find("\n", at)
        return len(self.raw) if end < 0 else end

    def places(self, literal: str) -> Sequence[int]:
        """Where this literal begins, in any case."""
        literal = literal.lower()
        if self._places is not None:
            return self._places[literal]
        found = []
        at = self.lowered.find(literal)
        while at >= 0:
            found.append(at)
            at = self.lowered.find(literal, at + 1)
        return found

    def lines_with(
        self, literals: tuple[str, ...], *, followed_by: re.Pattern[str] | None = None
    ) -> list[tuple[int, int]]:
        """The lines that hold one of these lower-case literals, each once, in order.

        followed_by: only where this matches right behind the literal.
        """
        return [(start, end) for start, _, end in self.first_places(literals, followed_by=followed_by)]

    def first_places(
        self, literals: tuple[str, ...], *, followed_by: re.Pattern[str] | None = None
    ) -> list[tuple[int, int, int]]:
        """The same, with the first of these places between the line's start and its end: nothing is to be found before."""
        found: dict[int, tuple[int, int]] = {}
        for literal in literals:
            done = 0
            for at in self.places(literal):
                if at >= done and (followed_by is None or followed_by.match(self.raw, at + len(literal))):
                    done = self.line_end(at)
                    start = self.line_start(at)
                    known = found.get(start)
                    found[start] = (at if known is None else min(at, known[0]), done)
        return [(start, first, end) for start, (first, end) in sorted(found.items())]


def _outline(of: Callable[[str], str]) -> bytes:
    return bytes(ord(of(chr(code))) for code in range(256))


def _letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


_DIGITS = _outline(lambda char: "0" if char in "0123456789" else "a" if _letter(char) else char)
_HEXES = _outline(lambda char: "h" if char in "0123456789abcdefABCDEF" else "." if char == "h" else char)
_BASE64 = _outline(lambda char: "b" if _letter(char) or char in "0123456789+/" else char)


_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

# What stands where a secret would, and is none: masked already, a reference to a variable, an empty word.
NO_SECRET = re.compile(
    r"""(?ix)
    \[redacted.* | \*{2,}\S* | x{3,} | \.{2,} | -+ | _+ | <[^>]*>? | \[[^\]]*\]? | \(.* | \{+.*
    | \$.* | %\w+%?.* | @\w+@ | &\w+ | !\w+\ .*
    | true | false | null | nil | none | undefined | unset | set | not | empty | missing | invalid | incorrect
    | yes | no | on | off | required | optional | inherit | string | str | bytes | int | integer | boolean | object
    | read | write | admin | default | expected | unexpected | is | was | must | cannot | could | should | the | a
    | await.* | new | function.* | async | lambda.* | self | this | (?-i:[A-Z]{2,20}(?:_[A-Z]{2,20})+) | \d{1,3}(?:\.\d+)? | \W+
    | auto | automatic | always | never | masked | hidden | redacted | removed | secret | password | token
    """
)
