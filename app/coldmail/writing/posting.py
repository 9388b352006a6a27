"""A posting reduced to the facts that a draft may rest on; the rest of its words stays where it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.coldmail.extraction.skills import skills_in
from app.coldmail.portfolio.matching import named_in, skill_key
from app.coldmail.writing.suspicion import REACHABLE, safe_name, safe_title, shown, suspicious

_MOST_SKILLS = 25
_WINDOW = 160


@dataclass(frozen=True, slots=True)
class Posting:
    """`title` and `company` are verbatim, or "" when they read like anything but names. `skills` are those of a curated
    list and of the portfolio, as the posting spells them. `text` is all of it: evidence is looked up there.
    """

    title: str
    company: str
    skills: tuple[str, ...]
    text: str

    def evidence(self, words: str) -> str:
        """The line that holds the words, or the words alone where the line is long or says more than it should."""
        for line in self.text.splitlines():
            line = shown(line)
            if named_in(line, [words]):
                return line if len(line) <= _WINDOW and not suspicious(line) else words
        return words


def posting(
    *, title: str, company: str, skills: Sequence[str], description: str, portfolio_skills: Sequence[str]
) -> Posting:
    """Raises nothing: a posting that is nothing but an attack has no title, no company and no skills."""
    listed = [shown(skill) for skill in skills]
    text = "\n".join([shown(title), shown(company), *listed, *map(shown, description.splitlines())])
    found = [*_known(listed, portfolio_skills), *skills_in(text), *named_in(text, portfolio_skills)]
    named = {
        skill_key(skill): skill
        for skill in reversed(found)
        if not REACHABLE.search(skill) or skills_in(skill)
    }
    in_order = dict.fromkeys(skill_key(skill) for skill in found)
    return Posting(
        safe_title(title),
        safe_name(company),
        tuple(named[key] for key in in_order if key in named)[:_MOST_SKILLS],
        text,
    )


def _known(listed: Sequence[str], portfolio_skills: Sequence[str]) -> list[str]:
    keys = {skill_key(skill) for skill in portfolio_skills}
    return [skill for skill in listed if skill_key(skill) in keys or skill in skills_in(skill)]
