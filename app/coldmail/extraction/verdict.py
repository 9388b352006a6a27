"""Tells pages that hold no job apart: blocked, empty, or drawn by scripts alone; each with what to do about it."""

import re

from app.coldmail.extraction.document import Document
from app.coldmail.extraction.values import Kind, Page

_WALL_TITLES = re.compile(
    r"just a moment|attention required|access denied|access to this page|are you (?:a )?(?:human|robot)|robot check|captcha|403 forbidden"
    r"|forbidden|security check|verify(?:ing)? (?:you|that you)|pardon our interruption|request (?:blocked|rejected)|ddos|bot verification"
    r"|unusual traffic|checking your browser|please wait|human verification|blocked|acceso denegado|accès refusé|zugriff verweigert"
    r"|(?:4(?:01|29)|503)\b|too many requests|incapsula|one more step|vérification|sicherheitsüberprüfung",
    re.IGNORECASE,
)
_WALL_TEXT = re.compile(
    r"checking (?:if the site connection is secure|your browser before)|verify(?:ing)? (?:that )?you are (?:a )?human|enable javascript and cookies to continue"
    r"|you have been blocked|unable to access|access (?:to this page )?(?:has been |is )?denied|complete the (?:security|captcha)|i(?:'|’)?m not a robot"
    r"|unusual (?:traffic|activity)|automated (?:access|requests|queries)|don(?:'|’)t have permission to access|request unsuccessful. incapsula"
    r"|ray id|press (?:&|and) hold|why have i been blocked|you(?:'|’)ve been blocked|forbidden|too many requests|are not a bot|not a robot"
    r"|reference #\d+\.|performing security verification",
    re.IGNORECASE,
)
_WALL_SOURCE = re.compile(
    r"cdn-cgi/challenge-platform|cf-chl-|_cf_chl_opt|challenges\.cloudflare\.com/turnstile|captcha-delivery\.com|_Incapsula_Resource|px-captcha|perimeterx"
    r"|geo\.captcha|h-captcha|g-recaptcha|awswaf|aws-waf|akamai|datadome|kpsdk|sec-if-cpt",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?:please )?(?:sign in|log ?in|login|anmelden|einloggen|iniciar sesión|se connecter|connexion|accedi|inloggen|logga in)\b.{0,60}",
    re.IGNORECASE,
)
_LOGIN_WALL = re.compile(
    r"(?:sign|log) ?in to (?:view|see|continue|access)|(?:sign|log) ?in (?:or|and) (?:join|register|create)|join (?:linkedin|now) to|members only|authwall"
    r"|you (?:must|need to) (?:be logged|log|sign)|please (?:sign|log) ?in|session (?:has )?expired|create an account to (?:view|see|continue)",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:job|position|posting|vacancy|role|opening|listing|advert(?:isement)?|opportunity|requisition|page|offer|ad)\b[^.!?]{0,60}"
    r"(?:is|has|was|are|been)\b[^.!?]{0,30}\b(?:no longer|expired|closed|filled|removed|not (?:be )?found|unavailable|inactive|archived|taken down|deleted)"
    r"|no longer (?:accepting|available|active|open|posted|online|exist)|applications? (?:are|is|have|has) (?:now )?(?:been )?closed|we couldn(?:'|’)t find (?:the|that|this) (?:job|page|position)"
    r"|(?:job|position|posting|page) (?:not found|expired|closed)|this (?:job|position) (?:does not|doesn(?:'|’)t) exist|the (?:job|page) you (?:are|were|(?:'|’)re)[^.!?]{0,40}(?:not|no longer|gone)"
    r"|(?:oferta|vacante|proceso)[^.!?]{0,40}(?:ya no|cerrad|caducad|finalizad|expirad)|(?:stelle|anzeige|position|stellenanzeige)[^.!?]{0,50}(?:nicht mehr|bereits besetzt|abgelaufen|deaktiviert)"
    r"|(?:offre|annonce|poste)[^.!?]{0,40}(?:n(?:'|’)est plus|expirée|pourvu|plus disponible)|(?:annuncio|posizione|offerta)[^.!?]{0,40}(?:non è più|scadut|chius)"
    r"|vacature[^.!?]{0,40}(?:niet meer|gesloten|vervuld|verlopen)|(?:annonsen|tjänsten|jobbet|stillingen)[^.!?]{0,40}(?:inte längre|ikke lenger|ikke længere|avslutad|utgått|stängd|tillsatt)"
    r"|(?:oferta|ogłoszenie)[^.!?]{0,40}(?:nieaktualn|wygasł|zakończon)|vaga[^.!?]{0,30}(?:encerrada|não está mais|expirad)|职位已(?:关闭|下线|过期)|募集(?:は|を)?終了",
    re.IGNORECASE,
)
_NONE_OPEN = re.compile(
    r"\b(?:no|not any|0|zero|aren(?:'|’)t any|are not any|don(?:'|’)t have any|do not have any|without)\b (?:current |currently |open |new |active |available |job |matching |such |suitable |vacant |more )*"
    r"(?:job|position|opening|vacanc|role|opportunit|posting|result|match|listing)"
    r"|(?:not|n(?:'|’)t) (?:currently |actively |presently )*(?:hiring|recruiting|have any open)|nothing (?:open|available) (?:right now|at the moment)|check back (?:later|soon|again)"
    r"|no (?:hay|tenemos|existen|se han encontrado|se encontraron)[^.!?]{0,40}(?:oferta|vacante|puesto|empleo|proceso|resultado)|sin (?:ofertas|vacantes)|keine (?:offenen |aktuellen |passenden |freien )*(?:stelle|job|position|vakanz|ausschreib|treffer|ergebnis)"
    r"|(?:aktuell|derzeit|momentan)[^.!?]{0,50}keine|aucune? (?:offre|poste|résultat|opportunité)|pas d(?:'|’)offres?|nessuna? (?:posizion|offert|annunci|risultat)|non ci sono[^.!?]{0,40}(?:posizion|offert)"
    r"|(?:geen|momenteel geen) (?:openstaande )?(?:vacature|resultaten|functies)|inga (?:lediga |aktuella )*(?:jobb|tjänster|annonser)|ingen (?:ledige |åpne )*(?:stillinger|jobs|job|resultater)|brak (?:ofert|aktualnych|wyników|aktywnych)"
    r"|(?:não há|nenhuma?) [^.!?]{0,30}vagas?|ei avoimia|暂无(?:职位|数据)|没有(?:找到|职位)|現在募集|募集はありません|채용공고가 없",
    re.IGNORECASE,
)
_ENABLE = re.compile(
    r"(?:enable|turn on|requires?|without|activate|needs?|use) (?:your )?(?:browser(?:'s)? )?java ?script|javascript (?:is|must be|to run|enabled|required|disabled|support)"
    r"|bitte (?:aktivieren sie )?javascript|activer javascript|habilit[ae] javascript|active javascript|loading|^please wait|you need to enable",
    re.IGNORECASE,
)
_ROOTS = "#root, #app, #__next, #__nuxt, #___gatsby, app-root, #main-app, #react-root, [data-reactroot], #application, [ng-app], [data-ng-app], #ember-app, #svelte, #q-app, #grnhse_app, #lever-jobs-container, #BambooHR, #ashby_embed, #whr_embed_hook"
_FEW_CHARS, _SHORT_CHARS, _PAGE_CHARS = 200, 1_500, 6_000

