"""`import` of a whole set beside embedding the same chunks alone, and what a book of 1,000 pages costs in memory.

`python -m tests.evals.bulk [--set scifact] [--limit 400] [--rounds 1] [--pages 1000]`; exit code 1 when a figure is missed.
"""

import argparse
import asyncio
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.adapters.embedded.minilm import MiniLmEmbedder
from app.kernel.documents import ExtractedText
from app.rag.chunking import chunk
from app.rag.reading.read import read_document
from tests.evals.datasets import ABSENT, available, load, minilm_folder
from tests.evals.hostile import Watch
from tests.journeys.pdfs import pdf
from tests.processes.service import Service, environ, run, started

MOST_TIMES, MOST_MB = 1.5, 300.0
_WORDS = "engine harbour copper lantern meadow river stone velvet window thunder orchard marble".split()  # noqa: SIM905


def write_files(folder: Path, *, name: str, limit: int) -> list[str]:
    """The documents of a set as text files; returns their texts."""
    texts = list(load(name).documents.values())[: limit or None]
    for number, text in enumerate(texts):
        (folder / f"{number:06d}.txt").write_text(text, encoding="utf-8")
    return texts


def chunks_of(texts: Sequence[str], embedder: MiniLmEmbedder) -> list[str]:
    """What ingestion embeds of these texts."""

    def extracted(number: int, text: str) -> ExtractedText:
        return read_document(text.encode(), filename=f"{number}.txt", max_pages=1, cpu_s=60)

    return [
        piece.indexed_text()
        for number, text in enumerate(texts)
        for piece in chunk(extracted(number, text), count_tokens=embedder.count_tokens)
    ]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, and of processors: the second figure is what a busy machine leaves comparable."""

    clock_s: float
    cpu_s: float


def embedding_alone(chunks: Sequence[str], embedder: MiniLmEmbedder) -> Took:
    begun, cpu = time.perf_counter(), time.process_time()
    asyncio.run(embedder.embed(chunks))
    return Took(time.perf_counter() - begun, time.process_time() - cpu)


def import_into_a_fresh_service(files: Path, *, model: Path, documents: int) -> Took:
    """By the command's own summary, and by the processors of the command and of all processes of the service."""
    with tempfile.TemporaryDirectory(prefix="bulk-") as folder:
        settings = {"GENAI_EMBEDDER": "minilm", "GENAI_MODEL_DIR": str(model)}
        with started(Path(folder), **settings) as service:
            service.upload("Warmed up before the clock runs.")
            before = _cpu_s(service)
            done = run("app.rag", "import", str(files), env=environ(Path(folder), **settings), timeout_s=3600)
            spent = _cpu_s(service) - before
            assert done.returncode == 0 and f"{documents} new" in done.stdout, done.stdout + done.stderr
    found = re.search(r" in ([\d.]+) s", done.stdout)
    assert found is not None
    return Took(float(found[1]), spent)


def _cpu_s(service: Service) -> float:
    """Of the service's processes and of commands that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    times = [one.cpu_times() for one in service.tree()]
    return ended.ru_utime + ended.ru_stime + sum(one.user + one.system for one in times)


def measure_import(*, name: str, limit: int, rounds: int) -> bool:
    """Print both times of each round; whether the median ratio holds."""
    model = minilm_folder()
    if not available() or model is None:
        print(ABSENT if not available() else "no MiniLM model is here; set GENAI_MODEL_DIR")
        return False
    embedder = MiniLmEmbedder(model)
    asyncio.run(embedder.embed(["warm"]))
    ratios, cpu_ratios = [], []
    with tempfile.TemporaryDirectory(prefix="bulk-files-") as folder:
        texts = write_files(Path(folder), name=name, limit=limit)
        distinct = len(set(texts))
        chunks = chunks_of(texts, embedder)
        for _ in range(rounds):
            before = embedding_alone(chunks, embedder)
            imported = import_into_a_fresh_service(Path(folder), model=model, documents=distinct)
            after = embedding_alone(chunks, embedder)
            # The machine may be busier now than before: the mean of both sides is what the import had.
            alone = Took((before.clock_s + after.clock_s) / 2, (before.cpu_s + after.cpu_s) / 2)
            ratios.append(imported.clock_s / alone.clock_s)
            cpu_ratios.append(imported.cpu_s / alone.cpu_s)
            print(
                f"{len(texts):,} documents, {len(chunks):,} chunks: embedding alone {alone.clock_s:.1f} s "
                f"({alone.cpu_s:.1f} s of processors), import {imported.clock_s:.1f} s ({imported.cpu_s:.1f} s), "
                f"ratio {ratios[-1]:.2f} ({cpu_ratios[-1]:.2f})",
                flush=True,
            )
    ratio = statistics.median(ratios)
    print(
        f"import / embedding alone: {ratio:.2f} on the clock (at most {MOST_TIMES}), "
        f"{statistics.median(cpu_ratios):.2f} of processors"
    )
    return ratio <= MOST_TIMES


def book(pages: int) -> bytes:
    """A PDF of that many pages of running text."""
    return pdf([[_line(page, line) for line in range(40)] for page in range(pages)])


def _line(page: int, line: int) -> str:
    words = " ".join(_WORDS[(page * 7 + line + n * 5) % len(_WORDS)] for n in range(11))
    return f"Page {page}, line {line}: {words}."


def measure_book(pages: int) -> bool:
    """Print the memory that the service's processes take more while the book comes in; whether each stays below the limit."""
    content = book(pages)
    with tempfile.TemporaryDirectory(prefix="book-") as folder, started(Path(folder)) as service:
        service.upload("Warmed up before anything is weighed.")
        with Watch(service) as watch:
            answer = service.http.post("/upload?wait=300", files={"file": ("book.pdf", content)}, timeout=320)
        assert answer.status_code == 200, answer.text
        document = service.http.get(f"/v1/documents/{answer.json()['document_id']}").json()
    for name, extra in sorted(watch.extra_mb.items()):
        print(f"  {extra:6.0f} MB extra  {name}")
    total = watch.most_together_mb
    print(
        f"{document['pages']:,} pages, {len(content) / 1e6:.1f} MB, {document['chunks']:,} chunks: "
        f"{total:.0f} MB extra together (at most {MOST_MB:.0f})"
    )
    return total <= MOST_MB


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="scifact", dest="name")
    parser.add_argument("--limit", type=int, default=0, help="only the first documents")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--pages", type=int, default=1000, help="0 leaves the book out")
    given = parser.parse_args()
    held = measure_import(name=given.name, limit=given.limit, rounds=given.rounds)
    if given.pages:
        held &= measure_book(given.pages)
    sys.exit(0 if held else 1)
