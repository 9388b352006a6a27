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
    _known: list[dict[int, float]] = field(default_factory=list, compare=False)

    def scores(self, looked: Looked) -> list[float]:
        """One for each line that was looked at."""
        values = self.values
        found = [self.bias + sum(values[place] for place in places) for places in looked.places]
        for area, masks in enumerate(looked.areas):
            worth = self._worth(area, set(masks))
            found = [score + worth[mask] for score, mask in zip(found, masks, strict=True)]
        return found

    def _worth(self, area: int, masks: set[int]) -> dict[int, float]:
        """What each of these masks is worth in this area, and others that came before."""
        while len(self._known) <= area:
            self._known.append({})
        known = self._known[area]
        if len(known) > _MOST_KNOWN:
            # A new one: analyses run side by side, and another may be reading the old one.
            known = self._known[area] = {}
        values, begin = self.values, area * BITS
        for mask in masks.difference(known):
            known[mask] = sum(values[begin + bit] for bit in set_bits(mask))
        return known


_MOST_KNOWN = 20_000


@cache
def learned() -> tuple[Weights, Weights]:
    """(member, peak)."""
    read = json.loads(FILE.read_text(encoding="utf-8"))
    assert len(read["member"]) == len(read["peak"]) == COUNT, "weights.json is of other features: fit it anew"  # noqa: S101
    return Weights(read["member"], read["bias"]), Weights(read["peak"])
