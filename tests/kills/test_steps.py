"""SIGKILL at every named step and before every single write: nothing acknowledged is lost, nothing is half visible."""

from pathlib import Path

import pytest

from app.kernel.documents import sha256_hex
from app.rag.delete import PURGE_STEPS
from app.rag.ingest import STEPS
from app.web.authentication import LOCAL_TENANT as TENANT
from tests.kills.scene import scene, text_of
from tests.kills.victims import KILLED, Host

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_killed_at_a_step_of_an_ingestion(tmp_path: Path, victims: Host, step: str) -> None:
    """Three documents are new and one gets a new version; readers look on."""
    async with scene(tmp_path) as there:
        old = await there.upload("zorkold")
        await there.finish()
        await there.replace(old)
        for number in range(3):
            await there.upload(f"zork{number}")
        after = 0 if step == "publishing" else 1  # all four are published in one switch
        async with there.watched(present={"zorkold"}):
            assert await victims.run("work", tmp_path, step=step, after=after) == KILLED
            jobs, _ = await there.service.catalog.jobs(TENANT)
            assert any(not job.status.ended for job in jobs)
            await there.finish()
        await there.check()
        assert there.looks > 10


@pytest.mark.parametrize("step", PURGE_STEPS)
async def test_a_worker_killed_at_a_step_of_a_deletion(tmp_path: Path, victims: Host, step: str) -> None:
    async with scene(tmp_path) as there:
        gone, kept = await there.upload("zorkgone"), await there.upload("zorkkept")
        await there.finish()
        await there.delete(gone)
        async with there.watched(present={"zorkkept"}):
            assert await victims.run("work", tmp_path, step=step) == KILLED
            await there.finish()
        await there.check()
        residue = await there.service.delete.residue(TENANT, gone)
        assert (residue.total, residue.tombstone) == (0, f"tombstones/{gone}")
        assert await there.service.document(TENANT, kept)


async def test_a_worker_killed_before_a_write_of_an_ingestion_or_a_deletion(
    tmp_path: Path, victims: Host
) -> None:
    """Every third write, until a run has fewer than that; tests/evals/kills.py comes to all moments."""
    async with scene(tmp_path) as there:
        old = await there.upload("zorkold", sentences=20)
        await there.finish()
        for write in range(1, 90, 3):
            gone = await there.upload(f"zorkgone{write}", sentences=20)
            await there.finish()
            await there.replace(old)
            await there.delete(gone)
            async with there.watched(present={"zorkold"}):
                status = await victims.run("work_until_write", tmp_path, write=write)
                await there.finish()
            await there.check()
            there.deleted.clear()
            if status != KILLED:
                break
        assert status == 0 and write > 15


async def test_an_upload_killed_before_each_of_its_writes_leaves_nothing_half_made(
    tmp_path: Path, victims: Host
) -> None:
    """What died unacknowledged either comes whole by itself or is whole once it is sent again."""
    async with scene(tmp_path) as there:
        for write in range(1, 12):
            marker = f"zork{write}"
            status = await victims.run("upload", tmp_path, marker=marker, write=write)
            await there.finish()
            await there.look(marker, may_be_absent=status == KILLED)
            documents, _ = await there.service.documents(TENANT, after=None, limit=100)
            assert {document.status.value for document in documents} <= {"ready"}
            await there.upload(marker)
            await there.finish()
            await there.check()
            assert len(await there.visible(marker)) == 1
            if status == 0:
                break
        assert status == 0 and write == 6
        documents, _ = await there.service.documents(TENANT, after=None, limit=100)
        assert len(documents) == len({document.sha256 for document in documents}) == write


async def test_a_new_version_killed_before_each_of_its_writes_never_takes_the_old_one_away(
    tmp_path: Path, victims: Host
) -> None:
    async with scene(tmp_path) as there:
        for write in range(1, 12):
            marker = f"zork{write}"
            document_id = await there.upload(marker)
            await there.finish()
            async with there.watched(present={marker}):
                status = await victims.run(
                    "replace", tmp_path, document_id=document_id, marker=marker, write=write
                )
                await there.finish()
            await there.replace(document_id)
            await there.finish()
            document = await there.service.document(TENANT, document_id)
            assert document.sha256 == sha256_hex(text_of(marker, 2).encode())
            assert {one for one, _ in await there.visible(marker)} == {document_id}
            if status == 0:
                return
        raise AssertionError("The last write was never reached.")


async def test_a_deletion_request_killed_before_each_of_its_writes_is_whole_after_the_next_start_or_asking(
    tmp_path: Path, victims: Host
) -> None:
    async with scene(tmp_path) as there:
        for write in range(1, 12):
            document_id = await there.upload(f"zork{write}")
            await there.finish()
            status = await victims.run("delete", tmp_path, document_id=document_id, write=write)
            documents, _ = await there.service.documents(TENANT, after=None, limit=100)
            if any(document.document_id == document_id for document in documents):
                await there.delete(document_id)  # not acknowledged: still whole, to be asked for again
            else:
                there.deleted[document_id] = there.promised.pop(document_id)[0]
            await there.finish()
            await there.check()
            if status == 0:
                return
        raise AssertionError("The last write was never reached.")
