"""Hundreds of SIGKILLs at random moments, of the worker and of what talks to the API: what was promised must hold.

`python -m tests.evals.kills --kills 500 [--seed 1]` prints a summary; exit code 1 when a promise was broken.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from app.kernel.errors import Conflict
from app.web.authentication import LOCAL_TENANT as TENANT
from tests.kills.scene import Scene, scene
from tests.kills.victims import KILLED, Host

_OPERATIONS = 14
_SETTLED = 10


async def main(kills: int, seed: int) -> int:
    dice, told = random.Random(seed), Counter[str]()
    started, rounds = time.monotonic(), 0
    with Host() as workers, Host() as clients:
        while told["kills of workers"] + told["kills of clients"] < kills:
            rounds += 1
            with tempfile.TemporaryDirectory(prefix="kills-") as folder:
                try:
                    await _round(Path(folder), workers, clients, dice, told, seed=seed * 10_000 + rounds)
                except AssertionError as error:
                    print(f"BROKEN in round {rounds} of seed {seed}: {error}")
                    return 1
            if rounds % 10 == 0:
                print(f"  {dict(told)} after {rounds} rounds", flush=True)
    for what, count in sorted(told.items()):
        print(f"{count:7,} {what}")
    print(f"{rounds:7,} rounds in {time.monotonic() - started:.0f} s; every promise held")
    return 0


async def _round(
    folder: Path, workers: Host, clients: Host, dice: random.Random, told: Counter[str], *, seed: int
) -> None:
    """Some documents settle, then clients and workers run and are killed until the work is done."""
    diary = folder / "diary"
    async with scene(folder) as there:
        present = set()
        for number in range(_SETTLED // 3):
            await there.upload(f"zorksettled{number}", sentences=dice.choice([12, 60]))
            present.add(f"zorksettled{number}")
        await there.finish()
        async with there.watched(present=present):
            for turn in range(3):
                await _one_client(folder, clients, dice, told, diary=diary, seed=seed * 10 + turn)
                await _read_diary(there, diary, told)
                for _ in range(4):
                    told["kills of workers"] += await _kill_one(workers, "work", folder, dice, most_s=0.2)
            await there.finish()
        await _retry_the_blamed(there, told)
        await there.check()
        told["looks of readers"] += there.looks
        told["documents checked"] += len(there.promised) + len(there.deleted)


async def _one_client(
    folder: Path, clients: Host, dice: random.Random, told: Counter[str], *, diary: Path, seed: int
) -> None:
    told["kills of clients"] += await _kill_one(
        clients, "traffic", folder, dice, most_s=0.25, diary=str(diary), seed=seed, operations=_OPERATIONS
    )


async def _kill_one(
    host: Host, task: str, folder: Path, dice: random.Random, *, most_s: float, **order: object
) -> bool:
    """Whether the kill came before the victim had ended by itself."""
    pid = await host.start(task, folder, **order)
    await asyncio.sleep(dice.uniform(0.0, most_s))
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    status = await host.ended()
    assert status in (0, KILLED), f"The {task} process ended by itself with {status}."
    return status == KILLED


async def _read_diary(there: Scene, diary: Path, told: Counter[str]) -> None:
    """Take over what clients were promised. What was under way when one died may have happened or not."""
    lines = [json.loads(line) for line in diary.read_text().splitlines()] if diary.exists() else []
    diary.unlink(missing_ok=True)
    open_ends = {}
    for act, document_id, marker, version in lines:
        if act.endswith("?"):
            open_ends[document_id] = (act, marker, version)
            continue
        open_ends.pop(document_id, None)
        told["acknowledged"] += 1
        if act == "delete":
            there.promised.pop(document_id, None)
            there.deleted[document_id] = marker
        else:
            there.promised[document_id] = (marker, version)
    for document_id, (act, marker, version) in open_ends.items():
        if act == "delete?":  # asked for again, as a client would
            there.promised.pop(document_id, None)
            await there.service.delete.request(TENANT, document_id)
            there.deleted[document_id] = marker
        else:
            there.promised[document_id] = (marker, version - 1)
            await there.replace(document_id)


async def _retry_the_blamed(there: Scene, told: Counter[str]) -> None:
    """A job found running by seven new workers fails: right for a deadly document, bad luck here. It can be retried."""
    jobs, _ = await there.service.catalog.jobs(TENANT, limit=1000)
    for job in jobs:
        if job.failure and job.failure.code == "document_deadly":
            told["blamed, retried"] += 1
            try:
                await there.service.upload.retry(TENANT, job.job_id)
            except Conflict:  # a newer version took its place: nothing is owed
                await there.service.catalog.forget_job(job)
    await there.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.kills, given.seed)))
