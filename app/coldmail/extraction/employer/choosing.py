"""Chooses the employer's name among all that a page mentions: each place speaks once for its name, the address bears out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from app.coldmail.extraction.document import Document
from app.coldmail.extraction.employer.addresses import Address
from app.coldmail.extraction.employer.boards import of_many
from app.coldmail.extraction.employer.mentions import Mention, mentions
from app.coldmail.extraction.employer.names import board, brand, legal_form, squashed, vendor

# One place that names the employer as a rule, or two hints that agree.
LEAST = 2.0
# A site that lets a part to the employer, or that announces jobs of many, names itself everywhere.
_LANDLORD, _BOARD = 0.5, 0.25
_OFTEN = 3
# Where a name stands as it is registered rather than as people say it.
# Where a name is that of whose job it is, and where a site names itself.
_OF_JOB = frozenset(("said", "at", "data"))
_OF_SITE = frozenset(
    ("site", "organization", "application", "copyright", "logo", "board", "publisher", "header")
)
_FORMAL = frozenset({"copyright", "publisher"})


def employer(document: Document, *, title: str, places: Iterable[str] = ()) -> str | None:
    """The name for which most speaks; None where too little does. title: the job's, `places`: where it is, neither of which is a name."""
    not_names = {
        squashed(text) for text in (title, *places, *(part for one in places for part in one.split(",")))
    }
    address = Address.of(document)
    groups: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions(document, title=title):
        key = squashed(brand(mention.name))
        if len(key) >= 2 and key not in not_names and not vendor(mention.name):
            groups[key].append(mention)
    _lend_to_shorter(groups)
    if of_many(document):
        groups = {key: spoken for key, found in groups.items() if (spoken := _not_of_site(found))}
    scores = {key: _score(found, address, document.text) for key, found in groups.items()}
    if not scores:
        return None
    best = max(scores, key=lambda key: scores[key])
    return _form(groups[best]) if scores[best] >= LEAST else None


def _score(found: Sequence[Mention], address: Address, text: str) -> float:
    name = found[0].name
    said = sum({mention.place: mention.weight for mention in found}.values())
    confirmed = address.bears_out(name)
    if board(name):
        return said * _BOARD
    total = said + confirmed + (0.5 if said and text.count(brand(name)) >= _OFTEN else 0.0)
    return total * _LANDLORD if address.lets(name) and not confirmed else total


def _not_of_site(found: list[Mention]) -> list[Mention]:
    """What speaks for a name on a site that announces the jobs of many: of the site's own name only what is said of a job."""
    own = any(mention.place in _OF_SITE for mention in found)
    return [mention for mention in found if mention.place in _OF_JOB] if own else found


def _lend_to_shorter(groups: dict[str, list[Mention]]) -> None:
    """ "Tide Sverige" and "Tide Group" speak for Tide where that is a name of the page as well."""
    for found in list(groups.values()):
        words = brand(found[0].name).split()
        shorter = squashed(" ".join(words[:-1]))
        if len(words) > 1 and shorter in groups and any(one.weight for one in groups[shorter]):
            groups[shorter] += [mention for mention in found if mention.weight]


def _form(found: Sequence[Mention]) -> str:
    """As the surest places write it; without its legal form, unless the page always gives that where it names itself."""
    key = squashed(brand(found[0].name))
    forms = [mention for mention in found if squashed(brand(mention.name)) == key]
    surest = sorted(forms, key=lambda mention: -mention.weight)
    plain = [mention.name for mention in surest if not legal_form(mention.name)]
    if plain:
        return _least_shouted(plain)
    stated = [mention.name for mention in surest if mention.place not in _FORMAL]
    return stated[0] if stated else brand(surest[0].name)


def _least_shouted(names: Sequence[str]) -> str:
    """The first; where that is all capitals and another place writes it otherwise, the most frequent of those."""
    if not names[0].isupper():
        return names[0]
    others = Counter(name for name in names if not name.isupper() and not name.islower())
    return others.most_common(1)[0][0] if others else names[0]
