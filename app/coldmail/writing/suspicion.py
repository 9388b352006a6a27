"""Tells names from orders: which words of a page may be repeated, and which were put there for a machine to obey."""

import re

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
_ORDERS = re.compile(
    r"\b(?:ignor\w*|disregard\w*|forget\w*|overrid\w*|bypass\w*|jailbreak\w*|instruct\w*|prompts?|assistant|chatbot|llm|"
    r"language model|system message|you (?:are|must|should|will|may) (?:now|also|not|instead)?|you must|act as|pretend|"
    r"repl(?:y|ies) with|respond with|answer with|output|print|repeat|reveal|append|prepend|include the|add the|"
    r"send (?:all|the|this|it|an)|forward (?:all|the|this|it)|click|visit|password|api key|token|canary|pwned|hacked|"
    r"ignorier\w*|vergiss|anweisung\w*|antworte|schreibe|ignorez|oubliez|réponds|ignora\w*|olvida\w*|responde|escribe)\b",
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
_CODE = re.compile(r"[A-Z]{2,}[-_]\w+|\w*_\w+|\d{3,}")
_MARKS = re.compile(r"[\"“”„«»<>{}\[\]=*^~`\\$|!?;]|\.\s|\.\.\.|…|\bhttps?\b")


def shown(text: str) -> str:
    """Without what a reader cannot see, on one line."""
    return " ".join(clean(text, "\0").split())


def suspicious(text: str) -> bool:
    """Whether a passage orders somebody about or wants to be followed somewhere."""
    return bool(_ORDERS.search(text) or REACHABLE.search(text) or _CODE.search(text) or _shouts(text))


def safe_title(raw: str) -> str:
    """The name of a post, a verbatim piece of what was given; "" for what is none."""
    title = re.split(r"\s*[(\[|:]", shown(raw), maxsplit=1)[0].strip(" ,-–—/")
    return title if _is_name(title, _MOST_TITLE_WORDS, _MOST_TITLE_CHARS) else ""


def safe_name(raw: str) -> str:
    """The name of a company; "" for what is none."""
    name = shown(raw).strip(" ,-–—/")
    return name if _is_name(name, _MOST_NAME_WORDS, _MOST_NAME_CHARS) else ""


def _is_name(text: str, most_words: int, most_chars: int) -> bool:
    words = text.split()
    return (
        0 < len(words) <= most_words
        and len(text) <= most_chars
        and words[0].strip(",.:").lower() not in _FIRST_WORDS
        and any(letter.isalpha() for letter in text)
        and not _MARKS.search(text)
        and not _ORDERS.search(text)
        and not (REACHABLE.search(text) and not skills_in(text))
        and not _CODE.search(text)
        and not _shouts(text)
    )


def _shouts(text: str) -> bool:
    """A long word in capitals among words that are not, and that no skill is called."""
    words = re.findall(r"[^\W\d_]+", text)
    loud = [word for word in words if len(word) > 4 and word.isupper()]
    return (
        bool(loud) and any(not word.isupper() for word in words) and any(not skills_in(word) for word in loud)
    )
