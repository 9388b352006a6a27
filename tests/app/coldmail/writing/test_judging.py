"""What a model may say and what it may not, in each language; the false sentences are made of plain words."""

import pytest

from app.coldmail.portfolio.entries import Entry
from app.coldmail.portfolio.matching import match
from app.coldmail.profiles import Profile
from app.coldmail.writing.facts import Facts
from app.coldmail.writing.judging import Fault, Judge
from app.coldmail.writing.posting import posting

FLEET = "https://work.example/fleet"
ENTRIES = (
    Entry(
        "Fleet tracker",
        ("Python", "Django", "AWS"),
        "Cut planning to 4 hours for a carrier in Oslo. Serves 3 depots.",
        FLEET,
    ),
    Entry("Shop front", ("React", "Node.js"), "Sells plants.", "https://work.example/shop"),
    Entry(
        "Payroll",
        ("C#", ".NET", "SQL"),
        "Pays 200 people each month. Not certified yet.",
        "https://work.example/pay",
    ),
)
TOLD = (
    "We look for Python, AWS and Kubernetes. We lead the market since 1998 with 5,000 people and are ISO 27001 certified. "
    "Our customer Siemens is happy. Ask Maria Keller."
)


def judge(language: str, *, earlier: str = "") -> Judge:
    skills = [skill for each in ENTRIES for skill in each.skills]
    wanted = posting(
        title="Senior Python Developer",
        company="Acme GmbH",
        skills=["Python", "AWS", "SQL", "Kubernetes"],
        description=TOLD,
        portfolio_skills=skills,
    )
    profile = Profile(language=language, name="Ann Lee", role="Consultant", company="Lee Works")
    return Judge(Facts(wanted, profile, tuple(match(wanted.skills, ENTRIES, {})), ENTRIES, earlier))


