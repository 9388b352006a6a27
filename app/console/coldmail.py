"""A typed client of the cold e-mail writer's routes: jobs, e-mails with progress, portfolio, profiles, history."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar
from urllib.parse import quote

from app.console.api import Api, address, answer_of, raised
from app.console.shapes import Shape
from app.kernel.errors import Unavailable
from app.settings import Settings

# A page is fetched politely, a long list page by page; a model may take a while.
_READING_S = 90.0
_Kind = TypeVar("_Kind", bound=Shape)


class Posting(Shape):
    title: str | None = None
    company: str | None = None
    locations: tuple[str, ...] = ()
    remote: str | None = None
    salary: str | None = None
    skills: tuple[str, ...] = ()
    experience: str | None = None
    description: str | None = None
    apply_url: str | None = None
    posted_at: str | None = None


class Look(Shape):
    """What kind of page it was, and what to do when it has no job or more than are here."""

    kind: str = "other"
    advice: str | None = None


class Found(Shape):
    jobs: tuple[Posting, ...] = ()
    page: Look = Look()


class Claim(Shape):
    text: str
    evidence: str


class Email(Shape):
    id: str
    subject: str
    body: str
    model: str = ""
    fallback: bool = False
    claims: tuple[Claim, ...] = ()
    warnings: tuple[str, ...] = ()
    created_at: str = ""
    job: Mapping[str, Any] = {}


class Written(Shape):
    """How far a batch is; `emails` is there at its end, in the order of the jobs."""

    done: int = 0
    total: int = 0
    emails: tuple[Email, ...] = ()


class Work(Shape):
    title: str
    skills: tuple[str, ...] = ()
    description: str = ""
    link: str = ""


class Profile(Shape):
    id: str = ""
    name: str = ""
    role: str = ""
    company: str = ""
    tone: str = "friendly"
    language: str = "en"
    length: str = "medium"
    signature: str = ""
    opt_out: str = ""


class Coldmail(Api):
    """Blocking calls, as its parent's."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            settings.coldmail_url.rstrip("/") or address(settings), key=settings.api_key.get_secret_value()
        )

    def read(self, **source: Any) -> Found:
        """source: url, text, or content with content_type."""
        return Found.model_validate(
            answer_of(self._send("POST", "/coldmail/jobs", json=source, timeout=_READING_S))
        )

    def write(self, jobs: Sequence[Posting], **wishes: Any) -> Iterator[Written]:
        """Progress as drafts come, at last all of them. wishes: profile_id, variants, language, tone, length, follow_up_of."""
        body: dict[str, Any] = {**wishes, "stream": True}
        body |= {"jobs": [job.model_dump(mode="json") for job in jobs]} if jobs else {}
        for event in self._stream("POST", "/coldmail/emails", json=body):
            data = json.loads(event.data)
            match event.name:
                case "progress":
                    yield Written.model_validate(data)
                case "done":
                    yield Written.model_validate(
                        {**data, "done": len(data["emails"]), "total": len(data["emails"])}
                    )
                    return
                case "error":
                    raise raised(data)
        raise Unavailable("The writing was cut before its end; look into the history for what came of it.")

    def portfolio(self) -> list[Work]:
        return _many(Work, answer_of(self._send("GET", "/coldmail/portfolio"))["items"])

    def save_portfolio(self, items: Sequence[Work]) -> list[Work]:
        body = {"items": [item.model_dump(mode="json") for item in items]}
        return _many(Work, answer_of(self._send("PUT", "/coldmail/portfolio", json=body))["items"])

    def upload_portfolio(self, table: bytes) -> list[Work]:
        """A CSV table takes the place of all that was there."""
        sent = self._send("PUT", "/coldmail/portfolio", content=table, headers={"Content-Type": "text/csv"})
        return _many(Work, answer_of(sent)["items"])

    def profiles(self) -> list[Profile]:
        return _many(Profile, answer_of(self._send("GET", "/coldmail/profiles"))["profiles"])

    def save_profile(self, profile: Profile) -> Profile:
        body = profile.model_dump(exclude=set() if profile.id else {"id"})
        return Profile.model_validate(answer_of(self._send("PUT", "/coldmail/profiles", json=body)))

    def delete_profile(self, profile_id: str) -> None:
        self._send("DELETE", f"/coldmail/profiles/{quote(profile_id, safe='')}")

    def history(
        self, *, query: str = "", after: str | None = None, limit: int = 20
    ) -> tuple[list[Email], str | None]:
        params = {"q": query, "limit": str(limit)} | ({"after": after} if after else {})
        found = answer_of(self._send("GET", "/coldmail/history", params=params))
        return _many(Email, found["emails"]), found.get("after")

    def history_table(self, *, query: str = "") -> bytes:
        return self._send("GET", "/coldmail/history.csv", params={"q": query}).content

    def delete_email(self, email_id: str) -> None:
        self._send("DELETE", f"/coldmail/history/{quote(email_id, safe='')}")

    def delete_history(self) -> None:
        self._send("DELETE", "/coldmail/history")


def _many(kind: type[_Kind], rows: Any) -> list[_Kind]:
    return [kind.model_validate(row) for row in rows]
