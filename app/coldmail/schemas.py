"""What goes over HTTP: the shapes of jobs, portfolio, profiles, e-mails and their history."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.coldmail.portfolio.entries import MOST_CHARS, MOST_ENTRIES, MOST_SKILLS

MOST_JOBS = 20
MOST_VARIANTS = 5

Language = Literal["en", "de", "fr", "es"]
Tone = Literal["friendly", "formal", "direct"]
Length = Literal["short", "medium", "long"]
_Line = Annotated[str, StringConstraints(max_length=300)]
_MOST_TEXT = 100_000
_Text = Annotated[str, StringConstraints(max_length=_MOST_TEXT)]


def _beginning(given: Any) -> Any:
    """A page of 10 MB may be one posting: what `POST /jobs` told of it is taken back."""
    return given[:_MOST_TEXT] if isinstance(given, str) else given


class JobsRequest(BaseModel):
    """One of `url`, `content` and `text`. With content or text nothing is fetched and `url` only says where it came from."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = None
    content: str | None = Field(
        None, description="A page as it was saved: HTML, or the JSON or XML of a tracking system."
    )
    content_type: str | None = Field(None, max_length=200)
    text: str | None = Field(None, description="The text of a posting.")


class JobShape(BaseModel):
    """A posting. What the page does not state is null or empty."""

    title: str | None = None
    company: str | None = None
    locations: list[str] = Field(default_factory=list)
    remote: str | None = None
    salary: str | None = None
    skills: list[str] = Field(default_factory=list)
    experience: str | None = None
    description: str | None = None
    apply_url: str | None = None
    posted_at: str | None = None
    sources: dict[str, str] = Field(default_factory=dict, description="field: tier that it was read by")


class PageShape(BaseModel):
    kind: Literal["job", "listing", "blocked", "empty", "script_only", "other"]
    advice: str | None = Field(None, description="What to do, when there is no job.")
    next_pages: list[dict[str, str | None]] = Field(
        default_factory=list, description="Where more of a listing is."
    )
    total: int | None = Field(None, description="How many jobs the page says there are in all.")


class JobsResponse(BaseModel):
    jobs: list[JobShape]
    page: PageShape


class GivenJob(BaseModel):
    """A job as `POST /jobs` told it; a title is all that a draft needs."""

    model_config = ConfigDict(extra="ignore")

    title: Annotated[str, StringConstraints(max_length=2_000)] | None
    company: _Line | None = None
    locations: list[_Line] = Field(default_factory=list, max_length=200)
    skills: list[_Line] = Field(default_factory=list, max_length=200)
    description: Annotated[_Text | None, BeforeValidator(_beginning)] = Field(
        None, description=f"Of more than {_MOST_TEXT:,} characters the beginning counts."
    )


class EntryShape(BaseModel):
    """One piece of work to show."""

    model_config = ConfigDict(extra="ignore")

    title: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_CHARS["title"])
    ]
    skills: list[Annotated[str, StringConstraints(max_length=MOST_CHARS["skills"])]] = Field(
        default_factory=list, max_length=MOST_SKILLS
    )
    description: Annotated[str, StringConstraints(max_length=MOST_CHARS["description"])] = ""
    link: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_CHARS["link"])] = ""


class PortfolioRequest(BaseModel):
    items: list[EntryShape] = Field(max_length=MOST_ENTRIES)


class StoredEntry(EntryShape):
    id: str = Field(description="A digest of the content: an edited entry has another.")


class PortfolioResponse(BaseModel):
    items: list[StoredEntry]


class PortfolioChange(PortfolioResponse):
    added: int
    removed: int
    unchanged: int


class ProfileRequest(BaseModel):
    """Who writes, and how."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    name: _Line = ""
    role: _Line = ""
    company: _Line = ""
    tone: Tone = "friendly"
    language: Language = "en"
    length: Length = "medium"
    signature: Annotated[str, StringConstraints(max_length=1_000)] = ""
    opt_out: Annotated[str, StringConstraints(max_length=500)] = Field(
        "", description="A last line such as `Reply STOP and I will not write again.`"
    )


class ProfileShape(ProfileRequest):
    id: str


class ProfilesResponse(BaseModel):
    profiles: list[ProfileShape]


class EmailsRequest(BaseModel):
    """One of `job`, `jobs`, `url` and `text`; `follow_up_of` alone takes the job of that e-mail."""

    model_config = ConfigDict(extra="forbid")

    job: GivenJob | None = None
    jobs: list[GivenJob] | None = Field(None, min_length=1, max_length=MOST_JOBS)
    url: str | None = None
    text: _Text | None = None
    profile_id: str | None = Field(None, max_length=64)
    variants: int = Field(1, ge=1, le=MOST_VARIANTS)
    follow_up_of: str | None = Field(None, max_length=64)
    language: Language | None = None
    tone: Tone | None = None
    length: Length | None = None
    stream: bool = False


class ClaimShape(BaseModel):
    """Something that an e-mail says, and the words of the posting, the portfolio or the profile that bear it out."""

    text: str
    evidence: str


class EmailShape(BaseModel):
    """A draft; nothing is ever sent."""

    id: str
    subject: str
    body: str
    links: list[str]
    claims: list[ClaimShape]
    model: str = Field(description="Who worded it; `template` without a language model.")
    fallback: bool = Field(description="A model was asked, and the template wrote in its place.")
    warnings: list[str]


class EmailsResponse(BaseModel):
    emails: list[EmailShape]


class HistoryEmail(EmailShape):
    created_at: str
    job: dict[str, Any]
    profile_id: str | None = None
    follow_up_of: str | None = None


class HistoryResponse(BaseModel):
    emails: list[HistoryEmail]
    after: str | None = Field(description="Send it back as `after` for the next page; null on the last one.")


class Deleted(BaseModel):
    deleted: int
