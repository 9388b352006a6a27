"""Finds skills in text, with the signs that are part of their names: C++, C#, .NET, Node.js, CI/CD."""

import re
from collections.abc import Iterable

from app.coldmail.extraction.vocabulary import EXACT_SKILLS, LISTED_ONLY, SKILLS

_WORD = re.compile(r"[.]?[^\W_][\w.+#&/'-]*[+#]*")
_LIST_SEPARATOR = re.compile(r"\s*[,;•|\n·]\s*|\s+/\s+")
_MOST_WORDS = 4
_MOST_SKILLS = 60
_TAG_CHARS = 50
_NEIGHBOURS = frozenset(",/;()|&")


def _table(names: Iterable[str]) -> dict[str, str]:
    return {name.lower(): name for name in names}


_ANY_CASE = _table(SKILLS)
_EXACT = frozenset(EXACT_SKILLS)
_FIRST_WORDS = frozenset(name.split()[0] for name in _ANY_CASE if " " in name)


def skills_in(text: str | None) -> tuple[str, ...]:
    """The skills that a text names, each once, in the order of their first mention."""
    if not text:
        return ()
    words = [(match.group(), match.start()) for match in _WORD.finditer(text[:200_000])]
    found: dict[str, None] = {}
    at = 0
    while at < len(words) and len(found) < _MOST_SKILLS:
        name, used = _longest(words, at, text)
        if name:
            found.setdefault(name)
            at += used
            continue
        for part in _parts(words[at][0]):
            found.setdefault(part)
        at += 1
    return tuple(found)


def listed_skills(items: Iterable[str]) -> tuple[str, ...]:
    """Skills that a page lists as such: a short entry is one as it stands, a sentence is searched for known ones."""
    found: dict[str, None] = {}
    for item in items:
        for part in _LIST_SEPARATOR.split(item):
            # The dot before .NET is part of its name.
            tag = part.strip(" :-–•").rstrip(".").removeprefix(". ")
            if not tag:
                continue
            joined = tag.split("/")
            if len(joined) > 1 and tag.lower() not in _ANY_CASE and all(map(_known, joined)):
                for name in joined:
                    found.setdefault(_ANY_CASE.get(name.lower(), name))
                continue
            if tag.lower() in _ANY_CASE:
                found.setdefault(_ANY_CASE[tag.lower()])
            elif len(tag) <= _TAG_CHARS and len(tag.split()) <= _MOST_WORDS:
                found.setdefault(tag)
            else:
                for name in skills_in(tag):
                    found.setdefault(name)
    return tuple(found)[:_MOST_SKILLS]


def _known(name: str) -> bool:
    return name.lower() in _ANY_CASE or name in _EXACT


def _longest(words: list[tuple[str, int]], at: int, text: str) -> tuple[str | None, int]:
    word, start = words[at]
    first = word.lower()
    if first in _FIRST_WORDS:
        for count in range(min(_MOST_WORDS, len(words) - at), 1, -1):
            last, begins = words[at + count - 1]
            # As the text has it: a bracket or a comma between two words parts them.
            phrase = _bare(" ".join(text[start : begins + len(last)].split())).lower()
            if phrase in _ANY_CASE:
                return _ANY_CASE[phrase], count
    for spelt in (word, _bare(word)):
        if spelt.lower() in _ANY_CASE:
            return _ANY_CASE[spelt.lower()], 1
        if spelt in _EXACT and (spelt not in LISTED_ONLY or _in_a_list(text, start, start + len(spelt))):
            return spelt, 1
    return None, 1


def _bare(word: str) -> str:
    """Without the punctuation of the sentence around it."""
    return word.rstrip(".,;:'-/&").removesuffix("'s")


def _parts(word: str) -> Iterable[str]:
    """Java/J2EE and Java-based: what is joined is named each for itself."""
    if "/" not in word and "-" not in word:
        return
    for part in re.split(r"[/-]", _bare(word)):
        if part.lower() in _ANY_CASE:
            yield _ANY_CASE[part.lower()]
        elif part in _EXACT and "/" in word and (len(part) > 1 or "C" in word):
            yield part


def _in_a_list(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start].strip(), text[end : end + 2].strip()
    return bool((before and before[-1] in _NEIGHBOURS) or (after and after[0] in _NEIGHBOURS))
