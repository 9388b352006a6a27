"""Work on the whole store rather than one document: how `reindex` goes through a running service."""

import asyncio
import time
from dataclasses import dataclass

from app.kernel.documents import JobKind, JobStatus
from app.kernel.errors import Conflict
from app.kernel.ports.work import Work
from app.rag.catalog import Catalog, Job

# No key can name this tenant: names of tenants hold no `!`.
OPERATOR = "operator!"
_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Operations:
    """Queues a job for the one writer and follows it; used by tools on the same folder."""

    catalog: Catalog
    work: Work

    async def reindex(self, *, embed: bool) -> Job:
        """Rebuild the index in the running worker and return the ended job."""
        timestamp = self.catalog.timestamp()
        job = Job(
            OPERATOR, f"job_reindex_{time.time_ns():020d}", "", JobKind.REINDEX, JobStatus.QUEUED, 0, "",
            {"embed": embed}, "", 0, created_at=timestamp, updated_at=timestamp,
        )  # fmt: skip
        for earlier in (await self.catalog.jobs(OPERATOR, limit=1000))[0]:
            if not earlier.status.ended:
                raise Conflict(f"A rebuild runs already ({earlier.job_id}); wait for it to end.")
            await self.catalog.forget_job(earlier)
        job = await self.catalog.save_job(job)
        await self.work.send(job.queue_id)
        while not job.status.ended:
            await asyncio.sleep(_POLL_S)
            job = await self.catalog.job(OPERATOR, job.job_id)
        return job
