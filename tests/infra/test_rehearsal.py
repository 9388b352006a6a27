"""The rehearsal stands on nothing that ran in its process before."""

import asyncio

from infra import adopt, rehearsal

from .program import ACCOUNT, NAME, config


async def _nothing() -> None:
    """Ends, and `asyncio.run` takes the thread's loop away with it."""


def test_a_program_is_rehearsed_after_somebody_elses_loop_has_ended():
    for leave in (lambda: asyncio.run(_nothing()), lambda: asyncio.get_event_loop().close()):
        leave()
        _, declared = rehearsal.rehearse(
            config("dev", ("paused", "true")),
            project=NAME,
            stack="dev",
            found=lambda _: adopt.nothing(ACCOUNT),
        )
        assert declared
