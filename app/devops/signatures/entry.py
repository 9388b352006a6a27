"""One signature: what stands in the log, what it means, and what to do."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.devops.analysis import Category, Nature

_PLACE = re.compile(r"\{([a-z_]+)\}")


class Strength(StrEnum):
    """How near to the cause the line stands. It decides which of several hits is told first."""

    CAUSE = "cause"  # names what has to be mended
    FAILURE = "failure"  # says what failed: a test, a file that does not compile
    HINT = "hint"  # a general form that many tools share: what kind of failure, no more
    SYMPTOM = "symptom"  # says that something failed, elsewhere


class Signature(BaseModel):
    """An entry of a YAML file, as it is read. `{name}` in cause and fix is a named group of the pattern."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")
    literal: str | tuple[str, ...] = Field(description="Stands in every line that can match; searched first.")
    pattern: str = Field(description="Regular expression, searched in the lines that hold a literal.")
    category: Category
    nature: Nature
    strength: Strength
    cause: Annotated[str, Field(min_length=20, max_length=300)]
    fix: tuple[Annotated[str, Field(min_length=10, max_length=240)], ...] = Field(min_length=1, max_length=3)
    patch: str | tuple[str, ...] | None = Field(
        None, description="Id of a patch template; of several, the one for the file that is given counts."
    )
    instead_of: tuple[str, ...] = Field(
        (),
        description="Ids of signatures of the same fault in general: where they name nothing, this one is told for them.",
    )
    below: int = Field(
        0,
        ge=0,
        le=4,
        description="So many lines below stands what was found, where a report heads it with its place.",
    )
    good: str = Field(description="A line that matches.")
    bad: str = Field(description="A line that holds the literal, or looks alike, and does not match.")

    @property
    def literals(self) -> tuple[str, ...]:
        return (self.literal,) if isinstance(self.literal, str) else self.literal

    @property
    def patches(self) -> tuple[str, ...]:
        return (self.patch,) if isinstance(self.patch, str) else self.patch or ()

    @property
    def places(self) -> set[str]:
        """The names that cause and fix speak of."""
        return {name for text in (self.cause, *self.fix) for name in _PLACE.findall(text)}


def filled(template: str, groups: Mapping[str, str]) -> str:
    """The template with the groups in their places; by hand, because a log's text may hold braces."""
    return _PLACE.sub(lambda match: groups.get(match[1]) or match[1].replace("_", " "), template)
