"""The grammar of `${{ }}`: from text to a tree, or to the place where it stops being an expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\s+|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<number>-?0x[0-9A-Fa-f]+|-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|-?Infinity|NaN)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[()\[\].,<>!*])"
)
# Trees lean to the left and are walked by recursion, so length is depth.
MAX_TOKENS = 400
MAX_DEPTH = 40


class Malformed(Exception):
    """The text is no expression; the message says where it stops being one."""


@dataclass(frozen=True)
class Literal:
    value: str | float | bool | None


@dataclass(frozen=True)
class Variable:
    name: str


@dataclass(frozen=True)
class Property:
    of: Tree
    name: str


@dataclass(frozen=True)
class Index:
    of: Tree
    at: Tree


@dataclass(frozen=True)
class Filter:
    """`.*` or `[*]`."""

    of: Tree


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple[Tree, ...]


@dataclass(frozen=True)
class Not:
    of: Tree


@dataclass(frozen=True)
class Binary:
    sign: str
    left: Tree
    right: Tree


Tree = Literal | Variable | Property | Index | Filter | Call | Not | Binary


def parse(text: str) -> Tree:
    """The tree of the text between the braces. Raises: Malformed."""
    return _Parser(text).parse()


@dataclass(frozen=True)
class Embedded:
    """An expression inside a template: its text between the braces, where it starts and ends in the value."""

    text: str
    start: int
    end: int


def embedded(value: str) -> Iterator[Embedded]:
    """Every `${{ }}` of a value; braces in a quoted text do not close it. Raises: Malformed for one left open."""
    position = 0
    while (start := value.find("${{", position)) >= 0:
        end = _close(value, start + 3)
        if end < 0:
            raise Malformed("'${{' is never closed by '}}'")
        yield Embedded(value[start + 3 : end], start, end + 2)
        position = end + 2


def _close(value: str, position: int) -> int:
    quoted = False
    while position < len(value):
        if value[position] == "'":
            quoted = not quoted
        elif not quoted and value.startswith("}}", position):
            return position
        position += 1
    # A quote that never ends: let the grammar complain about the text up to the first braces.
    return -1 if not quoted else value.find("}}", 0) if value.find("}}") > 0 else -1


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def parse(self) -> Tree:
        if not self._tokens:
            raise Malformed("the expression is empty")
        tree = self._either()
        if self._at < len(self._tokens):
            raise Malformed(f"{self._tokens[self._at][1]!r} does not belong after a complete expression")
        return tree

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, *signs: str) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at][0] == "sign" and self._peek() in signs:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return ""

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise Malformed(
                f"{sign!r} is missing" + (f" before {self._peek()!r}" if self._peek() else " at the end")
            )

    def _either(self) -> Tree:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Malformed(f"nested deeper than {MAX_DEPTH} levels")
        tree = self._both()
        while self._take("||"):
            tree = Binary("||", tree, self._both())
        self._depth -= 1
        return tree

    def _both(self) -> Tree:
        tree = self._comparison()
        while self._take("&&"):
            tree = Binary("&&", tree, self._comparison())
        return tree

    def _comparison(self) -> Tree:
        tree = self._negation()
        while sign := self._take("==", "!=", "<", "<=", ">", ">="):
            tree = Binary(sign, tree, self._negation())
        return tree

    def _negation(self) -> Tree:
        negations = 0
        while self._take("!"):
            negations += 1
            if negations > MAX_DEPTH:
                raise Malformed(f"negated more than {MAX_DEPTH} times")
        tree = self._reference()
        for _ in range(negations):
            tree = Not(tree)
        return tree

    def _reference(self) -> Tree:
        tree = self._atom()
        while sign := self._take(".", "["):
            if sign == ".":
                tree = Filter(tree) if self._take("*") else Property(tree, self._name())
            elif self._take("*"):
                self._expect("]")
                tree = Filter(tree)
            else:
                tree = Index(tree, self._either())
                self._expect("]")
        return tree

    def _name(self) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at][0] == "name":
            self._at += 1
            return self._tokens[self._at - 1][1]
        raise Malformed("a property name is missing after '.'")

    def _atom(self) -> Tree:
        if self._take("("):
            tree = self._either()
            self._expect(")")
            return tree
        if self._at >= len(self._tokens):
            raise Malformed("the expression ends where a value is expected")
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return Literal(text[1:-1].replace("''", "'"))
        if kind == "number":
            return Literal(float(int(text, 16)) if "0x" in text else float(text.replace("Infinity", "inf")))
        if kind == "name":
            return self._named(text)
        raise Malformed(f"{text!r} stands where a value is expected")

    def _named(self, text: str) -> Tree:
        if self._take("("):
            return Call(text, self._arguments())
        words: dict[str, bool | None] = {"true": True, "false": False, "null": None}
        return Literal(words[text]) if text in words else Variable(text)

    def _arguments(self) -> tuple[Tree, ...]:
        if self._take(")"):
            return ()
        arguments = [self._either()]
        while self._take(","):
            arguments.append(self._either())
        self._expect(")")
        return tuple(arguments)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            hint = "; texts are quoted with ' here" if text[position] == '"' else ""
            raise Malformed(f"the character {text[position]!r} has no meaning in an expression{hint}")
        if match.lastgroup:
            tokens.append((match.lastgroup, match[0]))
        if len(tokens) > MAX_TOKENS:
            raise Malformed(f"longer than {MAX_TOKENS:,} words")
        position = match.end()
    return tokens
