"""Takes a model's draft apart and keeps the sentences that have evidence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.coldmail.writing.facts import Facts
from app.coldmail.writing.judging import Fault, Judge
from app.coldmail.writing.suspicion import shown

_MOST_SENTENCES = 60
_END = re.compile(r"(?<=[.!?…])[\"”»’')]*\s+|\n+")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d+[.)])\s+")
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:day|morning|afternoon)|guten tag|hallo|liebe[sr]?|sehr geehrte\w*|bonjour|madame|"
    r"monsieur|chers?|hola|buenos d[ií]as|buenas|estimad[oa]s?)\b.{0,80}[,:!]?$",
    re.I,
)
_SIGN_OFF = re.compile(
    r"^(?:(?:best|kind|warm|many|with kind) regards|regards|sincerely|yours .{0,20}|best|thanks|thank you|cheers|"
    r"(?:viele|beste|liebe|freundliche) grüße|mit freundlichen grüßen|grüße|cordialement|bien à vous|bien cordialement|"
    r"saludos|un saludo|atentamente)\s*[,.!]?$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """The paragraphs that passed, and what was wrong with the rest."""

    paragraphs: tuple[str, ...]
    kept: int
    faults: tuple[Fault, ...]

    @property
    def words(self) -> int:
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)


def check(body: str, facts: Facts) -> Checked:
    """Salutation, sign-off and everything after it are left out without a word: they are ours to write."""
    judge = Judge(facts)
    paragraphs: list[str] = []
    faults: list[Fault] = []
    kept = 0
    for sentences in _paragraphs(body):
        good = []
        for sentence in sentences:
            if fault := judge.fault_of(sentence):
                faults.append(fault)
            else:
                good.append(sentence)
        kept += len(good)
        if good:
            paragraphs.append(" ".join(good))
    return Checked(tuple(paragraphs), kept, tuple(faults))


def _paragraphs(body: str) -> Iterator[list[str]]:
    left = _MOST_SENTENCES
    for block in re.split(r"\n\s*\n", body):
        sentences: list[str] = []
        for sentence in _sentences(block):
            if _SIGN_OFF.match(sentence):
                if sentences:
                    yield sentences
                return
            if not _GREETING.match(sentence) and left:
                sentences.append(sentence)
                left -= 1
        if sentences:
            yield sentences


def _sentences(block: str) -> Iterable[str]:
    for part in _END.split(block):
        sentence = shown(_BULLET.sub("", part or ""))
        if sentence:
            yield sentence
