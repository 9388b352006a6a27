"""Finds what a question is about, by its words alone: names first, then the things it speaks of."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.kernel.wording import FUNCTION_WORDS, fold

_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_DETERMINERS = frozenset(
    ["a", "an", "the", "my", "our", "your", "each", "every", "any", "all", "which", "what"]
)
PREPOSITIONS = frozenset(
    ["about", "after", "at", "before", "between", "by", "during", "for", "from", "in", "into", "near", "of", "on", "per",
     "through", "to", "under", "via", "with", "within", "without"]
)  # fmt: skip
# Between a thing and a name these make one thing of both: the night train to Malmö, the library in Marsh Lane.
_BINDING = frozenset(["at", "between", "from", "in", "near", "to"])
_LINKING = frozenset(["between", "from", "to"])
# Words that ask or tell something of a topic and are none themselves.
GENERIC = frozenset([
    "bye", "fine", "good", "great", "hello", "hi", "sorry", "sure", "thank", "thanks",
    "allow", "allowed", "apply", "become", "begin", "begins", "belong", "built", "call", "called",
    "change", "close", "closes", "come", "comes", "contain", "contains", "cost", "costs", "define",
    "describe", "else", "explain", "fed", "find", "first", "found", "founded", "get", "give", "given",
    "go", "happen", "happens", "hold", "holds", "include", "included", "invented", "keep", "kept", "know",
    "known", "last", "lasts", "leave", "leaves", "less", "let", "like", "list", "long", "made", "make",
    "many", "mean", "means", "much", "must", "name", "named", "need", "needed", "needs", "often", "ok",
    "okay", "old", "open", "opened", "opens", "paid", "pay", "please", "possible", "really", "run", "runs",
    "said", "say", "show", "soon", "stand", "stands", "start", "starts", "stop", "stops", "take", "taken",
    "takes", "tell", "use", "used", "want", "wants", "weigh", "weighs", "well", "went", "work", "works",
    "written", "wrote",
])  # fmt: skip
# Nouns, unless a helping verb in the question makes verbs of them: parental leave, the ferry does leave.
_NOUNS_TOO = frozenset(["cost", "leave", "list", "name", "use", "work"])
_HELPING = frozenset(
    ["can", "could", "did", "do", "does", "may", "might", "must", "shall", "should", "will", "would"]
)
_DATES = frozenset(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march",
     "april", "may", "june", "july", "august", "september", "october", "november", "december"]
)  # fmt: skip
_PERSON = frozenset(["dr", "mr", "mrs", "ms", "prof"])

# How a topic is carried over: see followups.py.
_CARRIED = re.compile(r"\((?P<topic>[^()]{2,200})\)\?$")
_HOW_TO = re.compile(
    r"\s*how\s+(?:(?:do|does|can|should|may|must|would|could)\s+(?:i|we|you|one|they|people)|to)\s+(?P<action>[^?]{3,300})",
    re.IGNORECASE,
)
_MOST_WORDS = 12
_ASKS_A_PART = re.compile(
    r"\s*(?:what|which)(?:\s+\w+)?\s+(?:is|are|was|were)\s+(?:the|our|my|its)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written, its folded form, and whether it reads as a name."""

    text: str
    folded: str
    named: bool
    telling: bool
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """The words in order. A capital at the start of a sentence makes a name only before another name."""
    matches = list(_TOKEN.finditer(text))
    helped = any(fold(match.group()) in _HELPING for match in matches)
    found: list[Word] = []
    for match in reversed(matches):
        word, folded = match.group(), fold(match.group())
        named = _capital(word, folded) and (
            not _opens(text, match.start())
            or not word[1:].islower()
            or bool(found and found[-1].named and _gap(text, match.end(), found[-1].start))
        )
        generic = folded in GENERIC and (helped or folded not in _NOUNS_TOO)
        telling = named or not (folded in FUNCTION_WORDS or generic)
        found.append(Word(word, folded, named, telling, match.start(), match.end()))
    return found[::-1]


def _capital(word: str, folded: str) -> bool:
    return word[0].isupper() and folded not in FUNCTION_WORDS and folded.removesuffix("s") not in _DATES


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip()
    return not before or before[-1] in ".?!:\n"


def _gap(text: str, end: int, start: int) -> bool:
    return not text[end:start].strip()


def topic_of(question: str) -> str:
    """The words of a question that name what it is about, as they stand there; empty when it names nothing."""
    if carried := _CARRIED.search(question):
        return carried["topic"]
    found = words_of(question)
    return _named(question, found) or _things(question, found)


