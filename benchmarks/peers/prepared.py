"""What every system is given: chunks, questions and their vectors, in a folder that any environment can read."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

TENANT = "eval"
# Chunks asked for. A document counts where its best chunk comes, and ten documents may need some chunks more.
LIMIT = 50

Vectors = npt.NDArray[np.float32]
# Questions to the ids of their chunks (`document#ordinal`), best first.
Ask = Callable[[list[str]], list[list[str]]]


@dataclass(frozen=True)
class Prepared:
    """Texts, in order, with an id and a vector each; a process that builds has the chunks, one that answers the questions."""

    fingerprint: str
    ids: list[str]
    texts: list[str]
    vectors: Vectors

    def of(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self.vectors[[self._rows[text] for text in texts]])

    def one(self, text: str) -> Vectors:
        return np.asarray(self.vectors[self._rows[text]])

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {text: row for row, text in enumerate(self.texts)}

    def write(self, folder: Path, name: str) -> None:
        about = {"fingerprint": self.fingerprint, "ids": self.ids, "texts": self.texts}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(about), encoding="utf-8")
        np.save(folder / f"{name}.npy", self.vectors)

    @classmethod
    def read(cls, folder: Path, name: str) -> "Prepared":
        about = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return cls(about["fingerprint"], about["ids"], about["texts"], np.load(folder / f"{name}.npy"))
