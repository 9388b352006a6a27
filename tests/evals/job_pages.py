"""Score the reading of real career pages: `python -m tests.evals.job_pages`; exit code 1 when a gate is missed.

Each page is read without its address, as saved. A figure is stated over the pages whose expected value is known; the company also
over all of one job, where none expected means that none may be read. Times are those of this process on its one core, so that
whatever else the machine does is not counted.
"""

import html
import json
import re
import statistics
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.values import Kind, Page, Tier
from tests.evals.datasets import RETRIEVAL

JOBS = RETRIEVAL.parent / "jobs"
ABSENT = "the career pages are not beside this checkout"
_ROWS = 700


@dataclass(frozen=True, slots=True)
class Scored:
    """One page: what was expected, what was read, and how long it took (median of three)."""

    expected: Mapping[str, Any]
    name: str
    source: str
    page: Page
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Gate:
    text: str
    held: bool


def folded(text: str) -> str:
    """Case, white space and typographic apostrophes aside."""
    return " ".join(html.unescape(text).replace("’", "'").casefold().split())


def scored() -> list[Scored]:
    found = []
    for row in json.loads((JOBS / "manifest.json").read_text(encoding="utf-8")):
        content = (JOBS / row["file"]).read_bytes()
        times = []
        for _ in range(3):
            started = time.process_time()
            page = read_page(content, content_type="text/html")
            times.append(1_000 * (time.process_time() - started))
        found.append(
            Scored(
                row["expected"],
                Path(row["file"]).name,
                content.decode("utf-8", "replace"),
                page,
                statistics.median(times),
            )
        )
    return found


def title_right(one: Scored) -> bool | None:
    if not one.page.jobs:
        return False if one.expected.get("title") or one.expected.get("title_contains") else None
    read = folded(one.page.jobs[0].title)
    if exact := one.expected.get("title"):
        return read == folded(exact)
    return folded(one.expected["title_contains"]) in read if one.expected.get("title_contains") else None


def company_right(one: Scored) -> bool | None:
    """The expected name, or one that begins with it: "McDonald's Sverige" is McDonald's."""
    if not one.expected.get("company"):
        return None
    read = folded(one.page.jobs[0].company or "") if one.page.jobs else ""
    return read == folded(one.expected["company"]) or read.startswith(folded(one.expected["company"]) + " ")


def company_or_none_right(one: Scored) -> bool | None:
    """On every page of one job: the expected name, and none where none is expected; a name made up is wrong."""
    if "company" not in one.expected or "jobs_min" in one.expected:
        return None
    if one.expected["company"]:
        return company_right(one)
    return not any(job.company for job in one.page.jobs)


def company_as_marked_up_right(one: Scored) -> bool | None:
    """The same, but a name that the page's own markup gives the hiring organisation is not made up: some of the data's nulls
    stand on pages that have one, and mean that nobody wrote it down.
    """
    job = one.page.jobs[0] if one.page.jobs else None
    stated = job is not None and job.sources.get("company") in (Tier.JSON_LD, Tier.MICRODATA, Tier.RDFA)
    right = company_or_none_right(one)
    return True if right is False and not one.expected["company"] and stated else right


def absent(one: Scored) -> list[str]:
    """The words of the expected company that its page holds nowhere, addresses and scripts included: nobody can read them."""
    source = folded(one.source)
    return [word for word in folded(one.expected.get("company") or "").split() if word not in source]


def readable_company_right(one: Scored) -> bool | None:
    """`&` and kin may be missing where the words are there."""
    return None if any(word.isalnum() for word in absent(one)) else company_right(one)


def location_right(one: Scored) -> bool | None:
    wanted = one.expected.get("locations_include")
    return (
        set(map(folded, wanted)) <= set(map(folded, one.page.jobs[0].locations if one.page.jobs else ()))
        if wanted
        else None
    )


