"""The one small record of an index that says which puts are not to be seen; changing it is the switch."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

from app.kernel.documents import DocumentVersion

# No put lasts longer (generation.py ends it), so what is staged for longer was left behind by a killed process.
ABANDONED_S = 3_600.0
# A switch takes a second or two. A seal older than this was left behind by a killed process and holds nobody back.
SEALED_S = 60.0
ANY_VERSION = 2**62


@dataclass(slots=True)
class Staged:
    """A put that is not published."""

    tenant: str
    document_id: str
    version: int
    at: float


@dataclass(slots=True)
class Dead:
    """A put that is not to be seen any more. `whole`: all of it had been written, so nothing can come after."""

    at: float
    whole: bool


@dataclass(slots=True)
class Visibility:
    """What is hidden; everything else in the index is visible.

    turn: counts switches that hid something visible; a search that began before one and ended after it looks again.
    withdrawn: {tenant and id: newest version}, kept while an index is being built, which must not bring it back.
    sealed_at: when a switch to another index began; publishing waits.
    """

    turn: int = 0
    staged: dict[str, Staged] = field(default_factory=dict)
    dead: dict[str, Dead] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)
    sealed_at: float = 0.0

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Self:
        return cls(
            raw["turn"],
            {put: Staged(**one) for put, one in raw["staged"].items()},
            {put: Dead(**one) for put, one in raw["dead"].items()},
            raw["withdrawn"],
            raw["sealed_at"],
        )

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    def hidden(self) -> list[str]:
        return [*self.staged, *self.dead]

    def hides(self, put: str) -> bool:
        return put in self.staged or put in self.dead

    def stage(self, put: str, document: DocumentVersion, *, now: float) -> None:
        self.staged[put] = Staged(document.tenant, document.document_id, document.version, now)

    def staged_of(self, tenant: str, document_id: str) -> list[tuple[str, Staged]]:
        """In the order of their staging."""
        return [
            (put, one)
            for put, one in self.staged.items()
            if (one.tenant, one.document_id) == (tenant, document_id)
        ]

    def bury(self, put: str, *, now: float, whole: bool) -> None:
        """Hide a put for good; searches under way look again when it was visible."""
        if put in self.dead:
            return
        if self.staged.pop(put, None) is None:
            self.turn += 1
        self.dead[put] = Dead(now, whole)

    def sealed(self, *, now: float) -> bool:
        return now - self.sealed_at < SEALED_S

    def abandoned(self, *, now: float) -> list[str]:
        return [put for put, one in self.staged.items() if now - one.at > ABANDONED_S]

    def forget(self, removed: set[str], *, now: float) -> bool:
        """Drop what was removed from the index and cannot come back; whether there was any."""
        gone = [
            put
            for put, one in self.dead.items()
            if put in removed and (one.whole or now - one.at > ABANDONED_S)
        ]
        for put in gone:
            del self.dead[put]
        return bool(gone)

    def withdraw(self, tenant: str, document_id: str, *, version: int) -> None:
        self.withdrawn[_key(tenant, document_id)] = version

    def was_withdrawn(self, document: DocumentVersion) -> bool:
        return document.version <= self.withdrawn.get(_key(document.tenant, document.document_id), -1)


def _key(tenant: str, document_id: str) -> str:
    return f"{tenant}\n{document_id}"
