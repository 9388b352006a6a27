"""The words that career pages use for their parts, in the languages they come in; every list is lower case."""

import re


def words(*lines: str) -> frozenset[str]:
    """A set written as lines of words."""
    return frozenset(" ".join(lines).split())


def phrases(*lines: str) -> frozenset[str]:
    """A set written as lines of phrases parted by commas."""
    return frozenset(one.strip() for line in lines for one in line.split(",") if one.strip())


LOCATION = phrases(
    "location, locations, work area, localidade principal, job location, job locations, work location, work locations, primary location, office, offices, city",
    "place of work, workplace location, office location, place of employment, location(s), location/s, based in, duty station",
    "ubicación, ubicació, població, municipi, localització, localización, localidad, localitat, lugar, lugar de trabajo, ciudad, centro de trabajo, población",
    "beschäftigungsort, dienststelle, arbeitsplatzort, einsatzstelle, zona de trabajo, lugar del puesto, lieu d'affectation, localité",
    "standort, standorte, arbeitsort, einsatzort, ort, dienstort, arbeitsorte, einsatzorte, dienstsitz, standort(e)",
    "lieu, localisation, lieu de travail, ville, lieux, lieu du poste, lieu de mission, luogo, luogo di lavoro, località, sede",
    "sede di lavoro, città, locatie, standplaats, werklocatie, plaats, plats, arbetsort, placering, stad, arbetsplats, lokation",
    "arbejdssted, arbeidssted, sted, by, lokalizacja, miejsce pracy, miasto, localização, local, local de trabalho, cidade",
    "sijainti, paikkakunta, työpaikka, místo výkonu práce, lokalita, munkavégzés helye, locația, lokasi, 勤務地, 工作地点, 工作地點, 地点, 근무지",
    "город, место работы, адрес, місто, місце роботи, konum, şehir, çalışma yeri, lokasyon, τοποθεσία, oraș, locul de muncă, platser, orter, ort(er)",
    "arbeidssteder, lokasjon, lokation(er), locaties, locatie(s), werkplek, plaats(en), sedi, sede lavorativa, lieu(x), lieu de travail(s), localisations, ubicaciones",
    "lloc de treball, poblacions, localidade, localização da vaga, cidade/estado, município, misto, místo, místo pracoviště, miesto výkonu práce, miesto práce",
    "lokalizacje, lokalizacja pracy, munkavégzés helyszíne, helyszín, työskentelypaikka, sijaintipaikka, asukoht, vieta, darba vieta, lokacija, mjesto rada",
    "الموقع, مكان العمل, المدينة, מיקום, สถานที่ทำงาน, lokasi kerja, địa điểm, nơi làm việc, 勤務先, 工作城市, 工作地, 上班地點, 근무지역, 근무 지역, 근무장소",
)
COMPANY = phrases(
    "company, employer, company name, hiring organization, hiring organisation, hiring company, organization, organisation",
    "einrichtung, träger, organización, entidad, empleador, établissement, raison sociale, organisme",
    "unternehmen, arbeitgeber, firma, gesellschaft, empresa, compañía, entreprise, société, employeur, azienda, società, bedrijf",
    "werkgever, organisatie, företag, arbetsgivare, virksomhed, arbejdsgiver, arbeidsgiver, bedrift, pracodawca, yritys",
    "työnantaja, společnost, zaměstnavatel, zamestnávateľ, munkáltató, cég, angajator, arbetsgivarens namn, nazwa firmy, empregador, contratante",
    "الشركة, جهة العمل, صاحب العمل, חברה, บริษัท, perusahaan, công ty, 企業名, 公司名称, 企业名称, 기업명, 회사",
    " legal entity, business unit name, 会社名, 公司, 회사, компания, работодатель, компанія, şirket, εταιρεία",
)
SALARY = phrases(
    "salary, wage / salary, salary / wage, pay, compensation, salary range, pay range, base salary, base pay, annual salary, pay rate, hourly rate, wage, rate",
    "salario, salari, retribución, gehalt, vergütung, entgelt, gehaltsspanne, lohn, jahresgehalt, rémunération, salaire",
    "retribuzione, stipendio, ral, salaris, lön, løn, lønn, wynagrodzenie, salário, remuneração, palkka, mzda, fizetés, 給与, 薪资, 급여, зарплата, оклад, maaş, ücret, μισθός",
)
EXPERIENCE = phrases(
    "experience, required experience, years of experience, experience required, work experience, minimum experience, experience level",
    "experiencia, experiencia requerida, experiencia mínima, experiència, temps d'experiència, berufserfahrung, erfahrung",
    "karrierelevel, expérience, expérience requise, esperienza, ervaring, erfarenhet, erfaring, doświadczenie, experiência, 工作经验",
)
POSTED = phrases(
    "posted, created, date created, date updated, posted on, date posted, posting date, post date, posted date, published, published on, publication date, date published",
    "job posted, publicado, publicada, fecha de publicación, data de publicació, veröffentlicht, veröffentlicht am, online seit",
    "veröffentlichungsdatum, publié le, publiée le, date de publication, pubblicato, pubblicato il, data di pubblicazione",
    "gepubliceerd, geplaatst op, publicerad, publiceringsdatum, publisert, offentliggjort, data publikacji, opublikowano",
    "data de publicação, julkaistu, 发布日期, 掲載日, 게시일",
)
REMOTE = phrases(
    "remote, workplace type, work model, working model, work arrangement, work mode, workplace, location type, remote type, work type",
    "modalidad de trabajo, modalitat de treball, modalidad, arbeitsmodell, homeoffice, home office, télétravail, modalità di lavoro",
    "werkmodel, arbetsmodell, tryb pracy, modelo de trabalho, remote work, remote status, on-site/remote, work style",
)
# Facts that a posting states about itself and that make a page one, though nobody asks for them.
OTHER_FACTS = phrases(
    "employment type, job type, contract type, type of contract, contract, department, team, job category, category, function, job id",
    "requisition id, req id, job number, reference, job code, schedule, hours, working hours, job level, seniority, seniority level",
    "vacancies, openings, number of positions, closing date, end date, apply before, apply by, application deadline, deadline, start date",
    "tipo de contrato, tipus de contracte, departamento, departament, jornada, vacantes, vacants, sector, posición, posició, disciplina",
    "fecha de cierre, anstellungsart, beschäftigungsart, vertragsart, abteilung, arbeitszeit, eintrittsdatum, startdatum, referenznummer",
    "bewerbungsfrist, kennziffer, pensum, type de contrat, contrat, département, service, référence, date de début, tipo di contratto",
    "contratto, reparto, scadenza, dienstverband, afdeling, uren, sluitingsdatum, anställningsform, omfattning, sista ansökningsdag",
    "avdelning, ansøgningsfrist, søknadsfrist, stillingstype, rodzaj umowy, wymiar pracy, tipo de vaga, regime, 雇用形態, 职位类别, 部门",
    "type of work, hours per week, req #, req. #, requisition, requisition number, requisition #, job identification, job requisition id, reference number, ref #, ref., reference code, career area, business area",
    "working time, work hours, employee type, employment, job schedule, shift, openings available, application closes, closes, apply until, reporting to, reports to, grade, contract length",
    "umfang, besetzungszeitpunkt, befristung, eintrittstermin, beginn, stellenart, stundenumfang, entgeltgruppe, bereich, job-id, tipo de jornada, número de vacantes, horario",
    "durée du contrat, temps de travail, secteur, filière, orario, settore, livello, tipo contratto, functiegroep, aantal uren, vakgebied, anställningsgrad, arbetstid, tillträde",
    "stillingsprosent, ansettelsesform, tiltredelse, sektor, ansættelsesform, tiltrædelse, typ umowy, forma zatrudnienia, poziom stanowiska, typ pracovního poměru, úvazek, nástup",
    "munkaidő, munkaviszony, työsuhde, työaika, тип занятости, график работы, занятость, график, тип зайнятості, çalışma şekli, çalışma tipi, pozisyon seviyesi, tipo de contratação",
    "نوع العمل, نوع الوظيفة, الدوام, القسم, 勤務時間, 職種, 雇用区分, 工作性质, 学历要求, 职位性质, 招聘人数, 고용형태, 모집부문, 학력, 직무",
    "job function, job family, industry, work schedule, job reference, position type, time type, employment status, division",
)

