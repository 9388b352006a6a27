"""Changes a record that several processes may change at the same time."""

from collections.abc import Callable, Mapping
from typing import Any

from app.kernel.errors import Conflict, NotFound
from app.kernel.ports.records import Records

_TRIES = 20


async def change(
    records: Records, partition: str, key: str, changed: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Write what `changed` makes of the value, {} where there is none; it may be called several times.

    Raises Conflict when others were always quicker.
    """
    for left in reversed(range(_TRIES)):
        try:
            found = await records.get(partition, key)
            value, revision = found.value, found.revision
        except NotFound:
            value, revision = {}, 0
        try:
            return (await records.put(partition, key, changed(value), expected=revision)).value
        except Conflict:
            if not left:
                raise
    raise AssertionError("unreachable")


async def get_or_empty(records: Records, partition: str, key: str) -> Mapping[str, Any]:
    try:
        return (await records.get(partition, key)).value
    except NotFound:
        return {}


async def delete_all(records: Records, partition: str) -> int:
    gone = 0
    while found := (await records.page(partition, limit=200)).records:
        for record in found:
            await records.delete(partition, record.key)
        gone += len(found)
    return gone
