"""The sentences of the template in four languages; each is true of any posting and any portfolio it is filled with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Lists are alternatives for variants. `no_opening` and `no_subject` are for a posting whose
    title is no name."""

    joined_by: str
    colon: str
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
        colon=":",
        post="“{title}”",
        no_opening="I am writing about your open position{at}.",
        at_company=" at {company}",
        subjects=("Your opening: {title}", "About your search: {title}", "{title}: an idea for your team"),
        no_subject="About your open position",
        greeting={"friendly": "Hi there,", "formal": "Dear Sir or Madam,", "direct": "Hello,"},
        greeting_company={"friendly": "Hi {company} team,", "formal": "Dear {company} team,", "direct": "Hello,"},
        openings=(
            "I am writing about your opening {post}{at}.",
            "I saw your posting {post}{at} and would like to offer our help.",
            "Your posting {post}{at} caught my eye.",
        ),
        skills=(
            "Your posting asks for {skills}, and that is what our work shows.",
            "Your posting mentions {skills}, and we can show you work with that.",
            "You are looking for {skills}, which you will find in our work below.",
        ),
        links=("These projects are close to what you describe:", "You can see what we do here:", "Some work that fits:"),
        one_link=("This project is close to what you describe:", "You can see what we do here:", "Some work that fits:"),
        no_links=(
            "We have no project at hand that fits your posting closely, so I would rather ask what you need than claim a fit.",
            "None of our published projects fits your posting closely; I would like to hear what matters most to you.",
        ),
        more=(
            "If it helps, I can tell you how it was made, and what we would do differently for you.",
            "I am glad to go through any of it with your team and to answer questions in detail.",
        ),
        asks={
            "friendly": ("Would a short call be of interest?", "Shall we talk about it briefly?", "May I tell you more?"),
            "formal": (
                "I would be pleased to discuss it in a short call.",
                "May I suggest a short conversation?",
                "I would welcome the chance to discuss it with you.",
            ),
            "direct": ("Is a short call worth your time?", "When can we talk?", "Shall I send details?"),
        },
        follow_up=(
            "I am coming back to my earlier note, “{earlier}”, in case it got lost.",
            "This is a short follow-up to my note “{earlier}”.",
        ),
        closing={"friendly": "Best regards,", "formal": "Kind regards,", "direct": "Regards,"},
    ),
    "de": Phrases(
        joined_by="und",
        colon=":",
        post="„{title}“",
        no_opening="ich schreibe Ihnen wegen Ihrer offenen Stelle{at}.",
        at_company=" bei {company}",
        subjects=("Ihre Stelle: {title}", "Zu Ihrer Ausschreibung „{title}“", "{title}: eine Idee für Ihr Team"),
        no_subject="Zu Ihrer offenen Stelle",
        greeting={
            "friendly": "Guten Tag,", "formal": "Sehr geehrte Damen und Herren,", "direct": "Guten Tag,",
        },
        greeting_company={
            "friendly": "Liebes Team von {company},",
            "formal": "Sehr geehrte Damen und Herren,",
            "direct": "Guten Tag,",
        },
        openings=(
            "ich schreibe Ihnen wegen Ihrer Ausschreibung {post}{at}.",
            "Ihre Ausschreibung {post}{at} ist mir aufgefallen, und ich möchte Ihnen dafür Unterstützung anbieten.",
            "Sie haben {post}{at} ausgeschrieben.",
        ),
        skills=(
            "In Ihrer Ausschreibung nennen Sie {skills}; genau das zeigen unsere Arbeiten.",
            "Sie suchen Kenntnisse in {skills}; dazu können wir Ihnen Arbeiten zeigen.",
            "Sie suchen jemanden mit Kenntnissen in {skills}; passende Arbeiten finden Sie unten.",
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
            "Wir haben kein Projekt zur Hand, das eng zu Ihrer Ausschreibung passt; deshalb frage ich lieber, was Sie brauchen.",
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
        colon=" :",
        post="« {title} »",
        no_opening="Je vous écris au sujet de votre poste à pourvoir{at}.",
        at_company=" chez {company}",
        subjects=("Votre poste : {title}", "À propos de votre annonce « {title} »", "{title} : une idée pour votre équipe"),
        no_subject="À propos de votre poste à pourvoir",
        greeting={"friendly": "Bonjour,", "formal": "Madame, Monsieur,", "direct": "Bonjour,"},
        greeting_company={
            "friendly": "Bonjour à toute l’équipe {company},", "formal": "Madame, Monsieur,", "direct": "Bonjour,",
        },
        openings=(
            "Je vous écris au sujet de votre annonce {post}{at}.",
            "J’ai vu votre annonce {post}{at} et j’aimerais vous proposer notre aide.",
            "Votre annonce {post}{at} a retenu mon attention.",
        ),
        skills=(
            "Votre annonce demande {skills} ; c’est ce que montrent nos travaux.",
            "Votre annonce cite {skills}, et nous avons des travaux à vous montrer à ce sujet.",
            "Vous recherchez {skills} ; vous le retrouverez dans nos travaux ci-dessous.",
        ),
        links=(
            "Ces projets sont proches de ce que vous décrivez :",
            "Vous pouvez voir ce que nous faisons ici :",
            "Quelques réalisations qui s’en rapprochent :",
        ),
        one_link=(
            "Ce projet est proche de ce que vous décrivez :",
            "Vous pouvez voir ce que nous faisons ici :",
            "Une réalisation qui s’en rapproche :",
        ),
        no_links=(
            "Nous n’avons pas de projet proche de votre annonce ; je préfère vous demander ce dont vous avez besoin.",
            "Aucun de nos projets publiés n’en est vraiment proche ; j’aimerais savoir ce qui compte le plus pour vous.",
        ),
        more=(
            "Si cela vous aide, je peux vous dire comment ces travaux ont été faits et ce que nous ferions autrement pour vous.",
            "Je passerais volontiers tout cela en revue avec votre équipe et répondrais à vos questions.",
        ),
        asks={
            "friendly": (
                "Un court appel vous intéresserait-il ?",
                "Voulez-vous que nous en parlions brièvement ?",
                "Puis-je vous en dire plus ?",
            ),
            "formal": (
                "Je vous en parlerais volontiers lors d’un court appel.",
                "Puis-je vous proposer un court entretien ?",
                "J’en discuterais volontiers avec vous.",
            ),
            "direct": (
                "Un court appel vous conviendrait-il ?",
                "Quand pouvons-nous en parler ?",
                "Puis-je vous envoyer plus de détails ?",
            ),
        },
        follow_up=(
            "Je reviens à mon message « {earlier} », au cas où il se serait perdu.",
            "Ceci est un bref rappel de mon message « {earlier} ».",
        ),
        closing={
            "friendly": "Bien à vous,",
            "formal": "Je vous prie d’agréer, Madame, Monsieur, mes salutations distinguées.",
            "direct": "Cordialement,",
        },
    ),
    "es": Phrases(
        joined_by="y",
        colon=":",
        post="«{title}»",
        no_opening="Le escribo por su puesto vacante{at}.",
        at_company=" en {company}",
        subjects=("Su puesto: {title}", "Sobre su anuncio «{title}»", "{title}: una idea para su equipo"),
        no_subject="Sobre su puesto vacante",
        greeting={"friendly": "Buenos días:", "formal": "Estimados señores:", "direct": "Buenos días:"},
        greeting_company={
            "friendly": "Buenos días, equipo de {company}:",
            "formal": "Estimado equipo de {company}:",
            "direct": "Buenos días:",
        },
        openings=(
            "Le escribo por su anuncio {post}{at}.",
            "He visto su anuncio {post}{at} y me gustaría ofrecerle nuestra ayuda.",
            "Su anuncio {post}{at} me ha llamado la atención.",
        ),
        skills=(
            "Su anuncio pide {skills}, y eso es lo que muestran nuestros trabajos.",
            "Su anuncio menciona {skills}; podemos mostrarle trabajos relacionados.",
            "Usted busca {skills}; lo encontrará abajo en nuestros trabajos.",
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
                "Con gusto lo comentaría en una llamada breve.",
                "¿Me permite proponerle una breve conversación?",
                "Me gustaría comentarlo con usted.",
            ),
            "direct": ("¿Merece la pena una llamada breve?", "¿Cuándo podemos hablar?", "¿Le envío los detalles?"),
        },
        follow_up=(
            "Le escribo de nuevo por mi mensaje «{earlier}», por si se ha perdido.",
            "Este es un breve recordatorio de mi mensaje «{earlier}».",
        ),
        closing={"friendly": "Un saludo,", "formal": "Atentamente,", "direct": "Saludos,"},
    ),
}  # fmt: skip
