"""Pages of lists as OpenAI's clients turn them: after and before an id, oldest or newest first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import Depends, Query

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Stretch:
    """What to read next: at most `limit` items behind `after`, in this direction."""

    after: str | None
    limit: int
    descending: bool = False


# The items of a stretch, and the key to go on from or None.
Read = Callable[[Stretch], Awaitable[tuple[list[_T], str | None]]]
_MAX_READ = 1_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page lies. `after` and `before` are ids of the list's own kind."""

    limit: int
    newest_first: bool = True
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    items: list[_T]
    more: bool


def _cursor(
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Literal["asc", "desc"] = "desc",
    after: Annotated[str | None, Query(max_length=128)] = None,
    before: Annotated[str | None, Query(max_length=128)] = None,
) -> Cursor:
    return Cursor(limit, order == "desc", after, before)


Paged = Annotated[Cursor, Depends(_cursor)]


async def page_of(
    read: Read[_T], cursor: Cursor, *, key: Callable[[str], str] = lambda given: given
) -> Page[_T]:
    """The page at the cursor; `key` turns an id of the list into what `read` goes on from."""
    backwards = cursor.before is not None and cursor.after is None
    start = cursor.before if backwards else cursor.after
    position = None if start is None else key(start)
    items: list[_T] = []
    while len(items) <= cursor.limit:
        wanted = min(cursor.limit + 1 - len(items), _MAX_READ)
        found, position = await read(Stretch(position, wanted, cursor.newest_first != backwards))
        items += found
        if position is None:
            break
    more, items = len(items) > cursor.limit, items[: cursor.limit]
    return Page(items[::-1] if backwards else items, more)


def listing(views: list[Any], *, more: bool) -> dict[str, Any]:
    """The envelope of a list; `views` have an id."""
    return {
        "object": "list",
        "data": views,
        "first_id": views[0].id if views else None,
        "last_id": views[-1].id if views else None,
        "has_more": more,
    }
