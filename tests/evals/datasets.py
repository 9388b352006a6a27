"""Reads the retrieval sets next to the repository, and scores a ranking."""

import json
import math
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SHARED = Path(__file__).resolve().parents[2].parent / "shared"
RETRIEVAL = _SHARED / "data" / "retrieval"
MINILM = _SHARED / "models" / "minilm-l6-int8"
SETS = ("scifact", "squad", "cranfield")

ABSENT = f"the measured sets are not here: no {RETRIEVAL.relative_to(_SHARED.parent)} next to the repository"


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Documents by id, questions by id, and for each question the documents that matter with their grade."""

    name: str
    documents: Mapping[str, str]
    questions: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]


def available() -> bool:
    return RETRIEVAL.is_dir()


def minilm_folder() -> Path | None:
    """The folder of GENAI_MODEL_DIR, or the one next to the repository; None where there is neither."""
    for folder in (Path(os.environ.get("GENAI_MODEL_DIR") or MINILM), MINILM):
        if (folder / "model.onnx").is_file():
            return folder
    return None


def load(name: str) -> RetrievalSet:
    """Each document as a text file: its title, a blank line, its text. Questions without a grade are left out."""
    folder = RETRIEVAL / name
    grades: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        question, document, grade = line.split("\t")
        if int(grade) > 0:
            grades[question][document] = int(grade)
    return RetrievalSet(
        name,
        {row["id"]: f"{row['title']}\n\n{row['text']}" for row in _rows(folder / "corpus.jsonl")},
        {row["id"]: row["text"] for row in _rows(folder / "queries.jsonl") if grades.get(row["id"])},
        dict(grades),
    )


def ndcg_at_10(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """Of chunks' documents in their order: a document counts where it comes first."""
    first = list(dict.fromkeys(ranked))[:10]
    gained = sum(grades.get(document, 0) / math.log2(place + 2) for place, document in enumerate(first))
    best = sorted(grades.values(), reverse=True)[:10]
    return gained / sum(grade / math.log2(place + 2) for place, grade in enumerate(best))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
