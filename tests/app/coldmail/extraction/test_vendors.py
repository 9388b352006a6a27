"""Pages as vendors of career sites write them, made for these tests: what each must be read as, with and without its address."""

import pytest

from app.coldmail.extraction.read import read_page
from app.coldmail.extraction.values import Kind

_PROSE = "<p>Tide builds boats that people like to sail on all the seas of this world and beyond them.</p>"
PAGES: dict[str, tuple[str | None, str]] = {}
PAGES["SuccessFactors detail"] = (
    "https://jobs.tide.example/job/Porto-Ship-Cook-4000/1204411501/",
    """<html><head><title>Ship Cook Job Details | Tide Boats</title><meta property="og:title" content="Ship Cook"><meta property="og:site_name" content="Tide Boats"></head><body>
<div class="jobDisplayShell" itemscope itemtype="http://schema.org/JobPosting"><div class="jobDisplay"><div class="applylink"><a class="btn" href="/talentcommunity/apply/1204411501/?locale=en_US">Apply now &#187;</a></div>
<h1 id="job-title" itemprop="title">Ship Cook</h1><div class="jobColumnTwo"><p id="job-date"><strong>Date:&nbsp;</strong><span itemprop="datePosted" content="Mon May 04 02:00:00 UTC 2026">May 4, 2026</span></p>
<p class="jobLocation" id="job-location"><strong>Location:&nbsp;</strong><span class="jobGeoLocation" itemprop="jobLocation" itemscope itemtype="http://schema.org/Place"><meta itemprop="streetAddress" content="Porto, PT"><span itemprop="address" itemscope itemtype="http://schema.org/PostalAddress"><meta itemprop="addressLocality" content="Porto"><meta itemprop="addressCountry" content="Portugal"></span>Porto, PT, 4000</span></p>
<p id="job-company"><strong>Company:&nbsp;</strong><span itemprop="hiringOrganization">Tide Boats</span></p></div>
<div class="job"><span itemprop="description"><h2>Responsibilities</h2><ul><li>Cook for forty</li></ul><h2>Requirements</h2><ul><li>3 years on ships</li></ul></span></div></div></div></body></html>""",
)
PAGES["SuccessFactors list"] = (
    "https://jobs.tide.example/search/?q=",
    """<html><head><title>Tide Boats - Search Jobs</title></head><body><h1>Search results for "".</h1><div class="paginationShell"><ul class="pagination"><li class="active"><a href="?q=&startrow=0" title="Page 1">1</a></li><li><a href="?q=&sortColumn=referencedate&startrow=25" title="Page 2">2</a></li></ul></div><table id="searchresults"><thead><tr><th><span class="jobTitle">Title</span></th><th>Location</th><th>Date</th></tr></thead><tbody>"""
    + "".join(
        f'<tr class="data-row"><td class="colTitle"><span class="jobTitle hidden-phone"><a href="/job/Porto-{t}-4000/120441{n}/" class="jobTitle-link">{t}</a></span><div class="jobdetail-phone visible-phone"><span class="jobTitle visible-phone"><a class="jobTitle-link" href="/job/Porto-{t}-4000/120441{n}/">{t}</a></span><span class="jobLocation visible-phone"><span class="jobLocation">Porto, PT</span></span></div></td><td class="colLocation hidden-phone"><span class="jobLocation">Porto, PT</span></td><td class="colDate"><span class="jobDate">May 4, 2026</span></td></tr>'
        for n, t in ((1501, "Ship Cook"), (1502, "Sail Maker"), (1503, "Deck Officer"))
    )
    + "</tbody></table></body></html>",
)
PAGES["Oracle shell"] = (
    "https://tide.fa.ocs.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1/job/4711",
    """<html><head><title>Ship Cook</title><meta property="og:title" content="Ship Cook"><meta property="og:description" content="Cook for forty."><meta property="og:site_name" content="Tide Careers"></head><body class="ce"><div id="app" data-bind="component: 'app'"></div><script src="/hcmUI/CandExpStatic/app.js"></script><script>window.CX_CONFIG={app:{siteNumber:'CX_1',siteLang:'en'}}</script></body></html>""",
)
PAGES["iCIMS detail"] = (
    "https://careers-tide.icims.com/jobs/4711/ship-cook/job?in_iframe=1",
    """<html><head><title>Ship Cook in Porto | Careers at Tide Boats</title></head><body><div class="iCIMS_MainWrapper iCIMS_JobPage"><h1 class="iCIMS_Header">Ship Cook</h1><div class="container-fluid iCIMS_JobsTable"><div class="row"><div class="col-xs-6 header left"><span class="sr-only field-label">Job Locations</span><span>PT-Porto</span></div>
<div class="iCIMS_JobHeaderGroup"><dl class="iCIMS_JobHeaderTag"><dt class="iCIMS_JobHeaderField">ID</dt><dd class="iCIMS_JobHeaderData"><span>2026-4711</span></dd></dl><dl class="iCIMS_JobHeaderTag"><dt class="iCIMS_JobHeaderField">Category</dt><dd class="iCIMS_JobHeaderData"><span>Galley</span></dd></dl><dl class="iCIMS_JobHeaderTag"><dt class="iCIMS_JobHeaderField">Position Type</dt><dd class="iCIMS_JobHeaderData"><span>Full-Time</span></dd></dl></div></div></div>
<div class="iCIMS_JobContent"><h2 class="iCIMS_InfoMsg iCIMS_InfoField_Job">Overview</h2><div class="iCIMS_InfoMsg iCIMS_InfoMsg_Job"><div class="iCIMS_Expandable_Text">"""
    + _PROSE
    + """</div></div><h2 class="iCIMS_InfoMsg iCIMS_InfoField_Job">Responsibilities</h2><div class="iCIMS_Expandable_Text"><ul><li>Cook for forty</li></ul></div><h2 class="iCIMS_InfoMsg iCIMS_InfoField_Job">Qualifications</h2><div class="iCIMS_Expandable_Text"><ul><li>3 years on ships</li></ul></div></div>
<div class="iCIMS_JobOptions"><a class="iCIMS_Anchor iCIMS_Action_Button iCIMS_ApplyOnlineButton" title="Apply for this job online" href="https://careers-tide.icims.com/jobs/4711/login">Apply for this job online</a></div></div></body></html>""",
)
PAGES["Taleo detail"] = (
    "https://tide.taleo.net/careersection/ext/jobdetail.ftl?job=4711",
    """<html><head><title>Job Description - Ship Cook (4711)</title></head><body><div id="requisitionDescriptionInterface"><div class="contentlinepanel"><h1 class="no-change-header-inline"><span class="titlepage" id="requisitionDescriptionInterface.reqTitleLinkAction.row1">Ship Cook</span></h1><span class="subtitle">Job Number:</span> <span class="text">4711</span></div>
<div class="mastercontentpanel3"><div class="contentlinepanel"><h2 class="no-change-header-inline"><span class="subtitle">Description</span></h2></div><div class="contentlinepanel"><span class="text">"""
    + _PROSE
    + """<p>Cook for forty.</p></span></div><div class="contentlinepanel"><h2><span class="subtitle">Qualifications</span></h2></div><div><span class="text">3 years on ships.</span></div>
<div class="contentlinepanel"><span class="subtitle">Primary Location</span><span>: </span><span class="text">Portugal-Porto</span></div><div class="contentlinepanel"><span class="subtitle">Schedule</span><span>: </span><span class="text">Full-time</span></div><div class="contentlinepanel"><span class="subtitle">Job Posting</span><span>: </span><span class="text">May 4, 2026</span></div></div><input type="submit" value="Apply Online"></div></body></html>""",
)
PAGES["Phenom detail"] = (
    "https://careers.tide.example/us/en/job/4711/Ship-Cook",
    """<html><head><title>Ship Cook in Porto, Portugal | Galley at Tide Boats</title><meta property="og:title" content="Ship Cook in Porto, Portugal | Galley at Tide Boats"></head><body><div class="phw-root"></div><script>/*&lt;!--*/ var phApp = phApp || {"widgetApiEndpoint":"https://x.example/widgets"}; phApp.ddo = {"siteConfig":{"status":"success","data":{"siteName":"Tide Boats"}},"jobDetail":{"status":200,"hits":1,"totalHits":1,"data":{"job":{"jobId":"4711","title":"Ship Cook","companyName":"Tide Boats","location":"Porto, Portugal","cityState":"Porto, Porto","country":"Portugal","multi_location":["Porto, Portugal"],"postedDate":"2026-05-04T00:00:00.000+0000","category":"Galley","type":"Full time","applyUrl":"https://tide.wd3.myworkdayjobs.com/ext/job/Porto/Ship-Cook_4711/apply","description":"<p>Cook for forty.</p><p>Docker helps.</p>","ml_skills":["cooking","menus"]}}}}; /*--&gt;*/</script></body></html>""",
)
PAGES["Phenom list"] = (
    "https://careers.tide.example/us/en/search-results",
    """<html><head><title>Search results | Tide Boats</title></head><body><div></div><script>var phApp = phApp || {}; phApp.ddo = {"eagerLoadRefineSearch":{"status":200,"hits":3,"totalHits":3,"data":{"jobs":["""
    + ",".join(
        '{"jobId":"47NN","jobSeqNo":"T47NN","title":"TT","location":"Porto, Portugal","city":"Porto","companyName":"Tide Boats","postedDate":"2026-05-04T00:00:00.000+0000","applyUrl":"https://careers.tide.example/apply?id=47NN","descriptionTeaser":"Cook for forty.","type":"Full time"}'.replace(
            "NN", str(n)
        ).replace("TT", t)
        for n, t in ((11, "Ship Cook"), (12, "Sail Maker"), (13, "Deck Officer"))
    )
    + """]}}};</script></body></html>""",
)
PAGES["Avature detail"] = (
    "https://tide.avature.net/careers/JobDetail/Ship-Cook/4711",
    """<html><head><title>Ship Cook - Tide Boats Careers</title></head><body><header><img src="l.png" alt="Tide Boats logo"></header><main><h2 class="banner__text__title">Ship Cook</h2><a class="button" href="/careers/Login?jobId=4711">Apply now</a><article class="article article--details"><div class="article__content"><div class="article__content__view">
<div class="article__content__view__field"><div class="article__content__view__field__label">Location</div><div class="article__content__view__field__value">Porto, Portugal</div></div><div class="article__content__view__field"><div class="article__content__view__field__label">Business area</div><div class="article__content__view__field__value">Galley</div></div><div class="article__content__view__field"><div class="article__content__view__field__label">Ref #</div><div class="article__content__view__field__value">4711</div></div></div></div></article>
<article><h3 class="article__header__text__title">Description &amp; Requirements</h3><div class="article__content__view__field__value">"""
    + _PROSE
    + """<p><b>Responsibilities</b></p><ul><li>Cook for forty</li></ul><p><b>Your profile</b></p><ul><li>3 years on ships</li></ul></div></article></main></body></html>""",
)
PAGES["Avature list"] = (
    "https://tide.avature.net/careers/SearchJobs",
    """<html><head><title>Search Jobs - Tide Boats Careers</title></head><body><main><h1>Job openings</h1><div class="section__content__results">"""
    + "".join(
        f'<article class="article article--result"><div class="article__header__text"><h3 class="article__header__text__title"><a class="link" href="https://tide.avature.net/careers/JobDetail/{t.replace(" ", "-")}/47{n}">{t}</a></h3><div class="article__header__text__subtitle"><span class="list-item-location">Porto, Portugal</span><span> | </span><span class="list-item-id">Ref 47{n}</span></div></div></article>'
        for n, t in ((11, "Ship Cook"), (12, "Sail Maker"), (13, "Deck Officer"))
    )
    + '</div><div class="list-controls"><a class="paginationLink" href="?jobOffset=6">2</a><a class="paginationNextLink" href="?jobOffset=6">Next &gt;&gt;</a></div></main></body></html>',
)
PAGES["Umantis list"] = (
    "https://recruitingapp-4711.umantis.com/Jobs/All",
    """<html><head><title>Stellenangebote Tide Boats AG</title></head><body><h1>Offene Stellen</h1><table class="tableaslist">"""
    + "".join(
        f'<tr><td><div class="tableaslist_cell"><span class="tableaslist_subtitle tableaslist_element_1152486"><a class="HSTableLinkSubTitle" href="/Vacancies/47{n}/Description/1" aria-label="{t} m/w/d">{t} (m/w/d)</a></span><br><span class="tableaslist_contentlabel">Arbeitsort:</span> <span class="tableaslist_element_1152488">Zürich</span> <span class="tableaslist_element_1152489">| 80-100%</span></div></td></tr>'
        for n, t in ((11, "Schiffskoch"), (12, "Segelmacher"), (13, "Buchhalter"))
    )
    + '</table><a href="/Jobs/All?tc1152481=p2" class="next">Weiter</a></body></html>',
)
PAGES["Umantis detail"] = (
    "https://recruitingapp-4711.umantis.com/Vacancies/4711/Description/1",
    """<html><head><title>Schiffskoch (m/w/d)</title></head><body><h1>Schiffskoch (m/w/d)</h1><p>Tide Boats AG, Zürich</p><h2>Ihre Aufgaben</h2><ul><li>Kochen</li></ul><h2>Ihr Profil</h2><ul><li>3 Jahre Erfahrung</li></ul><p>Arbeitsort: Zürich</p><h2>Über Tide Boats AG</h2><p>Wir bauen Boote.</p><a href="/Vacancies/4711/Application/New/1">Jetzt online bewerben</a></body></html>""",
)
PAGES["Teamtailor cards"] = (
    "https://career.tide.example/jobs",
    """<html><head><title>Jobs - Tide Boats</title><meta property="og:site_name" content="Tide Boats"></head><body><main><h2>3 jobs</h2><ul id="jobs_list_container" class="block-grid">"""
    + "".join(
        f'<li class="block-grid-item"><a class="flex flex-col" href="https://career.tide.example/jobs/47{n}-x"><span class="text-block-base-link sm:min-w-[25%] company-link-style" title="{t}">{t}</span><div class="mt-1 text-md"><span>Galley</span><span class="mx-[2px]">&middot;</span><span>{p}</span><span class="mx-[2px]">&middot;</span><span class="inline-flex items-center gap-x-2">Hybrid</span></div></a></li>'
        for n, t, p in (
            (11, "Ship Cook", "Porto"),
            (12, "Sail Maker", "Faro"),
            (13, "Deck Officer", "Multiple locations"),
        )
    )
    + '</ul><a data-turbo-stream href="/jobs/show_more?page=2">Show 7 more</a></main></body></html>',
)
PAGES["SmartRecruiters page"] = (
    "https://jobs.smartrecruiters.com/TideBoats/743999000-ship-cook",
    """<html><head><title>Tide Boats Ship Cook | SmartRecruiters</title><meta property="og:title" content="Tide Boats Ship Cook"></head><body><div class="wrapper" itemscope itemtype="http://schema.org/JobPosting"><meta itemprop="hiringOrganization" content="Tide Boats"><meta itemprop="datePosted" content="2026-05-04T08:00:00.000Z"><main class="jobad-main"><h1 class="job-title" itemprop="title">Ship Cook</h1><ul class="job-details"><li class="job-detail" itemprop="jobLocation" itemscope itemtype="http://schema.org/Place"><span itemprop="address" itemscope itemtype="http://schema.org/PostalAddress"><meta itemprop="addressLocality" content="Porto"><meta itemprop="addressCountry" content="Portugal"></span><spl-job-location formattedAddress="Porto, Portugal" workplaceType="on_site"></spl-job-location></li><li class="job-detail" itemprop="employmentType">Full-time</li></ul><div itemprop="description"><section id="st-companyDescription"><h2 class="title">Company Description</h2><div class="wysiwyg" itemprop="description">"""
    + _PROSE
    + """</div></section><section id="st-jobDescription"><h2>Job Description</h2><div itemprop="responsibilities"><p>Cook for forty</p></div></section><section><h2>Qualifications</h2><div itemprop="qualifications"><p>3 years on ships</p></div></section></div></main></div></body></html>""",
)
PAGES["Workday shell"] = (
    "https://tide.wd3.myworkdayjobs.com/ext",
    """<!DOCTYPE html><html lang="en-US"><head><title>Careers</title><meta name="viewport" content="width=device-width"><script>window.workday = window.workday || { tenant: "tide", siteId: "ext", locale: "en-US", requestLocale: "en-US", postingAvailable: true };</script><script src="https://tide.wd3.myworkdayjobs.com/wday/asset/candidate-experience-jobs/cx-jobs.min.js"></script></head><body><div id="root"></div></body></html>""",
)
PAGES["org json-ld"] = (
    None,
    """<html><body><script type="application/ld+json">{"@context":"https://schema.org","@type":"Organization","name":"ACME","employee":[{"@type":"Person","name":"Jane Doe","jobTitle":"Software Engineer"}]}</script><p>ACME Software Engineer</p></body></html>""",
)
PAGES["event microdata"] = (
    None,
    """<div itemscope itemtype="https://schema.org/Event"><a itemprop="url" href="nba-miami.html"><span itemprop="name">Miami Heat at Philadelphia 76ers</span></a><div itemprop="location" itemscope itemtype="https://schema.org/Place">Wells Fargo Center</div></div>""",
)
PAGES["person rdfa"] = (
    None,
    """<div vocab="https://schema.org/" typeof="Person"><span property="name">Jane Doe</span><span property="jobTitle">Professor</span><a property="url" href="http://www.janedoe.com">janedoe.com</a></div>""",
)
PAGES["occupation"] = (
    None,
    """<script type="application/ld+json">{"@context":"https://schema.org/","@type":"Occupation","name":"Film actor","estimatedSalary":[{"@type":"MonetaryAmountDistribution","name":"base","currency":"USD","duration":"P1Y","median":"120000"}],"occupationLocation":[{"@type":"City","name":"Mountain View"}],"responsibilities":"Acts","skills":"acting"}</script>""",
)
PAGES["itemlist urls"] = (
    None,
    """<script type="application/ld+json">{"@type":"ItemList","itemListElement":[{"@type":"ListItem","position":1,"url":"http://example.com/jobs/1"},{"@type":"ListItem","position":2,"url":"http://example.com/jobs/2"}]}</script>""",
)
PAGES["jobposting name h1"] = (
    "https://t.example/x",
    """<title>Ship Cook</title><h1>Ship Cook</h1><script type="application/ld+json">{"@type":"JobPosting","name":"Ship Cook","hiringOrganization":"Tide"}</script>""",
)
PAGES["employer aggregate"] = (
    None,
    """<script type="application/ld+json">{"@context":"https://schema.org/","@type":"EmployerAggregateRating","itemReviewed":{"@type":"Organization","name":"World's Best Coffee Shop"},"ratingValue":"91","bestRating":"100"}</script>""",
)

