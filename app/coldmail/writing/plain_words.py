"""Words that a model may use without evidence: plain ones, which by themselves claim nothing that could be checked.

Left out on purpose: numbers and amounts, years and other times that could be a record, praise, customers, partners, awards,
results, acquaintances, and everything technical. A sentence with any other word needs the posting or the portfolio for it.
"""


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# Each word with its inflections: nothing is stemmed, so that nothing else slips through.
PLAIN: dict[str, frozenset[str]] = {
    "en": _words(
        "a an the this that these those it its there here i me my we us our ours you your yours they them their who which what",
        "how when where why and or but so if because as while though although than then also too both either not no nor any",
        "some each all other another same such own very more most much less just only even still again soon now today once",
        "maybe perhaps please indeed rather quite well often in on at by for from to of off with without within into onto",
        "over under about around after before between through during toward towards like near per via up down out",
        "am is are was were be been being do does did doing done have has had having can could will would shall should may",
        "might must let lets i'm i've i'd i'll we're we've we'd we'll you're you've you'd you'll it's that's don't isn't",
        "write writing see saw seen look looks looking looked read reading noticed notice found find came come coming across",
        "caught eye attention interest interested interesting interests ask asks asking asked need needs needed needing want",
        "wants seek seeking seeks search searching require requires required mention mentions mentioned name names describe",
        "describes described fit fits fitting match matches matching close closely relevant related similar suit suits",
        "suitable help helps helping support supports supporting offer offers offering share shares sharing show shows shown",
        "showing talk talking speak discuss discussing chat call meet meeting conversation reply answer answers hear hearing",
        "know knowing think thinking thought believe feel hope hoping hopes wonder wondering like liked love enjoy glad happy",
        "pleased open opening openings position positions role roles post posting job jobs listing ad team teams company",
        "project projects work works working worked piece pieces example examples portfolio link links below above following",
        "attached idea ideas question questions detail details topic part parts way ways thing things kind area areas place",
        "time moment minute minutes week next day days short brief briefly quick quickly simple simply useful good great",
        "right clear free possible able ready welcome worth sure further first forward use uses used using build builds built",
        "building make makes made making create created creating develop developed developing development design designed",
        "designing deliver delivered delivering skill skills experience engineer engineers engineering developer developers",
        "software technology technologies tool tools service services product products application applications system systems",
        "task tasks need's requirement requirements challenge challenges goal goals plan plans start started take takes taking",
        "give gives giving get gets getting go going keep keeps bring brings bringing put send sending sent let let's tell",
        "telling learn learning explore join joining contribute add value benefit benefits closer especially particularly",
        "specifically exactly directly together including include includes around regarding concerning based based-on side",
        "hand hands line lines note message email e-mail mail contact touch reach reaching back out hello hi dear thanks thank",
        "regards kind sincerely best",
    ),
    "de": _words(
        "der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen diesem ich mich mir mein meine",
        "meinen meiner meinem wir uns unser unsere unseren unserer unserem sie ihnen ihr ihre ihren ihrer ihrem es man wer was",
        "wie wann wo warum und oder aber denn weil da wenn falls ob als dass damit sowie auch nicht kein keine keinen nur noch",
        "schon sehr mehr mehrere gern gerne vielleicht bitte so dann hier dort dazu dafür darüber damit davon in im an am auf",
        "aus bei beim für mit nach über um unter von vom vor zu zum zur zwischen durch ohne gegen während bin ist sind war waren",
        "sein wäre wären habe hat haben hatte hätte hätten werde wird werden würde würden kann können könnte könnten darf dürfen",
        "dürfte soll sollen sollte will wollen möchte möchten muss müssen mag schreibe schreiben geschrieben sehe sehen gesehen",
        "lese lesen gelesen gefunden finden suche suchen sucht gesucht brauche brauchen braucht nennen nennt beschreiben",
        "beschreibt passt passen passend passende passenden nahe ähnlich ähnliche helfe helfen hilft unterstütze unterstützen",
        "unterstützung biete bieten anbieten zeige zeigen zeigt teilen sprechen reden besprechen gespräch austausch telefonat",
        "antwort antworten hören freue freuen freut interesse interessiert interessant aufgefallen aufmerksam ausschreibung",
        "anzeige stelle position rolle team unternehmen firma projekt projekte projekten arbeit arbeiten beispiel beispiele",
        "portfolio link links unten oben folgende folgenden idee ideen frage fragen einzelheiten details thema teil weise zeit",
        "moment woche nächste nächsten tag tage kurz kurze kurzes kurzen schnell einfach gut gute guten gern offen offene",
        "möglich willkommen erste ersten weiter weitere verwenden verwendet nutzen genutzt bauen gebaut entwickeln entwickelt",
        "entwicklung entworfen umgesetzt umsetzen gemacht machen erstellen erstellt kenntnisse erfahrung entwickler",
        "entwicklerin software technologie technologien werkzeuge dienste dienst produkt produkte anwendung anwendungen system",
        "systeme aufgabe aufgaben anforderungen ziel ziele beginnen geben nehmen bringen schicken senden sagen erzählen lernen",
        "beitragen besonders genau direkt gemeinsam zusammen einschließlich nachricht hallo guten sehr geehrte damen herren",
        "liebes dank danke grüße grüßen freundlichen viele",
    ),
    "fr": _words(
        "le la les l un une des du de d ce cet cette ces je j me m moi mon ma mes nous notre nos vous votre vos il elle ils",
        "elles on se s y en qui que qu quoi dont où quand comment pourquoi et ou mais donc or car si comme puis aussi ne n pas",
        "plus moins très bien peut-être ainsi ici là à au aux avec sans chez dans par pour sur sous vers entre après avant",
        "pendant depuis suis est sommes êtes sont était étaient être serait seraient serais ai a avons avez ont avait aurait",
        "avoir peux peut pouvons pouvez pourrait pourrions puis dois doit devons fait faire faites font ferait veux voulez",
        "voudrais aimerais aimerions souhaite souhaitez écris écrire écrit vois voir vu lu lire trouvé trouver cherche cherchez",
        "chercher recherchez demande demandez besoin besoins cite citez décrivez décrit correspond correspondent proche proches",
        "semblable semblables lien liens aide aider soutien propose proposer offrir montre montrer montrent partager parler",
        "discuter échanger échange appel entretien conversation réponse répondre entendre heureux heureuse ravi intérêt",
        "intéressé intéresse intéressant attention annonce poste offre rôle équipe équipes entreprise société projet projets",
        "travail travaux exemple exemples portfolio ci-dessous ci-dessus suivant suivants suivantes idée idées question",
        "questions détail détails sujet partie façon temps moment semaine prochaine jour jours court courte bref brève",
        "brièvement rapide simple utile bon bonne possible premier première utiliser utilisé utilisons construire construit",
        "développer développé développement conçu concevoir créer créé réalisé réaliser compétence compétences expérience",
        "développeur développeuse logiciel logiciels technologie technologies outil outils service services produit produits",
        "application applications système systèmes tâche tâches objectif objectifs commencer donner prendre apporter envoyer",
        "dire apprendre contribuer surtout exactement directement ensemble message bonjour madame monsieur merci cordialement",
    ),
    "es": _words(
        "el la los las lo un una unos unas este esta estos estas ese esa eso esto yo me mi mis mí nosotros nos nuestro nuestra",
        "nuestros nuestras usted ustedes le les su sus se él ella ellos que qué quien cual cuál cuándo cuando cómo como dónde",
        "donde por porque y e o u pero si así también no ni más menos muy bien quizá quizás aquí allí a al de del con sin en",
        "para sobre bajo hacia entre desde hasta tras ante soy es somos son era eran ser sería serían he ha hemos han había",
        "haber está están estoy estamos estar tengo tiene tenemos tienen tener puedo puede podemos pueden podría podríamos debe",
        "debo hago hace hacemos hacer hecho quiero quiere quisiera gustaría gusta escribo escribir escrito veo ver visto leo",
        "leer leído encontrado encontrar busca buscan buscar necesita necesitan necesidad necesidades pide piden nombra",
        "describe encaja encajan encajar cercano cercana cercanos parecido parecidos enlace enlaces ayuda ayudar apoyo ofrecer",
        "ofrezco ofrecemos mostrar muestra muestran compartir hablar conversar conversación llamada reunión respuesta responder",
        "oír feliz encantado interés interesa interesado interesante atención anuncio puesto oferta rol equipo equipos empresa",
        "proyecto proyectos trabajo trabajos ejemplo ejemplos portafolio abajo arriba siguiente siguientes idea ideas pregunta",
        "preguntas detalle detalles tema parte manera tiempo momento semana próxima día días breve breves brevemente rápido",
        "sencillo útil bueno buena posible primero primera usar usado usamos construir construido desarrollar desarrollado",
        "desarrollo diseñar diseñado crear creado realizado realizar conocimientos experiencia desarrollador desarrolladora",
        "software tecnología tecnologías herramienta herramientas servicio servicios producto productos aplicación aplicaciones",
        "sistema sistemas tarea tareas objetivo objetivos empezar dar tomar aportar enviar decir contar aprender contribuir",
        "exactamente directamente juntos mensaje hola buenos estimado estimados gracias saludos",
    ),
}
# With one of these a sentence tells what the writer did or can: then the portfolio has to know the skill, not the posting.
OF_ONESELF: dict[str, frozenset[str]] = {
    "en": _words(
        "have has had we've i've built build builds building used use uses using made make created create developed develop",
        "developing designed design delivered deliver delivering worked work works working experience know knowing bring",
        "brings bringing skill skills help helped helps offer offers our my am i'm",
    ),
    "de": _words(
        "habe haben hat hatte gebaut bauen verwenden verwendet nutzen genutzt entwickeln entwickelt umgesetzt gemacht erstellt",
        "arbeite arbeiten erfahrung kenntnisse bringen biete bieten helfe helfen unser unsere unseren unserer mein meine bin",
    ),
    "fr": _words(
        "ai avons utilisé utilisons construit développé conçu créé réalisé travail travaux expérience compétences apporter",
        "propose proposer offrir aider notre nos mon ma mes suis sommes",
    ),
    "es": _words(
        "he hemos usado usamos construido desarrollado diseñado creado realizado trabajo trabajos experiencia conocimientos",
        "aportar ofrezco ofrecemos ofrecer ayudar nuestro nuestra nuestros nuestras mi mis soy somos",
    ),
}
