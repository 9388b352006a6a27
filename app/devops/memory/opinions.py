"""What a model or a person said of a failure, by its fingerprint: the same failure is not paid for twice."""

import time
from collections.abc import Callable
from dataclasses import replace

from app.devops.analysis import Analysis, Category, Nature
from app.devops.memory.writes import delete_all, get_or_empty
from app.kernel.ports.records import Records

# A model may know better later, and what it could not say today it may say then.
_MODEL_DAYS = 30
_PERSON_CONFIDENCE = 0.9


class Opinions:
    """A person's word stays and is never replaced by a model's."""

    def __init__(self, records: Records, *, clock: Callable[[], float] = time.time) -> None:
        self._records = records
        self._clock = clock

    async def recall(self, tenant: str, fingerprint: str, analysis: Analysis) -> Analysis | None:
        """This analysis in the words that are known, with its own evidence; None when nobody was asked yet."""
        found = await get_or_empty(self._records, _partition(tenant), fingerprint)
        if not found:
            return None
        if found["by"] == "model" and found["at"] < self._clock() - _MODEL_DAYS * 86_400:
            return None
        if not found["believed"]:
            return analysis  # the model was asked and had nothing to say that the log bears out
        category = Category(found["category"])
        return replace(
            analysis,
            root_cause=found["root_cause"],
            fix=tuple(found["fix"]),
            category=category,
            nature=Nature(found["nature"]),
            confidence=found["confidence"],
            abstained=False,
            # The patch belongs to what the rules found: another cause has another one, or none.
            yaml_patch=analysis.yaml_patch if category is analysis.category else None,
        )

    async def keep(self, tenant: str, fingerprint: str, analysis: Analysis, *, believed: bool) -> None:
        """A model's, of masked lines."""
        await self._put(tenant, fingerprint, analysis, by="model", believed=believed)

    async def correct(self, tenant: str, fingerprint: str, analysis: Analysis) -> None:
        """A person's."""
        known = replace(analysis, confidence=max(analysis.confidence, _PERSON_CONFIDENCE))
        await self._put(tenant, fingerprint, known, by="person", believed=True)

    async def delete_all(self, tenant: str) -> int:
        return await delete_all(self._records, _partition(tenant))

    async def _put(self, tenant: str, fingerprint: str, said: Analysis, *, by: str, believed: bool) -> None:
        value = {
            "by": by,
            "at": self._clock(),
            "believed": believed,
            "root_cause": said.root_cause,
            "fix": list(said.fix),
            "category": said.category.value,
            "nature": said.nature.value,
            "confidence": said.confidence,
        }
        await self._records.put(_partition(tenant), fingerprint, value)


def _partition(tenant: str) -> str:
    return f"devops/{tenant}/opinions"
