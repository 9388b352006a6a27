"""Side by side with peers: intervals, gates, table and page on made-up figures, and our own row on a small corpus."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from app.kernel.retrieval import MINILM_PROFILE
from benchmarks.peers import report
from benchmarks.peers.figures import Row, by_set, difference, gates, rival
from benchmarks.peers.installed import closure, size_mb
from benchmarks.peers.prepared import Prepared
from benchmarks.peers.systems import HERE, SYSTEMS
from tests.evals.corpus_index import TENANT
from tests.evals.datasets import RetrievalSet

SETTING = report.Setting(
    date="2026-01-31", cores=2, memory_gb=8.0, python="3.11.7", sets=("one: 3 documents",), block=64, rounds=3,
    starts=3, long_s=15.0, product_mb=300.0, product_packages=80,
)  # fmt: skip


def row(
    label: str, *, one: Iterable[float], two: Iterable[float], rate: float = 100.0, ours: bool = False
) -> Row:
    scores = {"one": np.array(list(one)), "two": np.array(list(two))}
    return Row(label, label, "1.0", scores, {"one": rate, "two": rate}, 10.0, 0.5, 50.0, 7, ours)


def spread(mean: float, *, count: int = 200, seed: int = 0) -> list[float]:
    return list(np.random.default_rng(seed).normal(mean, 0.1, count))


OURS = row("ours", one=spread(0.7), two=spread(0.5), rate=300.0, ours=True)


def missed(rows: list[Row], failed: dict[str, str] | None = None) -> list[str]:
    return [gate.text for gate in gates(rows, failed=failed or {}) if not gate.held]


def test_a_difference_is_the_mean_over_the_sets_whatever_their_sizes() -> None:
    ours = {"one": np.array([1.0] * 1000), "two": np.array([0.0] * 10)}
    theirs = {"one": np.array([0.0] * 1000), "two": np.array([0.0] * 10)}
    assert difference(ours, theirs).value == 0.5


def test_the_interval_is_paired_so_that_questions_hard_for_both_do_not_widen_it() -> None:
    hard = np.random.default_rng(1).random(300)
    gap = difference({"one": hard + 0.01}, {"one": hard})
    assert gap.value == pytest.approx(0.01)
    assert gap.high - gap.low < 1e-9


def test_the_interval_is_as_wide_as_the_standard_error_says() -> None:
    gaps = np.random.default_rng(2).normal(0.0, 0.1, 400)
    gap = difference({"one": gaps}, {"one": np.zeros(400)})
    assert gap.high - gap.low == pytest.approx(2 * 1.96 * gaps.std() / 400**0.5, rel=0.1)


def test_everything_holds_when_ours_is_better_and_faster() -> None:
    assert missed([OURS, row("peer", one=spread(0.6, seed=1), two=spread(0.4, seed=2))]) == []


def test_a_better_mean_is_missed_when_a_peer_has_one() -> None:
    text = "\n".join(missed([OURS, row("peer", one=spread(0.9, seed=1), two=spread(0.45, seed=2), rate=1.0)]))
    assert "mean nDCG@10 better than peer" in text


def test_one_set_significantly_worse_misses_a_gate_even_when_the_mean_is_better() -> None:
    peer = row("peer", one=spread(0.4, seed=1), two=spread(0.6, seed=2), rate=1.0)
    assert by_set(OURS, peer)["two"].worse
    assert [text.split(":")[0] for text in missed([OURS, peer])] == ["two not significantly worse than peer"]


def test_a_set_worse_by_chance_alone_misses_none() -> None:
    slightly = [value + 0.001 * (-1) ** at + 0.0001 for at, value in enumerate(OURS.scores["two"])]
    assert missed([OURS, row("peer", one=spread(0.6, seed=1), two=slightly, rate=1.0)]) == []


def test_speed_is_held_against_the_fastest_of_comparable_quality_and_not_against_a_fast_one_that_finds_less() -> (
    None
):
    near = row("near", one=OURS.scores["one"] - 0.005, two=OURS.scores["two"] - 0.005, rate=250.0)
    poor = row("poor", one=spread(0.3, seed=1), two=spread(0.3, seed=2), rate=9_000.0)
    assert rival(OURS, [poor, near])[0] is near
    assert ["1.2 times" in text for text in missed([OURS, poor, near])] == [True]


def test_where_no_peer_is_comparable_speed_is_held_against_the_one_that_finds_most_and_the_line_says_so() -> (
    None
):
    peers = [
        row("poor", one=spread(0.3), two=spread(0.3), rate=9_000.0),
        row("fair", one=spread(0.6), two=spread(0.4)),
    ]
    other, why = rival(OURS, peers)
    assert (other.label, "none comes within" in why) == ("fair", True)


def test_a_peer_that_could_not_be_measured_is_a_missed_gate_and_a_line_with_the_reason() -> None:
    rows = [OURS, row("peer", one=spread(0.6), two=spread(0.4))]
    assert "broken was measured: no wheel" in missed(rows, {"broken": "no wheel"})
    assert "| broken" in report.table(rows, failed={"broken": "no wheel"})
    assert "not measured: no wheel" in report.table(rows, failed={"broken": "no wheel"})


def test_another_way_to_ask_ours_is_shown_but_is_no_peer() -> None:
    other = row("ours, vectors", one=spread(0.9), two=spread(0.9), rate=9_000.0, ours=True)
    rows = [OURS, other, row("peer", one=spread(0.6), two=spread(0.4))]
    assert missed(rows) == []
    assert "ours, vectors" in report.table(rows, failed={})


def test_the_table_marks_sets_where_ours_is_significantly_better_or_worse() -> None:
    peer = row("peer", one=spread(0.6, seed=1), two=spread(0.6, seed=2))
    line = next(line for line in report.table([OURS, peer], failed={}).splitlines() if "| peer" in line)
    assert f"{peer.ndcg['one']:.3f}*" in line
    assert f"{peer.ndcg['two']:.3f}!" in line


def test_the_page_says_when_on_what_and_whether_each_gate_held() -> None:
    rows = [OURS, row("peer", one=spread(0.9, seed=1), two=spread(0.9, seed=2), rate=1.0)]
    text = report.page(rows, gates(rows, failed={}), SETTING, failed={})
    for part in (
        "2026-01-31",
        "2 cores",
        "8 GB",
        "**missed**: mean nDCG@10",
        "held: questions a second",
        "](peers.png)",
    ):
        assert part in text
    assert "{" not in text


def test_the_plot_is_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib comes with `scripts/env.sh bench`")
    report.draw([OURS, row("peer", one=spread(0.6), two=spread(0.4))], tmp_path / "docs" / "peers.png")
    assert (tmp_path / "docs" / "peers.png").read_bytes().startswith(b"\x89PNG")


def test_an_install_weighs_what_a_package_requires_as_well() -> None:
    alone, all_of_it = closure(["pydantic-core"]), closure(["pydantic"])
    assert {"pydantic", "pydantic-core", "annotated-types"} <= all_of_it.keys()
    assert 0 < size_mb(alone.values()) < size_mb(all_of_it.values())


def test_what_no_environment_holds_is_left_out_of_the_weight() -> None:
    assert closure(["surely-not-installed-anywhere"]) == {}


def test_every_peer_is_locked_in_the_environment_of_its_own() -> None:
    locked = (HERE / "uv.lock").read_text(encoding="utf-8")
    for system in SYSTEMS:
        for name in () if system.ours else system.distributions:
            assert f'name = "{name}"' in locked


def test_our_own_row_answers_through_the_products_search(tmp_path: Path) -> None:
    """As the benchmark runs it: a process that is given vectors, a folder and questions."""
    corpus = RetrievalSet(
        "small",
        {"sun": "The sun is a star.", "moon": "The moon is a rock."},
        {"q1": "rock", "q2": "star"},
        {},
    )
    vectors = {
        "The sun is a star.": [1.0, 0.0],
        "The moon is a rock.": [0.0, 1.0],
        "rock": [0.0, 1.0],
        "star": [1.0, 0.0],
    }
    write_our_store(tmp_path, corpus, vectors)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.peers.worker", "serve", "genai_ops", "--mode", "hybrid",
         "--corpus", str(tmp_path), "--folder", str(tmp_path / "ours")],
        input='{"first": 0, "end": 2}\n', capture_output=True, text=True, timeout=120, check=True, cwd=HERE.parents[1],
    )  # fmt: skip
    start, answer = map(json.loads, done.stdout.splitlines())
    assert [found[0] for found in answer["found"]] == ["moon#0", "sun#0"]
    assert start["start_s"] > 0
    assert answer["seconds"] > 0
    assert answer["grown_mb"] > 0


def write_our_store(folder: Path, corpus: RetrievalSet, vectors: dict[str, list[float]]) -> None:
    from app.adapters.embedded.index import EmbeddedIndex
    from app.kernel.documents import Chunk, DocumentVersion

    def matrix(texts: Iterable[str]) -> np.ndarray:
        return np.array([vectors[text] for text in texts], dtype=np.float32)

    async def fill() -> None:
        index = EmbeddedIndex.open(
            folder / "ours", fingerprint="made-up", dimensions=2, profile=MINILM_PROFILE, writable=True
        )
        versions = [DocumentVersion(TENANT, name, 1, f"{name}.txt") for name in corpus.documents]
        for version, text in zip(versions, corpus.documents.values(), strict=True):
            await index.put(version, [Chunk(0, 0, len(text), text)], matrix([text]))
        await index.publish(versions)
        index.close()

    asyncio.run(fill())
    asked = list(corpus.questions.values())
    Prepared("made-up", list(corpus.questions), asked, matrix(asked)).write(folder, "questions")
