"""Estimates, from above and without a vocabulary, how many word pieces a BERT-uncased tokenizer makes of a text."""

import math
import re
import unicodedata
from functools import lru_cache

_TOKEN = re.compile(r"[A-Za-z0-9]+|[^\sA-Za-z0-9]+")
# Mean word pieces of a word by its length, over scifact, squad and cranfield.
_LOWER = (
    1.0,
    1.0,
    1.0,
    1.0,
    1.01,
    1.04,
    1.1,
    1.17,
    1.24,
    1.41,
    1.56,
    1.83,
    1.99,
    2.15,
    2.97,
    3.25,
    4.69,
    5.04,
    5.59,
)
_TITLE = (
    1.0,
    1.0,
    1.02,
    1.13,
    1.09,
    1.13,
    1.22,
    1.27,
    1.38,
    1.6,
    1.73,
    2.04,
    2.1,
    2.61,
    3.4,
    3.79,
    4.69,
    5.04,
    5.79,
)
_UPPER = (1.0, 1.0, 1.14, 1.7, 1.99, 2.36, 2.15, 2.15, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 3.4, 3.8, 4.7, 5.0, 5.8)
_DIGITS = (1.0, 1.0, 1.0, 1.29, 1.29)
# Margins on the count of words and on what long words add to it; see word_pieces_at_most for what they buy.
_PER_WORD, _EXCESS = 1.1, 2.0
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "in",
        "to",
        "a",
        "an",
        "is",
        "was",
        "are",
        "for",
        "with",
        "that",
        "this",
        "by",
        "on",
        "as",
        "at",
        "or",
        "it",
        "be",
        "from",
        "not",
        "we",
        "you",
    ]
)
_ENOUGH_WORDS = 8


def word_pieces_at_most(text: str) -> int:
    """Word pieces of all-MiniLM-L6-v2 (BERT uncased) in `text`, special tokens excluded, rounded up.

    Measured against its tokenizer on 6,663 passages of 120 words of scifact, squad and cranfield: below the true
    count in 0.09 % of them, 26 % above it on average. Each ideograph or other non-Latin letter counts as one.
    """
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    words = _TOKEN.findall(text)
    cost = sum(map(_pieces, words))
    if len(words) >= _ENOUGH_WORDS and not any(word.lower() in _ENGLISH for word in words):
        # Another language: its words are cut into syllables (German, Spanish, Latin: about 2.5 letters each).
        cost = max(cost, sum(max(1.0, len(word) / 2.4) for word in words))
    return math.ceil(cost)


@lru_cache(maxsize=16_384)
def _pieces(word: str) -> float:
    if not (word[0].isascii() and word[0].isalnum()):
        # A run of punctuation or of letters of another script: one piece for each.
        return _PER_WORD * len(word)
    return _PER_WORD + _EXCESS * (_mean(word) - 1.0)


def _mean(word: str) -> float:
    length = len(word)
    if word.isdigit():
        return _DIGITS[length] if length < len(_DIGITS) else length / 2
    if not word.isalpha():
        return 1.0 + 0.42 * length
    table = _LOWER if word.islower() else _TITLE if word[1:].islower() else _UPPER
    return table[length] if length < len(table) else length / 3
