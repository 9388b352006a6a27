"""Measure: `python -m benchmarks.pages`; exit code 1 unless it is better than each peer on title, company and location.

Writes docs/benchmarks/pages.md. The peers live in benchmarks/pages/.venv: `uv sync --frozen --project benchmarks/pages`.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.coldmail.extraction.read import read_page
from benchmarks.pages.places import STATED
from tests.evals.job_pages import ABSENT, JOBS, folded

_HERE = Path(__file__).parent
_REPO = _HERE.parents[1]
_PEERS_PYTHON = _HERE / ".venv" / "bin" / "python"
_FIELDS = ("title", "company", "location")
_HEAD = """\
# Reading career pages beside other people's

Written by `make bench-pages`: the same saved pages in one run, each system's best of three. extruct reads marked-up data only;
trafilatura's site name or author counts as the company, and it tells no location. Counted over the pages whose expected value is
known; where nothing was expected, nothing is counted. Titles and companies are the data's; places were read off the pages by a
person (`benchmarks/pages/places.py`).

"""
Told = Mapping[str, list[Any]]


def ours(pages: list[Path]) -> Told:
    told: dict[str, list[Any]] = {}
    for path in pages:
        content, seconds, fields = path.read_bytes(), [], {}
        for _ in range(3):
            started = time.perf_counter()
            found = read_page(content, content_type="text/html").jobs
            seconds.append(time.perf_counter() - started)
            job = found[0] if found else None
            fields = (
                {"title": job.title, "company": job.company, "location": "; ".join(job.locations)}
                if job
                else {}
            )
        told[path.name] = [fields, min(seconds)]
    return told


def right(fields: Mapping[str, Any], expected: Mapping[str, Any], name: str) -> bool | None:
    """As `make eval` judges; None where nothing is expected."""
    read = folded(str(fields.get(name) or ""))
    if name == "location":
        return folded(expected["place"]) in read if expected.get("place") else None
    if name == "title" and not expected.get("title"):
        return folded(expected["title_contains"]) in read if expected.get("title_contains") else None
    if not expected.get(name):
        return None
    return read == folded(expected[name]) or (
        name == "company" and read.startswith(folded(expected[name]) + " ")
    )


def main() -> int:
    if not JOBS.is_dir() or not _PEERS_PYTHON.exists():
        print(
            ABSENT
            if not JOBS.is_dir()
            else "The peers are not installed: uv sync --frozen --project benchmarks/pages"
        )
        return 1
    rows = json.loads((JOBS / "manifest.json").read_text(encoding="utf-8"))
    names = [Path(row["file"]).name for row in rows]
    expected = {
        name: {**row["expected"], "place": STATED.get(name)} for name, row in zip(names, rows, strict=True)
    }
    pages = [JOBS / row["file"] for row in rows]
    peers = subprocess.run(
        [str(_PEERS_PYTHON), str(_HERE / "peer.py"), *map(str, pages)],
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Told] = {"genai-ops": ours(pages), **json.loads(peers.stdout)}
    base = statistics.median(seconds for _, seconds in told["genai-ops"].values())
    lines = [
        "| system | title | company | location | time a page, as a ratio to ours (median) |",
        "|---|---|---|---|---|",
    ]
    shares: dict[str, list[float]] = {}
    for name, of_page in told.items():
        cells, shares[name] = [], []
        for field in _FIELDS:
            verdicts = [
                verdict
                for page, (fields, _) in of_page.items()
                if (verdict := right(fields, expected[page], field)) is not None
            ]
            shares[name].append(sum(verdicts) / len(verdicts))
            cells.append(f"{sum(verdicts)} of {len(verdicts)}")
        lines.append(
            f"| {name} | {' | '.join(cells)} | {statistics.median(seconds for _, seconds in of_page.values()) / base:.1f} |"
        )
    print("\n".join(lines))
    page = _REPO / "docs" / "benchmarks" / "pages.md"
    page.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return (
        0
        if all(
            own > peer
            for name in told
            if name != "genai-ops"
            for own, peer in zip(shares["genai-ops"], shares[name], strict=True)
        )
        else 1
    )


if __name__ == "__main__":
    sys.exit(main())