def listing_right(one: Scored) -> bool | None:
    if "jobs_min" not in one.expected:
        return None
    links = [job.apply_url or "" for job in one.page.jobs]
    prefix = one.expected.get("url_prefix", "")
    return (
        one.page.kind is Kind.LISTING
        and len(links) >= one.expected["jobs_min"]
        and all(link.startswith(prefix) for link in links)
    )


def description_right(one: Scored) -> bool | None:
    wanted, unwanted = (
        one.expected.get("description_contains", []),
        one.expected.get("description_excludes", []),
    )
    if not (wanted or unwanted):
        return None
    read = (one.page.jobs[0].description or "") if one.page.jobs else ""
    return all(part in read for part in wanted) and not any(part in read for part in unwanted)


def ungrounded(one: Scored) -> list[str]:
    """Titles that the page's source does not hold, escapes undone."""
    source = folded(
        re.sub(
            r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), re.sub(r"<[^>]+>", "", one.source)
        )
        + one.source
    )
    return [job.title for job in one.page.jobs if folded(job.title) not in source]


def long_list_s() -> float:
    """Seconds for a made-up list of 700 jobs as links."""
    rows = "".join(
        f'<li><a href="/jobs/{at}0-cook"><h3>Cook {at}</h3></a><span class="location">Porto</span></li>'
        for at in range(_ROWS)
    )
    started = time.process_time()
    page = read_page(
        f"<title>Jobs</title><h1>Open positions</h1><ul>{rows}</ul>", url="https://tide.example/careers"
    )
    assert len(page.jobs) == _ROWS
    return time.process_time() - started


def main() -> int:
    if not JOBS.is_dir():
        print(ABSENT)
        return 1
    pages = scored()
    median, longest = statistics.median(one.milliseconds for one in pages), long_list_s()
    invented = [title for one in pages for title in ungrounded(one)]
    held = [
        _rate("title", map(title_right, pages), 0.95),
        _rate("company, where the page names it", map(readable_company_right, pages), 0.90),
        _rate("location", map(location_right, pages), 0.85),
        _rate("listing complete", map(listing_right, pages), 1.0),
        _rate("description", map(description_right, pages), 0.0),
        Gate(f"ungrounded titles {len(invented)} = 0", not invented),
        Gate(f"median {median:.1f} ms a page <= 50 ms", median <= 50),
        Gate(f"list of {_ROWS} jobs {longest:.2f} s <= 1 s", longest <= 1),
    ]
    for one in pages:
        if (
            company_or_none_right(one) is False
            or company_right(one) is False
            or title_right(one) is False
            or description_right(one) is False
        ):
            job = one.page.jobs[0] if one.page.jobs else None
            read = f"{job.title!r} of {job.company!r}" if job else "nothing"
            print(f"differs  {one.name}: read {read}; expected {dict(one.expected)}")
            if missing := absent(one):
                print(f"         the page holds nowhere: {', '.join(missing)}")
    for text, verdict in (
        ("company, where one is expected", company_right),
        ("company over all job pages, null meaning that none may be read", company_or_none_right),
        ("the same, names in the page's own markup not counted as made up", company_as_marked_up_right),
    ):
        print(f"         {_share(text, map(verdict, pages))}")
    for gate in held:
        print(f"{'held  ' if gate.held else 'MISSED'}  {gate.text}")
    return 0 if all(gate.held for gate in held) else 1


def _share(name: str, verdicts: Iterable[bool | None]) -> str:
    known = [verdict for verdict in verdicts if verdict is not None]
    return f"{name} {sum(known)} of {len(known)} = {sum(known) / max(1, len(known)):.0%}"


def _rate(name: str, verdicts: Iterable[bool | None], least: float) -> Gate:
    known = [verdict for verdict in verdicts if verdict is not None]
    share = sum(known) / len(known) if known else 1.0
    return Gate(f"{_share(name, known)} >= {least:.0%}", share >= least)


if __name__ == "__main__":
    sys.exit(main())
