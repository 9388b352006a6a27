"""Makes a job of a posting's lines: its description, what labels say, the skills that it lists."""

import re
from collections.abc import Sequence

from app.coldmail.extraction import money, places, words
from app.coldmail.extraction.dates import iso_date
from app.coldmail.extraction.facts import Facts
from app.coldmail.extraction.html_text import Block, blocks_text
from app.coldmail.extraction.shown.evidence import HEADINGS
from app.coldmail.extraction.shown.spots import line_after
from app.coldmail.extraction.skills import listed_skills, skills_in
from app.coldmail.extraction.values import Job
from app.coldmail.extraction.years import years_in

# What fills a field that somebody had to fill.
_NO_SKILL = re.compile(
    r"skills?\b|(?:as|see) (?:per|above|below|jd|job)|n/?a\Z|none\Z|others?\Z", re.IGNORECASE
)
# A key that stands where its translation should.
_UNTRANSLATED = re.compile(r"%[A-Z_]{3,60}%")
_HEADING_CHARS = 80
# A body is at least so long before a list of other jobs ends it; before "Share this job", which stands above texts as well, longer.
_LEAST_CHARS, _MOST_CHROME = 20, 300
_SKILLS = re.compile(
    r"(?:(?:key|required|technical|desired|your|must[- ]have) )?(?:skills?|tech(?:nology)? stack|technologies|kenntnisse|compétences)"
)


def job(title: str, blocks: Sequence[Block], told: Facts) -> Job:
    body = _body(blocks, title)
    description = blocks_text(body) or None
    salary = next((pay for text in told.all("salary") if (pay := money.pay(text))), None)
    listed = listed_skills(_tags(body))
    remote = (places.remote_kind(text) for name in ("remote", "location") for text in told.all(name))
    return Job(
        title=title,
        locations=labelled(told.all("location")),
        remote=next((kind for kind in remote if kind), None),
        salary=salary or money.pay_in(description or ""),
        skills=tuple(dict.fromkeys((*listed, *skills_in(f"{title}\n{description or ''}")))),
        experience=told.first("experience") or years_in(description),
        description=description,
        posted_at=next((day for text in told.all("posted") if (day := iso_date(text))), None),
    )


def labelled(values: Sequence[str]) -> tuple[str, ...]:
    """The places in what stands behind a label for them."""
    return places.unique(place for text in values for place in _split_places(text))


def _split_places(text: str) -> list[str]:
    parts = re.split(r"\s*[;|•]\s*|\s+/\s+", text)
    return [made for part in parts if part.strip(" ()") and (made := places.place(part.strip()))]


def _body(blocks: Sequence[Block], title: str) -> list[Block]:
    """From the title to what follows the posting, without buttons; a block that the page repeats (for phones) once."""
    start = line_after(title, blocks)
    found: list[Block] = []
    seen: set[str] = set()
    for block in blocks[start:]:
        line = block.text.lower()
        read = sum(len(one.text) for one in found)
        if words.OTHER_JOBS.match(line) and len(line) <= _HEADING_CHARS and read > _LEAST_CHARS:
            break
        if block.tag in HEADINGS and words.APPLY.match(line) and any(one.tag == "li" for one in found):
            break  # the form to apply with
        if words.AFTER.match(line) and len(line) <= 120:
            if read > _MOST_CHROME:
                break
            continue
        short = len(line) <= 60
        if (
            (short and (words.APPLY.match(line) or (block.linked and block.tag != "li")))
            or (line in seen and len(line) > 3)
            or block.tag == "button"
            or _UNTRANSLATED.fullmatch(block.text)
        ):
            continue
        seen.add(line)
        found.append(block)
    while found and (found[-1].linked or found[-1].tag in HEADINGS):
        found.pop()  # a menu below the posting: links, and the headings over them
    return found


def _tags(blocks: Sequence[Block]) -> list[str]:
    """The short entries below a heading that says "Skills"."""
    found: list[str] = []
    inside = False
    for block in blocks:
        line = words.label(block.text)
        if block.tag in HEADINGS or block.bold or block.text.endswith(":"):
            deeper = block.tag in ("h4", "h5", "h6") and not words.REQUIREMENTS.match(line)
            inside = _SKILLS.fullmatch(line) is not None or (inside and deeper)
        elif inside and len(block.text) <= 60 and len(found) < 40:
            found.append(block.text)
    return [text for text in found if len(text.split()) <= 4 and not _NO_SKILL.match(text)]
