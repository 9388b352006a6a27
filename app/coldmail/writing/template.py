"""Writes a draft from facts and fixed sentences alone, and the frame that a model's sentences are put into."""

from collections.abc import Sequence

from app.coldmail.portfolio.matching import Match
from app.coldmail.writing.facts import Claim, Facts, Written, listed
from app.coldmail.writing.phrases import PHRASES, Phrases

_MOST_NAMED = 4


def write(facts: Facts, *, variant: int = 0) -> Written:
    """The same facts and variant give the same draft."""
    words = PHRASES[facts.profile.language]
    sentences = [_opening(facts, words, variant)]
    if facts.shared:
        skills = listed(facts.shared[:_MOST_NAMED], words.joined_by)
        sentences.append(_one_of(words.skills, variant).format(skills=skills))
    paragraphs = [" ".join(sentences), *_work(facts, words, variant)]
    if facts.profile.length == "long":
        paragraphs.append(_one_of(words.more[0 if facts.matches else 1 :], variant))
    paragraphs.append(_one_of(words.asks[facts.profile.tone], variant + variant // 3))
    return framed(subject(facts, variant=variant), paragraphs, facts)


def subject(facts: Facts, *, variant: int = 0) -> str:
    words = PHRASES[facts.profile.language]
    if facts.earlier:
        return f"Re: {facts.earlier.removeprefix('Re: ')}"
    title = facts.posting.title
    return _one_of(words.subjects, variant).format(title=title) if title else words.no_subject


def framed(
    subject_line: str, paragraphs: Sequence[str], facts: Facts, *, warnings: Sequence[str] = ()
) -> Written:
    """With salutation, sign-off, signature and opt-out line, and a claim for every fact that the text holds."""
    profile, words = facts.profile, PHRASES[facts.profile.language]
    greetings = words.greeting_company if facts.posting.company else words.greeting
    salutation = greetings[profile.tone].format(company=facts.posting.company)
    own = [profile.name, ", ".join(part for part in (profile.role, profile.company) if part)]
    signature = profile.signature.strip() or "\n".join(part for part in own if part)
    sign_off = "\n".join(part for part in (f"{words.closing[profile.tone]}", signature) if part)
    parts = [salutation, *paragraphs, sign_off, profile.opt_out.strip()]
    body = "\n\n".join(part for part in parts if part)
    return Written(subject_line, body, tuple(_claims(body, subject_line, facts)), tuple(warnings))


def link_lines(facts: Facts) -> str:
    words = PHRASES[facts.profile.language]
    return "\n".join(
        f"- {found.entry.title}{_by_skills(found, words)}{words.colon} {found.entry.link}"
        for found in facts.matches
    )


def _by_skills(found: Match, words: Phrases) -> str:
    """Which of the job's skills it shows, unless its title says so."""
    if all(skill in found.entry.title for skill in found.skills):
        return ""
    return f" ({listed(found.skills[:_MOST_NAMED], words.joined_by)})"


def work_introduced(facts: Facts, *, variant: int = 0) -> str:
    """The links under a sentence that says what they are; "" when none fits."""
    words = PHRASES[facts.profile.language]
    if not facts.matches:
        return ""
    intro = _one_of(words.links if len(facts.matches) > 1 else words.one_link, variant)
    return f"{intro}\n{link_lines(facts)}"


def _opening(facts: Facts, words: Phrases, variant: int) -> str:
    if facts.earlier:
        return _one_of(words.follow_up, variant).format(earlier=facts.earlier.removeprefix("Re: "))
    title, company = facts.posting.title, facts.posting.company
    at = words.at_company.format(company=company) if company else ""
    if not title:
        return words.no_opening.format(at=at)
    return _one_of(words.openings, variant).format(post=words.post.format(title=title), at=at)


def _work(facts: Facts, words: Phrases, variant: int) -> list[str]:
    if facts.matches:
        return [work_introduced(facts, variant=variant)]
    return [_one_of(words.no_links, variant)]


def _claims(body: str, subject_line: str, facts: Facts) -> list[Claim]:
    """One for each fact in each line of the draft that holds it."""
    found: dict[tuple[str, str], Claim] = {}
    lines = [line.strip() for line in (subject_line, *body.splitlines()) if line.strip()]
    for line in lines:
        for words, evidence in _evidence(facts):
            if words in line:
                found.setdefault((line, evidence), Claim(line, evidence))
    return list(found.values())


def _evidence(facts: Facts) -> list[tuple[str, str]]:
    """Words that may stand in a draft, with what bears them out."""
    posting = facts.posting
    pairs = [(words, words) for words in (posting.title, posting.company) if words]
    pairs += [(skill, posting.evidence(skill)) for skill in posting.skills]
    for found in facts.matches:
        entry = found.entry
        shown = entry.text.splitlines()[0] if entry.title else ""
        pairs += [(entry.link, entry.link), (entry.title, shown)]
        pairs += [(skill, ", ".join(entry.skills)) for skill in found.skills]
    return [(words, evidence) for words, evidence in pairs if words]


def _one_of(alternatives: Sequence[str], variant: int) -> str:
    return alternatives[variant % len(alternatives)]
