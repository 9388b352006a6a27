"""Replaces secrets by placeholders, and puts them back for the caller who sent them."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from app.kernel.redaction import (
    addresses,
    assignments,
    blocks,
    commands,
    pairs,
    people,
    queries,
    sentences,
    tables,
    vendors,
)
from app.kernel.redaction.spans import FindAll, Secret, Text

_PLACEHOLDER = re.compile(r"\[REDACTED:[a-z_]{2,24}:\d{1,7}\]")
# The order decides which kind a stretch gets that two finders see; the longer stretch is masked either way.
_FINDERS: tuple[Callable[[Text], Iterable[Secret]], ...] = (
    blocks.find,
    vendors.find,
    addresses.find_url_credentials,
    commands.find,
    assignments.find,
    pairs.find,
    tables.find,
    queries.find,
    sentences.find,
    addresses.find,
    people.find,
)
# All that finders look for. Whoever masks megabytes finds them together, see `Redactor`.
LITERALS = tuple(
    dict.fromkeys(
        literal
        for module in (
            addresses,
            assignments,
            blocks,
            commands,
            pairs,
            people,
            queries,
            sentences,
            tables,
            vendors,
        )
        for literal in module.LITERALS
    )
)
# What is remembered to be put back is bound, however many secrets a text has: some 40 MB.
_MOST_REMEMBERED = 100_000


class Redactor:
    """Masks one request's texts: the same secret gets the same placeholder in all of them.

    A placeholder is `[REDACTED:kind:number]`; kinds are plain words such as github_token or url_credentials. Masking
    what is masked changes nothing. Lines stay as many as they were. What was masked is in this object only: never
    keep it, log it or send it on. After a hundred thousand different secrets all others are number 0, which is not put back.

    find_all: finds all of LITERALS in one pass over a text; without it each is looked for by itself.
    """

    def __init__(self, *, find_all: FindAll | None = None) -> None:
        self._find_all = find_all
        self._numbers: Counter[str] = Counter()
        self._placeholders: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        self._foreign: set[str] = set()
        self.counts: Counter[str] = Counter()
        """How many stretches of each kind were masked."""

    def redact(self, text: str) -> str:
        """The text with every secret masked."""
        if "[REDACTED:" in text and len(self._foreign) < _MOST_REMEMBERED:
            self._foreign.update(found for found in _PLACEHOLDER.findall(text) if found not in self._secrets)
        parts: list[str] = []
        at = 0
        for secret in _merged(_found(Text(text, self._find_all))):
            parts += (text[at : secret.start], self._masked(text[secret.start : secret.end], secret.kind))
            at = secret.end
        return "".join([*parts, text[at:]]) if parts else text

    def restore(self, text: str) -> str:
        """The text with the secrets back in their places; only for the caller whose text it was."""
        return _PLACEHOLDER.sub(lambda match: self._secrets.get(match[0], match[0]), text)

    @property
    def masked(self) -> Mapping[str, str]:
        """{placeholder: what it stands for}."""
        return self._secrets

    def _masked(self, secret: str, kind: str) -> str:
        self.counts[kind] += 1
        if secret not in self._placeholders:
            if len(self._placeholders) >= _MOST_REMEMBERED:
                return f"[REDACTED:{kind}:0]"
            placeholder = ""
            # A text may bring placeholders of its own; ours must not be taken for them.
            while not placeholder or placeholder in self._foreign:
                self._numbers[kind] += 1
                placeholder = f"[REDACTED:{kind}:{self._numbers[kind]}]"
            self._placeholders[secret] = placeholder
            self._secrets[placeholder] = secret
        return self._placeholders[secret]


def _found(text: Text) -> Iterator[Secret]:
    taken = (
        [match.span() for match in _PLACEHOLDER.finditer(text.raw)] if "[redacted:" in text.lowered else []
    )
    for find in _FINDERS:
        for secret in find(text):
            if secret.start < secret.end and not (taken and _overlaps(secret, taken)):
                yield secret


def _overlaps(secret: Secret, taken: list[tuple[int, int]]) -> bool:
    return any(start < secret.end and secret.start < end for start, end in taken)


def _merged(secrets: Iterable[Secret]) -> Iterator[Secret]:
    """In order of place, overlapping ones as one: of the kind that was found first."""
    ordered = sorted(enumerate(secrets), key=lambda pair: (pair[1].start, pair[0]))
    current: Secret | None = None
    first = 0
    for order, secret in ordered:
        if current is None or secret.start >= current.end:
            if current is not None:
                yield current
            current, first = secret, order
        else:
            kind = secret.kind if order < first else current.kind
            current = Secret(current.start, max(current.end, secret.end), kind)
            first = min(first, order)
    if current is not None:
        yield current
