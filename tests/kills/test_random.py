"""SIGKILL at random moments over a batch of documents, as often as it takes to be believed."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from app.web.authentication import LOCAL_TENANT as TENANT
from tests.kills.scene import scene
from tests.kills.victims import KILLED, Host

pytestmark = pytest.mark.anyio


async def test_five_kills_over_thirty_documents_lose_nothing(tmp_path: Path, victims: Host) -> None:
    dice = random.Random(7)
    async with scene(tmp_path) as there:
        kept = [await there.upload(f"zorkkept{number}") for number in range(4)]
        await there.finish()
        present = {f"zorkkept{number}" for number in range(4)}
        for document_id in kept[:2]:
            await there.replace(document_id)
        await there.delete(kept[3])
        present.discard("zorkkept3")
        for number in range(26):
            await there.upload(f"zork{number}")
        async with there.watched(present=present):
            kills = 0
            while kills < 5:
                pid = await victims.start("work", tmp_path)
                await asyncio.sleep(dice.uniform(0.02, 0.25))
                os.kill(pid, signal.SIGKILL)
                kills += await victims.ended() == KILLED
                if await there.ports.work.depth() == 0:
                    await there.replace(kept[0])
            await there.finish()
        await there.check()
        documents, _ = await there.service.documents(TENANT, after=None, limit=100)
        assert len(documents) == 29
