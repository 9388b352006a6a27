"""Cron times of the schedule event, and how often they fire."""

import itertools
import zoneinfo

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAYS = "sun mon tue wed thu fri sat"
_NAMES = {
    3: {name: number for number, name in enumerate(_MONTHS.split(), 1)},
    4: {name: number for number, name in enumerate(_DAYS.split())},
}
_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
)
SHORTEST_MINUTES = 5


def cron_fault(text: str) -> str:
    """Why a cron time is refused; empty when it is fine."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        return f"{text!r} has {len(parts)} fields; cron has five: minute, hour, day, month, weekday"
    values: list[set[int]] = []
    for position, part in enumerate(parts):
        try:
            values.append(_field(part, position))
        except ValueError:
            name, low, high = _FIELDS[position]
            return f"{part!r} is no {name}; use {low} to {high}, lists, ranges or steps"
    gap = _shortest_gap(sorted(values[0]), len(values[1]))
    if gap < SHORTEST_MINUTES:
        return f"{text!r} fires every {gap} minutes; the shortest interval is {SHORTEST_MINUTES} minutes"
    return ""


def zone_fault(name: str) -> str:
    """Why a time zone is refused; empty when it is fine."""
    if "/" in name and name in zoneinfo.available_timezones():
        return ""
    return f"{name!r} is no time zone of the IANA list, such as Europe/Vienna"


def _field(part: str, position: int) -> set[int]:
    _, low, high = _FIELDS[position]
    found: set[int] = set()
    for piece in part.split(","):
        span, _, step = piece.partition("/")
        stride = int(step) if step else 1
        if stride < 1 or (step and not step.isdigit()):
            raise ValueError(piece)
        if span == "*":
            first, last = low, high
        else:
            start, dash, end = span.partition("-")
            first = _number(start, position)
            last = _number(end, position) if dash else high if step else first
        if not low <= first <= last <= high:
            raise ValueError(piece)
        found.update(range(first, last + 1, stride))
    return found


def _number(text: str, position: int) -> int:
    names = _NAMES.get(position, {})
    if text.lower() in names:
        return names[text.lower()]
    if not text.isdigit():
        raise ValueError(text)
    return int(text)


def _shortest_gap(minutes: list[int], hours: int) -> int:
    gaps = [later - earlier for earlier, later in itertools.pairwise(minutes)]
    if hours > 1:
        gaps.append(60 - minutes[-1] + minutes[0])
    return min(gaps, default=60)
