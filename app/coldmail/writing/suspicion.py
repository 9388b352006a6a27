"""Tells names from orders: which words of a page may be repeated, and which were put there for a machine to obey."""

import re

from app.coldmail.extraction import words
from app.coldmail.extraction.skills import skills_in
from app.kernel.prompts import clean

_MOST_TITLE_WORDS = 10
_MOST_TITLE_CHARS = 90
_MOST_NAME_WORDS = 6
_MOST_NAME_CHARS = 60

REACHABLE = re.compile(
    r"https?:|www\.|@|\b[a-z0-9-]{2,}\.(?:com|org|net|io|ai|dev|app|co|de|fr|es|uk|eu|info|biz|example|test|xyz|ru|cn|me)\b"
    r"|\+?\d[\d ()/-]{6,}\d",
    re.I,
)
# What no name holds.
_ORDERS = re.compile(
    r"\b(?:ignor\w*|disregard\w*|forget\w*|overrid\w*|bypass\w*|jailbreak\w*|reveal\w*|append|prepend|language model|"
    r"system message|you (?:are|must|should|will|may) (?:now|also|not|instead)?|you must|act as|pretend|"
    r"repl(?:y|ies) with|respond with|answer with|include the|add the|send (?:all|the|this|it|an)|"
    r"forward (?:all|the|this|it)|api key|canary|pwned|hacked|"
    r"ignorier\w*|vergiss|anweisung\w*|antworte|schreibe|ignorez|oubliez|réponds|ignora\w*|olvida\w*|responde|escribe)\b",
    re.I,
)
# What orders hold, and the names of some posts and companies too: Executive Assistant, Prompt Engineer, Reply AG.
_OF_ORDERS = re.compile(
    r"\b(?:instruct(?:ions?|ed|s|ing)?|prompts?|assistant|chatbot|llm|output|print|repeat|click|visit|password|token)\b",
    re.I,
)
# What makes a sentence of it. A post's name has such words behind what the post is, as in Assistant to the Board.
_SPEAKS = re.compile(
    r"\b(?:an?|the|me|you|your|my|this|that|all|it|to|us|is|are|if|then|now|with|der|die|das|den|einen?|le|la|les|une?|el|los)\b",
    re.I,
)
_LEGAL_FORM = re.compile(
    r"\b(?:gmbh|m?bh|ag|se|kg|ohg|eg|inc|ltd|llc|llp|plc|corp|co|sas?|sarl|sl|srl|spa|bv|nv|oy|ab|as|aps|kft|group|gruppe)\.?$",
    re.I,
)


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


# Prose in the imperative or a question; no post is called so.
_FIRST_WORDS = _words(
    "ignore disregard forget say print output reply respond write send forward click visit reveal repeat tell include add "
    "translate summarize summarise provide answer use create show recommend analyze analyse explain list describe give make "
    "what how why who when where which is are do does did can could would should please you your dear hi hello from to "
    "subject note important attention warning system user assistant new if once before after try calculate compute find "
    "generate suggest compare identify help teach discuss outline draft compose read fetch set import def class return "
    "encode decode develop implement modify encrypt evaluate design"
)
# IT-Support and HUK-COBURG are none.
_CODE = re.compile(r"[A-Z]{4,}[-_]\w+|\w*_\w+|\d{3,}")
# Sr. and Dr. end no sentence, and the star of Leiter*in stands between letters.
_MARKS = re.compile(
    r"[\"“”„«»<>{}\[\]=^~`\\$|!?;]|(?<!\w)\*|\*(?!\w)|(?<!\b[A-Z][a-z])\.\s|\.\.\.|…|\bhttps?\b"
)
# Where a title ends and its remarks begin: (m/w/d), [Remote], | Berlin, : the best job, 80-100 %.
_REMARKS = re.compile(r"\s*[(\[|]|\s*:(?!in)|\s+\d{1,3}\s?(?:[-–]\s?\d{1,3}\s?)?%")


def shown(text: str) -> str:
    """Without what a reader cannot see, on one line."""
    return " ".join(clean(text, "\0").split())


def suspicious(text: str) -> bool:
    """Whether a passage orders somebody about or wants to be followed somewhere."""
    return bool(
        _ORDERS.search(text)
        or _OF_ORDERS.search(text)
        or REACHABLE.search(text)
        or _CODE.search(text)
        or _shouts(text)
    )


def safe_title(raw: str) -> str:
    """The name of a post, a verbatim piece of what was given; "" for what is none."""
    title = _REMARKS.split(shown(raw), maxsplit=1)[0].strip(" ,-–—/")
    fits = _is_name(title, _MOST_TITLE_WORDS, _MOST_TITLE_CHARS)
    return title if fits and not _commands(title, words.ROLE.search(title)) else ""


def safe_name(raw: str) -> str:
    """The name of a company; "" for what is none."""
    name = shown(raw).strip(" ,-–—/")
    fits = _is_name(name, _MOST_NAME_WORDS, _MOST_NAME_CHARS)
    # A word alone orders nobody.
    return name if fits and not (" " in name and _commands(name, _LEGAL_FORM.search(name))) else ""


def _is_name(text: str, most_words: int, most_chars: int) -> bool:
    return (
        0 < len(text.split()) <= most_words
        and len(text) <= most_chars
        and any(letter.isalpha() for letter in text)
        and not _MARKS.search(text)
        and not _ORDERS.search(text)
        and not (REACHABLE.search(text) and not skills_in(text))
        and not _CODE.search(text)
        and not _shouts(text)
    )


def _commands(name: str, known: re.Match[str] | None) -> bool:
    """Whether it reads like an order. `known`: where it says which post or legal form it is, as orders do not: Design Lead."""
    if known is None:
        return name.split()[0].strip(",.:").lower() in _FIRST_WORDS or bool(_OF_ORDERS.search(name))
    rest = name[known.end() :]
    return bool(_SPEAKS.search(name[: known.end()]) or (_OF_ORDERS.search(rest) and _SPEAKS.search(rest)))


def _shouts(text: str) -> bool:
    """A long word in capitals among words that are not, and that no skill is called."""
    found = re.findall(r"[^\W\d_]+", text)
    loud = [word for word in found if len(word) > 4 and word.isupper()]
    return (
        bool(loud) and any(not word.isupper() for word in found) and any(not skills_in(word) for word in loud)
    )
