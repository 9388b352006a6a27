"""Headings and buttons of postings in German, French and Spanish are known for what they open."""

import pytest

from app.coldmail.extraction import words
from app.coldmail.extraction.html_text import Block
from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.shown.evidence import evidence
from app.coldmail.extraction.values import Kind

DUTIES = (
    *(
        "Deine Aufgaben",
        "Ihr Aufgabengebiet",
        "Was dich bei uns erwartet",
        "Das machst du",
        "Dein Arbeitsalltag",
    ),
    *("Ihre Schwerpunkte", "Darum geht's", "Stellenbeschreibung"),
    *(
        "Vos missions",
        "Vos futures missions",
        "Votre quotidien",
        "Ce que vous ferez",
        "Descriptif du poste",
        "À propos du poste",
    ),
    *(
        "Tus funciones",
        "Principales responsabilidades",
        "Tu día a día",
        "¿Qué vas a hacer?",
        "¿En qué consiste?",
        "Sobre la vacante",
    ),
)
REQUIREMENTS = (
    *(
        "Dein Profil",
        "Was Sie mitbringen",
        "Das zeichnet dich aus",
        "Womit du überzeugst",
        "Fachliche Voraussetzungen",
    ),
    *("Deine Stärken", "Wen wir suchen"),
    *(
        "Profil recherché",
        "Votre profil",
        "Ce que nous recherchons",
        "Savoir-être",
        "Qui êtes-vous ?",
        "Compétences requises",
    ),
    *(
        "Requisitos mínimos",
        "¿Qué te pedimos?",
        "Lo que buscamos",
        "Habilidades",
        "Se valora",
        "Experiencia previa",
    ),
)
OFFERS = (
    *("Das bieten wir", "Darauf kannst du dich freuen", "Unsere Leistungen", "Warum wir"),
    *("Nous offrons", "Vos avantages", "Pourquoi nous rejoindre ?", "Ce que nous vous proposons"),
    *("Qué ofrecemos", "Te ofrecemos", "Condiciones", "¿Por qué trabajar con nosotros?"),
)
NONE = (
    *("Über uns", "Unser Team", "Der Bewerbungsprozess", "Ähnliche Stellen", "Datenschutz"),
    *("Qui sommes-nous ?", "Notre histoire", "Mentions légales", "Offres similaires"),
    *("Quiénes somos", "Nuestra historia", "Aviso legal", "Ofertas similares"),
)


def opened(heading: str) -> set[str]:
    return set(evidence([Block(heading, "h2", (heading,))], applies=False).sections)


@pytest.mark.parametrize(
    ("kind", "headings"), [("duties", DUTIES), ("requirements", REQUIREMENTS), ("offers", OFFERS)]
)
def test_a_heading_opens_what_it_says(kind: str, headings: tuple[str, ...]) -> None:
    assert [heading for heading in headings if kind not in opened(heading)] == []


def test_headings_about_other_things_open_none() -> None:
    assert {heading: found for heading in NONE if (found := opened(heading))} == {}


BUTTONS = (
    *("Jetzt bewerben", "Zum Bewerbungsformular", "Bewerbung starten", "Postuler", "Déposer ma candidature"),
    *("Je candidate", "Répondre à cette annonce", "Inscríbete", "Envía tu CV", "Me interesa", "Aplica ahora"),
)


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_to_apply_is_known(button: str) -> None:
    assert words.APPLY.match(button.lower())


PAGES = {
    "de": ("Schiffskoch (m/w/d)", "Beschäftigungsort: Kiel", "Was dich erwartet", "Womit du überzeugst", "Zum Bewerbungsformular", "Kiel"),
    "fr": ("Cuisinier de bord (H/F)", "Lieu d'affectation : Brest", "Vos futures missions", "Profil recherché", "Déposer ma candidature", "Brest"),
    "es": ("Cocinero de barco", "Lugar de trabajo: Vigo", "Tus funciones", "¿Qué te pedimos?", "Envía tu CV", "Vigo"),
    "ru": ("Судовой повар", "Город: Мурманск", "Обязанности", "Требования", "Откликнуться", "Мурманск"),
    "tr": ("Gemi Aşçısı", "Konum: İzmir", "İş Tanımı", "Aranan Nitelikler", "Başvur", "İzmir"),
}  # fmt: skip


@pytest.mark.parametrize("language", PAGES)
def test_a_posting_in_another_language_is_read(language: str) -> None:
    title, where, duties, wanted, apply, place = PAGES[language]
    page = read_page(
        f"<title>{title}</title><h1>{title}</h1><p>{where}</p><h2>{duties}</h2><p>A</p><h2>{wanted}</h2><p>B</p><a href=/x>{apply}</a>"
    )
    assert (page.kind, page.jobs[0].title, page.jobs[0].locations) == (Kind.JOB, title, (place,))
