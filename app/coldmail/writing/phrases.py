"""The sentences of the template in four languages; each is true of any posting and any portfolio it is filled with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Lists are alternatives for variants. `no_opening` and `no_subject` are for a posting whose
    title is no name."""

    joined_by: str
    post: str
    no_opening: str
    at_company: str
    subjects: tuple[str, ...]
    no_subject: str
    greeting: dict[str, str]
    greeting_company: dict[str, str]
    openings: tuple[str, ...]
    skills: tuple[str, ...]
    links: tuple[str, ...]
    one_link: tuple[str, ...]
    no_links: tuple[str, ...]
    more: tuple[str, ...]
    asks: dict[str, tuple[str, ...]]
    follow_up: tuple[str, ...]
    closing: dict[str, str]


PHRASES = {
    "en": Phrases(
        joined_by="and",
        post="“{title}”",
        no_opening="I am writing about your open position{at}.",
        at_company=" at {company}",
        subjects=("Your opening: {title}", "About your search for a {title}", "{title}: an idea for your team"),
        no_subject="About your open position",
        greeting={"friendly": "Hi there,", "formal": "Dear Sir or Madam,", "direct": "Good day,"},
        greeting_company={"friendly": "Hi {company} team,", "formal": "Dear {company} team,", "direct": "Good day,"},
        openings=(
            "I am writing about {post}{at}.",
            "I saw your posting for {post}{at} and would like to offer help with it.",
            "Your search for {post}{at} caught my eye.",
        ),
        skills=(
            "Your posting asks for {skills}, and that is what our work shows.",
            "You name {skills}; we can show work with exactly that.",
            "Among what you look for is {skills}, which you will find in our work below.",
        ),
        links=("These projects are close to what you describe:", "You can see what we do here:", "Some work that fits:"),
        one_link=("This project is close to what you describe:", "You can see what we do here:", "Some work that fits:"),
        no_links=(
            "We have no project at hand that matches your posting closely, so I would rather ask what you need than claim it.",
            "None of our published projects fits your posting closely; I would like to hear what matters most to you.",
        ),
        more=(
            "If it helps, I can tell you how that was made, and what we would do the same way or differently for you.",
            "I am glad to go through any of it with your team and to answer questions in detail.",
        ),
        asks={
            "friendly": ("Would a short call be of interest?", "Shall we talk about it briefly?", "May I tell you more?"),
            "formal": (
                "I would be pleased to tell you more in a short call.",
                "May I suggest a short conversation?",
                "I would welcome the chance to discuss it with you.",
            ),
            "direct": ("Is a short call worth your time?", "When can we talk?", "Shall I send details?"),
        },
        follow_up=(
            "I am coming back to my earlier note, “{earlier}”, in case it got lost.",
            "This is a short follow-up to my note “{earlier}”.",
        ),
        closing={"friendly": "Best regards", "formal": "Yours faithfully", "direct": "Regards"},
    ),
    "de": Phrases(
        joined_by="und",
        post="„{title}“",
        no_opening="ich schreibe Ihnen wegen Ihrer offenen Stelle{at}.",
        at_company=" bei {company}",
        subjects=("Ihre Stelle: {title}", "Zu Ihrer Ausschreibung „{title}“", "{title}: eine Idee für Ihr Team"),
        no_subject="Zu Ihrer offenen Stelle",
        greeting={
            "friendly": "Guten Tag,", "formal": "Sehr geehrte Damen und Herren,", "direct": "Guten Tag,",
        },
        greeting_company={
            "friendly": "Guten Tag, liebes Team von {company},",
            "formal": "Sehr geehrte Damen und Herren,",
            "direct": "Guten Tag,",
        },
        openings=(
            "ich schreibe Ihnen wegen der Ausschreibung {post}{at}.",
            "Ihre Ausschreibung {post}{at} ist mir aufgefallen, und ich möchte Ihnen dafür Unterstützung anbieten.",
            "Sie haben {post}{at} ausgeschrieben.",
        ),
        skills=(
            "Sie suchen {skills}; genau das zeigen unsere Arbeiten.",
            "In Ihrer Ausschreibung stehen {skills}, und damit können wir Arbeiten vorweisen.",
            "Zu dem, was Sie suchen, gehören {skills}; Sie finden das unten in unseren Arbeiten.",
        ),
        links=(
            "Diese Projekte kommen Ihrer Beschreibung nahe:",
            "Hier sehen Sie, was wir tun:",
            "Einige passende Arbeiten:",
        ),
        one_link=(
            "Dieses Projekt kommt Ihrer Beschreibung nahe:",
            "Hier sehen Sie, was wir tun:",
            "Eine passende Arbeit:",
        ),
        no_links=(
            "Wir haben kein Projekt zur Hand, das eng zu Ihrer Ausschreibung passt; lieber frage ich, was Sie brauchen.",
            "Keines unserer veröffentlichten Projekte passt eng dazu; gern höre ich, was Ihnen am wichtigsten ist.",
        ),
        more=(
            "Wenn es hilft, erzähle ich gern, wie die Arbeiten entstanden sind und was wir für Sie anders machen würden.",
            "Gern gehe ich alles mit Ihrem Team durch und beantworte Fragen im Einzelnen.",
        ),
        asks={
            "friendly": (
                "Wäre ein kurzes Gespräch für Sie interessant?",
                "Wollen wir kurz darüber sprechen?",
                "Darf ich Ihnen mehr erzählen?",
            ),
            "formal": (
                "Über ein kurzes Gespräch würde ich mich freuen.",
                "Darf ich Ihnen ein kurzes Gespräch vorschlagen?",
                "Gern bespreche ich das mit Ihnen.",
            ),
            "direct": (
                "Lohnt sich ein kurzes Gespräch?",
                "Wann können wir sprechen?",
                "Soll ich Ihnen Einzelheiten schicken?",
            ),
        },
        follow_up=(
            "ich komme auf meine Nachricht „{earlier}“ zurück, falls sie untergegangen ist.",
            "dies ist eine kurze Nachfrage zu meiner Nachricht „{earlier}“.",
        ),
        closing={"friendly": "Viele Grüße", "formal": "Mit freundlichen Grüßen", "direct": "Grüße"},
    ),
    "fr": Phrases(
        joined_by="et",
        post="« {title} »",
        no_opening="Je vous écris au sujet de votre poste ouvert{at}.",
        at_company=" chez {company}",
        subjects=("Votre poste : {title}", "À propos de votre annonce « {title} »", "{title} : une idée pour votre équipe"),
        no_subject="À propos de votre poste ouvert",
        greeting={"friendly": "Bonjour,", "formal": "Madame, Monsieur,", "direct": "Bonjour,"},
        greeting_company={
            "friendly": "Bonjour à l’équipe {company},", "formal": "Madame, Monsieur,", "direct": "Bonjour,",
        },
        openings=(
            "Je vous écris au sujet de l’annonce {post}{at}.",
            "J’ai vu votre annonce {post}{at} et j’aimerais vous proposer notre aide.",
            "Votre annonce {post}{at} a retenu mon attention.",
        ),
        skills=(
            "Vous demandez {skills}, et c’est ce que nos travaux montrent.",
            "Votre annonce cite {skills}, et nous pouvons montrer des travaux dans ce domaine.",
            "Parmi ce que vous cherchez figure {skills}, que vous trouverez dans nos travaux ci-dessous.",
        ),
        links=(
            "Ces projets sont proches de ce que vous décrivez :",
            "Vous pouvez voir ce que nous faisons ici :",
            "Quelques travaux qui correspondent :",
        ),
        one_link=(
            "Ce projet est proche de ce que vous décrivez :",
            "Vous pouvez voir ce que nous faisons ici :",
            "Un travail qui correspond :",
        ),
        no_links=(
            "Nous n’avons pas de projet proche de votre annonce ; je préfère vous demander ce dont vous avez besoin.",
            "Aucun de nos projets publiés n’en est vraiment proche ; j’aimerais savoir ce qui compte le plus pour vous.",
        ),
        more=(
            "Si cela vous aide, je peux vous dire comment ces travaux ont été faits et ce que nous ferions autrement pour vous.",
            "Je parcours volontiers le tout avec votre équipe et réponds aux questions en détail.",
        ),
        asks={
            "friendly": (
                "Un court appel vous intéresserait-il ?",
                "Voulez-vous que nous en parlions brièvement ?",
                "Puis-je vous en dire plus ?",
            ),
            "formal": (
                "Je serais heureux de vous en dire plus lors d’un court appel.",
                "Puis-je vous proposer un court entretien ?",
                "J’en discuterais volontiers avec vous.",
            ),
            "direct": (
                "Un court appel vaut-il votre temps ?",
                "Quand pouvons-nous parler ?",
                "Dois-je vous envoyer des détails ?",
            ),
        },
        follow_up=(
            "Je reviens à mon message « {earlier} », au cas où il se serait perdu.",
            "Ceci est un bref rappel de mon message « {earlier} ».",
        ),
        closing={"friendly": "Bien à vous", "formal": "Veuillez agréer mes salutations distinguées", "direct": "Cordialement"},
    ),
    "es": Phrases(
        joined_by="y",
        post="«{title}»",
        no_opening="Le escribo por su puesto abierto{at}.",
        at_company=" en {company}",
        subjects=("Su puesto: {title}", "Sobre su anuncio «{title}»", "{title}: una idea para su equipo"),
        no_subject="Sobre su puesto abierto",
        greeting={"friendly": "Buenos días:", "formal": "Estimados señores:", "direct": "Buenos días:"},
        greeting_company={
            "friendly": "Buenos días, equipo de {company}:",
            "formal": "Estimado equipo de {company}:",
            "direct": "Buenos días:",
        },
        openings=(
            "Le escribo por el anuncio {post}{at}.",
            "He visto su anuncio {post}{at} y me gustaría ofrecerle nuestra ayuda.",
            "Su anuncio {post}{at} me ha llamado la atención.",
        ),
        skills=(
            "Su anuncio pide {skills}, y eso es lo que nuestros trabajos muestran.",
            "Usted nombra {skills}; podemos mostrar trabajos con exactamente eso.",
            "Entre lo que busca está {skills}, que encontrará abajo en nuestros trabajos.",
        ),
        links=(
            "Estos proyectos se acercan a lo que describe:",
            "Aquí puede ver lo que hacemos:",
            "Algunos trabajos que encajan:",
        ),
        one_link=(
            "Este proyecto se acerca a lo que describe:",
            "Aquí puede ver lo que hacemos:",
            "Un trabajo que encaja:",
        ),
        no_links=(
            "No tenemos a mano un proyecto cercano a su anuncio; prefiero preguntarle qué necesita.",
            "Ninguno de nuestros proyectos publicados se acerca mucho; me gustaría saber qué es lo más importante para usted.",
        ),
        more=(
            "Si le ayuda, puedo contarle cómo se hicieron estos trabajos y qué haríamos igual o de otra manera para usted.",
            "Con gusto lo repaso todo con su equipo y respondo a las preguntas en detalle.",
        ),
        asks={
            "friendly": ("¿Le interesaría una llamada breve?", "¿Hablamos de ello un momento?", "¿Puedo contarle más?"),
            "formal": (
                "Con gusto le contaría más en una llamada breve.",
                "¿Me permite proponerle una breve conversación?",
                "Me gustaría comentarlo con usted.",
            ),
            "direct": ("¿Merece la pena una llamada breve?", "¿Cuándo podemos hablar?", "¿Le envío los detalles?"),
        },
        follow_up=(
            "Vuelvo a mi mensaje «{earlier}», por si se ha perdido.",
            "Este es un breve recordatorio de mi mensaje «{earlier}».",
        ),
        closing={"friendly": "Un saludo", "formal": "Atentamente", "direct": "Saludos"},
    ),
}  # fmt: skip
