"""Knows a line that is a place without a label: it ends in a country, or in a state's or province's letters."""

import re

from app.coldmail.extraction.words import phrases, words

# As postings write them, in English and in the language of the country and its neighbours.
COUNTRIES = phrases(
    "germany, deutschland, allemagne, alemania, germania, duitsland, tyskland, niemcy, austria, österreich, autriche, oostenrijk",
    "switzerland, schweiz, suisse, svizzera, suiza, zwitserland, france, frankreich, francia, frankrijk, frankrike, spain, españa",
    "spanien, espagne, spagna, spanje, espanya, portugal, italy, italia, italien, italie, italië, netherlands, the netherlands",
    "nederland, niederlande, pays-bas, países bajos, belgium, belgië, belgien, belgique, bélgica, luxembourg, luxemburg, ireland",
    "irland, united kingdom, uk, great britain, england, scotland, wales, northern ireland, vereinigtes königreich, royaume-uni",
    "reino unido, denmark, danmark, dänemark, sweden, sverige, schweden, suède, suecia, norway, norge, norwegen, finland, suomi",
    "finnland, iceland, estonia, eesti, latvia, lithuania, poland, polska, polen, pologne, polonia, czechia, czech republic, česko",
    "česká republika, tschechien, slovakia, slovensko, slovenia, slovenija, hungary, magyarország, ungarn, romania, românia",
    "bulgaria, croatia, hrvatska, serbia, greece, griechenland, cyprus, malta, turkey, türkiye, ukraine, georgia, israel, egypt",
    "morocco, maroc, tunisia, tunisie, nigeria, kenya, south africa, united arab emirates, uae, saudi arabia, qatar, india, pakistan",
    "bangladesh, sri lanka, china, hong kong, taiwan, japan, south korea, korea, singapore, malaysia, thailand, vietnam, indonesia",
    "philippines, australia, new zealand, canada, kanada, united states, united states of america, usa, us, u.s., mexico, méxico",
    "brazil, brasil, argentina, chile, colombia, peru, perú, uruguay, ecuador, costa rica, panama, panamá",
)
_LETTERS = words(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN",
    "TX UT VT VA WA WV WI WY DC AB BC MB NB NL NS ON PE QC SK",
)
# States of Brazil stand behind a dash or a slash as well.
_BRAZIL = re.compile(
    r"[^\W\d_][^\d.!?:;,/]{1,40}\s*(?:[-–/]|,)\s*(?:AC|AL|AP|AM|BA|CE|DF|ES|GO|MA|MT|MS|MG|PA|PB|PR|PE|PI|RJ|RN|RS|RO|RR|SC|SP|SE|TO)"
)
_POSTAL = re.compile(r"\b\d{4,6}(?:-\d{3,4})?\b")
_DASHED = re.compile(r"\s+[-–]\s+")
_BRACKETED = re.compile(r"\s*\(([^()]+)\)\Z")
_PART = re.compile(r"[^\W\d_][^\d.!?:;]{1,40}")
_MOST_CHARS, _MOST_PARTS = 80, 4


def names_place(line: str) -> bool:
    """Whether a line is a place and nothing else: "Lyon, France", "Austin, TX 78701", "Palma (Spain)", "Campinas - SP"."""
    if _BRAZIL.fullmatch(line):
        return True
    plain = _DASHED.sub(", ", _BRACKETED.sub(r", \1", _POSTAL.sub("", line)))
    parts = [part.strip() for part in plain.split(",")]
    last = parts[-1]
    if len(line) > _MOST_CHARS or len(parts) > _MOST_PARTS or not all(map(_PART.fullmatch, parts)):
        return False
    return last.lower() in COUNTRIES or (len(parts) > 1 and last in _LETTERS)
