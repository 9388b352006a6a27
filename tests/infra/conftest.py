"""Pulumi's SDK asks for the thread's event loop; asynchronous tests that ran before have left none."""

import asyncio
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def an_event_loop() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()
