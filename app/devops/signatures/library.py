"""Reads the signature files once, and keeps their patterns compiled."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick_rs
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from app.devops.signatures.entry import Signature
from app.kernel.errors import StartError

FOLDER = Path(__file__).parent


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    platform: str
    signatures: list[Signature]


@dataclass(frozen=True, slots=True)
class SignatureLibrary:
    """`entries` in the order of the files; `literals` finds all keys of `by_literal` in one pass over a text."""

    entries: tuple[Signature, ...]
    patterns: tuple[re.Pattern[str], ...]
    by_literal: dict[str, tuple[int, ...]]
    literals: ahocorasick_rs.AhoCorasick

    @classmethod
    def of(cls, entries: Iterable[Signature]) -> "SignatureLibrary":
        found = tuple(entries)
        by_literal: dict[str, list[int]] = {}
        for number, entry in enumerate(found):
            for literal in entry.literals:
                by_literal.setdefault(literal, []).append(number)
        return cls(
            found,
            tuple(re.compile(entry.pattern) for entry in found),
            {literal: tuple(numbers) for literal, numbers in by_literal.items()},
            ahocorasick_rs.AhoCorasick(list(by_literal)),
        )


@cache
def read_library(folder: Path = FOLDER) -> SignatureLibrary:
    """Raises StartError that names the file and the field."""
    entries: list[Signature] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            entries += _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).signatures
        except (ValidationError, yaml.YAMLError) as error:
            raise StartError(f"The signature file {path.name} cannot be read: {error}") from None
    return SignatureLibrary.of(entries)
