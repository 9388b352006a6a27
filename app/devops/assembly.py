"""Puts the use cases of the DevOps assistant together over its ports."""

from dataclasses import dataclass

from app.devops.connections import read_connections
from app.devops.follow import Follow
from app.devops.forges import build_forges
from app.devops.incoming.inbox import Inbox
from app.devops.incoming.reception import Reception
from app.devops.memory.analyses import Analyses
from app.devops.memory.failures import Failures
from app.devops.memory.greens import Greens
from app.devops.memory.job_runs import JobRuns
from app.devops.memory.memory import Memory
from app.devops.memory.opinions import Opinions
from app.devops.memory.proposals import Proposals
from app.devops.memory.spending import Spending
from app.devops.service import DevopsService
from app.devops.signatures import read_library
from app.devops.telling.deliver import Deliver
from app.devops.telling.outbox import Outbox
from app.devops.telling.undelivered import GivenUp, Undelivered
from app.devops.worker import LEASE_S, Worker
from app.settings import Settings
from app.wiring.devops import DevopsPorts


@dataclass(frozen=True, slots=True)
class Devops:
    """Everything behind the routes. `worker` has to run for webhooks to be worked on."""

    service: DevopsService
    memory: Memory
    reception: Reception
    undelivered: Undelivered
    worker: Worker


def assemble_service(settings: Settings, ports: DevopsPorts, memory: Memory | None = None) -> DevopsService:
    """Without a memory nothing is kept. Raises StartError for a signature file that cannot be read."""
    return DevopsService(
        read_library(),
        # Some count a megabyte larger than others: a log of so many by either count is taken.
        log_bytes=settings.max_upload_mb * 1024 * 1024,
        chat=ports.chat,
        pages=ports.pages,
        memory=memory,
    )


def assemble_memory(settings: Settings, ports: DevopsPorts) -> Memory:
    records = ports.records
    return Memory(
        analyses=Analyses(records),
        failures=Failures(records),
        jobs=JobRuns(records),
        greens=Greens(records),
        opinions=Opinions(records),
        proposals=Proposals(records),
        spending=Spending(
            records, daily_calls=settings.devops_daily_calls, daily_usd=settings.devops_daily_usd
        ),
    )


def assemble(settings: Settings, ports: DevopsPorts) -> Devops:
    """Raises StartError for connections or signatures that cannot be read."""
    connections = read_connections(ports.connections)
    memory = assemble_memory(settings, ports)
    service = assemble_service(settings, ports, memory)
    inbox = Inbox(ports.records, lease_s=LEASE_S)
    outbox = Outbox(ports.records, lease_s=LEASE_S)
    given_up = GivenUp(ports.records)
    forges = build_forges(ports.apis, ports.posts)
    worker = Worker(
        connections,
        inbox,
        outbox,
        given_up,
        follow=Follow(service, memory, forges, inbox, outbox),
        deliver=Deliver(outbox, forges, ports.posts),
        notify=ports.notify,
    )
    return Devops(
        service=service,
        memory=memory,
        reception=Reception(connections, inbox, wake=worker.wake),
        undelivered=Undelivered(
            given_up,
            connections,
            backlogs={"inbox": inbox.backlog, "outbox": outbox.backlog},
            wake=worker.wake,
        ),
        worker=worker,
    )
