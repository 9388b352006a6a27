"""The run itself, from the first up to the last destroy, told line by line with the time."""

import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra import prices, still_costs
from infra.asking import Clients
from infra.naming import Names
from scripts.aws_smoke.engine import Engine, Failed
from scripts.aws_smoke.guard import Guard
from scripts.aws_smoke.service import Service
from scripts.aws_smoke.witness import Differs, Witness, Written

# A destroy that AWS refuses once (a network interface that is still going) is repeated: it goes on where it ended.
TRIES = 3
MY_ADDRESS = "https://checkip.amazonaws.com"


class StillThere(Exception):
    """A pause left something that costs by the hour."""


@dataclass
class Story:
    """One stack's life in this account. `images` builds and pushes them; None leaves the service out."""

    engine: Engine
    guard: Guard
    cloud: Clients
    names: Names
    run: str
    say: Callable[[str], None]
    images: Callable[[], None] | None

    def live(self) -> None:
        """Up, write, pause, resume, compare. Raises: whatever goes wrong; the caller ends the stack in any case."""
        witness = Witness(self.names, self.cloud, run=self.run)
        self.engine.configure(paused="true", keepData="true", account=self.names.account)
        self.engine.up("what survives a pause", guard=self.guard)
        written = witness.write()
        self.say(f"wrote {len(written.objects)} versions of objects, a record and the API keys")
        self._open()
        self.engine.configure(paused="false")
        self.engine.up("first up", guard=self.guard)
        service, document, before = self._upload(written)
        self.engine.destroy("pause", guard=self.guard)
        self.let_go()
        self.engine.up("resume", guard=self.guard)
        compared = witness.compare(written)
        self.say(f"{compared:,} bytes are what they were, and so are the record and the API keys")
        if service is not None:
            service.wait(guard=self.guard)
            if service.seen(document) != before:
                raise Differs(f"The document {document} is not what it was before the pause.")
            service.answer()
            self.say("the document is what it was, and answers without having been uploaded again")

    def _open(self) -> None:
        """The service needs its image, and a door for us alone."""
        if self.images is None:
            self.say("without images: the service is left out, its network and machines are not")
            return
        self.images()
        with urllib.request.urlopen(MY_ADDRESS, timeout=30) as answer:
            self.engine.configure(allowedCidrs_0=f"{answer.read().decode().strip()}/32")

    def _upload(self, written: Written) -> tuple[Service | None, str, object]:
        if self.images is None:
            return None, "", None
        service = Service(self.engine.output("url"), written.secret.partition(":")[2])
        service.wait(guard=self.guard)
        document = service.upload(self.run)
        service.answer()
        self.say(f"uploaded {document} through the load balancer and asked about it")
        return service, document, service.seen(document)

    def let_go(self) -> None:
        """Look at the account, not at the state. Raises: StillThere, with the command for each thing."""
        if left := self.rented():
            raise StillThere(_listed(left))
        if count := self.engine.resources():
            raise StillThere(f"The state still holds {count} resources.")
        self.say("nothing that costs by the hour carries the stack's tag")

    def rented(self) -> list[still_costs.Thing]:
        region = prices.Region(self.names.region, prices.Holdings())
        found = still_costs.look(self.names.owner, cloud=self.cloud, region=region)
        return [thing for thing in found if thing.lifetime == "rented"]

    def end(self) -> None:
        """Destroy, whatever happened. Raises: StillThere, with all that is still to be done by hand."""
        for number in range(1, TRIES + 1):
            try:
                self.engine.destroy("the end" if number == 1 else f"the end, try {number}")
                break
            except Failed as failed:
                self.say(str(failed))
                self.engine.unlock()
        else:
            # A killed engine leaves things that no state knows, and they hold others: the account knows them by their tag.
            raise StillThere(
                f"{TRIES} destroys failed. {_listed(self.rented())}\nRun these, then the end again; "
                f"docs/runbooks/stuck-destroy.md says more."
            )
        self.let_go()

    def delete(self) -> None:
        """docs/runbooks/real-deletion.md: say so in the configuration, write it into the state, destroy, forget."""
        self.engine.configure(keepData="false", paused="true")
        # The ceiling is for what costs by the hour: nothing here does.
        self.engine.up("allowing the deletion", guard=Guard(until=float("inf")))
        self.engine.destroy("deletion")
        self.let_go()
        self.engine.forget()


def _listed(left: Sequence[still_costs.Thing]) -> str:
    lines = "".join(f"\n  {thing.arn}  {thing.price}\n    {thing.command}" for thing in left)
    return f"{len(left)} rented thing(s) are still there:{lines}"
