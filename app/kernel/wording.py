"""Words of a text as far as answers and their proofs care: stems, numbers, negations; no index, no model."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

FUNCTION_WORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "against",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "became",
        "because",
        "become",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "may",
        "me",
        "might",
        "more",
        "most",
        "must",
        "my",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "per",
        "s",
        "same",
        "shall",
        "she",
        "should",
        "so",
        "some",
        "such",
        "t",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "would",
        "you",
        "your",
    ]
)
_NEGATIONS = frozenset(
    [
        "no",
        "not",
        "never",
        "none",
        "nobody",
        "nothing",
        "neither",
        "nor",
        "cannot",
        "without",
        "n't",
        "nowhere",
        "hardly",
        "unable",
    ]
)
_NUMERALS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_SUFFIXES = (
    ("ational", "ate"), ("ization", "ize"), ("isation", "ize"), ("fulness", "ful"), ("iveness", "ive"),
    ("ement", ""), ("ments", ""), ("ment", ""), ("ations", "ate"), ("ation", "ate"), ("ities", ""), ("ity", ""),
    ("ings", ""), ("ing", ""), ("ised", "ize"), ("ise", "ize"), ("edly", ""), ("ies", "y"), ("ied", "y"),
    ("sses", "ss"), ("ed", ""), ("ly", ""), ("es", ""), ("s", ""),
)  # fmt: skip


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """(folded word, start, end) of each word; a CJK character is a word of its own."""
    for match in _WORD.finditer(text):
        word = match.group()
        if _CJK.search(word):
            for place, letter in enumerate(word, start=match.start()):
                yield letter, place, place + 1
        else:
            yield fold(word), match.start(), match.end()


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case without accents, one kind of apostrophe, no possessive."""
    plain = unicodedata.normalize("NFKD", word.casefold()).replace("’", "'")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return plain.removesuffix("'s")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light English stem of a folded word: enough for singular and plural, tenses and common endings."""
    if word in _NUMERALS:
        return _NUMERALS[word]
    if not word.isascii() or not word.isalpha():
        return word
    for suffix, ending in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word[: -len(suffix)] + ending
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "slz":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def stems(text: str) -> list[str]:
    """Stems of the content words in order; function words count only when there is nothing else."""
    folded = [word for word, _, _ in words(text)]
    telling = [word for word in folded if word not in FUNCTION_WORDS and not word.endswith("n't")]
    return [stem(word) for word in telling or folded]


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text in one spelling: 1,000 and 1000 are the same, 1.50 and 1.5 too, seven is 7.

    "one" is left out: it is a pronoun more often than a number.
    """
    found = {_plain(match.group()) for match in _NUMBER.finditer(text)}
    found |= {_NUMERALS[word] for word, _, _ in words(text) if word in _NUMERALS and word != "one"}
    return frozenset(found)


def negations(text: str) -> int:
    """How many words turn the meaning round."""
    return sum(1 for word, _, _ in words(text) if word in _NEGATIONS or word.endswith("n't"))


def _plain(number: str) -> str:
    groups = number.split(",")
    if len(groups) > 1 and all(len(group.split(".")[0]) == 3 for group in groups[1:]):
        number = "".join(groups)
    number = number.replace(",", ".")
    if number.count(".") == 1:
        number = number.rstrip("0").rstrip(".")
    return number.lstrip("0") or "0"


_MEASURE = re.compile(
    r"\bhow\s+(?:long|many|much|far|old|tall|high|deep|wide|big|large|heavy|fast|often|soon|late|early)\b",
    re.IGNORECASE,
)


def asked_about(question: str) -> str:
    """The question without the measure it asks for: an answer to "how long" says "20 minutes", not "long"."""
    rest = _MEASURE.sub(" ", question)
    return rest if any(words(rest)) else question
