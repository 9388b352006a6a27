"""Fits how evidence is weighed: `python -m tests.evals.calibrate --embedder minilm|wordllama [--words] [--keep FOLDER]`.

Answerable: questions against their own corpus. Unanswerable: questions of the other sets against this corpus, and
(harder) questions whose own documents are hidden, so that only their neighbours are left. Prints the constants for
app/kernel/retrieval.py with what they buy. --words: for searches that had to do without the question's vector.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.adapters.embedded.index import EmbeddedIndex
from app.kernel.filters import Condition, Filter
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import SearchMode, SearchRequest
from app.rag.answer.evidence import weigh
from app.rag.search import Found
from tests.evals.corpus_index import TENANT, build_embedder, embedded, fill
from tests.evals.datasets import ABSENT, SETS, RetrievalSet, available, load

_QUESTIONS = 200
_TOP_K = 5
# Of a hundred answerable questions this many may be turned away.
_REFUSED_SHARE = 0.05
# A question whose document is hidden is often half answered by its neighbours: it counts less than a foreign one.
_HIDDEN_WEIGHT = 0.25

Features = npt.NDArray[np.float64]


async def features(
    index: EmbeddedIndex,
    embedder: Embedder,
    asked: list[tuple[str, Filter]],
    *,
    words: bool,
    kept: Path | None,
) -> Features:
    """(questions, 2): coverage and cosine as the product measures them; words: without vectors, cosine 0."""
    vectors = await embedded(embedder, [question for question, _ in asked], kind="query", kept=kept)
    mode = SearchMode.LEXICAL if words else SearchMode.HYBRID
    rows = []
    for (question, where), embedding in zip(asked, vectors, strict=True):
        vector = None if words else embedding
        hits = await index.search(SearchRequest(TENANT, question, vector, _TOP_K, mode, where))
        weighed = await weigh(index, embedder, question, Found(hits, vector, 0.0, 0.0), tenant=TENANT)
        rows.append((weighed.coverage, weighed.cosine))
    return np.array(rows)


async def measure(
    embedder: Embedder, sets: list[RetrievalSet], *, words: bool, kept: Path | None
) -> dict[str, dict[str, Features]]:
    """{set: {answerable, foreign, hidden: features}}."""
    measured = {}
    for own in sets:
        with tempfile.TemporaryDirectory() as folder:
            index = await fill(Path(folder), own, embedder, kept=kept)
            mine = _sample(own, _QUESTIONS)
            foreign = [
                own_question for other in sets if other is not own for own_question in _sample(other, 100)
            ]
            everything = Filter()
            measured[own.name] = {
                "answerable": await features(
                    index, embedder, [(own.questions[q], everything) for q in mine], words=words, kept=kept
                ),
                "foreign": await features(
                    index,
                    embedder,
                    [(_question(sets, q), everything) for q in foreign],
                    words=words,
                    kept=kept,
                ),
                "hidden": await features(
                    index,
                    embedder,
                    [(own.questions[q], _without(own.grades[q])) for q in mine],
                    words=words,
                    kept=kept,
                ),
            }
            index.close()
    return measured


def fit(measured: dict[str, dict[str, Features]]) -> npt.NDArray[np.float64]:
    """bias, coverage, cosine: a logistic by Newton's method, every set and kind counting the same."""
    rows, wanted, weights = [], [], []
    for kinds in measured.values():
        for kind, found in kinds.items():
            rows.append(found)
            wanted.append(np.full(len(found), kind == "answerable", dtype=np.float64))
            share = {"answerable": 1.0, "foreign": 1.0, "hidden": _HIDDEN_WEIGHT}[kind]
            weights.append(np.full(len(found), share / len(found)))
    x = np.column_stack([np.ones(sum(map(len, rows))), np.vstack(rows)])
    y, w = np.concatenate(wanted), np.concatenate(weights)
    constants = np.zeros(3)
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ constants))
        gradient = x.T @ (w * (y - p)) - 1e-4 * constants
        curvature = (x * (w * p * (1 - p))[:, None]).T @ x + 1e-4 * np.eye(3)
        constants += np.linalg.solve(curvature, gradient)
    return constants


def values(constants: npt.NDArray[np.float64], found: Features) -> npt.NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-(constants[0] + found @ constants[1:]))))


def report(measured: dict[str, dict[str, Features]]) -> None:
    constants = fit(measured)
    answerable = [values(constants, kinds["answerable"]) for kinds in measured.values()]
    threshold = float(np.mean([np.quantile(part, _REFUSED_SHARE) for part in answerable]))
    bias, coverage, cosine = constants
    print(
        f"all: bias {bias:.2f}, coverage {coverage:.2f}, cosine {cosine:.2f}, abstain below {threshold:.2f}"
    )
    for name, kinds in measured.items():
        elsewhere = fit({other: found for other, found in measured.items() if other != name})
        print(
            f"{name}:",
            _row(kinds, constants, threshold),
            "| constants of the other sets:",
            _row(kinds, elsewhere, threshold),
        )
        for kind, found in kinds.items():
            print(f"   {kind}: coverage {_quantiles(found[:, 0])}, cosine {_quantiles(found[:, 1])}")


def _row(kinds: dict[str, Features], constants: npt.NDArray[np.float64], threshold: float) -> str:
    refused = {kind: float((values(constants, found) < threshold).mean()) for kind, found in kinds.items()}
    return ", ".join(f"{kind} refused {share:.0%}" for kind, share in refused.items())


def _quantiles(column: npt.NDArray[np.float64]) -> str:
    return "/".join(f"{value:.2f}" for value in np.quantile(column, [0.05, 0.5, 0.95]))


def _sample(own: RetrievalSet, count: int) -> list[str]:
    names = sorted(own.questions)
    return random.Random(7).sample(names, min(count, len(names)))


def _question(sets: list[RetrievalSet], name: str) -> str:
    return next(own.questions[name] for own in sets if name in own.questions)


def _without(grades: object) -> Filter:
    return Filter(tuple(Condition("document_id", "ne", (document,)) for document in list(grades)))  # type: ignore[call-overload] # a mapping


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--embedder", choices=("wordllama", "minilm"), default="wordllama")
    parser.add_argument("--words", action="store_true", help="as when the embedder does not answer")
    parser.add_argument("--keep", type=Path, help="folder for embeddings that the next run may use")
    options = parser.parse_args()
    if not available():
        print(ABSENT)
        return 0
    embedder = build_embedder(options.embedder)
    report(
        asyncio.run(measure(embedder, [load(name) for name in SETS], words=options.words, kept=options.keep))
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
