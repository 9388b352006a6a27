"""Whether the stack is awake, and whether its data outlives it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LifetimeChoices:
    keep_data: bool
    paused: bool