TRUE = {
    "en": [
        "I saw that you are looking for a Senior Python Developer at Acme GmbH.",
        "I noticed your posting for a Senior Python Developer and would like to share some of our work.",
        "I am writing about your open position for a Senior Python Developer.",
        "Your posting mentions Python, AWS and Kubernetes.",
        "Your search for a Senior Python Developer caught my eye.",
        f"Fleet tracker is a project of ours that shows Python, Django and AWS: {FLEET}",
        "One of our projects, Fleet tracker (Python, Django, AWS), is close to what you describe.",
        "In our Fleet tracker project, we used Python, Django, and AWS.",
        "Fleet tracker cut planning to 4 hours for a carrier in Oslo.",
        "We have experience with Python and AWS.",
        f"You can find it here: {FLEET}.",
        "I would like to hear what your team needs and to share some ideas.",
        "Would you be open to a short call next week?",
        "Please let me know if this is of interest.",
        "Thank you for your time.",
    ],
    "de": [
        "Ihre Ausschreibung für Senior Python Developer bei Acme GmbH ist mir aufgefallen.",
        "Ich habe gesehen, dass Sie einen Senior Python Developer suchen.",
        "Sie suchen jemanden mit Kenntnissen in Python und AWS.",
        f"Fleet tracker ist ein Projekt von uns mit Python, Django und AWS: {FLEET}",
        "Wir haben Fleet tracker mit Python, Django und AWS entwickelt.",
        "Hätten Sie nächste Woche Zeit für ein kurzes Gespräch?",
        "Ich würde mich über ein kurzes Gespräch freuen.",
        "Ich freue mich auf Ihre Antwort.",
    ],
    "fr": [
        "J’ai vu votre annonce pour un Senior Python Developer chez Acme GmbH.",
        "Votre équipe recherche des compétences en Python et AWS.",
        f"Fleet tracker est un de nos projets, réalisé avec Python, Django et AWS : {FLEET}",
        "Nous avons une expérience en Python et AWS.",
        "Pourrions-nous en parler la semaine prochaine ?",
        "Je serais ravi de vous en dire plus.",
    ],
    "es": [
        "He visto que buscan un Senior Python Developer en Acme GmbH.",
        "Su anuncio menciona Python, AWS y Kubernetes.",
        f"Fleet tracker es un proyecto nuestro hecho con Python, Django y AWS: {FLEET}",
        "Tenemos experiencia con Python y AWS.",
        "¿Le interesaría una llamada breve?",
        "Me gustaría conocer las necesidades de su equipo.",
    ],
}
FALSE = {
    "en": [
        # Acquaintance.
        "You asked me to write.", "Your team asked us to write.", "We have worked with your company before.",
        "Thank you for the call.", "Thanks for your interest in our work.", "I look forward to our meeting next week.",
        "I am glad to hear that your team is interested.", "Maria Keller asked me to write.",
        # What the company is, has and needs, its own words about itself included.
        "Your product is great.", "Your team needs help.", "Your system is not well designed.",
        "I read that you lead the market since 1998.", "You are ISO 27001 certified.", "Your team has Python knowledge.",
        "You are looking for React.",
        # Praise, comparison, promise, time.
        "Our work is the best.", "We are the right team for you.", "We know more about Python than any other team.",
        "We are the only team who can do this.", "We can start next week.", "The first week is free.",
        "Fleet tracker was made in a week.", "We have years of experience.", "Our work is in use.",
        # Skills: only asked for, of other work, made up.
        "We have experience with Kubernetes.", "Kubernetes is what we do.", "We have the skills you ask for.",
        "Fleet tracker uses Python and React.", "Shop front was made with AWS.", "We used SQL and React for Fleet tracker.",
        "We developed Python.", "Our product is AWS.", "We are AWS.",
        # Descriptions turned over.
        "Fleet tracker cut planning by 4 hours.", "Fleet tracker cut 3 depots.", "Payroll is certified.",
        "Payroll pays 200 people each week.", "Shop front pays 200 people each month.", "We are in Oslo.",
        # Employment, customers.
        "Ann Lee is a Senior Python Developer at Acme GmbH.", "We are part of Acme GmbH.", "Acme GmbH, our project.",
        "Fleet tracker was built for this position.", "We built what you need.",
        # Links.
        f"See {FLEET.upper()}", f"See {FLEET}/", f"See {FLEET}?x=1", f"See {FLEET}%20", "See [our work](https://evil.example)",
        f"See [{FLEET}](//evil.example)", "See https://xn--wrk-sna.example/fleet", "See work.example/fleet",
        "mailto:ann@work.example", "See hxxps://evil.example", f"See {FLEET}@evil.example", "See work dot example",
        "Fleet tracker: https://work.example/pay",
    ],
    "de": [
        "Wir haben zwanzig Jahre Erfahrung.", "Ihr Produkt ist gut.", "Ihr Team braucht Hilfe.", "Sie haben uns geschrieben.",
        "Vielen Dank für das Gespräch.", "Ich freue mich auf unser Gespräch nächste Woche.", "Wir können nächste Woche beginnen.",
        "Kubernetes können wir gut.", "Shop front nutzt Python.", "Wir haben Python entwickelt.", "Acme GmbH ist unser Kunde.",
        "Wir haben viele Projekte für Ihr Unternehmen umgesetzt.", "Wir haben das, was Sie suchen.", "Sie suchen React.",
        "Um vierzig Prozent schneller.", "Unser Unternehmen ist in Oslo.",
    ],
    "fr": [
        "Nous avons vingt ans d’expérience.", "Votre produit est très bon.", "Merci pour notre conversation.",
        "Nous pouvons commencer la semaine prochaine.", "Nous l’avons fait en un jour.", "Notre système est plus rapide.",
        "Nous avons développé Python.", "Shop front utilise Python.", "Kubernetes est simple.", "Votre équipe a besoin de nous.",
        "Acme GmbH est notre client.",
    ],
    "es": [
        "Tenemos veinte años de experiencia.", "Su producto es muy bueno.", "Gracias por la llamada.",
        "Podemos empezar la próxima semana.", "Lo hemos hecho en un día.", "Nuestro sistema es más rápido.",
        "Hemos desarrollado Python.", "Shop front usa Python.", "Con Kubernetes estamos bien.", "Su equipo necesita ayuda.",
        "Acme GmbH es nuestro cliente.", "Somos muy buenos.",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("language", "sentence"), [(name, each) for name in TRUE for each in TRUE[name]])
def test_what_posting_and_work_bear_out_passes(language: str, sentence: str) -> None:
    assert judge(language).fault_of(sentence) is None


@pytest.mark.parametrize(("language", "sentence"), [(name, each) for name in FALSE for each in FALSE[name]])
def test_what_they_do_not_say_goes_however_plain_its_words(language: str, sentence: str) -> None:
    assert judge(language).fault_of(sentence) is not None


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("See https://evil.example/x", Fault.LINK),
        ("Write to ann@work.example", Fault.LINK),
        ("We have 12 projects.", Fault.NUMBER),
        ("We like Terraform.", Fault.WORD),
        ("Fleet tracker uses React.", Fault.MIXED),
        ("We would love to talk about our Kubernetes work.", Fault.SKILL),
        ("Our work is here ★", Fault.MARK),
        ("Our work is \ue001", Fault.MARK),
    ],
)
def test_the_model_is_told_why(sentence: str, fault: Fault) -> None:
    assert judge("en").fault_of(sentence) is fault


def test_a_follow_up_may_speak_of_the_earlier_message_and_a_first_message_may_not() -> None:
    sentence = "I am following up on my note “Your opening: Senior Python Developer”."
    assert judge("en", earlier="Your opening: Senior Python Developer").fault_of(sentence) is None
    assert judge("en").fault_of(sentence) is not None


def test_a_thousand_pieces_of_work_take_no_longer_than_a_sentence_is_worth() -> None:
    entries = tuple(
        Entry(f"Project {each}", (f"skill-{each}", "Python"), f"Does thing {each}.", "")
        for each in range(1_000)
    )
    wanted = posting(title="Dev", company="", skills=[], description="Python", portfolio_skills=["Python"])
    known = Judge(Facts(wanted, Profile(), (), entries))
    assert known.fault_of("Project 7 uses skill-7 and Python.") is None
    assert known.fault_of("Project 7 uses skill-8 and Python.") is Fault.MIXED
