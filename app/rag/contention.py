"""Writes to a record that others write as well: read, change, write, and again when somebody was quicker."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.kernel.errors import Conflict

_T = TypeVar("_T")

# Of many writers one wins each round; the pauses grow, so that there are fewer of them in the later ones. 5 s at most.
_ROUNDS = 60
_PAUSE_S = 0.003


async def until_written(write: Callable[[], Awaitable[_T]], *, what: str) -> _T:
    """What `write` returns; it reads anew each time and raises Conflict when the record has changed since.

    Raises Conflict that names `what` when others were quicker every time.
    """
    for rounds in range(_ROUNDS):
        try:
            return await write()
        except Conflict:
            await asyncio.sleep(random.uniform(0, _PAUSE_S * rounds))  # noqa: S311 - only spreads writers out
    raise Conflict(f"{what} is being changed by others; try again.")