PLACE_PARTS = phrases(
    "country/region, country / region, state/region, city/state, 国家, 地区, stát, ország, kraj/region, страна, регион, ülke, الدولة, البلد",
    "country, state, region, province, county, state/province, location name, site, tier, zip, postal code, land, bundesland, país, provincia",
    "pays, région, paese, regione, kommun, län, kraj, województwo",
)
TITLE = phrases(
    "job title, position, title, role, position title, puesto, stellentitel, intitulé du poste, functie, 职位"
)
LABELS = LOCATION | COMPANY | SALARY | EXPERIENCE | POSTED | REMOTE | OTHER_FACTS | PLACE_PARTS | TITLE

# What a section of a posting is headed; whole headings, or their beginning.
DUTIES = re.compile(
    r"(?:key |main |your |primary |core |essential |the |job |position |general |role )*(?:responsibilit|duties|tasks\b|mission\b)"
    r"|(?:job|role|position|about the|about this|the|your) (?:description|summary|overview|purpose|role|job|position|opportunity|brief)"
    r"|what you(?:'|’)?(?:ll| will| would)?(?: be)? (?:do|be doing|own|work|build|lead)|your (?:job|day|impact|challenge|contribution)"
    r"|a day in|in this role|roles? (?:and|&) responsib|accountabilit|scope of work|duties and"
    r"|descripci[óo]n? (?:de la |del )?(?:oferta|puesto|empleo|trabajo|vacante)|descripció\b|funciones|responsabilidad|tareas|misión|misió|qué harás"
    r"|(?:ihre|deine|meine|unsere)? ?(?:aufgaben|tätigkeit|verantwortung|rolle|mission)|das erwartet (?:dich|sie)|stellenbeschreibung|jobbeschreibung"
    r"|was (?:dich|sie|euch) (?:bei uns |in dieser rolle )?erwartet|das (?:machst du|sind (?:deine|ihre) aufgaben|wirst du)|was du (?:bei uns )?(?:machst|tust|bewegst)"
    r"|(?:dein|ihr)e? (?:job|aufgaben\w*|wirkungskreis|(?:arbeits)?alltag|herausforderung|einsatz|schwerpunkte?|verantwortungs\w+)|darum geht(?:(?:'|’)?s| es)\b"
    r"|(?:tus|sus|principales|las) (?:principales )?(?:funciones|tareas|responsabilidades|retos)|tu (?:misión|día a día|rol|reto)\b|qué vas a hacer|cuál será tu"
    r"|en qué consiste|sobre (?:el puesto|la vacante|la oferta|el rol)|detalles? del puesto|el puesto\b"
    r"|(?:vos |tes |les |nos )?(?:futures? |principales )(?:missions?|activités)|(?:vos |tes )activités|(?:votre|ton|au) quotidien|ce que (?:vous|tu) (?:ferez|feras|allez faire|vas faire)"
    r"|à propos du poste|descriptif (?:du poste|de la mission)|contenu du poste|missions principales|activités principales"
    r"|(?:vos |tes |les |votre |ta )?(?:missions?|responsabilités|tâches)|description (?:du|de) (?:poste|l)|le poste|(?:votre|ton) rôle"
    r"|descrizione|mansioni|responsabilità|attività|cosa farai|taken|functieomschrijving|wat ga je doen|jouw (?:rol|taken)"
    r"|arbetsuppgifter|om (?:jobbet|rollen|tjänsten)|dina arbetsuppgifter|arbeidsoppgaver|om (?:stillingen|jobbet)|arbejdsopgaver"
    r"|obowiązki|zakres obowiązków|twoje zadania|opis stanowiska|responsabilidades|atividades|descrição|tehtävä|náplň práce"
    r"|工作职责|岗位职责|职位描述|工作內容|仕事内容|業務内容|담당업무|주요업무"
    r"|обязанности|задачи\b|чем (?:предстоит|вам|нужно)|что (?:нужно|предстоит) делать|обов(?:'|’)язки|завдання|i\u0307?ş tanımı|görev|sorumluluk|καθήκοντα|αρμοδιότητες|responsabilități|feladat(?:ok|aid)|munkaköri leírás|atribuții|sarcini"
    r"|(?:job |position |role )?(?:description|details) (?:and|&) (?:requirements|qualifications)|(?:this|the) (?:role|position|job)(?:'s|’s)? responsibilit"
    r"|(?:twój |twoj |nasz )?zakres (?:obowiązków|zadań)|(?:twoje|główne) (?:obowiązki|zadania)|co będziesz robić|(?:tvoje |vaše )?(?:náplň|pracovní náplň|úkoly|co vás čeká)|náplň"
    r"|(?:työ)?tehtävä|mitä pääset tekemään|toimenkuva|(?:dina |dine )?(?:huvudsakliga )?arbets?uppgifter|(?:dine )?(?:arbejds|arbeids)?oppg(?:aver|ave)|om (?:rollen|tjänsten|stillingen)"
    r"|(?:tasques|funcions|responsabilitats)|(?:principais |suas )?(?:responsabilidades|atribuições|funções|atividades)|o que você (?:vai|irá) fazer|descri[çc][ãa]o da vaga"
    r"|(?:ваши |основные )?(?:обязанности|задачи)|чем вы будете|(?:temel )?(?:görev|sorumluluk)|(?:المهام|المسؤوليات|الواجبات|الوصف الوظيفي|وصف الوظيفة|مهام)|תחומי אחריות|תיאור (?:ה)?תפקיד"
    r"|主な業務|業務内容|担当業務|お任せ|岗位描述|岗位内容|工作描述|工作内容|職務(?:内容|描述)|工作職責|주요 업무|담당 업무|업무 내용|하는 일|หน้าที่|tanggung jawab|mô tả công việc"
)
REQUIREMENTS = re.compile(
    r"(?:key |minimum |preferred |basic |required |desired |job |your |essential |additional |technical |other |position )*"
    r"(?:requirements?\b|qualifications?\b|skills?\b|experience\b|profile\b|competenc|must[- ]haves?|nice[- ]to[- ]have)"
    r"|who you are|what (?:we(?:'|’)re|we are) looking for|what you(?:'|’)?(?:ll)? (?:bring|need|have)|you (?:have|are|bring|will have)\b|about you\b"
    r"|we(?:'|’)re looking for|the ideal candidate|ideal candidate|education\b|bonus points|it(?:'|’)?s a plus"
    r"|requisitos|requisits|requerimientos|perfil|formación|conocimientos|qué buscamos|qué necesitas|se requiere"
    r"|(?:ihr|dein|das) ?(?:profil|qualifikation)|qualifikation|anforderung|das bringst du mit|das bringen sie mit|voraussetzung|was (?:du|sie) mitbring"
    r"|(?:das|damit|womit) (?:überzeugst du|überzeugen sie|du (?:uns )?überzeugst)|das (?:zeichnet|macht) (?:dich|sie) aus|wen wir suchen|wir wünschen uns|unsere erwartungen"
    r"|(?:deine|ihre) (?:skills|stärken|kompetenzen|erfahrung|kenntnisse|fähigkeiten)|(?:fachliche|persönliche) (?:voraussetzung|kompetenz|anforderung|kenntnisse)"
    r"|qué (?:te )?pedimos|lo que buscamos|tu perfil|experiencia (?:requerida|mínima|necesaria|previa)|habilidades|competencias|aptitudes|estudios (?:mínimos|requeridos)|titulación"
    r"|(?:requisitos )?(?:imprescindible|deseable|valorable)s?\b|se valora"
    r"|(?:le )?profil (?:recherché|idéal)|ce que nous (?:recherchons|attendons)|votre expérience|savoir[- ](?:faire|être)|connaissances\b|expérience (?:requise|souhaitée)"
    r"|qui êtes[- ]vous|diplômes?\b"
    r"|(?:votre |ton |le )?profil\b|compétences|qualités|formation\b|pré-?requis|requisiti|competenze|chi cerchiamo|functie-?eisen|wat vragen wij"
    r"|wie ben jij|jouw profiel|kvalifikation|kravprofil|vem är du|din profil|om dig\b|kvalifikasjon|hvem er du|vi søger|wymagania|oczekiwania"
    r"|kogo szukamy|requisitos|qualificações|osaaminen|požadavky|任职要求|岗位要求|任职资格|应聘要求|応募資格|必須|자격요건"
    r"|требования|мы ожидаем|ожидания|наши пожелания|вимоги|aranan nitelikler|genel nitelikler|nitelikler|gereksinimler|απαιτούμενα|προσόντα|cerințe|elvárás"
    r"|(?:nasze |twoje )?(?:wymagania|oczekiwania|kwalifikacje)|(?:twój |pożądany )?profil|czego oczekujemy|(?:naše )?požadavky|požadujeme|(?:vaše )?(?:předpoklady|kvalifikace)|očekáváme"
    r"|odotamme|edellytämme|toivomme|(?:din |dine )?(?:kvalifika[ts]ioner|kvalifikasjoner)|vi (?:söker dig|ser etter|forventer|leder efter)|(?:requisits|perfil|formació)"
    r"|(?:du|sie) bring(?:st|en)(?: .{1,20})? mit|du (?:hast|bist)\b|(?:o que )?(?:procuramos|esperamos|buscamos)|(?:pré-)?requisitos|formação|diferenciais"
    r"|(?:المتطلبات|المؤهلات|الشروط|الخبرات|المهارات)|דרישות|求める|必須(?:条件|スキル)?|歓迎|応募条件|岗位条件|职位要求|任職條件|條件要求|자격 요건|지원 ?자격|우대 ?사항|필수|คุณสมบัติ|kualifikasi|yêu cầu"
)
OFFERS = re.compile(
    r"(?:our |your |company )?(?:benefits|perks)\b|what (?:we|you(?:'|’)?ll) (?:offer|get)|we offer|why (?:join|work|us)|compensation"
    r"|qué ofrecemos|ofrecemos|beneficios|què oferim|wir bieten|das bieten wir|unser angebot|was wir bieten|benefits|deine vorteile|nous offrons"
    r"|darauf (?:kannst du|können sie) (?:dich|sich) freuen|(?:freu dich|freuen sie sich) auf|(?:ihre|unsere) (?:vorteile|leistungen)|gute gründe|warum (?:zu uns|wir\b)"
    r"|(?:qué |lo que )?te ofrecemos|lo que ofrecemos|condiciones|ventajas|por qué (?:unirte|trabajar)|(?:vos|nos) avantages|pourquoi nous rejoindre"
    r"|avantages|ce que nous (?:vous )?(?:offrons|proposons)|ce que nous|offriamo|cosa offriamo|wat bieden wij|wij bieden|vi erbjuder|vi tilbyr|vi tilbyder|oferujemy|(?:to |co )oferujemy|o que oferecemos|benefícios|nabízíme|mit kínálunk|amit kínálunk|tarjoamme|мы предлагаем|условия|sunduklarımız|oferim|المزايا|福利|待遇|복리후생|복지|薪酬"
)
APPLY = re.compile(
    r"\W{0,3}(?:(?:easy |quick |register and |click here to |start your |submit your |submit |sign in to |log in to )?appl(?:y|ication)\b"
    r"(?: now| here| online| today| for| to| with| on| via|\W|$)|(?:please )?(?:log ?in|sign ?in|register)(?: or \w+)?(?: as \w+(?: \w+)?)? to apply|i(?:'|’)?m interested|start application|apply\b"
    r"|me interesa\b|env[íi]a tu (?:cv|candidatura|curr[íi]culum)|presentar (?:mi )?candidatura|aplica (?:ahora|aquí|ya)\b"
    r"|bewerbung (?:per|via|an|online|starten|senden|absenden|abschicken)|zum bewerbungsformular|ich bin interessiert"
    r"|(?:déposer|envoyer|soumettre) (?:ma|votre|sa) candidature|répondre à cette (?:annonce|offre)|je (?:candidate|suis intéressée?)"
    r"|inscr[íi]b|iniciar (?:candidatura|inscri)|inscriu|inscribirme|aplicar|postular|solicitar(?! (?:visita|informaci|presupuesto|cita|demo|cat[áa]logo))|enviar candidatura|quiero (?:aplicar|inscribirme|postular|apuntarme)|apúntate"
    r"|(?:jetzt |online |direkt |hier |gleich )*bewerben|(?:jetzt )?online[- ]?bewerb|zur bewerbung|bewirb dich|je postule|postule[rz]?\b|candidater|candidatar"
    r"|invia (?:la )?candidatura|candidati|solliciteer|sollicite|ansök|sök (?:jobbet|tjänsten|nu)|søk (?:på )?(?:stillingen|jobben)|ansøg|send ansøgning"
    r"|aplikuj|wyślij cv|hae (?:paikkaa|tähän|työ)|odpovědět na|jelentkez|aplică|应聘|申请职位|投递|立即申请|応募|エントリー|지원하기|откликнуться|отправить резюме|відгукнутися|başvur|hemen başvur|υποβολή αίτησης|κάνε αίτηση|odpovědět|mám zájem|chci se přihlásit|přihlásit se na|jelentkez(?:em|és)|aplicar[- ]?se|candidat(?:e|ar)-se|quero me candidatar|inscriu-te|sol·licit"
    r"|قدم|تقدم|التقديم|הגש|ส่งใบสมัคร|lamar|ứng tuyển|応募|申込|我要应聘|投递简历|申请|立即投递|지원|입사지원|hakemus|lähetä hakemus|jätä hakemus|send (?:din )?ansøgning|søg (?:stillingen|jobbet)|søk stillingen|skicka ansökan)"
)
# What follows a posting and is no part of it.
AFTER = re.compile(
    r"(?:similar|related|other|more|recommended|latest|recent|recently viewed) (?:job|position|opening|role|vacanc|opportunit)"
    r"|(?:share|email) (?:this|job|with)|apply (?:for|to) this|jobs? (?:like this|you might)|you (?:may|might) also|people also|get (?:job )?alerts"
    r"|join our talent|sign up for|don(?:'|’)t see|ofertas (?:similares|relacionadas)|otras ofertas|ähnliche|weitere (?:jobs|stellen)|offres similaires"
    r"|offerte simili|vergelijkbare|liknande jobb|fler jobb|lignende|podobne oferty|vagas semelhantes|powered by|¿ya tienes perfil|create (?:a )?job alert"
    r"|(?:deel|delen|teilen|compart|partage|condividi|dela\b|del (?:stillingen|jobbet|opslag)|udostępnij|sdílet|megosztás|поделиться|paylaş|jaa\b)|(?:©|\(c\)|copyright\b)|(?:anzeige|job|stelle) (?:melden|drucken)"
    r"|(?:get notified|notify me|be the first to)|sign up to receive|sorry,? the share function|autocompletar (?:con|amb|with)|not (?:quite )?(?:the right|ready)|know someone"
)
# Other jobs behind a posting, by the heading of their list.
OTHER_JOBS = re.compile(
    r"(?:(?:see |view )?(?:similar|related|other|more|recommended|latest|recent|recently viewed|featured|nearby|suggested) (?:open )?(?:job|position|opening|role|vacanc|opportunit|career)"
    r"|jobs? (?:like this|you might|for you|near)|(?:you (?:may|might)|people) also|recommended for you"
    r"|(?:otras|más|ver más) (?:ofertas|vacantes|empleos)|(?:ofertas|empleos|vacantes) (?:similares|relacionad|recomendad)|también te puede|altres ofertes|mira el resto"
    r"|ähnliche (?:jobs|stellen)|weitere (?:jobs|stellen|offene)|andere (?:jobs|stellen|vacatures)|das könnte (?:dich|sie) auch|diese (?:jobs|stellen) könnten"
    r"|(?:d(?:'|’))?autres (?:offres|postes|annonces)|(?:ces )?offres (?:similaires|qui)|nos autres offres|altre (?:offerte|posizioni)|offerte simili|annunci simili|vergelijkbare|meer vacatures"
    r"|(?:liknande|fler|andra) (?:lediga )?(?:jobb|tjänster)|lignende|andre (?:stillinger|jobs?)|flere (?:jobs?|stillinger)|(?:podobne|inne|podobné|další) (?:oferty|nabídky)|hasonló állás"
    r"|(?:outras|mais) vagas|vagas (?:semelhantes|relacionadas)|(?:muita|samankaltaisia) (?:avoimia )?työpaikkoja|похожие вакансии|другие вакансии|схожі вакансії|benzer (?:iş )?ilan"
    r"|وظائف (?:مشابهة|أخرى)|משרות (?:דומות|נוספות)|おすすめ|関連(?:する)?求人|他の求人|相似职位|相关职位|推荐职位|其他职位|類似職缺|추천 공고|다른 공고|유사한)",
    re.IGNORECASE,
)
OPEN_POSITIONS = re.compile(
    r"(?:current |our |all |latest |available |the )*(?:open|job|career|vacant|employment)(?:ed)? ?(?:openings?|positions?|roles?|vacanc(?:y|ies)|opportunit|listings?|jobs?)"
    r"|(?:current )?(?:openings|vacancies|opportunities)|open jobs|join (?:us|our team|the team)|work with us|we(?:'|’)re hiring|we are hiring|jobs\b|careers\b"
    r"|ofertas|empleos|vacantes|trabaja con nosotros|(?:offene |aktuelle |unsere )*(?:stellen|jobs|positionen)|stellenangebote|karriere"
    r"|(?:nos )?offres|postes|recrutement|posizioni aperte|lavora con noi|vacatures|lediga (?:jobb|tjänster)|ledige stillinger|oferty pracy|vagas"
    r"|avoimet työpaikat|volná místa|职位|招聘|採用|채용"
)
# A heading or link that opens a page or a section, and never names a post.
NO_TITLE = re.compile(
    r"(?:home|careers?|jobs?|job (?:details?|description|search|board|openings?|listings?|alerts?|summary|overview)|about(?: us)?|contact(?: us)?|menu|login|log ?in"
    r"|sign ?(?:in|up)|register|search|skip to.*|share(?:[ :].*)?|back(?: to .*)?|next|previous|prev|apply(?:[ :].*)?|view(?:[ :].*)?|see .*|read more|learn more.*|more(?:[ :].*)?|details?"
    r"|show(?:[ :].*)?|load more|all .*|our .*|why .*|who we.*|what we.*|how we.*|life at.*|meet .*|benefits|culture|teams?|departments?|locations?|locaties|offices"
    r"|students?|graduates?|early careers?|internships?|faqs?|privacy(?: (?:policy|notice|statement|settings|center|preferences).*)?|cookies?(?: .*)?|terms(?: .*)?|legal(?: (?:notice|information).*)?|imprint|impressum|datenschutz.*|agb|blog|news|press|events?"
    r"|english|deutsch|français|español|italiano|nederlands|svenska|welcome(?: .*)?|thank you.*|follow(?: .*)?|(?:open|current|available|latest|featured|recent) .*"
    r"|join .*|work (?:at|with|for).*|hiring process|our process|diversity(?:,? (?:and|&|equity) .*)?|candidate portal|job widget|career portal|stellenangebote?|karriere|offene stellen.*"
    r"|empleo|ofertas.*|inicio|trabaja.*|ver .*|mehr(?:[ :].*)?|alle .*|zur .*|zurück.*|voir .*|toutes .*|accueil|vacatures?|lediga.*|ledige.*|om oss|oferty.*|vagas.*"
    r"|internal (?:applicants?|candidates?).*|talent (?:community|network|pool).*|general application|speculative application|initiativbewerbung.*|manage .*"
    r"|save(?: job)?|saved jobs|print|email(?: (?:me|us|this|job|a) ?.*)?|refer (?:a|this) .*|filters?(?:[ :].*)?|sort(?: by.*)?|clear(?:[ :].*)?|reset(?: .*)?|close|cancel|\d+ (?:jobs|open).*|job id|posted(?: .*)?|expand(?:[ :].*)?|sitemap|accessibility(?: statement.*)?)"
)
# Marks that lists set behind a title.
BADGES = phrases(
    "new, new!, hot, featured, urgent, neu, nuevo, nueva, nouveau, nouvelle, nuovo, nuova, nieuw, ny, nytt, nowe, nowa, novo, nova, uusi"
)
# What is written about a post.
ABOUT_A_POST = re.compile(
    r".*\b(?:resumes?|cv|cover letters?|templates?|salar(?:y|ies)|interview questions|job descriptions?|jobs|bootcamps?|webinars?)(?: (?:examples?|samples?|guide|(?:in|near) .{1,40}))?\W*"
    r"|(?:how|why|what|when|where|who|is|are|should|the best|(?:the )?top \d+|\d+ (?:ways|things|tips|reasons|best)|wie|warum|cómo|por qué|comment|pourquoi|hoe|waarom|hur|varför)\s.*|.*\?|.*\bexamples?"
    r"|(?:engineering|sales|marketing|finance|operations|product|design|data|research|legal|people|life|working|careers?) at .{2,40}|(?:our )?(?:benefits|perks) (?:and|&) .*",
    re.IGNORECASE,
)
# Words that name what somebody works as, without their endings.
ROLE = re.compile(
    r"\b(?:engineer|developer|programmer|architect|manager|director|analyst|scientist|designer|consultant|specialist|coordinator|administrator"
    r"|assistant|associate|officer|executive|representative|supervisor|technician|operator|nurse|teacher|lecturer|professor|researcher|intern\b|internship"
    r"|trainee|apprentice|accountant|auditor|lawyer|counsel|attorney|paralegal|recruiter|buyer|planner|driver|cook|chef|cashier|clerk|agent|advisor|adviser"
    r"|lead\b|head of|vp\b|vice president|president|chief|cto\b|ceo\b|cfo\b|sre\b|devops|tester|qa\b|writer|editor|producer|partner|owner|mechanic|electrician"
    r"|mason|carpenter|plumber|welder|fitter|physician|therapist|pharmacist|dentist|doctor|caregiver|barista|waiter|server|bartender|host\b|crew|guard|cleaner"
    r"|strategist|marketer|copywriter|controller|treasurer|receptionist|secretary|librarian|postdoc|fellow|phd\b|student|fullstack|full[- ]stack|back[- ]?end|front[- ]?end"
    r"|instructor|trainer|coach|worker|handler|packer|picker|seller|salesperson|sales\b|merchandiser|inspector|surveyor|estimator|generalist|expert|practitioner|staff\b"
    r"|(?:book|house|store|shop|game|time|zoo|green|grounds?)keeper|fore(?:man|woman|person)\b|superintendent|dispatcher|stylist|hairdresser|butcher|gardener|janitor|porter\b|steward|deckhand|paramedic|midwife"
    r"|hygienist|optician|veterinar|chemist\b|biologist|physicist|statistician|economist|actuary|underwriter|broker\b|banker\b|adjuster|appraiser|concierge|chauffeur|courier\b|machinist|millwright|assembler"
    r"|painter\b|roofer|plasterer|bricklayer|joiner\b|scaffolder|labou?rer|landscaper|nanny\b|tutor\b|psychologist|counsell?or|dieti[ct]ian|radiographer|sonographer|technologist|draughts|drafter"
    r"|animator|illustrator|photographer|videographer|journalist|reporter|translator|interpreter|curator|archivist|evangelist|scrum master|webmaster"
    r"|ingénieur|développeur|développeuse|responsable|chargé|technicien|assistant|directeur|directrice|gestionnaire|conseiller|vendeur|stagiaire|alternan|stage\b|chef de|comptable|infirmi"
    r"|ingenier|desarrollador|técnic|vendedor|administrativ|jefe|dependient|camarer|cociner|enfermer|profesor|abogad|contable|consultor|analista|coordinador|responsable|operari|mozo|ayudante|auxiliar|comercial\b|becari|encargad"
    r"|ingegnere|sviluppatore|impiegat|addett|tecnico|commerciale|stagista|tirocin|operai|cameriere|contabile|responsabil[ei]\b|sart[oa]\b|magazzinier|cuoc[oa]\b|barist"
    r"|medewerker|adviseur|ontwikkelaar|monteur|verpleeg|leraar|stagiair|beheerder|utvecklare|ingenjör|chef\b|säljare|medarbetare|handläggare|lärare|sjuksköterska|projektledare|konsult|samordnare|kock|servitör|städare|kassör|snickare|undersköterska|tjener|tømrer|rengøring|murer|kokk|rørlegger|elektriker|snekker|frisør|vaktmester|renholder|båtbyggare|byggare"
    r"|utvikler|ingeniør|rådgiver|selger|sykepleier|lærer|leder\b|udvikler|sælger|medarbejder|sygeplejerske|programista|inżynier|kierownik|specjalista|sprzedawca|księgow|doradca|asystent"
    r"|desenvolvedor|engenheir|gerente|vendedor|estagi|assistente|tècnic|enginyer|infermer|ajudant|administratiu|encarregat|cambrer|cuiner|conductor|repartidor|limpiador|peón|socorrista|educador|psicólog|médic|fisioterap|electricist|fontaner|soldador|carpinter|albañil|recepcionist|higienist|odont[óo]log|panader|pasteler|forner|jardiner|tractorist|pintor|peluquer|esteticien|carnicer|pescader|costurer|padeir|rececionist"
    r"|kierowca|magazynier|inżynier|pracownik|operator|mechanik|elektryk|spawacz|kucharz|nauczyciel|pielęgniark|lekarz|opiekun|recepcjonist|analityk|administrator|młodszy|starszy"
    r"|účetní|řidič|skladník|prodavač|vedoucí|konstruktér|kuchař|učitel|sestra|lékař|obchodní zástupce|vodič|predavač|raktáros|mérnök|könyvelő|fejlesztő|eladó|sofőr|gépkezelő|ügyintéző|szakács|vezető"
    r"|contador|contabil|mecânico|motorista|enfermeir|professor|auxiliar|cozinheir|vendas|analista|técnico|pedreiro|eletricista|şoför|garson|aşçı|temsilci|teknisyen|danışman|muhasebe|hemşire)"
    r"|[^\W\d_]{3}/(?:a|as|es?|ne|euse|rice|trice|ora|ra|in|innen|r|x|kobieta)\b|\b(?:h ?/ ?f|f ?/ ?h|m ?/ ?[fkwv]|[kvw] ?/ ?m)(?: ?/ ?[dx])?\b"
    # Also at the end of a longer word.
    r"|entwickler|ingenieur|leiter|referent|sachbearbeiter|mitarbeiter|berater|kaufmann|kauffrau|fachkraft|techniker|mechaniker|elektroniker|pfleg|assistenz|werkstudent"
    r"|kehittäjä|insinööri|asiantuntija|päällikkö|myyjä|hoitaja|työntekijä|suunnittelija|opettaja|kuljettaja|kokki|lääkäri|koordinaattori|(?:prosjekt|projekt|a[fv]delings|team|salgs|kontor|drifts|gruppe|bygge|område|buti[kc]k?s?|klinik|kjøkken|køkken|skole)leder(?:en?)?\b|konsulent|medarbejder|medarbeider|utvecklare|utvikler|udvikler|ingenjör|ingeniør|sekreterare|lärare|lærer|sköterska|pleier|plejer"
    r"|projektledare|ansvarig|ansvarlig|tekniker|mekaniker|assistent|medewerker|ontwikkelaar|verpleegkundig|chauffeur|praktik|auszubildende|ausbildung|meister|verkäufer|fahrer|arzt|ärzt|lehrer|erzieher|architekt|führer|helfer|monteur|koch\b|buchhalter|spezialist"
    r"|[\(\[/ ](?:[mfwdx]\s?[/|,*]\s?){1,3}[mfwdx][\)\] ]|\(a\)|:in\b|\*in\b|/in\b|/-in\b|разработчик|инженер|менеджер|специалист|аналитик|администратор|водитель|повар|бухгалтер|розробник|інженер|geliştirici|mühendis|uzman|yönetici|müdür|μηχανικός|υπάλληλος|inginer|programator|vânzător|șofer|muncitor|товаровед|продавец|курьер|юрист|врач|медсестра|учитель|преподаватель|слесарь|сварщик|электрик|кладовщик|оператор|руководитель|директор|консультант|дизайнер|тестировщик|маркетолог|бариста|кассир|грузчик|помощник"
    r"|工程师|工程師|经理|經理|专员|專員|主管|总监|總監|设计师|設計師|分析师|顾问|助理|会计|护士|教师|エンジニア|デザイナー|マネージャー|営業(?!時間|日)|スタッフ|プログラマ|コンサルタント|ディレクター|開発者|事務|看護師|개발자|디자이너|매니저|엔지니어|기획자|마케터|담당자|간호사"
    r"|مهندس|محاسب|مدير|مطور|مندوب|ممرض|معلم|محلل|أخصائي|مشرف|سائق|طبيب|فني|מפתח|מהנדס|מנהל|รับสมัคร|วิศวกร|kỹ sư|nhân viên",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


def label(text: str) -> str:
    """A label as the lists above have it: lower case, one space, without the colon."""
    return _SPACE.sub(" ", text.lower()).strip(" :：*-–—•\u200e")
