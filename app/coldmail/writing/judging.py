"""Decides whether one sentence of a model says only what has evidence. What is not understood does not pass."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.coldmail.portfolio.entries import Entry
from app.coldmail.portfolio.matching import skill_key
from app.coldmail.writing.facts import Facts, whole
from app.coldmail.writing.kinds import KINDS
from app.coldmail.writing.suspicion import REACHABLE

_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+(?:[.,]\d+)*|\S")
_MARKS = frozenset(".,;:!?()'\"“”„‚‘«»–—-…&¡¿ \u2011")
_LINK = re.compile(r"https?://[^\s<>\"”»]+", re.I)
# Stand in a sentence for what has evidence; a sentence that brings one of them does not pass.
_TITLE, _SKILL, _STATED, _OTHER = "\ue000", "\ue001", "\ue002", "\ue003"
_STAND_INS = frozenset((_TITLE, _SKILL, _STATED, _OTHER))
# What may part the skills of a list.
_BETWEEN = frozenset(f"{_SKILL} , - “ ” „ « » & and or und oder et ou y e o".split())


class Fault(StrEnum):
    """Why a sentence does not pass, in words that hold nothing of the model's."""

    LINK = "a link, an address or a phone number that is not in the portfolio"
    NUMBER = "a number without evidence"
    WORD = "a name, a skill or a statement without evidence"
    MIXED = "facts of several projects in one sentence"
    SKILL = "a skill that the portfolio does not show, claimed as one's own"
    MARK = "signs that belong to no letter"


@dataclass(frozen=True, slots=True)
class _Found:
    """A sentence with stand-ins for names, and the names that were there."""

    text: str
    names: frozenset[str]

    @property
    def tokens(self) -> list[str]:
        return [token.lower() for token in _TOKEN.findall(self.text)]


class Judge:
    """Knows the names that have evidence; made once for a draft."""

    def __init__(self, facts: Facts) -> None:
        posting, profile, entries = facts.posting, facts.profile, facts.entries
        self._kinds = KINDS[profile.language]
        self._follows_up = bool(facts.earlier)
        self._links = {link: _keys([each for each in entries if each.link == link]) for link in facts.links}
        self._titles = {
            each.title: _keys([other for other in entries if other.title == each.title]) for each in entries
        }
        self._title_of = {each.link: each.title for each in entries}
        self._stated = {
            stated: each.title for each in entries for stated in _statements(each) if len(stated.split()) > 1
        }
        shown = [skill for each in entries for skill in each.skills]
        self._shown = {skill_key(skill) for skill in shown}
        own = [profile.name, profile.role, profile.company]
        asked = [posting.title, posting.company, facts.earlier]
        self._of_posting = _named({_OTHER: asked, _SKILL: posting.skills})
        self._of_work = _named({_STATED: self._stated, _TITLE: self._titles, _OTHER: own, _SKILL: shown})
        self._all = {**self._of_posting, **self._of_work}

    def fault_of(self, sentence: str) -> Fault | None:
        """None when each part of it is a sentence of some kind, and every word of it plain there or borne out."""
        sentence = sentence.replace("’", "'")
        if _STAND_INS & set(sentence):
            return Fault.MARK
        rest, _ = self._without_links(sentence)
        if _LINK.search(rest) or REACHABLE.search(_marked(rest, self._all).text):
            return Fault.LINK
        first, *further = self._kinds.joined.split(sentence)
        faults = [self._fault(first), *(self._in_asking(part, offers=True) for part in further)]
        return next((fault for fault in faults if fault), None)

    def _fault(self, part: str) -> Fault | None:
        offers = part.rstrip().endswith("?") or bool(self._kinds.wish.search(part))
        faults = [self._in_posting(part), self._in_work(part), self._in_asking(part, offers=offers)]
        # The fault of the kind that it comes closest to tells the model most.
        order = (None, Fault.MIXED, Fault.SKILL, Fault.WORD, Fault.NUMBER, Fault.MARK, Fault.LINK)
        return min(faults, key=order.index)

    def _in_posting(self, part: str) -> Fault | None:
        """What the posting says, and that it was seen."""
        found = _marked(part, self._of_posting)
        text = self._kinds.sighting.sub(" ", found.text)
        if self._follows_up:
            text = self._kinds.note.sub(" ", text)
        return _unknown(_Found(text, found.names).tokens, self._kinds.posting)

    def _in_work(self, part: str) -> Fault | None:
        """What was made, and with which skills: those of the work that is named, or of any where none is."""
        rest, links = self._without_links(part)
        found = _marked(rest, self._of_work)
        tokens = _Found(self._kinds.refers.sub(" ", found.text), found.names).tokens
        if fault := _unknown(tokens, self._kinds.work):
            return fault
        titles = {name for name in found.names if name in self._titles}
        linked = {self._title_of[link] for link in links}
        if titles and linked and titles != linked:
            return Fault.MIXED
        stated = {self._stated[name] for name in found.names if name in self._stated}
        if stated and stated != titles | linked:
            return Fault.MIXED if titles | linked else Fault.WORD
        groups = [self._titles[title] for title in titles] + [self._links[link] for link in links]
        allowed = set.intersection(*groups) if groups else self._shown
        if any(self._of_work[name] == _SKILL and skill_key(name) not in allowed for name in found.names):
            return Fault.MIXED
        return None if self._placed(tokens) else Fault.WORD

    def _in_asking(self, part: str, *, offers: bool) -> Fault | None:
        """A question or an offer. A skill that only the posting names is not for the writer to offer."""
        found = _marked(part, self._all)
        tokens = found.tokens
        if fault := _unknown(tokens, self._kinds.asking):
            return fault
        if not offers or self._kinds.never.search(found.text):
            return Fault.WORD
        asked_only = any(
            self._all[name] == _SKILL and skill_key(name) not in self._shown for name in found.names
        )
        speaks = any(token in self._kinds.first or token.startswith("j'") for token in tokens)
        return Fault.SKILL if asked_only and speaks else None

    def _placed(self, tokens: list[str]) -> bool:
        """Whether each skill stands where one is shown: `with Python`, not `made Python` or `we are Python`."""
        for place, token in enumerate(tokens):
            before, after = tokens[:place][::-1], tokens[place + 1 :]
            if token == _SKILL and not (
                _first(before) in self._kinds.shows | {"(", ":"} or _first(after) in self._kinds.shown
            ):
                return False
            if token in self._kinds.uses and _SKILL not in (*before[:1], *after[:1]):
                return False
        return True

    def _without_links(self, sentence: str) -> tuple[str, set[str]]:
        """The sentence without links that are byte for byte those of the work, and which those are."""
        links = set()
        for link in sorted(self._links, key=len, reverse=True):
            if link in sentence and (exactly := whole(link)).search(sentence):
                sentence = exactly.sub(" ", sentence)
                links.add(link)
        return sentence, links


