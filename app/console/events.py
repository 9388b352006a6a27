"""Server-sent events, read line by line from any text stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `data` is the joined data lines, unparsed."""

    name: str
    data: str


def read_events(lines: Iterable[str]) -> Iterator[Event]:
    """Turn lines without their endings into events; comments and events without data are dropped."""
    name, data = "message", list[str]()
    for line in lines:
        if not line:
            if data:
                yield Event(name, "\n".join(data))
            name, data = "message", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
