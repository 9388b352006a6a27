"""What a model gets to read of a conversation: the latest turns whole, older ones as questions or as a summary."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.rag.conversation.exchange import Exchange
from app.rag.conversation.store import Summary

# Enough for about eight turns of ordinary length.
BUDGET_TOKENS = 1_200
_SUMMARY_CHARS = 2_000
_QUESTION_CHARS = 500
_ANSWER_CHARS = 1_500


@dataclass(frozen=True, slots=True)
class History:
    """`exchanges` in order, the latest last; `summary` speaks for those before them."""

    exchanges: tuple[Exchange, ...] = ()
    summary: Summary | None = None

    def __bool__(self) -> bool:
        return bool(self.exchanges)

    @property
    def sources(self) -> tuple[str, ...]:
        """Documents whose words stand in what a model reads of this."""
        found = {source for exchange in self.exchanges for source in (*exchange.sources, *exchange.heard)}
        return tuple(sorted(found | set(self.summary.sources if self.summary else ())))


@dataclass(frozen=True, slots=True)
class Fitted:
    """The history cut to a budget: lines to read, and the turns of which at most the question is left."""

    lines: tuple[str, ...]
    overflow: tuple[Exchange, ...]


def fitted(
    history: History, *, count_tokens: Callable[[str], int], budget_tokens: int = BUDGET_TOKENS
) -> Fitted:
    """Turns from the latest back while they fit, then questions alone, then nothing; a summary is always read."""
    summary = [f"Before that: {history.summary.text[:_SUMMARY_CHARS]}"] if history.summary else []
    spent = sum(count_tokens(line) for line in summary)
    lines: list[str] = []
    overflow: list[Exchange] = []
    for exchange in reversed(history.exchanges):
        whole, question = _whole(exchange), _question(exchange)
        if not overflow and spent + count_tokens(whole) <= budget_tokens:
            lines.append(whole)
            spent += count_tokens(whole)
            continue
        overflow.append(exchange)
        if spent + count_tokens(question) <= budget_tokens:
            lines.append(question)
            spent += count_tokens(question)
    return Fitted((*summary, *reversed(lines)), tuple(reversed(overflow)))


def whole_lines(exchanges: Sequence[Exchange]) -> str:
    return "\n".join(_whole(exchange) for exchange in exchanges)


def _question(exchange: Exchange) -> str:
    return f"Asked: {_one_line(exchange.asked, _QUESTION_CHARS)}"


def _whole(exchange: Exchange) -> str:
    answer = "(no answer)" if exchange.abstained or exchange.withdrawn else exchange.answer
    return f"{_question(exchange)}\nAnswered: {_one_line(answer, _ANSWER_CHARS)}"


def _one_line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]
