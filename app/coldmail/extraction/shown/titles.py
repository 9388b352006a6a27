"""Finds the title of the one job that a page is about, by agreement of what it shows and what it is called."""

import re

from app.coldmail.extraction import words
from app.coldmail.extraction.document import Document
from app.coldmail.extraction.html_text import node_text
from app.coldmail.extraction.listed.marks import ANNOUNCED

TITLE_NODES = (
    "[data-automation-id=jobPostingHeader], [class*=job-title], [class*=jobtitle i], [class*=job__title], [class*=posting-title],"
    " [class*=posting-headline] h2, [class*=position-title], [class*=app-title], [class*=vacancy-title], [data-qa=job-title],"
    " [data-testid*=job-title i], [data-ui=job-title], [class*=job-header__title], [itemprop=title], .card-designation .title,"
    " [class*=job i][class*=title i], [class*=position i][class*=title i], [class*=position i][class*=name i], [class*=vacancy i][class*=title i],"
    " [class*=opening i][class*=title i], [class*=requisition i][class*=title i], [id*=req i][id*=title i], [class*=jd-][class*=title i],"
    " [data-qa=vacancy-title], [data-tag*=JobTitle], [data-automation*=title i], [data-test*=positionName i], [class*=job-name i], [class*=jobname i]"
)
_TITLE_CHARS, _HEAD_BLOCKS = 200, 60
_SEPARATOR = re.compile(
    r"(?<=[\u3040-\u9fff\uac00-\ud7a3])[-_–—](?=[\u3040-\u9fff\uac00-\ud7a3])|\s+[|–—·•-]\s+|\s*[|｜\n]\s*"
)
_PREFIX = re.compile(
    r"\A(?:job (?:description|details?|title|posting|opening)|vacancy|position|stellen(?:angebot|anzeige|ausschreibung)|oferta de (?:empleo|trabajo)|puesto|vacante"
    r"|offre d['’]emploi|annonce|offerta di lavoro|vacature|oferta pracy|vaga(?: de)?|вакансия)\s*[-–—:|]\s*(?=\S{2})",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*\([\d-]{3,}\)\Z")
_NOTICE = re.compile(
    r"(?:privacy|cookie) (?:notice|policy|statement)|datenschutz(?:erklärung|hinweis|information)|(?:política|aviso) de privacidad|politique de confidentialité"
    r"|informativa (?:sulla )?privacy|privacyverklaring|integritetspolicy|polityka prywatności"
)


def title(document: Document) -> str | None:
    """What heads the page and stands in its own title; else what its own title says and it shows; else a heading that names a role."""
    stated = [document.meta(name) or "" for name in ("og:title", "title", "twitter:title")]
    spoken = "\n".join((document.title, *stated)).lower()
    hinted = [node_text(node) for node in document.tree.css(TITLE_NODES)[:5]]
    headed = [block.text for block in document.blocks if block.tag == "h1"][:5]
    lower = [block.text for block in document.blocks if block.tag in ("h2", "h3") and not block.skipped][:6]
    shown = {block.text.lower() for block in document.blocks}
    agreed = [
        text for text in (*headed, *hinted, *lower) if text and len(text) > 3 and text.lower() in spoken
    ]
    named = [text for text in stated if text.lower() in shown]
    roles = [text for text in (*hinted, *headed, *lower) if words.ROLE.search(text)]
    parts = {part.strip() for part in _SEPARATOR.split(spoken)}
    called = [
        block.text
        for block in document.blocks[:_HEAD_BLOCKS]
        if block.text.lower() in parts and words.ROLE.search(block.text)
    ]
    for text in map(_unprefixed, (*agreed, *named, *called, *roles, *hinted[:1], *headed[:1])):
        if 3 <= len(text) <= _TITLE_CHARS and not _section(text):
            return text
    return None


def _unprefixed(text: str) -> str:
    """Without the words for a posting and the number around a title: "Job Description - Ship Cook (4711)"."""
    bare = _PREFIX.sub("", text)
    return _NUMBER.sub("", bare) if bare != text else text


def _section(text: str) -> bool:
    line = text.lower().strip(" :")
    patterns = (words.ABOUT_A_POST, words.NO_TITLE, words.OPEN_POSITIONS, ANNOUNCED)
    return (
        line.isdigit()
        or bool(_NOTICE.search(line))
        or any(pattern.fullmatch(line) is not None for pattern in patterns)
    )
