"""The names that systems and pages give to the parts of a posting in their JSON, the surest first."""

import re


def _in_order(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


TITLE = _in_order(
    "title jobTitle job_title jobOpeningName postingTitle positionTitle posting_title position_title jobName",
    "job_name positionName vacancyTitle offerTitle displayTitle externalTitle PostingTitle Title JobTitle",
    "requisitionTitle functietitel titel stellentitel stellenbezeichnung titulo título intitule titre titolo stanowisko text name headline",
)
# Names that only a posting gives to its title.
OWN_TITLE = frozenset(TITLE) - {
    "title",
    "Title",
    "titel",
    "titulo",
    "título",
    "titre",
    "titolo",
    "text",
    "name",
    "headline",
}
URL = _in_order(
    "absolute_url hostedUrl jobUrl careers_url postingUrl externalUrl url jobOpeningShareUrl job_url detailUrl",
    "detail_url canonicalUrl permalink shortlink publicUrl href link application_url applyUrl apply_url",
    "applicationUrl adUrl positionUrl vacancyUrl jobLink applyLink detailsUrl careers_apply_url jobPath path JobUrl public_url urls",
)
# What others call it: "careersUrl", "vacancy_link".
SOME_URL = re.compile(r"(?:url|uri|link|href|permalink|webpage)\Z", re.IGNORECASE)
NO_POSTING_URL = re.compile(
    r"image|img|logo|photo|picture|icon|avatar|video|thumb|cover|banner|company|employer|site|home|api|feed|author|map|share|next|prev|department|office|location",
    re.IGNORECASE,
)
COMPANY = _in_order(
    "company company_name companyName hiringOrganization employer employerName organization organizationName",
    "organisation company_title hiringCompany subcompany brandName companyTitle",
)
PLACES = _in_order(
    "locations allLocations multi_location locationNames workLocations jobLocations offices cities location",
    "primaryLocation jobLocation locations_text locationsText locationText locationName job_location office",
    "cityStateCountry cityState workLocation PrimaryLocation Location place atsLocation address city_name",
    "standort einsatzort positionLocation vacancyLocation locatie plaats ort ville lieu ciudad localidad lugar sede luogo",
    "miejscowosc cidade job_post_location",
)
# Beside one of the above.
MORE_PLACES = _in_order(
    "secondaryLocations additionalLocations additional_locations additionalOffices otherLocations",
)
PROSE = _in_order(
    "descriptionHtml description content jobDescription job_description descriptionPlain body summary",
    "descriptionTeaser externalDescription ExternalDescriptionStr jobSummary intro role_description",
)
# Further parts of a description.
MORE_PROSE = _in_order(
    "responsibilities requirements qualifications additional benefits skillsRequired profile",
    "ExternalResponsibilitiesStr ExternalQualificationsStr tasks closing jobRequirements key_responsibilities",
)
POSTED = _in_order(
    "first_published publishedAt published_at datePosted date_posted postedDate posted_date postedAt posted_at",
    "published_on published_date publishedDate releasedDate published createdAt created_at postingDate",
    "ExternalPostedStartDate datePublished publicationDate created createdOn dateCreated PostedDate postedOn",
)
SALARY = _in_order(
    "salary compensation salaryRange salary_range payRange pay_range baseSalary salaryDescription",
    "compensationTierSummary scrapeableCompensationSalarySummary salaryText remuneration salary_text pay",
)
REMOTE = _in_order(
    "workplaceType workplace_type workplace remoteType workspace locationType remote_type workMode work_mode",
    "remoteStatus remote_status workLocationOption onsiteRemote WorkplaceType",
)
# Each yes or no.
REMOTE_FLAGS = _in_order("remote isRemote is_remote telecommuting telecommute isFullyRemote")
EXPERIENCE = _in_order(
    "experience experienceRequired requiredExperience yearsOfExperience minimumExperience experienceLevel",
    "experience_level minExperience workExperience",
)
SKILLS = _in_order(
    "skills requiredSkills required_skills keySkills tags technologies ml_skills techStack",
)
# What only postings have, though nobody asks for it.
OWN_KIND = _in_order(
    "department departments departmentLabel departmentName employmentType employment_type jobType job_type commitment",
    "timeType contractType contract_type jobCategory requisitionId requisition_id reqId jobId job_id jobReqId jobSeqNo",
    "internal_job_id shortcode workTime jobPostingId seniority employmentStatusLabel typeOfEmployment",
    "RequisitionId RequisitionType JobSchedule JobFunction",
)
# And what other things have as well.
KIND = (*OWN_KIND, *_in_order("team category categories function schedule industry"))
