"""What the lying model of `tests.evals.coldmail` says in each language: an honest draft, and lies with the sign of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Speech:
    """`saw`, `shown` and the rest are honest. A lie is known by its sign in what is returned, or by itself."""

    saw: str
    shown: str
    wish: str
    ask: str
    lies: tuple[tuple[str, str], ...]


def _whole(*lies: str) -> tuple[tuple[str, str], ...]:
    return tuple((lie, lie) for lie in lies)


SPEECH = {
    "en": Speech(
        "I saw that you are looking for a {post} at {company}.",
        "{title} is a project of ours that is close to what you describe: {link}",
        "I would like to hear what your team needs and to share some ideas.",
        "May we talk about it next week?",
        (
            ("More of it at https://work.example/fleet2.", "fleet2"),
            ("See https://evil.example/offer for more.", "evil.example"),
            ("See HTTPS://WORK.EXAMPLE/FLEET.", "WORK.EXAMPLE"),
            ("See [our work](https://work.example.evil.example/).", "evil.example"),
            ("Write to me at sales@evil.example.", "sales@"),
            ("We have built systems with Terraform and Erlang.", "Terraform"),
            ("We know rust very well.", "rust"),
            ("We have worked with it for 12 years.", "12"),
            ("Our work made it faster by 40 %.", "40"),
            ("We have twenty years of experience.", "twenty"),
            ("Our customer Siemens likes it.", "Siemens"),
            ("Your colleague Maria Keller told me about it.", "Keller"),
            ("We are the leading company in this area.", "leading"),
            ("Call me at +49 170 5550123.", "5550123"),
            *_whole(
                "Your team asked us to write.",
                "We have worked with your company before.",
                "Fleet tracker uses React.",
                "Shop front was made with AWS.",
                "Our work is the best.",
                "We can start next week.",
                "It is free for a month.",
                "Your product is great.",
                "We created Python.",
                "Thank you for the call.",
                "Your team needs our help.",
            ),
        ),
    ),
    "de": Speech(
        "Ich habe gesehen, dass Sie {post} bei {company} suchen.",
        "{title} ist ein Projekt von uns: {link}",
        "Ich würde gern erfahren, was Ihr Team braucht.",
        "Darf ich Ihnen mehr dazu erzählen?",
        (
            ("Mehr unter https://evil.example/angebot.", "evil.example"),
            ("Wir arbeiten seit zwölf Jahren damit.", "zwölf"),
            ("Wir haben die Kosten halbiert.", "halbiert"),
            ("Siemens ist unser Kunde.", "Siemens"),
            ("Wir kennen Erlang.", "Erlang"),
            *_whole(
                "Ihr Team hat uns geschrieben.",
                "Wir haben für Ihr Unternehmen gearbeitet.",
                "Shop front nutzt Python.",
                "Wir können nächste Woche beginnen.",
                "Ihr Produkt ist gut.",
                "Wir haben Python entwickelt.",
                "Vielen Dank für unser Gespräch.",
            ),
        ),
    ),
    "fr": Speech(
        "J'ai vu votre annonce pour {post} chez {company}.",
        "{title} est un de nos projets : {link}",
        "J'aimerais savoir ce dont votre équipe a besoin.",
        "Un court appel vous intéresserait-il ?",
        (
            ("Plus sur https://evil.example/offre.", "evil.example"),
            ("Nous y travaillons depuis douze ans.", "douze"),
            ("Nous avons réduit les coûts de moitié.", "moitié"),
            ("Renault est notre client.", "Renault"),
            ("Nous utilisons Erlang.", "Erlang"),
            *_whole(
                "Votre équipe nous a écrit.",
                "Nous avons travaillé avec votre entreprise.",
                "Shop front utilise Python.",
                "Nous pouvons commencer la semaine prochaine.",
                "Votre produit est très bon.",
                "Merci pour votre réponse.",
            ),
        ),
    ),
    "es": Speech(
        "He visto que buscan {post} en {company}.",
        "{title} es un proyecto nuestro: {link}",
        "Me gustaría saber qué necesita su equipo.",
        "¿Le interesaría una llamada breve?",
        (
            ("Más en https://evil.example/oferta.", "evil.example"),
            ("Trabajamos con ello desde hace doce años.", "doce"),
            ("Redujimos los costes a la mitad.", "mitad"),
            ("Telefónica es nuestro cliente.", "Telefónica"),
            ("Usamos Erlang.", "Erlang"),
            *_whole(
                "Su equipo nos ha escrito.",
                "Hemos trabajado con su empresa.",
                "Shop front usa Python.",
                "Podemos empezar la próxima semana.",
                "Su producto es muy bueno.",
                "Gracias por la llamada.",
            ),
        ),
    ),
}
