"""Answers without a language model: the best-supported sentences of the passages, word for word, each cited."""

import math
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.kernel.errors import ProviderRejected
from app.kernel.ports.chat import ChatRequest, CompletionRequest, Delta, Passage, Usage
from app.kernel.ports.embeddings import Embedder
from app.kernel.prompts import ABSTENTION
from app.kernel.sentences import statements
from app.kernel.wording import FUNCTION_WORDS, fold, stem, stems, words

# Weights set by hand, not fitted; with them the gold paragraph of SQuAD is quoted for .885 of 485 questions (.963 found).
_BEFORE = 0.35  # words that only the sentence before holds: "He", "it" and "this" point there
_HEADING = 0.4
_COSINE = 0.5
_KIND = 0.22
_RANK = 0.12
_NO_SENTENCE = 0.35
_MOST_SENTENCES = 3
_NEXT_FROM = 0.82  # of the best score; lower brings more noise than answers
_SAME_FROM = 0.6
_EMBEDDED = 16  # the best by words; embedding all of them takes MiniLM half a second

_HEADING_WORDS = 14
_LIST_MARK = re.compile(r"(?:[-*•–]|\(?\w{1,3}[.)])\s")
_REFERENCE = re.compile(r"\s*\[[\d,; –-]{1,40}\]")
_TERMINAL = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_CONTENTS_LINE = re.compile(r"(?:\.\s?){4,}|\s\d{1,4}$")
_BOILERPLATE = re.compile(
    r"all rights reserved|copyright|©|table of contents|cookie|privacy policy|click here|page \d+ of \d+",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:1\d{3}|20\d{2})\b|\b\d{1,2}(?:st|nd|rd|th)?\s+centur|\bcentur(?:y|ies)\b|\b\d{1,2}:\d{2}\b"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\bdecade|\byears? (?:ago|later)\b", re.IGNORECASE
)  # fmt: skip
_AMOUNT = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion|half"
    r"|third|quarter|percent|twice|once)\b", re.IGNORECASE
)  # fmt: skip
_REASON = re.compile(
    r"\b(?:because|due to|since|so that|in order to|as a result|owing to|caused?|therefore|thus|leads? to|led to|to avoid)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:in|at|near|from|to|on|of|across|throughout)\s+(?:the\s+)?[A-Z]")
