"""`python -m tests.evals.ssrf`: forbidden and allowed addresses, judged where the connection would be made."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from app.adapters.guarded_fetch import Limits
from app.adapters.guarded_fetch.addresses import is_public
from app.kernel.errors import UrlRefused, UrlUnreachable
from tests.sites.internet import PUBLIC, Names, pages_on
from tests.sites.site import serving

DATA = Path(__file__).parents[3] / "shared" / "data" / "attack" / "ssrf" / "urls.jsonl"
_SLOWEST_S = 10.0


@dataclass(frozen=True)
class Outcome:
    """What became of one row: `reached` is every address that a connection was made to."""

    row: dict[str, Any]
    result: str
    reached: list[str]
    took_s: float

    @property
    def failure(self) -> str:
        inside = [address for address in self.reached if not is_public(ip_address(address))]
        if inside:
            return f"connected to {inside}"
        if self.took_s > _SLOWEST_S:
            return f"took {self.took_s:.1f} s"
        wanted = "fetched" if self.row["expected"] == "allow" else "url_refused"
        return "" if self.result == wanted else f"{self.result}, not {wanted}"


def rows(path: Path = DATA) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def outcomes(row: dict[str, Any]) -> list[Outcome]:
    """One for the row; a name that its owner points at a private address is tried as rebinding as well."""
    if "rebind" not in row.get("needs", ""):
        return [await _outcome(row, {})]
    host = row["url"].split("/")[2].lower()
    private = [["127.0.0.1"]]
    steady = await _outcome(row, {host: private})
    mixed = await _outcome(row, {host: [[PUBLIC, "10.0.0.1"]]})
    return [steady, mixed, await _rebound(row, {host: [[PUBLIC], *private]})]


async def _outcome(row: dict[str, Any], answers: dict[str, list[list[str]]]) -> Outcome:
    async with serving() as site:
        site.put("/", "<h1>Jobs</h1>")
        pages, _, wires = pages_on(
            site, names=Names(answers), limits=Limits(pause_s=0, whole_s=8), **_trusting(row["url"])
        )
        started = time.monotonic()
        result = await _fetch(pages, row["url"])
        return Outcome(row, result, [address for address, _ in wires.dialled], time.monotonic() - started)


async def _rebound(row: dict[str, Any], answers: dict[str, list[list[str]]]) -> Outcome:
    """The first answer is public and may be used; the second one is private and must not be."""
    async with serving() as site:
        pages, _, wires = pages_on(site, names=Names(answers))
        await _fetch(pages, row["url"])
        await pages.aclose()
        again = await _fetch(pages, row["url"])
        return Outcome(row, again, [address for address, _ in wires.dialled], 0.0)


async def _fetch(pages: Any, url: str) -> str:
    try:
        await pages.fetch(url)
    except (UrlRefused, UrlUnreachable) as error:
        return error.code
    return "fetched"


def _trusting(url: str) -> dict[str, Any]:
    """The small web has no certificates: what is asked of https here is where it connects, not whom it trusts."""
    return {"unencrypted": True} if url.strip().lower().startswith("https:") else {}


async def evaluate(path: Path = DATA) -> list[Outcome]:
    return [outcome for row in rows(path) for outcome in await outcomes(row)]


def report(found: Sequence[Outcome]) -> list[str]:
    """Prints the table; returns what failed."""
    failed = [f"{each.row['id']} {each.row['url']!r}: {each.failure}" for each in found if each.failure]
    for kind, count in sorted(Counter(each.row["cls"] for each in found).items()):
        good = sum(1 for each in found if each.row["cls"] == kind and not each.failure)
        print(f"{kind:32} {good} of {count} as expected")
    inside = sum(1 for each in found for address in each.reached if not is_public(ip_address(address)))
    print(f"{'all':32} {len(found) - len(failed)} of {len(found)}; {inside} connections to a private address")
    print("\n".join(failed))
    return failed


if __name__ == "__main__":
    sys.exit(1 if report(asyncio.run(evaluate())) else 0)
