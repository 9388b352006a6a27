"""Finds the words of a passage that a claim rests on, and judges whether they bear it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.kernel.sentences import Span, statements
from app.kernel.wording import FUNCTION_WORDS, negations, numbers, stem, stems, words

# Measured by tests/app/rag/answer/test_support_measured.py on claims made from SQuAD paragraphs.
VERIFIED_FROM = 0.6
# Another sentence joins the quote only when it carries this much more of the claim.
_WORTH_A_SENTENCE = 0.15
_MOST_SENTENCES = 3
# White space, and the reference numbers of scientific texts, which no answer repeats.
_BETWEEN_WORDS = r"(?:\s*\[[\d,; –-]{1,40}\])*\s+"
_LONGEST_CLAIM = 2_000
_CLAUSE = re.compile(r"[,;:()–—]|\b(?:but|although|though|whereas|while|however)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Support:
    """passage_text[start:end] == quote; `score` is the share of the claim's content words it holds, 0 to 1.

    `verified` also asks that every number, every name and the negation of the claim stand in the quote.
    """

    start: int
    end: int
    quote: str
    score: float
    verified: bool


def verify(answer_sentence: str, passage_text: str) -> Support:
    """The one to three neighbouring sentences of the passage that best bear the sentence."""
    claim = answer_sentence.strip()[:_LONGEST_CLAIM]
    spans = _statements(passage_text)
    if literal := _literal(claim, passage_text, spans):
        return Support(*literal, passage_text[slice(*literal)], 1.0, verified=True)
    wanted = frozenset(stems(claim))
    start, end, score = _best_window(wanted, passage_text, spans)
    quote = passage_text[start:end]
    verified = score >= VERIFIED_FROM and _details_hold(claim, wanted, quote, passage_text)
    return Support(start, end, quote, round(score, 4), verified=verified)


@lru_cache(maxsize=512)
def _statements(text: str) -> tuple[Span, ...]:
    return tuple(statements(text))


@lru_cache(maxsize=8_192)
def _stem_set(text: str) -> frozenset[str]:
    return frozenset(stems(text))


def _literal(claim: str, passage: str, spans: tuple[Span, ...]) -> Span | None:
    """Where the claim stands word for word as whole sentences; white space may differ, lines being broken anew.

    Part of a sentence does not count: "it is safe" also stands in "nobody believes that it is safe".
    """
    parts = claim.split()
    if not parts:
        return None
    starts, ends = {start for start, _ in spans}, {end for _, end in spans}
    for match in re.finditer(_BETWEEN_WORDS.join(re.escape(part) for part in parts), passage):
        if match.start() in starts and match.end() in ends:
            return match.span()
    return None


def _best_window(wanted: frozenset[str], passage: str, spans: tuple[Span, ...]) -> tuple[int, int, float]:
    best = (0, 0, -1.0)
    worth = -1.0
    for first, (start, _) in enumerate(spans):
        held: frozenset[str] = frozenset()
        for size, (since, end) in enumerate(spans[first : first + _MOST_SENTENCES]):
            held |= _stem_set(passage[since:end]) & wanted
            share = len(held) / len(wanted) if wanted else 0.0
            if share - size * _WORTH_A_SENTENCE > worth:
                best, worth = (start, end, share), share - size * _WORTH_A_SENTENCE
    return (best[0], best[1], max(best[2], 0.0))


def _details_hold(claim: str, wanted: frozenset[str], quote: str, passage: str) -> bool:
    return (
        numbers(claim) <= numbers(quote)
        and _names(claim) <= _stem_set(passage)
        and (negations(claim) > 0) == (_negations_near(wanted, quote) > 0)
    )


def _names(claim: str) -> frozenset[str]:
    """Stems of words written with a capital where the grammar asks for none."""
    found = set()
    for place, (word, start, _) in enumerate(words(claim)):
        if place and claim[start].isupper() and word not in FUNCTION_WORDS:
            found.add(stem(word))
    return frozenset(found)


def _negations_near(wanted: frozenset[str], quote: str) -> int:
    """Negations in the clauses that carry the claim; those of other clauses deny something else."""
    return sum(
        negations(clause)
        for clause in _CLAUSE.split(quote)
        if len(_stem_set(clause) & wanted) * 3 >= len(wanted)
    )
