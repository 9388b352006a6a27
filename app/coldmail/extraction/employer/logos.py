"""Reads names out of logos: the text that stands for the image, and the words of its file where the page bears them out."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from app.coldmail.extraction.document import Document
from app.coldmail.extraction.employer.names import clean, squashed
from app.coldmail.extraction.words import words

_MOST_IMAGES, _MOST_CHARS = 60, 60_000
# What file names hold besides the name.
_FILE_WORDS = words(
    "logo logos logotype logotipo login header footer nav navbar brand branding company corporate main primary secondary default new old final",
    "white black color colour colored coloured blue red green orange grey gray dark light inverse inverted negative positive reversed rgb cmyk pms",
    "horizontal vertical square squared cuadrado round lockup stacked wordmark mark icon favicon image img pic web site mobile desktop retina small",
    "medium large big full transparent background bg png jpg jpeg svg gif webp hd hr careers career jobs job portal official version copy vector",
)

# Attributes that say what an element is.
_CALLED = ("class", "id", "data-automation-id", "data-ui", "data-qa", "data-testid")


def alternatives(document: Document) -> Iterator[str]:
    """The text of each image that is the page's logo: "Tide logo", or "Tide" on an image in the place for logos."""
    for node in _images(document):
        attributes = node.attributes
        text = attributes.get("alt") or attributes.get("title") or attributes.get("aria-label") or ""
        if re.search(r"\blogo", text, re.I) or _logo_place(node):
            yield text
    for node in document.tree.css("a[class*=logo i], a[class*=brand i], a[rel=home], header a[href='/']")[:5]:
        yield node.attributes.get("aria-label") or node.attributes.get("title") or node.text()[:200]


def headers(document: Document) -> Iterator[str]:
    """The text of an image in the page's header: mostly its logo, whatever it is called."""
    for node in document.tree.css(
        "header img[alt], [class*=header i] img[alt], [id*=header i] img[alt], mat-toolbar img[alt]"
    )[:5]:
        text = node.attributes.get("alt") or ""
        if not (re.search(r"\blogo", text, re.I) or _logo_place(node)):
            yield text


def others(document: Document) -> Iterator[str]:
    """The texts of all images: of no weight by themselves."""
    for node in _images(document):
        yield node.attributes.get("alt") or ""


def files(document: Document) -> Iterator[str]:
    """The words of a logo's file as a name, spelled as the page spells them where it does."""
    for source in dict.fromkeys(_sources(document)):
        parts = _parts(source)
        if parts and (name := clean(_spelled(parts, document.text))):
            yield name


def _images(document: Document) -> list[LexborNode]:
    return document.tree.css("img")[:_MOST_IMAGES]


def _logo_place(node: LexborNode) -> bool:
    """Whether the image, or one of the three elements around it, is called a logo."""
    at: LexborNode | None = node
    for _ in range(4):
        if at is None:
            return False
        attributes = at.attributes
        called = " ".join((attributes.get(name) or "")[:200] for name in _CALLED)
        if re.search(r"logo|\bbrand\b|navbar-brand", called, re.I):
            return True
        at = at.parent
    return False


def _in_header(node: LexborNode) -> bool:
    around = node.parent
    return around is not None and bool(
        re.search(r"header|toolbar", f"{around.tag} {(around.attributes.get('class') or '')[:200]}", re.I)
    )


def _sources(document: Document) -> Iterator[str]:
    found = [
        document.meta("og:image") or "",
        document.meta("image") or "",
        document.meta("twitter:image") or "",
    ]
    for node in _images(document):
        source = (node.attributes.get("src") or "")[:1_000]
        if (
            _logo_place(node)
            or re.search(r"\blogo", node.attributes.get("alt") or "", re.I)
            or _in_header(node)
        ):
            yield source
        else:
            found.append(source)
    yield from (source for source in found if re.search(r"logo", source, re.I))


def _parts(source: str) -> list[str]:
    """ "/logo/Larsen-toubro-login 210x40.png" -> Larsen, toubro; nothing of a file that is named by a number or a hash."""
    try:
        name = unquote(urlsplit(source).path).rsplit("/", 1)[-1]
    except ValueError:
        return []
    if source.startswith("data:"):
        return []
    stem = re.sub(r"\.\w{2,5}\Z", "", name)
    stem = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", stem)
    parts = [part for part in re.split(r"[\s_.,+@()-]+", stem) if part]
    kept = [part for part in parts if part.isalpha() and part.lower() not in _FILE_WORDS]
    return kept if 1 <= len(kept) <= 5 and any(len(part) > 2 for part in kept) else []


def _spelled(parts: list[str], text: str) -> str:
    """As the text writes these words; else with capitals, joined by the sign of the abbreviation that the text uses: L&T."""
    run = r"\W{1,3}(?:and |et |und |y |i |e )?".join(map(re.escape, parts))
    for match in re.finditer(rf"(?<!\w){run}(?!\w)", text[:_MOST_CHARS], re.IGNORECASE):
        if match[0][:1].isupper() and "\n" not in match[0]:
            return match[0]
    if folded := _accented(parts, text):
        return folded
    capital = [part.capitalize() if part.islower() else part for part in parts]
    abbreviation = r"\s?&\s?".join(part[0].upper() for part in capital)
    if len(parts) == 2 and re.search(rf"(?<!\w){abbreviation}(?!\w)", text):
        return " & ".join(capital)
    return " ".join(capital)


def _accented(parts: list[str], text: str) -> str | None:
    """The run of as many words whose letters are the same without their accents."""
    wanted = squashed("".join(parts))
    for line in text[:_MOST_CHARS].splitlines():
        if wanted not in squashed(line):
            continue
        split = line.split()
        for at in range(len(split) - len(parts) + 1):
            run = " ".join(split[at : at + len(parts)]).strip(".,;:()“”\"'!?")
            if run[:1].isupper() and squashed(run) == wanted:
                return run
    return None
