"""What people corrected, as entries for the signature base: proposed, to be read by somebody before they are taken in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from app.devops.analysis import Category, Nature
from app.devops.memory.writes import delete_all
from app.kernel.errors import NotFound
from app.kernel.ports.records import Records

_WORDS = re.compile(r"[A-Za-z][A-Za-z' :._/-]{5,120}")
# In a normalised line: where a run differs from the next.
_CHANGING = re.compile(r"<[a-z_]+>|\b0\b|0")


class Proposals:
    """One record a fingerprint: the last correction counts."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def put(self, tenant: str, fingerprint: str, proposal: Mapping[str, Any]) -> None:
        await self._records.put(_partition(tenant), fingerprint, proposal)

    async def page(
        self, tenant: str, *, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        page = await self._records.page(_partition(tenant), after=after, limit=limit)
        return [record.value for record in page.records], page.after

    async def delete(self, tenant: str, id_: str) -> None:
        try:
            await self._records.get(_partition(tenant), id_)
        except NotFound:
            raise NotFound(f"No proposal {id_[:80]!r}.", code="proposal_not_found") from None
        await self._records.delete(_partition(tenant), id_)

    async def delete_all(self, tenant: str) -> int:
        return await delete_all(self._records, _partition(tenant))


def proposal_of(
    fingerprint: str,
    *,
    line: str,
    raw: str,
    category: Category,
    nature: Nature,
    cause: str,
    fix: Sequence[str],
) -> dict[str, Any]:
    """A signature whose pattern matches the line, with numbers and names of one run left open."""
    signature = {
        "id": f"proposed.{fingerprint}",
        "literal": _literal(line),
        "pattern": _pattern(line),
        "category": category.value,
        "nature": (nature if nature is not Nature.UNKNOWN else Nature.DETERMINISTIC).value,
        "strength": "cause",
        "cause": cause.replace("{", "(").replace("}", ")"),
        "fix": [step.replace("{", "(").replace("}", ")") for step in fix],
        "good": raw,
        "bad": "",
    }
    text = yaml.safe_dump({"signatures": [signature]}, sort_keys=False, allow_unicode=True, width=140)
    return {"id": fingerprint, "signature": signature, "yaml": text}


def _literal(line: str) -> str:
    """The longest run of words that stays the same."""
    runs = [run.strip() for piece in _CHANGING.split(line) for run in _WORDS.findall(piece)]
    return max(runs, key=len, default=line[:60])


def _pattern(line: str) -> str:
    parts = [re.escape(piece).replace(r"\ ", r"\s+") for piece in _CHANGING.split(line)]
    return r"\S{1,200}?".join(parts)


def _partition(tenant: str) -> str:
    return f"devops/{tenant}/proposals"
