"""A leased queue of job ids; what a job is and how it stands lives in the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one job until it runs out. `attempt` counts deliveries from 1."""

    job_id: str
    token: str
    attempt: int


class Work(Protocol):
    """At most one live lease a job. Errors: LeaseLost when the token is no longer valid; Unavailable."""

    async def send(self, job_id: str) -> None:
        """Queue a job. Sending one that is already queued or leased changes nothing, or nothing that anybody sees."""
        ...

    async def receive(self, *, limit: int, lease_s: float, wait_s: float = 0.0) -> Sequence[Lease]:
        """Lease up to `limit` jobs, oldest first; wait up to `wait_s` for the first one."""
        ...

    async def extend(self, lease: Lease, *, lease_s: float) -> None:
        """Heartbeat: the lease now runs out `lease_s` from now."""
        ...

    async def finish(self, lease: Lease) -> None:
        """The job has ended; it leaves the queue."""
        ...

    async def release(self, lease: Lease, *, delay_s: float = 0.0) -> None:
        """Give the job back; it can be leased again after the delay."""
        ...

    async def reclaim(self) -> None:
        """Free every lease at once. Only for a worker that knows that it is the only one alive.

        A queue that several machines share does nothing: nobody can know there, and leases run out by themselves.
        """
        ...

    async def cancel(self, job_id: str) -> bool:
        """Take a job that nobody has leased out of the queue; False when it is leased or not there."""
        ...

    async def leased(self, job_id: str) -> bool:
        """Whether somebody holds a lease on the job that has not run out."""
        ...

    async def depth(self) -> int:
        """Jobs waiting or leased; a shared queue may only know it about."""
        ...

    async def ping(self) -> None: ...
