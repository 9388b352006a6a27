"""What a company's name looks like, with its legal form and without, and which names are never the employer's."""

import re
import unicodedata

from app.coldmail.extraction.html_text import one_line
from app.coldmail.extraction.words import phrases

_CAPITAL = r"[A-ZÀ-ÖØ-Þ0-9]"
_WORD = rf"{_CAPITAL}[\w&.'’+/-]{{0,40}}"
_JOINT = r"(?:&|\+|de|del|de la|des|du|d'|en|i|y|et|e|of|of the|for|the|und|and|für|van|von|di|och|og)"
# Up to five words that begin with a capital, joined by little words.
NAME = rf"{_WORD}(?: (?:{_JOINT} )?{_WORD}){{0,4}}"

_LEGAL = re.compile(
    r",?\s+(?:(?:pvt\.?|private|pty\.?|public)\s+)?(?:ltd\.?|limited|inc\.?|incorporated|llc|l\.l\.c\.|llp|plc|corp\.?|gmbh(?: & co\.? (?:kg|kgaa|ohg))?"
    r"|g\.m\.b\.h\.|mbh|kgaa|e\.\s?v\.|e\.\s?g\.|s\.\s?a\.(?: de c\.\s?v\.)?|sasu?|sarl|s\.\s?a\.\s?s\.|s\.\s?a\.\s?r\.\s?l\.|s\.\s?l\.(?:\s?u\.)?|slu"
    r"|s\.\s?p\.\s?a\.|spa|s\.\s?r\.\s?l\.|srl|b\.\s?v\.|n\.\s?v\.|a/s|oyj?|sp\. z o\.\s?o\.|d\.\s?o\.\s?o\.|kft\.?|s\.\s?r\.\s?o\.|a\.\s?s\.|ltda\.?|lda\.?|k\.\s?k\.|a\.\s?ş\.|ltd\.? şti\.?|zrt\.?|nyrt\.?|sp\. k\.|g?gmbh|s\.\s?a\. de c\.\s?v\.|s\.\s?de r\.\s?l\.(?: de c\.\s?v\.)?|pte\.? ltd\.?|sdn\.? bhd\.?)\Z",
    re.IGNORECASE,
)
# Short ones that are also words: as a legal form they are written so.
_LEGAL_SHORT = re.compile(r",?\s+(?:AG|SE|KG|UG|OHG|SA|SL|BV|NV|AB|AS|ASA|Co\.|SAS|Ltd|SpA)\Z")
_SUFFIX = re.compile(
    r"\s*\b(?:careers?|jobs?|job board|career (?:site|page|portal|center|centre)|recruitment|karriere(?:seite|portal)?|stellenangebote|empleo|hiring|talent"
    r"|vacancies|logo(?:tipo|typ)?|official (?:site|website)|homepage|home page|(?-i:home)|website)\s*\Z"
    r"|\s*(?:社会|校园)?(?:招聘|採用|채용)(?:官网|网站|信息|情報|サイト|ページ|공고|정보)?\Z",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"\A(?:(?:company |the )?logo(?:tipo)? (?:of |de |von )?|(?:go to |back to )?(?:home ?page|home)\b[ :–-]*)",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"(?:we|our|ours|you|your|yours|this|that|it|its|they|he|she|i|there|here|who|what|why|how|when|if|as|in|at|on|for|with|and|an?"
    r"|uns|wir|sie|ihr|unser\w*|nous|notre|nos|vous|votre|nosotros|nuestr[oa]s?|noi|nostr[aoi]|ons|onze|oss|vi|vår\w*)(?:\s.*)?"
    r"|us(?: (?:at|on|for|in|and|to)\b.*)?"
    r"|the (?:role|job|company|team|position|opportunity|client|ideal|successful|candidate|right|department|group|organi[sz]ation|office|employer|hiring)\b.*"
    r"|search\b.*|jobs?(?: .*)?|role|team|company|candidates?\b.*|careers?(?: .*)?|home|about\b.*|menu|logo|image|profile.*|user.*|icon|banner|header.*|photo|avatar|flag.*"
    r"|all rights reserved.*|(?:privacy|cookies?|terms|legal)\b.*|login|sign ?in|register|apply.*|untitled|default|page \d+|welcome.*|index|loading.*|error.*"
    r"|remote|hybrid|full[- ]time|part[- ]time|open positions?|position.*|vacanc.*|life|work|working|today|now"
    r"|work(?:ing)? (?:here|with|at|for|from|life|environment|culture|hours|experience|location|schedule|permit|authori[sz]ation)\b.*"
    r"|(?:the )?(?:benefits?|perks|compensation|salary|pay|responsibilit\w+|requirements?|qualifications?|skills?|experience|education|culture|values"
    r"|mission|vision|diversity|equity|inclusion|description|overview|summary|details?|next steps?|process|offices?|locations?)(?: (?:&|(?:and|of|for|in|at|matters?|statement|package|range|process|policy)\b).*)?"
    r"|.*\b(?:team|department|division|squad|candidate|applicant|role|position)s?|equal opportunit.*",
    re.IGNORECASE,
)
_VENDORS = re.compile(
    r"(?:greenhouse|lever|workable|linkedin|indeed|glassdoor|smartrecruiters|workday|personio|teamtailor|ashby|bamboo ?hr|recruitee|stepstone|infojobs"
    r"|monster|people ?strong|talent ?clue|icims|jobvite|jobylon|candidate portal|job widget|successfactors|sap|taleo|oracle recruiting|jazzhr|breezy|pinpoint"
    r"|comeet|phenom|gupy|homerun|join|welcome to the jungle|naukri|catho|hh\.ru|headhunter|ukg|ultipro|adp|paylocity|paycom|dayforce|bullhorn|umantis|haufe|d\.?vinci|concludis|prescreen|hibob|pageup|neogov|tribepad|eploy|jobadder|clearcompany|applicantpro|isolved|hrworks|coveto|kenjo|bizneo|viterbit|recruit ?crm|manatal|jobtrain|csod|emply|hr-manager|hr manager|varbi|reachmee|visma|talentech|traffit|erecruiter|lever\.co|eightfold|avature|cornerstone|rippling|gem|dover|factorial|join\.com|softgarden|rexx|onlyfy|zoho recruit|freshteam|darwinbox|keka"
    r"|xing|facebook|twitter|x|instagram|youtube|tiktok|whatsapp|google|github|wordpress|wix|squarespace|webflow|drupal|cookiebot|onetrust)\b(?!\s+\w)",
    re.IGNORECASE,
)
# A site that has these inside its own name announces other people's jobs.
_BOARD = re.compile(
    r"\w(?:jobs?|karriere|stellen|careers?|empleos?|vacatures)\b|\b(?:jobs?|karriere|empleo|vacature|stellen(?=angebote|anzeige|markt))\w+",
    re.IGNORECASE,
)
# A place beside a title is no name, and of places these stand there without saying that they are one.
_COUNTRIES = phrases(
    "argentina, australia, austria, belgium, brazil, bulgaria, canada, chile, china, colombia, croatia, cyprus, czechia, czech republic, denmark",
    "egypt, estonia, finland, france, germany, greece, hong kong, hungary, india, indonesia, ireland, israel, italy, japan, kenya, latvia",
    "lithuania, luxembourg, malaysia, malta, mexico, morocco, netherlands, new zealand, nigeria, norway, pakistan, peru, philippines, poland",
    "portugal, romania, saudi arabia, serbia, singapore, slovakia, slovenia, south africa, south korea, spain, sweden, switzerland, taiwan",
    "thailand, turkey, ukraine, united arab emirates, united kingdom, united states, uae, uk, usa, us, eu, europe, emea, worldwide, vietnam",
    "deutschland, österreich, schweiz, frankreich, italien, spanien, españa, francia, alemania, italia, suisse, belgique, allemagne, espagne",
    "méxico, perú, brasil, sverige, norge, danmark, suomi, polska, nederland, belgië, česko, magyarország, românia, türkiye",
)
_MOST_CHARS, _MOST_WORDS = 80, 8


