"""What each feature is worth, as `python -m tests.evals.fit_extraction` found it; two models over the same features.

`member`: log-odds that a line belongs to what a person would cut out of the log. `peak`: how likely it is the one line
to show first, against the other lines of the same log.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from app.devops.extraction.features import COUNT, Looked, set_bits
from app.devops.extraction.signals import BITS

FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """Log lines repeat themselves: what a mask is worth is added up once."""

    values: Sequence[float]
    bias: float = 0.0
    _known: dict[tuple[int, int], float] = field(default_factory=dict, compare=False)

    def scores(self, looked: Looked) -> list[float]:
        """One for each line that was looked at."""
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        found = []
        for masks, places in zip(looked.masks, looked.places, strict=True):
            score = self.bias
            for area, mask in enumerate(masks):
                if mask:
                    worth = self._known.get((area, mask))
                    score += self._add_up(area, mask) if worth is None else worth
            for place in places:
                score += self.values[place]
            found.append(score)
        return found

    def _add_up(self, area: int, mask: int) -> float:
        worth = sum(self.values[area * BITS + bit] for bit in set_bits(mask))
        self._known[area, mask] = worth
        return worth


_MOST_KNOWN = 200_000


@cache
def learned() -> tuple[Weights, Weights]:
    """(member, peak)."""
    read = json.loads(FILE.read_text(encoding="utf-8"))
    assert len(read["member"]) == len(read["peak"]) == COUNT, "weights.json is of other features: fit it anew"  # noqa: S101
    return Weights(read["member"], read["bias"]), Weights(read["peak"])
