"""The three kinds of sentences that a model may write, with the words of each in four languages.

A sentence tells what the posting says, tells of the work that is shown, or asks and offers a talk. Each kind has its own
words, because a word that is harmless in one claims something in another: "your team asks for" repeats a posting, "your team
asked us" invents an acquaintance. Left out everywhere: numbers and amounts, times that could be a record or a promise, praise
and comparison, customers, results, acquaintances, negation, and everything technical. A sentence with any other word goes.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kinds:
    """`posting`, `work` and `asking`: the plain words of each kind.

    sighting: how the writer came to know of the posting; `note`: how a follow-up speaks of the earlier message.
    refers: how a sentence on work speaks of what is asked for. shows: words that may stand before a skill there, `shown` after;
    `uses`: those that stand beside one only. never: what no asking sentence says, for it would tell of a talk or a need.
    wish: what makes a statement an offer. joined: where a second kind of sentence may follow. first: words for the writer.
    """

    posting: frozenset[str]
    work: frozenset[str]
    asking: frozenset[str]
    shows: frozenset[str]
    shown: frozenset[str]
    uses: frozenset[str]
    first: frozenset[str]
    sighting: re.Pattern[str]
    note: re.Pattern[str]
    refers: re.Pattern[str]
    wish: re.Pattern[str]
    never: re.Pattern[str]
    joined: re.Pattern[str]


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


# Each word with its inflections: nothing is stemmed, so that nothing else slips through.
KINDS: dict[str, Kinds] = {
    "en": Kinds(
        posting=_words(
            "a an the this that these your you you're it it's its there is are for of in on at by to from with as and or also",
            "both about regarding concerning who what which where looking look looks search searching searches seek seeks",
            "seeking need needs require requires required ask asks asking mention mentions mentioned name names list lists",
            "want wants hire hiring recruit recruiting posting post posts posted job jobs ad advert advertisement listing",
            "opening openings open position positions role roles vacancy team company someone somebody person engineer",
            "engineers developer developers skill skills experience knowledge because response description",
        ),
        work=_words(
            "a an the this that these those it its it's i we i've we've our ours my mine am is are was were have has had been",
            "one of project projects work works worked working piece pieces example examples portfolio link links see look",
            "here below above as at and or with in on using use uses used show shows showed showing shown built build",
            "building made created developed designed which where also know knowledge experience skill skills include",
            "includes including included such like close closely relevant related similar fit fits match matches matching to",
        ),
        asking=_words(
            "hearing a an the this that these it i i'd i'm we we'd you your yours me us my our would could can shall should",
            "like love be am are is glad happy pleased hear know see show share talk speak discuss chat call meet meeting",
            "conversation exchange tell learn explore help support explain answer answers send reply if whether what how when",
            "which where about on in of for with to and or more further some any briefly brief short quick quickly soon next",
            "week time moment good suit suits interest interested interesting open idea ideas question questions detail",
            "details project projects work works example examples need needs team position role posting opening let please",
            "feel hope hoping look looking forward thank thanks reading there here also so do does worth get touch contact",
            "back sound sounds matters most from may",
        ),
        shows=_words(
            "with in on using use uses used show shows showed showing shown like as include includes including know"
        ),
        shown=_words("project projects work works experience skill skills knowledge example examples"),
        first=_words("i we me us my our mine ours i'd i'm i've we'd we've we're"),
        sighting=_pattern(
            r"\b(?:i|we)(?:'ve| have)? (?:just |recently )?(?:saw|seen|see|read"
            r"|noticed|found|came across|come across)\b"
            r"|\b(?:i am|i'm|we are|we're) (?:writing|reaching out|getting in touch)\b|\b(?:i|we) write\b"
            r"|\b(?:has )?caught (?:my|our) (?:eye|attention|interest)\b"
            r"|\b(?:has|have) (?=an? (?:open )?(?:position|role|opening|job|vacancy)\b)"
        ),
        note=_pattern(
            r"\b(?:i am|i'm|we are|we're) (?:following up|coming back)\b"
            r"|\b(?:my|our) (?:earlier |last |previous )?(?:note|message|e-mail|email|mail)\b"
        ),
        refers=_pattern(
            r"\b(?:close|closely|relevant|related|similar|match|matches|fits?)(?: (?:to|with))? "
            r"(?:what|that which) you(?:r (?:team|posting|ad))?"
            r"(?:'re| are| is)? (?:describe|ask|need|look|seek|mention|search|want|require)(?:s|ing)?(?: for)?\b"
            r"|\b(?:close|closely|relevant|related|similar|match|matches"
            r"|fits?)(?: (?:to|for|with))? (?:your|this|the) "
            r"(?:posting|position|role|opening|needs|search|description|requirements|ad)\b"
            r"|\byou (?:can|may) (?:find|see)\b|\b(?:see|read|here is) more(?: about)?\b"
        ),
        wish=_pattern(
            r"\b(?:i|we)(?:'d| would| could| hope)\b|\b(?:i|we) can (?:also "
            r")?(?:share|show|tell|send|explain|answer)\b"
            r"|\b(?:i|we)(?:'m| am| are|'re) (?:also )?(?:(?:happy|glad|pleased) to "
            r"(?:also )?(?:talk|share|show|tell|send|explain|"
            r"answer|discuss|help|support|chat|meet)|open to|interested in)\b|^(?:please|let (?:me|us))\b"
            r"|\blook(?:ing)? forward to (?:hearing|your (?:reply|answer))\b|^thank(?:s"
            r"| you)(?: for (?:reading|your time))?[.!]?$"
        ),
        uses=_words("use uses used using know"),
        never=_pattern(
            r"\b(?:our|the|your|this) (?:good |short |brief )?(?:call|meeting"
            r"|conversation|exchange|chat)\b|\byour interest\b"
            r"|^(?!.*\b(?:what|if|whether|do you|does your|your needs)\b).*\bneeds?\b"
        ),
        joined=_pattern(
            r",?\s+(?:and|so)\s+(?=(?:(?:i|we)(?:'d| would| hope| am happy| am glad)|would|hope)\b)"
        ),
    ),
    "de": Kinds(
        posting=_words(
            "kenntnissen der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen ihr ihre ihren",
            "ihrem ihrer ihres sie ihnen es ist sind in im an am auf bei beim für von vom zu zum zur nach mit als und oder",
            "auch dass wegen was wer offen offene offenen suche suchen sucht gesucht brauchen braucht benötigen benötigt",
            "nennen nennt genannt verlangen verlangt erwarten erwartet wünschen wünscht ausschreibung ausgeschrieben",
            "ausschreiben anzeige stellenanzeige stelle stellen position rolle job team unternehmen firma jemanden person",
            "entwickler entwicklerin kenntnisse erfahrung gesehen gelesen gefunden entdeckt aufmerksam geworden gestoßen",
            "einstellen besetzen",
        ),
        work=_words(
            "von vom kenntnissen der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen ich wir",
            "unser unsere unseren unserem unserer mein meine meinen meiner es ist sind war waren bin haben habe hat mit in im",
            "auf an aus und oder auch als projekt projekte projekten arbeit arbeiten beispiel beispiele portfolio link links",
            "hier unten oben sehen siehe zeigt zeigen gezeigt gebaut gemacht entwickelt umgesetzt erstellt entstanden",
            "verwenden verwendet nutzt nutzen genutzt kenntnisse erfahrung darin wie nahe passt passend passende passenden",
            "ähnlich ähnliche zu dazu dabei uns",
        ),
        asking=_words(
            "hätten anforderungen bedarf ich wir sie ihnen ihr ihre ihren ihrem ihrer mir uns mich unser unsere unseren",
            "unserer mein meine der die das den dem ein eine einen einem es dies darüber dazu davon würde würden möchte",
            "möchten könnte könnten kann können darf dürfen wollen soll sollen wäre wären sein ist freue freuen gern gerne",
            "kurz kurze kurzes kurzen gespräch telefonat austausch termin sprechen reden unterhalten besprechen austauschen",
            "erzählen zeigen schicken senden hören erfahren wissen lernen helfen unterstützen mehr näheres wenn ob wann was",
            "wie wo und oder auch zu zum zur über auf von mit bei für in im an am nächste nächsten woche zeit moment bald",
            "interesse interessiert interessant offen frage fragen idee ideen einzelheiten details projekt projekte arbeit",
            "arbeiten team stelle position ausschreibung antwort rückmeldung melden sich brauchen braucht wichtig lohnt passt",
            "lassen bitte dank vielen danke haben einige",
        ),
        shows=_words("mit in auf zeigt zeigen nutzt nutzen verwendet verwenden wie"),
        shown=_words(
            "projekt projekte projekten arbeit arbeiten kenntnisse erfahrung beispiel beispiele verwendet genutzt"
        ),
        first=_words("ich wir mir uns mich unser unsere unseren unserem unserer mein meine meinen meiner"),
        sighting=_pattern(
            r"\b(?:ich habe|wir haben|habe ich|haben wir) (?=.*\b(?:gesehen|gelesen|gefunden|entdeckt)\b)"
            r"|\b(?:ich bin|wir sind|bin ich|sind wir) (?=.*\b(?:gestoßen|aufmerksam)\b)"
            r"|\b(?:ich (?:sehe|las)|wir (?:sehen|lasen))\b"
            r"|\b(?:ich schreibe|wir schreiben|schreibe ich|schreiben wir)\b|\b(?:ist|sind) (?:mir|uns) aufgefallen\b"
            r"|\bhat (?:mein interesse|meine aufmerksamkeit|unser interesse) geweckt\b"
            r"|\b(?:hat|haben) (?=.*\bausgeschrieben\b)"
        ),
        note=_pattern(
            r"\b(?:ich komme|komme ich)\b(?=.*\bzurück\b)|\bzurück\b"
            r"|\bmeine[rn]? (?:letzten? |frühere[rn]? )?(?:nachricht|e-mail|mail)\b"
        ),
        refers=_pattern(
            r"\b(?:passt|passen|nahe|ähnlich)(?: (?:zu|an|wie))?(?: (?:dem|das),?)? (?:was"
            r"|wie) (?:sie|ihr team|ihre (?:ausschreibung|anzeige)) "
            r"(?:beschreib|such|brauch|nenn|verlang|benötig)(?:en|t)\b"
            r"|\b(?:passt|passen|nahe|ähnlich) (?:zu|an|auf) (?:ihre[rnm]?|diese[rnm]?) "
            r"(?:ausschreibung|anzeige|stelle|position|beschreibung|suche)\b"
            r"|\b(?:kommt|kommen) ihrer (?:beschreibung|ausschreibung|anzeige|suche) "
            r"nahe\b|\b(?:hier |dort )?(?:sehen|finden) sie\b"
        ),
        wish=_pattern(
            r"\b(?:ich|wir) (?:würden?|möchten?|könnten?)\b|\b(?:würden?|möchten?|könnten?) (?:ich|wir)\b"
            r"|\bfreuen? (?:ich |wir )?(?:mich|uns)(?: sehr)? (?:auf|über) (?:ihre (?:antwort|rückmeldung)|ein )"
            r"|^(?:gern|gerne) (?:würden?|zeigen?|erzählen?|sprechen?|höre|hören)\b|^bitte\b"
            r"|^(?:vielen dank|danke)(?: für ihre zeit)?[.!]?$"
        ),
        uses=_words("nutzt nutzen verwendet verwenden genutzt"),
        never=_pattern(
            r"\b(?:unser|unsere|unserem|unseren|das|dem|ihr|ihrem) (?:kurze[ns]? "
            r")?(?:gespräch|telefonat|austausch|termin)\b"
            r"|\b(?:ihr|ihrem) interesse\b|^(?!.*\b(?:was|ob|wenn)\b).*\bbrauch(?:t|en)\b"
        ),
        joined=_pattern(r",?\s+und\s+(?=(?:(?:ich|wir) )?(?:würden?|möchten?|freuen?)\b)"),
    ),
    "fr": Kinds(
        posting=_words(
            "le la les un une des du de ce cet cette ces votre vos vous il elle on est êtes sont à au aux en dans pour par",
            "chez sur avec et ou aussi que qu qui dont où comme cherche cherchez recherche recherchez chercher rechercher",
            "demande demandez besoin cite citez mentionne mentionnez nomme exige exigez requiert recrute recrutez recruter",
            "annonce offre poste postes emploi rôle équipe entreprise société profil quelqu personne développeur développeuse",
            "ingénieur ingénieure compétence compétences expérience connaissances ouvert ouverte sujet propos",
        ),
        work=_words(
            "le la les un une des du de ce cette ces est sont était nous notre nos je mon ma mes suis ai avons ont été projet",
            "projets travail travaux exemple exemples portfolio lien liens voici voir ici ci-dessous ci-dessus avec en sur",
            "dans et ou aussi comme qui que où utilise utilisons utilisent utilisant utilisé montre montrent montrant réalisé",
            "réalisée construit conçu créé développé fait proche proches semblable similaire pertinent correspond",
            "correspondent à au aux expérience compétence compétences connaissances chez",
        ),
        asking=_words(
            "seriez-vous pourrions-nous pouvons-nous êtes-vous avez-vous auriez-vous souhaitez-vous voulez-vous disponible",
            "seriez je nous vous votre vos moi mon ma mes notre nos me serais serait serions aimerais aimerions aurais",
            "souhaiterais souhaiterions voudrais voudrions voulez pourrais pourrions pourriez pouvons peut peux puis-je",
            "pourrait serait-il est-ce est-il intéressé intéressée intéresserait intéresserait-il intéressant intérêt",
            "intéresse heureux heureuse ravi ravie parler discuter échanger appel entretien conversation court courte bref",
            "brève brièvement plus davantage en y savoir entendre écouter partager montrer dire expliquer envoyer aider",
            "répondre apprendre découvrir un une le la les de du des ce cela ça cette ces sur au aux à avec pour dans et ou",
            "si que qui quand comment où dont quelques idées idée question questions détail détails projet projets travail",
            "travaux exemple équipe poste annonce besoin besoins avez a semaine prochaine prochainement bientôt moment temps",
            "réponse retour attente merci convient conviendrait volontiers êtes lors",
        ),
        shows=_words("avec en sur utilise utilisons utilisent utilisant montre montrent montrant comme"),
        shown=_words("projet projets travaux expérience compétences"),
        first=_words("je nous notre nos mon ma mes moi me suis ai avons"),
        sighting=_pattern(
            r"\b(?:j'ai|nous avons) (?:vu|lu|trouvé|remarqué|découvert)\b"
            r"|\b(?:je|nous) (?:vous )?(?:écris|écrivons|contacte|contactons)\b"
            r"|\ba (?:retenu|attiré) (?:mon|notre) attention\b|\b(?:a|avez) (?=besoin\b|un poste\b|une offre\b)"
        ),
        note=_pattern(
            r"\b(?:je reviens|nous revenons)\b"
            r"|\b(?:mon|notre) (?:dernier |précédent )?(?:message|e-mail|mail|courriel)\b"
        ),
        refers=_pattern(
            r"\b(?:proches?|semblables?|similaires?|correspond(?:ent)?)(?: (?:à|de))? (?:ce|celui) (?:que|dont) "
            r"(?:vous|votre (?:équipe|annonce)) (?:avez besoin|a besoin|décri(?:vez|t)"
            r"|(?:re)?cherchez?|demandez?|citez?|mentionnez?)\b"
            r"|\b(?:proches?|semblables?|similaires?|correspond(?:ent)?|pertinent) "
            r"(?:à|de|pour|avec) (?:votre|cette|ce) "
            r"(?:annonce|poste|recherche|description|offre)\b|\bvous (?:pouvez|pourrez) (?:voir|trouver)\b"
        ),
        wish=_pattern(
            r"\b(?:j'aimerais|j'aurais|je (?:serais|souhaiterais|voudrais|pourrais)"
            r"|nous (?:serions|aimerions|souhaiterions|"
            r"voudrions|pourrions))\b|^merci(?: pour votre (?:temps|lecture))?\s?[.!]?$"
        ),
        uses=_words("utilise utilisons utilisent utilisant utilisé"),
        never=_pattern(
            r"\b(?:notre|le|cet|votre) (?:court |bref )?(?:appel|entretien|échange)\b"
            r"|\b(?:notre|la|cette|votre) conversation\b"
            r"|\bvotre intérêt\b|^(?!.*\b(?:ce dont|si|vos|votre|quels|avez-vous|auriez-vous)\b).*\bbesoins?\b"
        ),
        joined=_pattern(
            r",?\s+et\s+(?=(?:j'aimerais|(?:je |nous )?"
            r"(?:souhaiterais|voudrais|serais|aimerions|souhaiterions|voudrions|serions))\b)"
        ),
    ),
    "es": Kinds(
        posting=_words(
            "el la los las un una unos unas del de al a en con por para sobre y e o u también su sus usted ustedes que quien",
            "es son está están hay busca buscan buscando búsqueda necesita necesitan requiere requieren pide piden solicita",
            "menciona mencionan nombra cita exige contratar contratando anuncio oferta puesto puestos vacante empleo rol",
            "equipo empresa alguien persona desarrollador desarrolladora ingeniero ingeniera conocimientos experiencia",
            "habilidades abierto abierta perfil como porque acerca",
        ),
        work=_words(
            "tenemos tengo el la los las un una unos unas este esta estos estas esto de del en con a al y e o también que es",
            "son fue soy ha han hemos he sido nuestro nuestra nuestros nuestras mi mis proyecto proyectos trabajo trabajos",
            "ejemplo ejemplos portafolio enlace enlaces aquí abajo arriba ver vea muestra muestran mostrando usa usan usamos",
            "usando utiliza utilizan utilizamos utilizando hecho hecha creado creada desarrollado desarrollada construido",
            "construida diseñado realizado como uno cercano cercana parecido similar relacionado encaja encajan relevante",
            "experiencia conocimientos donde",
        ),
        asking=_words(
            "quedo atento atenta tendría tendrían espero me nos le les usted ustedes su sus mi mis nuestro nuestra nuestros",
            "nuestras yo gustaría encantaría quisiera quisiéramos podría podríamos puedo podemos puede pueden podrían sería",
            "agradecería interesa interesaría interesado interesada interés hablar hablamos hablemos conversar conversación",
            "comentar comentarlo charlar llamada reunión breve brevemente corta corto más saber oír escuchar conocer",
            "compartir contar contarle contarles mostrar mostrarle explicar enviar enviarle ayudar ayudarle responder",
            "aprender un una unos unas el la los las lo de del en con al a por para sobre y e o si que qué cuándo cuando cómo",
            "dónde cuál algunas algunos ideas idea pregunta preguntas detalle detalles proyecto proyectos trabajo trabajos",
            "ejemplo equipo puesto anuncio necesita necesidades semana próxima pronto momento tiempo respuesta gracias ello",
            "esto eso también permite proponerle importante",
        ),
        shows=_words(
            "con en sobre usa usan usamos usando utiliza utilizan utilizamos utilizando muestra muestran mostrando como"
        ),
        shown=_words("experiencia conocimientos"),
        first=_words("me nos mi mis nuestro nuestra nuestros nuestras yo soy he hemos"),
        sighting=_pattern(
            r"\b(?:he|hemos) (?:visto|leído|encontrado)\b|\b(?:(?:le|les) )?(?:escribo"
            r"|escribimos)\b|\b(?:vi|vimos|leí|leímos)\b"
            r"|\b(?:me|nos) ha llamado la atención\b|\bha llamado (?:mi|nuestra) atención\b"
            r"|\btienen? (?=(?:un puesto|una vacante|una oferta)\b)"
        ),
        note=_pattern(
            r"\bvuelvo\b|\bmi (?:último |anterior )?(?:mensaje|correo|nota)\b|\bmi mensaje anterior\b"
        ),
        refers=_pattern(
            r"\b(?:cercan[oa]|parecid[oa]|similar|encajan?)(?: (?:a|con))? lo que "
            r"(?:usted |ustedes |su (?:equipo|anuncio) )?"
            r"(?:busca|describe|necesita|pide|menciona)n?\b"
            r"|\b(?:cercan[oa]|parecid[oa]|similar|encajan?|relevante) (?:a|con|para) (?:su|este) "
            r"(?:anuncio|puesto|oferta|búsqueda|descripción|vacante)\b|\bpuede (?:ver|verlo|encontrar)\b"
        ),
        wish=_pattern(
            r"\b(?:me|nos) (?:gustaría|encantaría)\b|\b(?:quisiera|quisiéramos|podría|podríamos|agradecería)\b"
            r"|^quedo (?:atento|atenta)\b|^espero su respuesta\b|^gracias(?: por su tiempo)?[.!]?$"
        ),
        uses=_words("usa usan usamos usando utiliza utilizan utilizamos utilizando"),
        never=_pattern(
            r"\b(?:nuestra|la|esta|su) (?:breve )?(?:llamada|conversación|reunión)\b|\bsu interés\b"
            r"|^(?!.*\b(?:qué|que|si|cómo)\b).*\bnecesita\b"
        ),
        joined=_pattern(r",?\s+y\s+(?=(?:(?:me|nos) (?:gustaría|encantaría)|quisiera|quisiéramos)\b)"),
    ),
}