def clean(text: str | None) -> str | None:
    """The name in a title's part, an image's text or a line, without what stands around names; None where it holds none."""
    name = one_line((text or "")[:300]).strip(' -|–—:,©®™•·"“”„')
    name = re.sub(r"\s*\((?![주유株有]\))[^()]*\)\Z", "", name)
    name = _PREFIX.sub("", name)
    while (shorter := _SUFFIX.sub("", name)) != name:
        name = shorter.strip(" -|–—:,")
    name = re.sub(r"['’]s\Z", "", name) if text and _SUFFIX.search(text.strip()) else name
    # The full stop of a sentence; not that of "Inc." or "e.V.".
    if name.endswith(".") and not legal_form(name):
        name = name.rstrip(".")
    if not 2 <= len(name) <= _MOST_CHARS or len(name.split()) > _MOST_WORDS:
        return None
    if (
        _NOT_NAMES.fullmatch(name)
        or name.lower() in _COUNTRIES
        or not any(map(str.isalpha, name))
        or re.search(r"://|[{}<>@?!=]", name)
    ):
        return None
    return name


def legal_form(name: str) -> str:
    """The tail that says what kind of company it is, with its space; empty where there is none."""
    match = _LEGAL.search(name) or _LEGAL_SHORT.search(name)
    return match[0] if match and match.start() >= 2 else ""


def brand(name: str) -> str:
    """The name as people say it: "Tide Pvt. Ltd." is Tide."""
    while form := legal_form(name):
        name = name[: -len(form)].rstrip(" ,")
    return name


def vendor(name: str) -> bool:
    """Whether this makes software for career pages, or a network that they link to."""
    return bool(_VENDORS.match(name) and _VENDORS.fullmatch(brand(name)))


def board(name: str) -> bool:
    return bool(_BOARD.search(name))


def squashed(text: str) -> str:
    """Letters and digits alone, without accents, doubled letters once: what a host makes of a name."""
    flat = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(sign for sign in flat if sign.isalnum())
    return re.sub(r"(.)\1+", r"\1", letters)
