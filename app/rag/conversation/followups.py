"""Makes a follow-up stand alone without a model: what it leaves out is carried over from what was asked before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.wording import FUNCTION_WORDS
from app.rag.conversation.topics import (
    GENERIC,
    PREPOSITIONS,
    Word,
    action_of,
    aspect_of,
    names_in,
    topic_of,
    words_of,
)

_THINGS = frozenset(["it", "its", "they", "them", "their", "theirs", "itself", "themselves"])
_PEOPLE = frozenset(["he", "him", "his", "she", "her", "hers", "himself", "herself"])
# "How long does it take?" asks of what is done rather than of a thing.
_ACTING = frozenset(["do", "done", "take", "takes", "took"])
_MEASURING = frozenset(["how", "many", "much"])
_OWNING = frozenset(["its", "their", "his", "her"])
_POINTING = frozenset(["this", "that", "these", "those"])
_JOINING = frozenset(
    ["when", "if", "while", "after", "before", "because", "until", "once", "and", "or", "that", "so"]
)
_VERBS = frozenset(
    ["is", "was", "are", "were", "do", "does", "did", "has", "have", "had", "can", "could", "will", "would", "should",
     "may", "might", "must", "mean", "means", "cost", "costs", "work", "works", "apply", "happen", "take", "include"]
)  # fmt: skip
# "It" that stands for what comes: how long does it take to ..., is it possible that ...
_EXPECTING = re.compile(
    r"\b(?:is|was|does|did|will|would|can)\s+it\s+(?:\w+\s+){0,2}?(?:possible|allowed|necessary|safe|true|legal|cost|take|"
    r"mean|matter|help|better|worth|ok|okay|important|easy|hard)\b.*\b(?:to|that|if|when)\b\s+\w+|\bwhat time is it\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|thanks|thank you|great|fine|yes|no)\b[\s,.!]*)*"
    r"(?P<opening>and|or|but|also|then|so|plus|what about|how about|what if|same for|anything else|what else|who else"
    r"|where else|how so|how come|why not|why so)\b[\s,]*",
    re.IGNORECASE,
)
_ASKING = frozenset(["what", "which", "who", "whom", "whose", "when", "where", "why", "how"])
_MOST_WORDS = 12
# Whoever writes this much leaves nothing out.
_LONGEST = 600
_BACK = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """An earlier question in the form that stood alone, and the answer to it."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """`question` stands alone; `from_answer` when a word of it comes from an earlier answer."""

    question: str
    from_answer: bool = False


def completed(question: str, earlier: Sequence[Asked]) -> Completed | None:
    """The follow-up with what it leaves out, the latest question last in `earlier`; None when it stands alone.

    Pronouns take the place of the earlier topic, "what about ..." puts something else in its place, and a question
    too short to mean anything is joined to it. What names its own topic is left as it is.
    """
    if not earlier or len(question) > _LONGEST or not (found := words_of(question)):
        return None
    before = _about_something(earlier)
    if before is None:
        return None
    topic = topic_of(before.question)
    if people := _leaning(found, _PEOPLE, question):
        return _with_person(question, people, before, topic)
    if things := _leaning(found, _THINGS, question):
        action = action_of(before.question) if _ACTING & {word.folded for word in found} else ""
        return _appended(question, action) if action else _put(question, things, topic)
    if (opened := _OPENING.match(question)) or _bare(found):
        return _continued(question, before.question, topic, opened)
    if _pointing(found) or _there(found) or (_definite(question, found) and _holds_name(topic)):
        return _appended(question, topic)
    return None


def _about_something(earlier: Sequence[Asked]) -> Asked | None:
    short = [Asked(one.question[:_LONGEST], one.answer[:_LONGEST]) for one in earlier[-_BACK:]]
    return next((one for one in reversed(short) if topic_of(one.question)), None)


def _leaning(found: Sequence[Word], pronouns: frozenset[str], question: str) -> Word | None:
    """The first of these pronouns that nothing in the question itself explains."""
    if "it" in pronouns and _EXPECTING.search(question):
        return None
    for place, word in enumerate(found):
        if word.folded not in pronouns:
            continue
        before = found[:place]
        explained = any(
            one.telling and not (at and before[at - 1].folded in _MEASURING) for at, one in enumerate(before)
        )
        clause = word.folded in _OWNING or any(one.folded in _JOINING for one in before[1:])
        if not (explained and clause):
            return word
    return None


def _with_person(question: str, pronoun: Word, before: Asked, topic: str) -> Completed | None:
    """He or she is whom the earlier question names, else whom the answer to "who" names."""
    asked = {word.folded for word in words_of(before.question)}
    if "who" in asked or "whose" in asked or not names_in(before.question):
        new = [
            name for name in names_in(before.answer) if not asked & {word.folded for word in words_of(name)}
        ]
        if new:
            put = _put(question, pronoun, new[0])
            return Completed(put.question, from_answer=True) if put else None
    return _put(question, pronoun, topic)


def _put(question: str, pronoun: Word, topic: str) -> Completed | None:
    """The question with the topic where the pronoun stood."""
    if _holds(question, topic):
        return None
    after = question[pronoun.end :].lstrip()
    owning = pronoun.folded in _OWNING and after[:1].isalpha() and not _verb_follows(after)
    filled = ("" if _all_named(topic) else "the ") + _short(topic) + ("'s" if owning else "")
    if not question[: pronoun.start].strip():
        filled = filled[0].upper() + filled[1:]
    return Completed(question[: pronoun.start] + filled + question[pronoun.end :])


def _verb_follows(after: str) -> bool:
    following = words_of(after)
    return bool(following) and following[0].folded in _VERBS


def _all_named(topic: str) -> bool:
    # Not at the start, where a capital would tell nothing.
    return all(word.named for word in words_of(f"x {topic}")[1:])


def _holds_name(text: str) -> bool:
    return bool(names_in(f"x {text}"))


def _appended(question: str, topic: str) -> Completed | None:
    if _holds(question, topic):
        return None
    stripped = question.rstrip(" ?.!")
    return Completed(f"{stripped} ({_short(topic)})?")


def _continued(question: str, before: str, topic: str, opened: re.Match[str] | None) -> Completed | None:
    """A question that goes on from the one before: with another thing in its place, or about the same thing."""
    rest = question[opened.end() :] if opened else question
    if _only_asks(rest):
        return Completed(f"{question.strip()} {before.strip()}")
    if not _verbless(rest, opened):
        return None if _holds_name(rest) else _appended(question, topic)
    aspect = aspect_of(before, topic)
    telling = any(word.telling for word in words_of(f"x {aspect}")[1:])
    # "And in Zurich?" adds to a hotel, and takes the place of another name.
    adds = _begins_with_preposition(rest)
    if _holds_name(rest):
        instead = _holds_name(topic) or not adds
    else:
        instead = telling and not (_holds_name(topic) or adds)
    if aspect and instead:
        return Completed(f"{question.rstrip(' ?.!')}: {aspect}?")
    return _appended(question, topic)


def _begins_with_preposition(rest: str) -> bool:
    return words_of(rest)[0].folded in PREPOSITIONS


def _only_asks(rest: str) -> bool:
    return all(word.folded in FUNCTION_WORDS or word.folded in GENERIC for word in words_of(rest))


def _verbless(rest: str, opened: re.Match[str] | None) -> bool:
    """A thing alone, such as "the Osprey" or "for members"."""
    found = words_of(rest)
    opening = opened["opening"].casefold() if opened else ""
    if opening in ("what about", "how about", "same for"):
        return True
    return not any(word.folded in _ASKING or word.folded in _VERBS for word in found)


def _bare(found: Sequence[Word]) -> bool:
    """Why? How much? Until when? In winter?"""
    if len(found) > 4 or any(word.named for word in found):
        return False
    asking = found[0].folded in _ASKING or (len(found) > 1 and found[1].folded in _ASKING)
    telling = [word for word in found if word.telling]
    if asking:
        return not telling
    return len(found) <= 3 and found[0].folded in PREPOSITIONS


def _pointing(found: Sequence[Word]) -> bool:
    """This, that, these, those, where they point back and do not join clauses."""
    for place, word in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        if word.folded not in _POINTING:
            continue
        if following is None or following.folded in _VERBS:
            return place == 0 or not found[place - 1].telling or following is None
        # "The fee that members pay" joins clauses; "on that train" points.
        points = word.folded != "that" or (place > 0 and found[place - 1].folded in PREPOSITIONS)
        if points and following.folded not in FUNCTION_WORDS:
            return True
    return False


def _there(found: Sequence[Word]) -> bool:
    """There as a place: not "is there", "are there"."""
    for place, word in enumerate(found):
        if (
            word.folded in ("one", "ones")
            and place
            and found[place - 1].folded in ("which", "that", "this", "the")
        ):
            return True
        if word.folded != "there":
            continue
        before = found[place - 1].folded if place else ""
        after = found[place + 1].folded if place + 1 < len(found) else ""
        if before not in ("is", "are", "was", "were", "be", "been") and after not in (
            "is",
            "are",
            "was",
            "were",
        ):
            return True
    return False


def _definite(question: str, found: Sequence[Word]) -> bool:
    """A short question about "the ..." of something it does not name."""
    telling = [word for word in found if word.telling]
    if len(telling) != 1 or any(word.named for word in found) or len(found) > _MOST_WORDS:
        return False
    if re.search(
        r"\b(?:of|in|for|at|on|to|from|by|with|between|during|about|per)\s+\S", question, re.IGNORECASE
    ):
        return False
    return re.search(r"\bthe\s+\w+", question, re.IGNORECASE) is not None and "'" not in question


def _holds(question: str, topic: str) -> bool:
    said = {word.folded for word in words_of(question)}
    return all(word.folded in said for word in words_of(topic) if word.telling)


def _short(topic: str) -> str:
    return " ".join(topic.split()[:_MOST_WORDS])
