"""Every broken, hostile and odd document through the API of a real service, and what the service looks like meanwhile.

`python -m tests.evals.hostile [--docs DIR]` prints a table; exit code 1 on a miss. DIR holds docs.jsonl and its files.
"""

import argparse
import base64
import json
import re
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.processes.service import Service, started

DOCS = Path(__file__).parents[3] / "shared" / "data" / "attack" / "docs"
_ENDED_S, _HEALTH_S, _EXTRA_MB = 60.0, 1.0, 512.0


@dataclass(frozen=True, slots=True)
class Expected:
    """The kinds of answer that a row of docs.jsonl allows."""

    text: bool
    """200 with chunks."""
    empty: bool
    """200 without chunks and with a warning."""
    refused: bool
    """4xx with a stable code."""
    ended_s: float = _ENDED_S


def read_expected(words: str) -> Expected:
    """Read the sentence of a row. "200 or 4xx" allows both; "200: text" allows no refusal; "4xx" nothing else."""
    accepted = bool(re.search(r"\b200\b", words))
    without_text = "0 chunks" in words
    either = "200 or 4xx" in words or "configurable" in words
    seconds = re.search(r"<= (\d+) s", words)
    return Expected(
        text=either or (accepted and not words.startswith("200 with 0 chunks")),
        empty=either or without_text or (accepted and "text indexed" not in words),
        refused=either or not accepted,
        ended_s=float(seconds[1]) if seconds else _ENDED_S,
    )


@dataclass
class Watch:
    """Health answers and memory of the service's processes, sampled on two threads."""

    service: Service
    slowest_health_s: float = 0.0
    unhealthy: int = 0
    most_together_mb: float = 0.0
    base_mb: dict[int, float] = field(default_factory=dict)
    extra_mb: dict[str, float] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Watch":
        self.base_mb = {one.pid: _resident_mb(one) for one in self.service.tree()}
        self._threads = [threading.Thread(target=self._ask), threading.Thread(target=self._weigh)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    @property
    def most_mb(self) -> float:
        return max(self.extra_mb.values(), default=0.0)

    def _ask(self) -> None:
        with httpx.Client(base_url=self.service.url, trust_env=False, timeout=30) as client:
            while not self._done.wait(0.05):
                asked = time.perf_counter()
                try:
                    self.unhealthy += client.get("/healthz").status_code != 200
                except httpx.HTTPError:
                    self.unhealthy += 1
                self.slowest_health_s = max(self.slowest_health_s, time.perf_counter() - asked)

    def _weigh(self) -> None:
        while not self._done.wait(0.02):
            together = 0.0
            with suppress(psutil.Error):
                for one in self.service.tree():
                    with suppress(psutil.Error):
                        # A process that was not there before is extra as a whole, its interpreter included.
                        extra = _resident_mb(one) - self.base_mb.get(one.pid, 0.0)
                        name = " ".join(one.cmdline()[1:4])
                        self.extra_mb[name] = max(self.extra_mb.get(name, 0.0), extra)
                        together += max(0.0, extra)
            self.most_together_mb = max(self.most_together_mb, together)


def _resident_mb(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        return float(process.memory_info().rss) / 1e6
    return 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    path: str
    seconds: float
    told: str
    misses: tuple[str, ...]


def try_document(service: Service, watch: Watch, content: bytes, row: dict[str, Any]) -> Outcome:
    """Upload one file and hold the answer to what its row expects."""
    expected = read_expected(row["expected"])
    watch.slowest_health_s, watch.extra_mb = 0.0, {}
    started_at = time.perf_counter()
    answer = service.http.post(
        "/upload?wait=60",
        json={"filename": Path(row["path"]).name, "content_base64": base64.b64encode(content).decode()},
    )
    seconds = time.perf_counter() - started_at
    kind, told = _kind(service, answer)
    misses = []
    if kind == "broken":
        misses.append(told)
    elif not getattr(expected, kind):
        misses.append(f"expected {row['expected']!r}")
    if seconds > expected.ended_s:
        misses.append(f"ended after {seconds:.1f} s")
    if watch.slowest_health_s > _HEALTH_S or watch.unhealthy:
        misses.append(f"/healthz took {watch.slowest_health_s:.1f} s, {watch.unhealthy} times it failed")
    if watch.most_mb > _EXTRA_MB:
        misses.append(f"{watch.most_mb:.0f} MB extra")
    return Outcome(
        row["path"],
        seconds,
        f"{told}  {watch.most_mb:.0f} MB  health {watch.slowest_health_s * 1000:.0f} ms",
        tuple(misses),
    )


def _kind(service: Service, answer: httpx.Response) -> tuple[str, str]:
    """text, empty, refused or broken, and the words for the table."""
    body = answer.json()
    if 400 <= answer.status_code < 500:
        stable = re.fullmatch(r"[a-z_]+", str(body.get("code")))
        return ("refused" if stable else "broken"), f"{answer.status_code} {body.get('code')}"
    if answer.status_code != 200:
        return "broken", f"{answer.status_code} {body.get('code') or body.get('status')}"
    document = service.http.get(f"/v1/documents/{body['document_id']}").json()
    if document["chunks"]:
        return "text", f"200 {document['chunks']} chunks"
    return ("empty" if document["warnings"] else "broken"), f"200 no chunks {document['warnings']}"


def main(docs: Path) -> int:
    rows = [json.loads(line) for line in (docs / "docs.jsonl").read_text().splitlines() if line.strip()]
    missed = 0
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder, started(Path(folder)) as service:
        service.upload("Warmed up before anything is weighed.")
        slowest, most = 0.0, 0.0
        with Watch(service) as watch:
            for row in rows:
                # Paths of the rows begin with the name of the folder itself.
                path = docs.parent / row["path"]
                if not path.is_file():
                    path = docs / row["path"]
                outcome = try_document(service, watch, path.read_bytes(), row)
                slowest, most = max(slowest, outcome.seconds), max(most, watch.most_mb)
                missed += bool(outcome.misses)
                flag = f"  MISS {'; '.join(outcome.misses)}" if outcome.misses else ""
                print(f"{outcome.seconds:6.1f} s  {outcome.path:58} {outcome.told}{flag}", flush=True)
        alive = service.upload("The service still takes documents.")["status"]
    print(
        f"{len(rows)} documents, {missed} missed; slowest {slowest:.1f} s, most extra memory {most:.0f} MB; then {alive}"
    )
    return 1 if missed or alive != "done" else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, default=DOCS)
    sys.exit(main(parser.parse_args().docs))
