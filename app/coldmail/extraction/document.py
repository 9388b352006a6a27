"""A page as its readers see it: decoded, parsed once, with what they all ask for."""

import re
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from app.coldmail.extraction.html_text import Block, blocks, one_line, parsed

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{1,40})""")
# The marks that a template leaves where the address of a job goes: the page's own scripts put it behind this origin.
_TEMPLATED = re.compile(r"\A(https?://[^/{}$\s]+/?)[^{}$\s]{0,60}(?:\{\{|\{\$|\$\{|\{%)")
_ASIDE = re.compile(
    r"\bfooter\b|^nav\b|navbar|navigation|cookie|consent|breadcrumb|social|share|newsletter|subscribe|related|similar"
    r"|apply[_-]|[_-]apply|application-{1,2}(?:form|container|section|wrapper)|login|sign-?in|modal|skip-link|^button\b|^form\b|^aside\b|recommend|talent-community",
    re.IGNORECASE,
)
_STATE_ATTRIBUTES = (
    *(
        "data-page",
        "data-props",
        "data-react-props",
        "data-jobs",
        "data-state",
        "data-initial-state",
        "data-vue-props",
    ),
    *(":jobs", ":positions", ":vacancies", ":openings", ":initial-jobs", "data-vacancies", "data-openings"),
    *("data-initial", "data-json", "data-offers", "data-positions", "data-content", "props"),
)
_STATE_NODES = ", ".join("[{}]".format(name.replace(":", "\\:")) for name in _STATE_ATTRIBUTES)
# What lists of work say of themselves where their headings would do for a shop's.
_OF_WORK = re.compile(
    r"emplo|job|recru|candida|carri|trabaj|vacant|contrat|\bCDI\b|puesto|poste", re.IGNORECASE
)
_MOST_LINKS, _WORK_CHARS = 20_000, 5_000
# Longer ones are no titles, and the patterns of walls and closed postings take their time over them.
_TITLE_CHARS = 2_000


def decoded(content: bytes, *, content_type: str | None) -> str:
    """The text of a page: byte-order mark, then the header's charset, the page's own, UTF-8, and cp1252 for the rest."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(name, "replace")
    declared = _CHARSET.search((content_type or "").encode("ascii", "ignore")) or _XML_ENCODING.match(content)
    declared = declared or _CHARSET.search(content[:4096])
    names = [declared.group(1).decode("ascii"), "utf-8"] if declared else ["utf-8"]
    for name in names:
        try:
            return content.decode("cp1252" if name.lower() in ("iso-8859-1", "latin1", "us-ascii") else name)
        except (UnicodeDecodeError, LookupError):
            continue
    # Neither: a page in UTF-8 with a broken byte somewhere is still that, any other is what browsers assume.
    sample = content[:100_000]
    mostly_utf8 = sample.decode("utf-8", "replace").count("\ufffd") * 1_000 < len(sample)
    return content.decode("utf-8" if mostly_utf8 else "cp1252", "replace")


class Document:
    """Parsed once; every part is worked out when it is first asked for."""

    def __init__(self, source: str, tree: LexborHTMLParser, *, url: str | None) -> None:
        self.source = source
        self.tree = tree
        self.given_url = url

    @classmethod
    def of(cls, source: str, *, url: str | None) -> "Document | None":
        """None for a page that no parser takes in reasonable time."""
        tree = parsed(source)
        return cls(source, tree, url=url) if tree is not None else None

    @cached_property
    def url(self) -> str | None:
        """The page's address: as given, else as the page states it."""
        for candidate in (self.given_url, self.canonical, self.meta("og:url"), self.meta("twitter:url")):
            if candidate and candidate.startswith(("http://", "https://")):
                return candidate
        return None

    @cached_property
    def base(self) -> str | None:
        """What relative addresses are relative to."""
        node = self.tree.css_first("base[href]")
        href = (node.attributes.get("href") or "") if node is not None else ""
        try:
            base = urljoin(self.url or "", href) if href else self.url
        except ValueError:
            base = self.url
        if base and base.startswith(("http://", "https://")):
            return base
        return next((match[1] for link in self._hrefs if (match := _TEMPLATED.match(link))), None)

    @cached_property
    def canonical(self) -> str | None:
        for node in self.tree.css("link[rel=canonical][href], meta[rel=canonical][href]"):
            return node.attributes.get("href")
        return None

    @cached_property
    def host(self) -> str:
        try:
            return (urlsplit(self.url or self.base or "").hostname or "").lower()
        except ValueError:
            return ""

    @cached_property
    def title(self) -> str:
        node = self.tree.css_first("title")
        return one_line(node.text()[:_TITLE_CHARS]) if node is not None else ""

    @cached_property
    def headed(self) -> frozenset[str]:
        """What the page is called, folded: its titles and its first headings."""
        lines = [block.text for block in self.blocks if block.tag in ("h1", "h2")][:10]
        return frozenset(
            line.casefold() for line in (self.title, self.meta("og:title") or "", *lines) if line
        )

    @cached_property
    def metas(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for node in self.tree.css("meta[content]"):
            attributes = node.attributes
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            if name and attributes.get("content"):
                found.setdefault(name.lower(), one_line(attributes["content"] or ""))
        return found

    def meta(self, name: str) -> str | None:
        return self.metas.get(name) or None

    @cached_property
    def scripts(self) -> list[tuple[str, str]]:
        """Type, lower case, and text of every script with text."""
        return [
            ((node.attributes.get("type") or "").lower(), text)
            for node in self.tree.css("script")
            if (text := node.text()) and not text.isspace()
        ]

    @cached_property
    def json_ld(self) -> list[str]:
        return [text for kind, text in self.scripts if "ld+json" in kind or "ld json" in kind]

    @cached_property
    def state_attributes(self) -> list[tuple[str, str]]:
        """Name and text of every attribute in which components are handed their data."""
        found = []
        for node in self.tree.css(_STATE_NODES):
            attributes = node.attributes
            found += [
                (name, value) for name in _STATE_ATTRIBUTES if len(value := attributes.get(name) or "") > 100
            ]
        return found

    @cached_property
    def blocks(self) -> list[Block]:
        """What a reader sees, in order; what is no part of a posting is marked."""
        return list(blocks(self.tree.body, skip=_ASIDE))

    @cached_property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)

    @cached_property
    def of_work(self) -> bool:
        """Whether the page speaks of work near its top."""
        return _OF_WORK.search(f"{self.title}\n{self.text[:_WORK_CHARS]}") is not None

    @cached_property
    def _hrefs(self) -> list[str]:
        return [node.attributes.get("href") or "" for node in self.tree.css("a[href]")[:_MOST_LINKS]]

    @cached_property
    def links(self) -> set[str]:
        """Every address that the page links to, absolute."""
        return set(self._absolute())

    def _absolute(self) -> Iterator[str]:
        for href in self._hrefs:
            if (made := self.absolute(href)) is not None:
                yield made

    def absolute(self, href: str) -> str | None:
        href = href.strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            return None
        try:
            made = urljoin(self.base or ("https:" if href.startswith("//") else ""), href)
        except ValueError:
            return None
        return made if made.startswith(("http://", "https://")) else None
