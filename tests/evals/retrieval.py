"""nDCG@10 through the API: `python -m tests.evals.retrieval --embedder wordllama|minilm [--sets scifact ...]`.

Starts the platform, imports each set in turn, asks every question of POST /v1/retrieval with its defaults, and in
the same run by words alone and by vectors alone. Exit code 1 when a gate is missed.
"""

import argparse
import asyncio
import statistics
import sys
from collections.abc import Mapping

import httpx

from benchmarks.service import bring_in, running
from tests.evals.datasets import ABSENT, SETS, RetrievalSet, available, load, minilm_folder, ndcg_at_10

GATES: Mapping[str, Mapping[str, float]] = {
    "minilm": {"scifact": 0.71, "squad": 0.895, "cranfield": 0.385},
    "wordllama": {"scifact": 0.68, "squad": 0.88},
}
_LIMIT = 50
_CONNECTIONS = 8


async def scores(url: str, measured: RetrievalSet, *, mode: str | None) -> float:
    """Mean nDCG@10 over all questions; mode None sends none, as a caller who trusts the defaults does."""
    gate = asyncio.Semaphore(_CONNECTIONS)
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:

        async def one(question: str) -> float:
            body: dict[str, object] = {"query": measured.questions[question], "limit": _LIMIT}
            async with gate:
                answer = await client.post("/v1/retrieval", json=body | ({"mode": mode} if mode else {}))
            answer.raise_for_status()
            ranked = [hit["filename"].removesuffix(".txt") for hit in answer.json()["results"]]
            return ndcg_at_10(ranked, measured.grades[question])

        return statistics.fmean(await asyncio.gather(*(one(question) for question in measured.questions)))


def evaluate(embedder: str, names: list[str]) -> list[str]:
    """Print one line a set; returns the gates that were missed."""
    missed = []
    model = minilm_folder() if embedder == "minilm" else None
    print(f"{embedder:<10} {'set':<10} {'hybrid':>7} {'BM25':>7} {'vector':>7} {'gate':>6}  import")
    for name in names:
        measured = load(name)
        with running(embedder=embedder, model=model) as (url, environ):
            seconds = bring_in(measured.documents, environ, url)
            found = [asyncio.run(scores(url, measured, mode=mode)) for mode in (None, "lexical", "vector")]
        gate = GATES[embedder].get(name)
        row = " ".join(f"{score:7.4f}" for score in found)
        print(f"{embedder:<10} {name:<10} {row} {gate or '-':>6}  {seconds:.0f} s", flush=True)
        if gate is not None and found[0] < gate:
            missed.append(f"{embedder} on {name}: nDCG@10 {found[0]:.4f}, gate {gate}")
    return missed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--embedder", choices=sorted(GATES), default="wordllama")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    options = parser.parse_args(arguments)
    if not available():
        print(ABSENT)
        return 0
    if options.embedder == "minilm" and minilm_folder() is None:
        print("No MiniLM model is here; set GENAI_MODEL_DIR.")
        return 0
    missed = evaluate(options.embedder, options.sets)
    for line in missed:
        print(f"MISSED {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