def action_of(question: str) -> str:
    """What a question tells how to do: "descale the machine"; empty for other questions."""
    if carried := _CARRIED.search(question):
        return carried["topic"]
    told = _HOW_TO.match(question)
    return " ".join(told["action"].split()[:_MOST_WORDS]) if told else ""


def aspect_of(question: str, topic: str) -> str:
    """What a question asks of its topic: the rest of its telling words, measures included."""
    left = {word.folded for word in words_of(topic)}
    rest = [word for word in words_of(question) if word.folded not in left]
    return " ".join(word.text for word in rest if word.folded not in FUNCTION_WORDS)


def names_in(text: str) -> list[str]:
    """Runs of names, in order: "Ada Lovelace", "Marsh Lane"."""
    runs = _runs(words_of(text), lambda word: word.named, text)
    return [text[run[0].start : run[-1].end] for run in runs]


def _named(question: str, found: Sequence[Word]) -> str:
    """The last name with the things around it that belong to it, when the question holds a name."""
    places = [place for place, word in enumerate(found) if word.named]
    if not places:
        return ""
    last = first = places[-1]
    while first > 0 and (found[first - 1].named or _joins(found, first - 1)):
        first -= 1
    while last + 1 < len(found) and _goes_on(question, found[last], found[last + 1]):
        last += 1
    binding = first - 1 - (first > 0 and found[first - 1].folded in _DETERMINERS)
    if binding > 0 and _binds(found, binding):
        first = _thing_before(found, binding)
    while first > 0 and found[first - 1].telling and _adjacent(question, found[first - 1], found[first]):
        first -= 1
    return question[found[first].start : found[last].end]


def _goes_on(question: str, left: Word, right: Word) -> bool:
    """Whether a name goes on with this word: Heron drone, but not in "is the Heron drone repaired"."""
    return right.telling and not right.folded.endswith("ed") and _adjacent(question, left, right)


def _binds(found: Sequence[Word], place: int) -> bool:
    """Whether this preposition belongs to the thing before it: "may borrow at the library" is no thing."""
    if found[place].folded in _LINKING or not any(word.folded in _HELPING for word in found):
        return found[place].folded in _BINDING
    first = _thing_before(found, place)
    led = 0 < first < place and found[first - 1].folded in _DETERMINERS
    return led and found[place].folded in _BINDING


def _thing_before(found: Sequence[Word], preposition: int) -> int:
    """Where the thing begins that stands before this preposition; the word after it when none does."""
    first = preposition
    while first > 0 and found[first - 1].telling:
        first -= 1
    return first if first < preposition else preposition + 1


def _joins(found: Sequence[Word], place: int) -> bool:
    """A small word inside a name: University of Oslo, Simon de Montfort."""
    return (
        found[place].folded in ("of", "de", "la", "von", "van", "and")
        and place > 0
        and found[place - 1].named
        and place + 1 < len(found)
        and found[place + 1].named
    )


def _things(question: str, found: Sequence[Word]) -> str:
    """The nouns behind articles and prepositions, at most two runs of them; without any, the telling words."""
    runs = _runs(found, lambda word: word.telling, question)
    led = [run for run in runs if _leader(found, run[0]) in _DETERMINERS | PREPOSITIONS]
    asked = _ASKS_A_PART.match(question)
    owned = [run for run in led if _before_article(found, run[0]) == "of"]
    if asked and owned:
        led = owned[-1:]
    chosen = [_without_participle(run) for run in (led or runs)[:2]]
    return " ".join(question[run[0].start : run[-1].end] for run in chosen)


def _without_participle(run: list[Word]) -> list[Word]:
    """How often is the fern watered: the fern."""
    return run[:-1] if len(run) > 1 and run[-1].folded.endswith("ed") else run


def _leader(found: Sequence[Word], word: Word) -> str:
    place = found.index(word)
    return found[place - 1].folded if place else ""


def _before_article(found: Sequence[Word], word: Word) -> str:
    place = found.index(word) - 1
    while place > 0 and found[place].folded in _DETERMINERS:
        place -= 1
    return found[place].folded if place >= 0 else ""


def _runs(found: Sequence[Word], wanted: Callable[[Word], bool], text: str) -> list[list[Word]]:
    runs: list[list[Word]] = []
    for word in found:
        if not wanted(word):
            continue
        if runs and _adjacent(text, runs[-1][-1], word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _adjacent(text: str, left: Word, right: Word) -> bool:
    between = text[left.end : right.start]
    return not between.strip() or (left.folded in _PERSON and between.strip() == ".")
