"""What was measured, as a table for the terminal, a page and a plot."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.figures import Gate, Row, by_set, difference
from benchmarks.peers.prepared import LIMIT

_METHOD = """\
Written by `make bench-peers`; figures of other machines differ, the order should not.

- All systems hold the same chunks, cut by this project's ingestion, with the same vectors of all-MiniLM-L6-v2 (int8 ONNX),
  computed once before the clock runs and handed over by each system's own embedding hook. Time to embed is in no figure.
- Each system runs in a process of its own with one thread for linear algebra. They are asked in turn, {block} questions
  each, the order rotating: one client, one question at a time, text and vector in, the ids of the best {limit} chunks out.
  A document ranks where its best chunk does. All are asked the whole set once, and those that need less than {long:.0f} s
  for it {rounds} times.
- nDCG@10 over every question of each set. The difference is ours (hybrid, as the product searches) minus theirs over the
  mean of the sets, with the 95 % interval of a paired bootstrap over questions. A star marks a set where ours is significantly
  better, an exclamation mark one where it is significantly worse.
- Questions a second: the geometric mean over the sets. Memory: how much the process grows beyond Python, numpy and the
  questions, at its peak, on the largest set. Start: import, open the stored corpus, answer once;
  median of up to {starts}, same set.
- Installed: the files of the packages that searching needs, with all they require; embedding models not counted. For
  genai-ops the parts that search uses; the whole service with its readers, models and vendors' clients takes
  {product_mb:,.0f} MB in {product_packages} packages.
- Chroma: HNSW with default breadth; its BM25 and fusion run in its cloud only. LanceDB: exact vectors, full-text index,
  RRF. txtai: without torch and transformers, which its search does not call when vectors come from outside, though its package
  demands them (gigabytes more); all vectors compared, BM25 with `normalize: bb25`, the best of what it documents.
  LangChain: `InMemoryVectorStore`, which has no lexical half. LlamaIndex: `SimpleVectorStore`, and for hybrid its
  `BM25Retriever` in `QueryFusionRetriever` with `dist_based_score`, the best of its ways to fuse.
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the figures hold for. `sets` in words, one a set."""

    date: str
    cores: int
    memory_gb: float
    python: str
    sets: tuple[str, ...]
    block: int
    rounds: int
    starts: int
    long_s: float
    product_mb: float
    product_packages: int


def table(rows: list[Row], *, failed: Mapping[str, str]) -> str:
    """In Markdown, columns aligned so that a terminal shows it as well."""
    names = list(rows[0].scores)
    heads = [
        "system",
        "version",
        *names,
        "mean",
        "ours - theirs (95 %)",
        "questions/s",
        "memory",
        "start",
        "installed",
    ]
    lines = [_cells(row, rows[0]) for row in rows]
    lines += [
        [label, f"not measured: {reason}", *[""] * (len(heads) - 2)] for label, reason in failed.items()
    ]
    widths = [max(len(line[at]) for line in [heads, *lines]) for at in range(len(heads))]
    if failed:
        widths[1] = max(len(line[1]) for line in [heads, *lines[: len(rows)]])
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in [heads, rule, *lines]
    )


def _cells(row: Row, ours: Row) -> list[str]:
    marks = (
        {} if row is ours else {name: _mark(part.low, part.high) for name, part in by_set(ours, row).items()}
    )
    return [
        row.label,
        row.version,
        *(f"{value:.3f}{marks.get(name, '')}" for name, value in row.ndcg.items()),
        f"{row.mean_ndcg:.3f}",
        "" if row is ours else str(difference(ours.scores, row.scores)),
        f"{row.rate:,.0f}",
        f"{row.grown_mb:,.0f} MB",
        f"{row.start_s:.2f} s",
        f"{row.installed_mb:,.0f} MB ({row.packages})",
    ]


def _mark(low: float, high: float) -> str:
    return "*" if low > 0 else "!" if high < 0 else ""


def rates(rows: list[Row]) -> str:
    names = list(rows[0].scores)
    lines = [f"| questions/s | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    lines += [f"| {row.label} | {' | '.join(f'{row.rates[name]:,.0f}' for name in names)} |" for row in rows]
    return "\n".join(lines)


def page(rows: list[Row], held: list[Gate], setting: Setting, *, failed: Mapping[str, str]) -> str:
    method = _METHOD.format(
        block=setting.block, limit=LIMIT, rounds=setting.rounds, starts=setting.starts, long=setting.long_s,
        product_mb=setting.product_mb, product_packages=setting.product_packages,
    )  # fmt: skip
    verdicts = "\n".join(f"- {'held' if gate.held else '**missed**'}: {gate.text}" for gate in held)
    return (
        f"# Search beside other people's\n\n{setting.date}, {setting.cores} cores, {setting.memory_gb:.0f} GB of memory, "
        f"Python {setting.python}. {'; '.join(setting.sets)}.\n\n{table(rows, failed=failed)}\n\n"
        f"![quality against questions a second](peers.png)\n\n{rates(rows)}\n\n## Gates\n\n{verdicts}\n\n"
        f"## How it was measured\n\n{method}"
    )


def draw(rows: list[Row], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7.5, 4.6))
    for row in rows:
        axes.plot(row.rate, row.mean_ndcg, marker="D" if row.ours else "o", color="C3" if row.ours else "C0")
        # Slanted: those that search vectors alone all find the same and stand side by side.
        axes.annotate(
            row.label,
            (row.rate, row.mean_ndcg),
            xytext=(4, 5),
            textcoords="offset points",
            fontsize=8,
            rotation=35,
        )
    axes.set(xscale="log", xlabel="questions a second (geometric mean over the sets)", ylabel="mean nDCG@10")
    axes.set_title("Same chunks, same vectors, same questions")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.margins(x=0.2, y=0.25)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
