"""Decides sentence by sentence whether a model's draft says only what has evidence. What is not understood does not pass."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.coldmail.portfolio.entries import Entry
from app.coldmail.portfolio.matching import skill_key
from app.coldmail.writing.facts import Facts
from app.coldmail.writing.plain_words import OF_ONESELF, PLAIN
from app.coldmail.writing.suspicion import REACHABLE, shown

_MOST_SENTENCES = 60
_END = re.compile(r"(?<=[.!?…])[\"”»’')]*\s+|\n+")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,]\d+)*|\S")
_MARKS = frozenset(".,;:!?()'’\"“”„‚‘«»–—-…&¡¿ \u2011")
_LINK = re.compile(r"https?://[^\s<>\"”»]+", re.I)
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


class Fault(StrEnum):
    """Why a sentence does not pass, in words that hold nothing of the model's."""

    LINK = "a link, an address or a phone number that is not in the portfolio"
    NUMBER = "a number without evidence"
    WORD = "a name, a skill or a statement without evidence"
    MIXED = "facts of several projects in one sentence"
    SKILL = "a skill that the posting asks for and the portfolio does not show, claimed as one's own"
    MARK = "signs that belong to no letter"


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
    paragraphs: list[str] = []
    faults: list[Fault] = []
    kept = 0
    for sentences in _paragraphs(body):
        good = []
        for sentence in sentences:
            if fault := fault_of(sentence, facts):
                faults.append(fault)
            else:
                good.append(sentence)
        kept += len(good)
        if good:
            paragraphs.append(" ".join(good))
    return Checked(tuple(paragraphs), kept, tuple(faults))


def fault_of(sentence: str, facts: Facts) -> Fault | None:
    """None when every word of it is plain or has evidence."""
    links = _LINK.findall(sentence)
    rest = sentence
    for link in sorted(facts.links, key=len, reverse=True):
        rest = re.sub(rf"{re.escape(link)}(?![^\s.,;:!?)\"”»’'])", " ", rest)
        rest = re.sub(rf"{re.escape(link)}(?=[.,;:!?)\"”»’']+(?:\s|$))", " ", rest)
    if (links or "/" in rest) and _LINK.search(rest):
        return Fault.LINK
    rest, named, asked_only = _without_named(rest, facts)
    if REACHABLE.search(rest):
        return Fault.LINK
    language = facts.profile.language
    tokens = [token.replace("’", "'") for token in _TOKEN.findall(rest)]
    if any(not token[0].isalnum() and token not in _MARKS for token in tokens):
        return Fault.MARK
    plain = PLAIN[language]
    unknown = [token for token in tokens if token[0].isalnum() and not _is_plain(token, plain)]
    if unknown and not any(_says(each, unknown, rest) for each in facts.entries):
        return Fault.NUMBER if any(token[0].isdigit() for token in unknown) else Fault.WORD
    if unknown and len(named) > 1:
        return Fault.MIXED
    own = {token.lower() for token in tokens} & OF_ONESELF[language]
    return Fault.SKILL if asked_only and own else None


def _is_plain(token: str, plain: frozenset[str]) -> bool:
    lowered = token.lower()
    return lowered in plain or (
        "'" in lowered and all(part in plain for part in lowered.split("'") if len(part) > 1)
    )


def _says(entry: Entry, unknown: Sequence[str], sentence: str) -> bool:
    """Whether one piece of work holds all these words, and each number with the word that stands behind it."""
    words = [token.lower() for token in _TOKEN.findall(entry.text)]
    known = set(words)
    if not all(token.lower() in known for token in unknown):
        return False
    pairs = set(pairwise(words))
    said = [token.lower() for token in _TOKEN.findall(sentence)]
    return all(
        (token, following) in pairs
        for token, following in zip(said, [*said[1:], ""], strict=False)
        if token[0].isdigit()
    )


def _without_named(sentence: str, facts: Facts) -> tuple[str, set[str], bool]:
    """The sentence without the names that have evidence, which pieces of work it names, and whether it names anything
    that only the posting knows.
    """
    posting, profile = facts.posting, facts.profile
    shown_skills = {skill_key(skill) for each in facts.entries for skill in each.skills}
    own = [profile.name, profile.role, profile.company]
    titles = [each.title for each in facts.entries]
    asked = [skill for skill in posting.skills if skill_key(skill) not in shown_skills]
    known = [
        *titles,
        *own,
        posting.title,
        posting.company,
        *posting.skills,
        *(skill for each in facts.entries for skill in each.skills),
        facts.earlier,
    ]
    named: set[str] = set()
    asked_only = False
    for words in sorted({each for each in known if each.strip()}, key=len, reverse=True):
        pattern = _exactly(words)
        if not pattern.search(sentence):
            continue
        sentence = pattern.sub(" ", sentence)
        named |= {words} & set(titles)
        asked_only |= words in asked or words in (posting.title, posting.company)
    return sentence, named, asked_only


def _exactly(words: str) -> re.Pattern[str]:
    """The words as they are spelt; a name of two letters or more may differ in case."""
    escaped = r"\s+".join(map(re.escape, words.split()))
    return re.compile(rf"(?<![\w.+#/@]){escaped}(?![\w+#@]|[./]\w)", 0 if len(words) <= 2 else re.I)


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