_COOK = ("Ship Cook", "Tide Boats")
DETAILS = {
    "SuccessFactors detail": (*_COOK, ("Porto, Portugal",)),
    "iCIMS detail": (*_COOK, ("PT-Porto",)),
    "Taleo detail": ("Ship Cook", None, ("Portugal-Porto",)),
    "Phenom detail": (*_COOK, ("Porto, Portugal",)),
    "Avature detail": (*_COOK, ("Porto, Portugal",)),
    "Umantis detail": ("Schiffskoch (m/w/d)", "Tide Boats AG", ("Zürich",)),
    "SmartRecruiters page": (*_COOK, ("Porto, Portugal",)),
    "jobposting name h1": ("Ship Cook", "Tide", ()),
}
LISTS = {
    "SuccessFactors list": (*_COOK, ("Porto, PT",)),
    "Phenom list": (*_COOK, ("Porto, Portugal",)),
    "Avature list": (*_COOK, ("Porto, Portugal",)),
    "Umantis list": ("Schiffskoch (m/w/d)", "Tide Boats AG", ("Zürich",)),
    "Teamtailor cards": (*_COOK, ("Porto",)),
}


@pytest.mark.parametrize("addressed", [True, False])
@pytest.mark.parametrize("name", DETAILS)
def test_a_vendors_posting_is_read(name: str, addressed: bool) -> None:
    url, markup = PAGES[name]
    page = read_page(markup, url=url if addressed else None)
    (job,) = page.jobs
    assert (page.kind, (job.title, job.company, job.locations)) == (Kind.JOB, DETAILS[name])
    assert "skills as per" not in str(job.skills).lower() and (job.apply_url or not addressed)


