"""All that one draft may say: the posting's facts, the matched work, and who writes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.coldmail.portfolio.entries import Entry
from app.coldmail.portfolio.matching import Match, skill_key
from app.coldmail.profiles import Profile
from app.coldmail.writing.posting import Posting


@dataclass(frozen=True, slots=True)
class Facts:
    """`matches` are the links; `entries` the whole portfolio, whose skills may be named. `earlier`: the subject followed up."""

    posting: Posting
    profile: Profile
    matches: tuple[Match, ...]
    entries: tuple[Entry, ...]
    earlier: str = ""

    @property
    def shared(self) -> tuple[str, ...]:
        """Skills that stand in the posting and in the work that is linked, as the posting spells them."""
        shown = {skill_key(skill) for found in self.matches for skill in found.skills}
        return tuple(skill for skill in self.posting.skills if skill_key(skill) in shown)

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(found.entry.link for found in self.matches)


@dataclass(frozen=True, slots=True)
class Claim:
    """Words of the draft, and the words that bear them out."""

    text: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Written:
    """A draft that was verified, or made of nothing but facts."""

    subject: str
    body: str
    claims: tuple[Claim, ...]
    warnings: tuple[str, ...] = ()


def whole(link: str) -> re.Pattern[str]:
    """The link where it stands as it is: one may begin like another one."""
    return re.compile(rf"{re.escape(link)}(?=[.,;:!?)\"”»']*(?:\s|$))")


def listed(items: Sequence[str], joined_by: str) -> str:
    """a, b and c."""
    return f" {joined_by} ".join(part for part in (", ".join(items[:-1]), items[-1]) if part) if items else ""
