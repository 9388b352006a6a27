"""The template's drafts as a reader would take them, in each language, tone and length."""

import itertools
import re

import pytest

from app.coldmail.portfolio.entries import Entry
from app.coldmail.portfolio.matching import match
from app.coldmail.profiles import Profile
from app.coldmail.writing import template
from app.coldmail.writing.facts import Facts, Written
from app.coldmail.writing.phrases import PHRASES
from app.coldmail.writing.posting import posting

ENTRIES = (
    Entry("Fleet tracker", ("Python", "AWS"), "", "https://work.example/fleet"),
    Entry("Brand book", ("Branding",), "", "https://work.example/book"),
)
JOBS = [
    ("Senior Python Developer", "Acme GmbH", ["Python", "AWS"]),
    ("Head of Brand", "", ["Branding"]),
    ("Nurse", "St. Mary's Hospital", []),
    ("", "Acme", ["Python"]),
]


def draft(language: str, tone: str, length: str, job: int, variant: int) -> Written:
    title, company, skills = JOBS[job]
    wanted = posting(
        title=title,
        company=company,
        skills=skills,
        description="",
        portfolio_skills=["Python", "AWS", "Branding"],
    )
    profile = Profile(language=language, tone=tone, length=length, name="Ann Lee")
    return template.write(
        Facts(wanted, profile, tuple(match(wanted.skills, ENTRIES, {})), ENTRIES), variant=variant
    )


@pytest.mark.parametrize("language", PHRASES)
def test_a_draft_reads_like_one_whatever_it_is_filled_with(language: str) -> None:
    for tone, length, job, variant in itertools.product(
        ("friendly", "formal", "direct"), ("short", "medium", "long"), range(len(JOBS)), range(5)
    ):
        written = draft(language, tone, length, job, variant)
        prose = re.sub(r"https?://\S+", "", f"{written.subject}\n{written.body}")
        assert not re.search(r"[{}]|  |\( |\(\)|\.\.|“”|\ba [aeio]", prose, re.I), prose
        assert len(written.subject) <= 100
        assert 15 <= len(written.body.split()) <= 130
        # A greeting, at least one sentence, and a close with a name below.
        assert re.search(r"[,.]\nAnn Lee$", written.body) or language == "de"
        assert written.body.count("Acme") <= 2


@pytest.mark.parametrize("language", PHRASES)
def test_no_phrase_agrees_with_the_number_or_sound_of_what_it_is_filled_with(language: str) -> None:
    """One skill or four, a title that begins with any letter: the words around them stay."""
    phrases = PHRASES[language]
    before = r"\b(?:an?|is|are|eine?n?|ist|sind|stehen|gehören|une?|est|figure|está|es|son) \{(?:skills|title|post)\}"
    for phrase in (*phrases.subjects, *phrases.openings, *phrases.skills):
        assert not re.search(before, phrase, re.I), phrase