def _first(tokens: Iterable[str]) -> str:
    """The first word that does not belong to a list of skills."""
    return next((token for token in tokens if token not in _BETWEEN), "")


def _keys(entries: Iterable[Entry]) -> set[str]:
    return {skill_key(skill) for each in entries for skill in each.skills}


def _statements(entry: Entry) -> list[str]:
    """The sentences of a description, each as a whole: half of one may say the opposite."""
    parts = re.split(r"(?<=[.!?;])\s+|\n+", entry.description.replace("’", "'"))
    return [" ".join(part.strip(" .!?;").split()) for part in parts if part.strip(" .!?;")]


def _named(by_stand_in: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Each name with its stand-in, the longest first; of two alike the first counts."""
    found: dict[str, str] = {}
    for stand_in, names in by_stand_in.items():
        for name in names:
            if name.strip():
                found.setdefault(name, stand_in)
    return dict(sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True))


def _marked(sentence: str, names: Mapping[str, str]) -> _Found:
    found = set()
    for name, stand_in in names.items():
        # A portfolio has thousands of names, a sentence few: the pattern is made for those alone.
        if name.replace("’", "'").casefold() not in sentence.casefold():
            continue
        sentence, count = _exactly(name).subn(f" {stand_in} ", sentence)
        if count:
            found.add(name)
    return _Found(sentence, frozenset(found))


def _exactly(name: str) -> re.Pattern[str]:
    """The name as it is spelt; one of more than two letters may differ in case."""
    escaped = r"\s+".join(re.escape(word) for word in name.replace("’", "'").split())
    return re.compile(rf"(?<![\w.+#/@]){escaped}(?![\w+#@]|[./]\w)", 0 if len(name) <= 2 else re.I)


def _unknown(tokens: Iterable[str], plain: frozenset[str]) -> Fault | None:
    worst: Fault | None = None
    for token in tokens:
        if token in _STAND_INS or token in _MARKS or _is_plain(token, plain):
            continue
        if not token[0].isalnum():
            return Fault.MARK
        worst = Fault.NUMBER if token[0].isdigit() or worst is Fault.NUMBER else Fault.WORD
    return worst


def _is_plain(token: str, plain: frozenset[str]) -> bool:
    return token in plain or (
        "'" in token and all(part in plain for part in token.split("'") if len(part) > 1)
    )
