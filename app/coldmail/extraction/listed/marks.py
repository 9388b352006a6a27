"""The words around the rows of a list: what announces jobs, what heads other things, and what a row says beside its title."""

import re

from app.coldmail.extraction.words import TITLE, phrases

# Announces open positions and nothing else; "Careers" and "Join us" head whole sites.
ANNOUNCED = re.compile(
    r"(?:\d+ )?(?:(?:our|current|currently|latest|all|available|the|search|find|see|view|browse|these|unsere|aktuelle|alle|derzeit|nuestras|todas las|últimas|nos|toutes les|le nostre|tutte le|onze|alle"
    r"|actuele|openstaande|våra|aktuella|alla|vores|våre|aktuelle|aktualne|nasze|nossas|as nossas|les nostres) ){0,3}"
    r"(?:(?:open|vacant|job|career|employment|new|available) ?(?:openings?|positions?|roles?|vacanc(?:y|ies)|opportunit(?:y|ies)|listings?|jobs?|posts?)|openings|vacancies|open jobs|search results|job search results"
    r"|offene(?:n)? (?:stellen|positionen|jobs)|freie stellen|stellenangebote?|stellenausschreibungen|jobangebote|ausbildungsplätze|ofertas (?:de (?:empleo|trabajo)|laborales|abiertas|activas)|empleos|vacantes|puestos (?:vacantes|abiertos|disponibles)|bolsa de (?:empleo|trabajo)"
    r"|ofertes (?:de (?:feina|treball)|laborals|obertes)|places vacants|offres(?: d(?:'|’)emploi)?(?: en cours| à pourvoir)?|postes (?:à pourvoir|ouverts|vacants)|posizioni aperte|offerte di lavoro|annunci di lavoro"
    r"|vacatures|lediga (?:jobb|tjänster)|ledige (?:stillinger|jobs?|job)|stillinger|oferty pracy|vagas(?: abertas| disponíveis| de emprego)?|ofertas de emprego|avoimet työpaikat|volná místa|volné pozice|nyitott pozíciók"
    r"|募集(?:職種|要項|中)?(?:一覧)?|求人(?:一覧|情報)|採用情報|职位列表|招聘职位|채용 ?공고)"
    r"(?: (?:at|in|bei|en|in|chez|presso|hos|i|na|op|at the) .{1,40})?(?:\s*\(?\d+\)?)?\W*",
    re.IGNORECASE,
)
# Heads rows that are no jobs.
OTHER_THINGS = re.compile(
    r"(?:(?:our|the|all|latest|recent|upcoming|more|unsere|alle|nuestr[oa]s|todos los|nos|tous les|i nostri|onze|våra|nasze|nossos|explore|browse|featured|popular|key|meet|read|discover|from|by|on|new) ){0,3}"
    r"(?:blog|news(?:room)?|press|stor(?:y|ies)|people stories|articles?|insights|events?|webinars?|courses?|training|programmes? of study|products?|shop|projects?|case studies|tenders?|locations?|offices?|sites|cities|departments?|teams?|job (?:categories|areas|functions|families)"
    r"|categories|benefits?(?: (?:and|&) perks)?|perks|values|culture|life|gallery|testimonials|faqs?|hiring process|how we hire|resources|downloads|podcasts?|videos?|partners|scholarships?|grants?|team|people|colleagues|alumni|employees|medarbetare|mitarbeitende|collaboratori|medewerkers|pracownicy|leadership|speakers|talks|sessions|authors|members"
    r"|aktuelles|neuigkeiten|veranstaltungen|termine|ausschreibungen|kurse|seminare|produkte|projekte|standorte|abteilungen|vorteile|werte|ansprechpartner|magazin|noticias|actualidad|eventos|cursos|productos|proyectos|licitaciones|ubicaciones|sedes|departamentos|beneficios|valores|equipo|historias"
    r"|actualités|événements|formations|produits|projets|sites|équipes|métiers|avantages|valeurs|notizie|eventi|corsi|prodotti|progetti|sedi|vantaggi|valori|nieuws|evenementen|cursussen|producten|locaties|afdelingen|voordelen|nyheter|kurser|produkter|avdelningar|förmåner|orter"
    r"|aktualności|wydarzenia|kursy|produkty|lokalizacje|korzyści|notícias|vantagens|equipa|times|ニュース|お知らせ|ブログ|社員紹介|福利厚生)(?: (?:at|from|of|by|bei|for|and|&|von|und|del?|de la|di|dei|da|du|des|van|från|z) .{1,40})?\W*",
    re.IGNORECASE,
)
# An application for no post: a row that lists of jobs end with.
SPONTANEOUS = re.compile(
    r".{0,30}(?:initiativ(?:e)?[\s-]?bewerb|blindbewerb|open(?:e)? (?:application|sollicitatie)|(?:general|speculative|spontaneous|unsolicited|future) (?:application|interest)"
    r"|(?:candidature|candidatura|candidatures?) (?:spontan|espont|libre)|auto ?candidatura|spontanansök|uopfordret (?:ansøgning|job)|åpen søknad|aplikacj[ae] spontanicz|spontane sollicit"
    r"|talent (?:pool|community|network|bank)|banco de talentos|bolsa de talento|talentpool|expression of interest|don(?:'|’)t see (?:a|the|your|what)|nothing (?:for you|suitable|that fits)|nichts (?:passendes|dabei)"
    r"|no (?:encuentras|ves) |avoin hakemus|オープンポジション|connect with us|join our talent|kandidatura spontan).{0,60}",
    re.IGNORECASE,
)
# Speaks to the reader: "Deine Vorteile", "Your career path".
ADDRESSED = re.compile(
    r"(?:your|deine?|ihre?|euer|eure|unsere?|our|tus?|vos|votre|tes|ton|nos|notre|i tuoi|la tua|jouw|je|onze|dina?|vår[at]?|din|dit|twoj[ea]|sua|seus?) ",
    re.IGNORECASE,
)
# "Nurse jobs (12)": leads to a list of its own.
MANY = re.compile(
    r".*\b(?:jobs|vacancies|openings|stellen|stellenangebote|empleos|vacantes|ofertas|vacatures|emplois|offres|vagas|offerte|oferty)\W{0,3}\d*\W{0,2}",
    re.IGNORECASE,
)
# What a list marks a row with whose post is taken.
CLOSED = re.compile(
    r"\W*(?:(?:(?:position|role|job|vacancy|applications?|stelle|posten|oferta|poste|vacature|vaga|tjänsten) )?(?:is |are |now |bereits |already |ya |déjà )*(?:closed|filled|expired|no longer available|geschlossen|besetzt|vergeben|abgelaufen|cerrad[ao]|cubierta|finalizad[ao]|caducad[ao]|expirad[ao]"
    r"|tancad[ao]|coberta|encerrad[ao]|preenchida|pourvue?|clôturée?|expirée?|chius[ao]|scadut[ao]|gesloten|vervuld|verlopen|stängd|tillsatt|lukket|besat|zamknięt[ea]|nieaktualn[ea]|zakończon[ea]|募集終了|受付終了|已关闭|已截止|마감))\W*",
    re.IGNORECASE,
)
CLOSED_CLASS = re.compile(
    r"(?:\A|[\s_-])(?:is-)?(?:closed|expired|filled|inactive|cerrad[ao]|caducad[ao]|abgelaufen)(?:\Z|\s)",
    re.IGNORECASE,
)
# How much and how long somebody works, and what else a row says that is no place.
TERMS = re.compile(
    r"(?:full|part)[\s-]?time\b|\b(?:permanent|temporary|fixed[\s-]term|contract(?:or)?|freelance|seasonal|casual|internship|apprenticeship|employee|salaried|remote(?! ?\()|hybrid|on-?site|band|grade|closing|closes|posted|ago|apply|ref|id|req)\b"
    r"|\b(?:voll|teil)zeit\b|befristet|festanstellung|\bminijob\b|ausbildung|werkstudent|praktikum|\b(?:jornada|indefinid[oa]|temporal|completa|parcial|media jornada|prácticas|cdi|cdd|alternance|intérim|stage|temps (?:plein|partiel))\b"
    r"|tempo (?:pieno|parziale|determinato|indeterminato|integral)|\b(?:voltijd|deeltijd|fulltime|parttime|uur|uren|uur|stunden|std|hours?|hrs|horas|heures|ore|timmar|timer|weeks?|months?|years?|wochen|monate|semanas|meses)\b"
    r"|heltid|deltid|tillsvidare|tidsbegränsad|fast stilling|vikariat|umowa|pełny etat|praca |estágio|efetivo|\bclt\b|tempo |正社員|契約社員|アルバイト|パート|派遣|全职|兼职|정규직|계약직|ab sofort|asap|immediate|\bvor ort|på plats|presencial|distanz"
    r"|\b(?:jan|feb|m[aä]r|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)\w* \d|\d",
    re.IGNORECASE,
)
# What heads the titles of a table.
TITLE_HEADS = TITLE | phrases(
    "job, post, vacancy, vacancies, opening, requisition title, posting title, stelle, stellenbezeichnung, bezeichnung, beruf, oferta, vacante, empleo, plaza, poste, offre, intitulé, emploi, posizione, ruolo, mansione",
    "vacature, functietitel, tjänst, befattning, yrke, stilling, stanowisko, vaga, cargo, função, lloc, plaça, 職種, 募集職種, 岗位, 职位名称, 직무",
)
# What employers call their parts.
DEPARTMENTS = phrases(
    "engineering, software, technology, tech, it, data, product, design, marketing, sales, operations, finance, accounting, legal, hr, human resources, people, people & culture, support",
    "customer success, customer service, customer support, research, r&d, quality, production, manufacturing, logistics, supply chain, purchasing, administration, management, kitchen, front of house",
    "retail, healthcare, nursing, education, security, facilities, maintenance, business development, communications, growth, general, other, various, clinical, warehouse, creative, strategy",
    "entwicklung, vertrieb, verwaltung, technik, produktion, logistik, einkauf, personal, pflege, küche, service, finanzen, forschung, ventas, tecnología, administración, producción, logística, recursos humanos",
    "calidad, finanzas, operaciones, ventes, commercial, informatique, ressources humaines, production, logistique, vendite, produzione, amministrazione, verkoop, productie, techniek, försäljning, teknik, ekonomi, drift",
    "sprzedaż, produkcja, vendas, tecnologia, produção, engenharia, administração, 営業, 開発, 製造, 事務",
)
