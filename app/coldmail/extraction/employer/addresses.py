"""What a page's own address bears out: the names in it confirm what the page says, and yield none themselves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.coldmail.extraction.document import Document
from app.coldmail.extraction.employer.names import brand, squashed
from app.coldmail.extraction.words import words

_GENERIC = re.compile(
    r"(?:www|jobs?|careers?|career|boards?|apply|empleo|talent|recruiting|recruitment|hire|work|karriere|emp|portal|ats|join|team|people|hr|site|web|app|m"
    r"|[a-z]{2}|[a-z]{2}-[a-z]{2}|global|intl|emea|apac|latam|eu\d?)\d*\Z"
)
_CAREER_WORDS = re.compile(
    r"\A(?:careers?|jobs?|karriere|empleo|workat|joinus?|hiring|talent)(?=\w{3})|(?<=\w{3})(?:careers?|jobs?|karriere|empleo|hr|hiring|talent|recruiting|recruitment|hq|inc|ltd|group|gmbh|official)\Z"
)
# Hosts on which the path begins with the employer's part.
_SHARED = words(
    "greenhouse lever ashbyhq workable smartrecruiters jobvite breezy rippling gem dover comeet welcometothejungle wellfound ycombinator",
    "applytojob paylocity ultipro recruitingbypaycor dayforcehcm myworkdaysite zohorecruit careers-page jobylon homerun teamtailor join",
)
EXACT, HELD = 3.0, 2.0


@dataclass(frozen=True, slots=True)
class Address:
    """The squashed words of an address: those of the employer's own part, and the registered name where that is another's."""

    own: tuple[str, ...]
    landlord: str

    @classmethod
    def of(cls, document: Document) -> "Address":
        try:
            parts = urlsplit(document.url or "")
            labels = (parts.hostname or "").split(".")[:-1]
        except ValueError:
            labels, parts = [], urlsplit("")
        # "co" of co.uk and kin.
        if len(labels) > 1 and labels[-1] in ("co", "com", "org", "ac", "gov", "net"):
            labels.pop()
        special = [label for label in labels[:-1] if not _GENERIC.fullmatch(label)]
        registered = labels[-1:] if labels and not _GENERIC.fullmatch(labels[-1]) else []
        handles = [
            handle.lstrip("@")
            for name in ("twitter:site", "twitter:creator")
            if (handle := document.meta(name) or "")
        ]
        # Elsewhere a path begins with words for lists, departments and jobs.
        board = parts.path.split("/")[1:2] if _SHARED & set(labels) else []
        own = [*(special or registered), *board, *handles]
        found = tuple(dict.fromkeys(form for text in own for form in _forms(text)))
        return cls(found, squashed(registered[0]) if special and registered else "")

    def bears_out(self, name: str) -> float:
        """EXACT where it is the name itself, HELD where it holds the name or is the beginning of it, else 0."""
        wanted = squashed(brand(name))
        if len(wanted) < 2:
            return 0.0
        if wanted in self.own:
            return EXACT
        return HELD if len(wanted) >= 4 and any(wanted in text for text in self.own) else 0.0

    def lets(self, name: str) -> bool:
        """Whether the name is that of the site on which the employer's part stands."""
        return bool(self.landlord) and squashed(brand(name)) == self.landlord


def _forms(text: str) -> Iterator[str]:
    whole = squashed(text)
    yield whole
    bare = re.sub(r"[^a-z0-9]", "", text.lower())
    if (shorter := _CAREER_WORDS.sub("", bare)) and shorter != bare and len(shorter) >= 2:
        yield squashed(shorter)