BLOCKED = "The site did not let us read this page (a bot check, a login or a refusal). Open it in your browser, copy the text of the posting and paste it."
LOGIN = "This page asks for a login. Open it in your browser, copy the text of the posting and paste it."
GONE = "This posting is closed or no longer there. Look for an open one in the company's list of jobs."
NONE_OPEN = "The page says that no position is open at the moment."
SCRIPTS = "This page is drawn by scripts and its HTML holds no job. Open it in your browser and save it there, give the address of one posting, or paste its text."
NO_JOB = "No job was found on this page. Give the address of a posting or of a list of them, or paste the posting's text."


def wall(document: Document) -> Page | None:
    """A page that stands where the asked one should: a bot check, a refusal, a login. A real page is too long for one."""
    text = document.text
    if len(text) > _SHORT_CHARS:
        return None
    title = document.title
    marked = bool(_WALL_SOURCE.search(document.source))
    if _WALL_TITLES.match(title) and (len(text) < _SHORT_CHARS or marked):
        return Page(Kind.BLOCKED, BLOCKED)
    if (marked and (len(text) < _FEW_CHARS or _WALL_TEXT.search(text))) or _WALL_TEXT.search(text):
        return Page(Kind.BLOCKED, BLOCKED)
    asks = document.tree.css_first("input[type=password]") is not None
    if _LOGIN_WALL.search(text) or (asks and (_LOGIN.match(title) or _LOGIN.search(text))):
        return Page(Kind.BLOCKED, LOGIN)
    return None


def gone(document: Document) -> Page | None:
    """A closed posting says so in a line of its own, near the top: a description may speak of closed deals."""
    for block in [block for block in document.blocks if not block.skipped][:25]:
        if len(block.text) <= 200 and _GONE.search(block.text):
            return Page(Kind.EMPTY, GONE)
    return Page(Kind.EMPTY, GONE) if _GONE.search(document.title) else None


def says_none_open(line: str) -> bool:
    """Whether a line says that no position is open."""
    return len(line) <= 300 and "{" not in line and _NONE_OPEN.search(line) is not None


def none_open(document: Document) -> Page | None:
    if len(document.text) <= _PAGE_CHARS * 3:
        for block in document.blocks:
            if says_none_open(block.text):
                return Page(Kind.EMPTY, NONE_OPEN)
    return None


def without_job(document: Document) -> Page:
    """What to say of a page on which no tier found a job."""
    if found := none_open(document):
        return found
    text = document.text
    scripts = sum(1 for _ in document.tree.css("script"))
    noscript = " ".join(node.text() for node in document.tree.css("noscript"))[:2_000]
    rooted = document.tree.css_first(_ROOTS) is not None
    if (
        len(text) < _FEW_CHARS
        and scripts
        and (rooted or scripts > 1 or _ENABLE.search(noscript) or _ENABLE.search(text))
    ):
        return Page(Kind.SCRIPT_ONLY, SCRIPTS)
    if (
        scripts
        and len(text) < _SHORT_CHARS
        and ("{{" in text or "{$" in text or _ENABLE.search(text) or (rooted and _ENABLE.search(noscript)))
    ):
        return Page(Kind.SCRIPT_ONLY, SCRIPTS)
    return Page(Kind.OTHER, NO_JOB)
