"""How often a model is asked for a repository and day, and what it costs; bounded before it is asked."""

from collections.abc import Mapping
from typing import Any

from app.devops.memory.writes import change
from app.kernel.ports.records import Records

_MOST_NAME = 200


class Spending:
    """0 means no bound. A call is counted before it is made; its price is known afterwards, so the last one may go beyond."""

    def __init__(self, records: Records, *, daily_calls: int, daily_usd: float) -> None:
        self._records = records
        self.daily_calls = daily_calls
        self.daily_usd = daily_usd

    async def reserve(self, tenant: str, repository: str, day: str) -> bool:
        """Count one more call of this day; False when the budget is used up."""
        allowed = False

        def counted(found: Mapping[str, Any]) -> Mapping[str, Any]:
            nonlocal allowed
            calls, usd = found.get("calls", 0), float(found.get("usd", "0"))
            allowed = not (
                (self.daily_calls and calls >= self.daily_calls) or (self.daily_usd and usd >= self.daily_usd)
            )
            name = {"repository": repository, "day": day, "usd": f"{usd:.6f}"}
            refused = found.get("refused", 0) + (not allowed)
            return {**name, "calls": calls + allowed, "refused": refused}

        await change(self._records, _partition(tenant), _key(day, repository), counted)
        return allowed

    async def add(self, tenant: str, repository: str, day: str, usd: float) -> None:
        if usd > 0:
            await change(
                self._records,
                _partition(tenant),
                _key(day, repository),
                lambda found: {**found, "usd": f"{float(found.get('usd', '0')) + usd:.6f}"},
            )

    async def of_day(self, tenant: str, day: str) -> list[Mapping[str, Any]]:
        page = await self._records.page(_partition(tenant), prefix=f"{day}/", limit=500)
        return [record.value for record in page.records]


def _partition(tenant: str) -> str:
    return f"devops/{tenant}/spending"


def _key(day: str, repository: str) -> str:
    return f"{day}/{repository[:_MOST_NAME]}"
