"""Tells a site that announces the jobs of many by what it offers employers: its own name is nobody's there."""

import re

from app.coldmail.extraction.document import Document
from app.coldmail.extraction.html_text import one_line

# Links that only such sites have; "Unternehmen", "Para empresas" and kin stand on the pages of employers as well.
_OFFERS = re.compile(
    r"(?:post|advertise|list|publish) (?:a |your )?(?:free )?(?:jobs?|vacanc(?:y|ies)|positions?)(?: for free| now| here)?|employers|(?:for |i'm an )(?:employers?|recruiters)|employers? (?:login|area|zone|sign in|site)"
    r"|für arbeitgeber|arbeitgeber-?login|(?:stelle|stellenanzeige|job|anzeige|stellenangebot) (?:schalten|inserieren|aufgeben|ausschreiben)"
    r"|(?:publicar|publica) (?:una |tu )?(?:oferta|vacante|empleo)s?(?: gratis)?|acceso (?:a )?empresas|soy (?:empresa|reclutador)|publicar (?:uma )?vagas?|sou (?:empresa|recrutador)"
    r"|espace recruteurs?|(?:vous êtes )?recruteur|(?:publier|déposer|diffuser) une (?:offre|annonce)|pubblica (?:un )?(?:annuncio|offerta)"
    r"|vacature plaatsen|voor werkgevers|för arbetsgivare|for arbe[ij]d?sgivere?|dla pracodawców|dodaj ogłoszenie"
    r"|(?:для )?работодател(?:ям|ю|ей)|разместить вакансию|işverenler?|ilan ver|(?:for )?employers / post job|求人掲載|採用担当者の方|企业(?:登录|招聘)|기업회원|채용공고 등록|za delodajalce|za poslodavce",
    re.IGNORECASE,
)
_MOST_LINKS, _MOST_CHARS = 400, 60


def of_many(document: Document) -> bool:
    for node in document.tree.css("a, button")[:_MOST_LINKS]:
        text = one_line((node.text() or "")[: 2 * _MOST_CHARS])
        if text and len(text) <= _MOST_CHARS and _OFFERS.fullmatch(text):
            return True
    return False