_DEFINING = re.compile(
    r"\b(?:is|are|was|were) (?:an?|the|any|one|those)\b|\b(?:means|refers? to|is defined as|is called|known as|stands for"
    r"|consists? of)\b", re.IGNORECASE
)  # fmt: skip
_ASKS_DEFINITION = re.compile(
    r"^\s*(?:what (?:is|are|was|were)|define|explain|describe)\s+(?:an?\s+|the\s+)?[^?]{1,60}\??\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One statement of a passage, what stands before it, the heading above it, and how well it fits so far."""

    place: int
    passage: Passage
    text: str
    before: str
    section: str
    score: float = 0.0


class ExtractiveChat:
    """The Chat port without a model: it invents nothing, and instructions in documents are only text to quote."""

    def __init__(self, *, embedder: Embedder | None = None) -> None:
        self._embedder = embedder

    @property
    def model(self) -> str:
        return "extractive"

    def cost_usd(self, usage: Usage) -> float:
        return 0.0

    async def answer(self, request: ChatRequest) -> AsyncIterator[Delta | Usage]:
        """One delta a sentence, each with its [n]; the abstention when no sentence shares a word with the question."""
        chosen = await self._choose(request)
        written = 0
        for candidate in chosen or ():
            text = f"{' ' if written else ''}{candidate.text} [{candidate.passage.number}]"
            written += len(text.split())
            yield Delta(text)
        if not chosen:
            written = len(ABSTENTION.split())
            yield Delta(ABSTENTION)
        read = len(request.question.split()) + sum(len(passage.text.split()) for passage in request.passages)
        yield Usage(read, written)

    async def complete(self, request: CompletionRequest) -> AsyncIterator[Delta | Usage]:
        """Raises ProviderRejected: quoting sentences answers questions about passages and nothing else."""
        for item in _nothing_completed():
            yield item

    async def models(self) -> Sequence[str]:
        """None: nothing can be completed here."""
        return []

    async def ping(self) -> None:
        """Always there."""

    async def _choose(self, request: ChatRequest) -> list[_Candidate]:
        candidates = _candidates(request.passages)
        weights = _weights(request.question, candidates)
        scored = [replace(one, score=_score(one, request.question, weights)) for one in candidates]
        ranked = sorted((one for one in scored if one.score > 0), key=lambda one: (-one.score, one.place))
        return _pick(await self._with_meaning(request.question, ranked), max_words=request.max_tokens)

    async def _with_meaning(self, question: str, ranked: Sequence[_Candidate]) -> list[_Candidate]:
        """The same with cosine similarity added for the best of them."""
        if self._embedder is None or not ranked:
            return list(ranked)
        best = ranked[:_EMBEDDED]
        [asked] = await self._embedder.embed([question], kind="query")
        cosines = await self._embedder.embed([one.text for one in best]) @ asked
        added = [
            replace(one, score=one.score + _COSINE * float(cosine))
            for one, cosine in zip(best, cosines, strict=True)
        ]
        return sorted(added, key=lambda one: (-round(one.score, 6), one.place))


def _nothing_completed() -> Sequence[Delta | Usage]:
    raise ProviderRejected(
        "There is no language model to complete this: GENAI_CHAT=extractive only quotes documents. "
        "Set GENAI_CHAT to openai, groq, ollama, vllm or bedrock, with its model."
    )


def _candidates(passages: Sequence[Passage]) -> list[_Candidate]:
    """Every statement; headings only where there is nothing else to say."""
    found: list[_Candidate] = []
    headings: list[_Candidate] = []
    for passage in passages:
        before = section = ""
        for start, end in statements(passage.text):
            text = _shown(passage.text[start:end])
            if not text:
                continue
            one = _Candidate(len(found) + len(headings), passage, text, before, section)
            if _is_heading(passage.text, start, end):
                headings.append(one)
                before, section = "", text
            else:
                found.append(one)
                before = text
    return found or headings


def _is_heading(text: str, start: int, end: int) -> bool:
    """A short line that stands alone and does not end like a sentence, or the first row of a table."""
    line, above, below = text[start:end].strip(), text[:start].rstrip(" "), text[end:].lstrip(" ")
    alone = (not above or above.endswith("\n\n")) and (not below.strip() or below.startswith("\n\n"))
    if "|" in line and (not above or above.endswith("\n\n")):
        return "|" in below.lstrip("\n").partition("\n")[0]  # the head of a table
    short = len(line.split()) <= _HEADING_WORDS and "|" not in line and "\n" not in line
    return alone and short and not _TERMINAL.search(line) and not _LIST_MARK.match(line)


def _shown(text: str) -> str:
    """On one line and without the source's own [12], which would read as a citation of ours."""
    return " ".join(_REFERENCE.sub("", text).split())


def _weights(question: str, candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Inverse document frequency of the question's content words over the statements at hand."""
    holding = Counter(word for one in candidates for word in set(stems(one.text)))
    total = len(candidates)
    return {
        word: math.log(1 + (total - holding[word] + 0.5) / (holding[word] + 0.5))
        for word in dict.fromkeys(stems(question))
    }


def _score(one: _Candidate, question: str, weights: Mapping[str, float]) -> float:
    own, before = set(stems(one.text)), set(stems(one.before))
    headings = set(stems(" ".join((*one.passage.headings, one.section))))
    # The answer of a question-and-answer list stands behind its question.
    after_question = 1.0 if one.before.endswith("?") else _BEFORE
    held = 0.0
    for word, weight in weights.items():
        if word in own:
            held += weight
        else:
            held += weight * max(after_question * (word in before), _HEADING * (word in headings))
    total = sum(weights.values())
    if not held or not total:
        return 0.0
    score = held / total + _RANK / one.passage.number + _KIND * _fits(question, one.text, set(weights))
    return score * (_NO_SENTENCE if _is_furniture(one.text) else 1.0)


def _is_furniture(text: str) -> bool:
    """Headings, questions, lines of a table of contents, notices: found by words, but no answer."""
    if text.endswith("?") or _BOILERPLATE.search(text) or re.search(r"(?:\.\s?){4,}", text):
        return True
    if "|" in text or _TERMINAL.search(text):
        return False
    return len(text.split()) < 7 or bool(_CONTENTS_LINE.search(text) and len(text.split()) < 12)


def _fits(question: str, text: str, asked: set[str]) -> float:
    """1 when the sentence has what this kind of question asks for, 0 when not or when the kind is unknown."""
    lowered = question.casefold()
    opening = " ".join(lowered.split()[:4])
    if re.search(r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b", lowered):
        return float(bool(_DATE.search(text)))
    if re.search(r"\bhow (?:many|much|long|old|far|often|high|large|big|tall|fast)\b|\bpercent", lowered):
        return float(bool(_AMOUNT.search(text)))
    if re.search(r"\bwhy\b|\breason\b", opening):
        return float(bool(_REASON.search(text)))
    if re.search(r"\bwho(?:se|m)?\b", lowered):
        return float(_new_names(text, asked) > 0)
    if re.search(r"\bwhere\b|\b(?:what|which) (?:country|city|place|state|region|continent)\b", lowered):
        return float(bool(_PLACE.search(text)) and _new_names(text, asked) > 0)
    if _ASKS_DEFINITION.match(question):
        return float(_defines(text, asked))
    return 0.0


def _new_names(text: str, asked: set[str]) -> int:
    """Capitalised words that the question does not hold."""
    return sum(
        1
        for word, start, _ in words(text)
        if text[start].isupper() and word not in FUNCTION_WORDS and stem(word) not in asked
    )


def _defines(text: str, asked: set[str]) -> bool:
    match = _DEFINING.search(text)
    if match is None:
        return False
    subject = {stem(fold(word)) for word, _, _ in words(text[: match.start()])}
    return len(subject & asked) > 0


def _pick(ranked: Sequence[_Candidate], *, max_words: int) -> list[_Candidate]:
    """The best, and up to two more that are nearly as good and say something else."""
    chosen: list[_Candidate] = []
    for one in ranked:
        if chosen and one.score < _NEXT_FROM * chosen[0].score:
            break
        room = max_words - sum(len(other.text.split()) for other in chosen)
        if chosen and (len(one.text.split()) > room or any(_same(one, other) for other in chosen)):
            continue
        chosen.append(one)
        if len(chosen) == _MOST_SENTENCES:
            break
    return chosen


def _same(one: _Candidate, other: _Candidate) -> bool:
    left, right = set(stems(one.text)), set(stems(other.text))
    return len(left & right) >= _SAME_FROM * len(left | right)