@pytest.mark.parametrize("addressed", [True, False])
@pytest.mark.parametrize("name", LISTS)
def test_a_vendors_list_is_read(name: str, addressed: bool) -> None:
    url, markup = PAGES[name]
    page = read_page(markup, url=url if addressed else None)
    first = page.jobs[0]
    assert (page.kind, len(page.jobs)) == (Kind.LISTING, 3)
    assert (first.title, first.company, first.locations) == LISTS[name]


@pytest.mark.parametrize("name", ["SuccessFactors list", "Avature list", "Umantis list"])
def test_a_vendors_list_leads_to_its_next_page(name: str) -> None:
    url, markup = PAGES[name]
    assert len(read_page(markup, url=url).next_pages) == 1


@pytest.mark.parametrize("name", [name for name in PAGES if name not in {**DETAILS, **LISTS}])
def test_a_shell_or_a_page_about_something_else_has_no_job(name: str) -> None:
    url, markup = PAGES[name]
    page = read_page(markup, url=url)
    assert (page.kind, page.jobs) == (Kind.SCRIPT_ONLY if "shell" in name else Kind.OTHER, ())


def test_a_name_that_no_heading_bears_out_is_no_title() -> None:
    (job,) = read_page(
        '<script type="application/ld+json">{"@type": "JobPosting", "name": "Work from home!", "hiringOrganization": "Tide"}</script>'
    ).jobs
    assert (job.title, job.company) == ("", "Tide")


def test_a_label_that_only_style_parts_from_its_value_is_no_part_of_it() -> None:
    rows = "".join(
        f"<div><span>{name}</span><span>{value}</span></div>"
        for name, value in (("Country", "India"), ("City", "Amritsar"))
    )
    (job,) = read_page(
        f"<title>Loan Manager</title><h1>Loan Manager</h1><div>Job Location</div>{rows}<h2>Requirements</h2><p>At least 3 years of experience in "
        "lending, in retail banks, in card business and in mortgages, preferably abroad</p><a href='/apply/1'>Apply</a>"
    ).jobs
    assert job.locations == ("Amritsar",) and job.description and "Country: India" in job.description
    assert job.experience and job.experience.split()[-1] in ("business", "card", "and", "in")
