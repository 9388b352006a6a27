"""How much a key may ask for in a minute, counted by all processes together; when nobody can count, all may pass."""

import asyncio
import logging
import math
import time
from dataclasses import dataclass

from fastapi import Request
from prometheus_client import Counter

from app.kernel.errors import RateLimited, Unavailable
from app.kernel.ports.cache import Cache

_log = logging.getLogger("genai.web")
_UNCHECKED = Counter(
    "genai_rates_unchecked_total", "Requests that passed because the cache did not count them"
)

WINDOW_S = 60.0
# A cache that is down is told of once a minute, not once a request.
_TELL_EVERY_S = 60.0
# What may use up tokens: questions, and documents that are embedded. Reading and deleting go on.
_SPENDING = frozenset({"POST", "PUT"})


@dataclass(frozen=True, slots=True)
class Budget:
    """One limit as it stands: what a minute allows, what is left, seconds until all of it is back."""

    limit: int
    remaining: int
    reset_s: float


class RateLimits:
    """Requests and tokens a minute for each key; 0 means no bound."""

    def __init__(self, cache: Cache, *, requests_per_minute: int, tokens_per_minute: int) -> None:
        self._cache = cache
        self._requests = requests_per_minute
        self._tokens = tokens_per_minute
        self._told_at = -math.inf

    @property
    def any(self) -> bool:
        return bool(self._requests or self._tokens)

    async def admit(self, request: Request, key: str) -> None:
        """Count the request and leave its budgets in `request.state.rates`. Raises RateLimited.

        key: a name of the API key that does not give it away. Tokens are only known after an answer: whoever has
        used up a minute's has to wait, and several answers at once may go beyond the bound together.
        """
        try:
            requests, tokens = await asyncio.gather(
                self._add("requests", key, 1, self._requests), self._add("tokens", key, 0, self._tokens)
            )
        except Unavailable as error:
            self._let_pass(error)
            return
        request.state.rates = Rates(self, key, requests, tokens)
        if requests and requests.used > requests.limit:
            raise _refusal(requests, "requests", "GENAI_REQUESTS_PER_MINUTE")
        if tokens and tokens.used >= tokens.limit and request.method in _SPENDING:
            raise _refusal(tokens, "tokens", "GENAI_TOKENS_PER_MINUTE")

    async def charge(self, key: str, tokens: int) -> "_Spent | None":
        """Add to the tokens of this minute; never fails."""
        try:
            return await self._add("tokens", key, tokens, self._tokens)
        except Unavailable as error:
            self._let_pass(error)
            return None

    async def _add(self, kind: str, key: str, amount: int, limit: int) -> "_Spent | None":
        if not limit:
            return None
        count = await self._cache.add(f"rates/{kind}/{key}", amount, window_s=WINDOW_S)
        return _Spent(limit, count.total, count.resets_in_s)

    def _let_pass(self, error: Unavailable) -> None:
        _UNCHECKED.inc()
        if time.monotonic() - self._told_at >= _TELL_EVERY_S:
            self._told_at = time.monotonic()
            _log.warning("Nobody counts requests now, all may pass: %s", error.detail)


@dataclass(frozen=True, slots=True)
class _Spent:
    """What a key has used of one limit in this minute."""

    limit: int
    used: int
    reset_s: float

    @property
    def budget(self) -> Budget:
        return Budget(self.limit, max(0, self.limit - self.used), max(0.0, self.reset_s))


@dataclass(slots=True)
class Rates:
    """The limits of one request's key; None where there is none."""

    _limits: RateLimits
    _key: str
    _requests: _Spent | None
    _tokens: _Spent | None

    @property
    def requests(self) -> Budget | None:
        return self._requests.budget if self._requests else None

    @property
    def tokens(self) -> Budget | None:
        return self._tokens.budget if self._tokens else None

    async def charge_tokens(self, tokens: int) -> None:
        """Count what an answer used; call it once when the answer's usage is known, also of a stream."""
        if self._tokens and tokens > 0:
            self._tokens = await self._limits.charge(self._key, tokens) or self._tokens


def rates_of(request: Request) -> Rates | None:
    """The budgets of the request's key. None: no keys, no limits, or nobody to count."""
    found: Rates | None = getattr(request.state, "rates", None)
    return found


async def charge_tokens(request: Request, tokens: int) -> None:
    """Count the tokens of an answer against the request's key, when there is a limit."""
    if rates := rates_of(request):
        await rates.charge_tokens(tokens)


def rate_headers(request: Request) -> dict[str, str]:
    """`x-ratelimit-{limit,remaining,reset}-{requests,tokens}` as OpenAI's clients read them; empty without limits."""
    rates = rates_of(request)
    headers: dict[str, str] = {}
    for kind, budget in (("requests", rates.requests), ("tokens", rates.tokens)) if rates else ():
        if budget:
            headers |= {
                f"x-ratelimit-limit-{kind}": str(budget.limit),
                f"x-ratelimit-remaining-{kind}": str(budget.remaining),
                f"x-ratelimit-reset-{kind}": f"{math.ceil(budget.reset_s)}s",
            }
    return headers


def _refusal(spent: _Spent, what: str, setting: str) -> RateLimited:
    wait_s = max(1, math.ceil(spent.reset_s))
    return RateLimited(
        f"This key may use {spent.limit:,} {what} a minute and has used them; wait {wait_s} s or raise {setting}.",
        retry_after_s=wait_s,
    )
