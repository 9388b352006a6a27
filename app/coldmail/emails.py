"""Drafts for jobs: chooses the work that fits, lets it be worded and keeps what came of it; several at once, with progress."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from app.coldmail.extraction.skills import skills_in
from app.coldmail.extraction.values import Page
from app.coldmail.history import Draft as Kept
from app.coldmail.history import History, new_id
from app.coldmail.portfolio.matching import match
from app.coldmail.portfolio.store import Portfolio
from app.coldmail.profiles import Profile, Profiles
from app.coldmail.reading.reading import Reading
from app.coldmail.reading.source import Source
from app.coldmail.writing.facts import Facts, whole
from app.coldmail.writing.posting import posting
from app.coldmail.writing.suspicion import shown
from app.coldmail.writing.writer import Draft, Writer
from app.kernel.errors import BadInput

# Drafts under way for one request; a provider's own limits are lower as a rule.
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller wants: one of `jobs`, `url`, `text` and `follow_up_of`. A job has title, company, skills, description."""

    jobs: tuple[Mapping[str, Any], ...] = ()
    url: str | None = None
    text: str | None = None
    profile_id: str | None = None
    variants: int = 1
    follow_up_of: str | None = None
    style: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """One draft of `total` is there; `email` is what it became, `tokens` what it cost."""

    done: int
    total: int
    email: Kept
    tokens: int


class Emails:
    """Writes; nothing is ever sent."""

    def __init__(
        self, *, reading: Reading, portfolio: Portfolio, profiles: Profiles, history: History, writer: Writer
    ) -> None:
        self._reading = reading
        self._portfolio = portfolio
        self._profiles = profiles
        self._history = history
        self._writer = writer

    async def write(self, tenant: str, wish: Wish) -> AsyncIterator[Progress]:
        """Each draft when it is there, in no order; `number` in it says whose it is. All that is wrong with the wish is
        raised before the first one: NotFound, BadInput, UrlRefused, UrlUnreachable.
        """
        profile = await self._profile(tenant, wish)
        earlier = await self._history.get(tenant, wish.follow_up_of) if wish.follow_up_of else None
        jobs, notes = await self._jobs(wish, earlier)
        gate = asyncio.Semaphore(_AT_ONCE)
        facts = [await self._facts(tenant, job, profile, earlier) for job in jobs]

        async def one(place: int, variant: int) -> tuple[int, Draft, Kept]:
            async with gate:
                draft = await self._writer.write(facts[place], variant=variant)
            kept = await self._keep(tenant, draft, facts[place], jobs[place], wish, notes)
            return place * wish.variants + variant, draft, kept

        tasks = [
            asyncio.ensure_future(one(place, variant))
            for place in range(len(jobs))
            for variant in range(wish.variants)
        ]
        try:
            for done, task in enumerate(asyncio.as_completed(tasks), start=1):
                number, draft, kept = await task
                yield Progress(done, len(tasks), {**kept, "number": number}, draft.tokens)
        finally:
            for task in tasks:
                task.cancel()

    async def _profile(self, tenant: str, wish: Wish) -> Profile:
        profile = await self._profiles.get(tenant, wish.profile_id) if wish.profile_id else Profile()
        return replace(profile, **wish.style)

    async def _jobs(self, wish: Wish, earlier: Kept | None) -> tuple[list[Mapping[str, Any]], list[str]]:
        """The jobs, and what the reader should know of how they were found."""
        if wish.jobs:
            return list(wish.jobs), []
        if wish.text is not None:
            if not wish.text.strip():
                raise BadInput("The text is empty; paste the posting.", code="no_job", field="text")
            page = await self._reading.read(Source(text=wish.text))
            return [_job_of_text(page, wish.text)], [] if page.jobs else [
                "No job title was found in the text."
            ]
        if wish.url is not None:
            return self._of_page(await self._reading.read(Source(url=wish.url)))
        if earlier is not None:
            return [dict(earlier.get("job") or {})], []
        raise BadInput("Send one of `job`, `jobs`, `url` and `text`.", code="source_missing")

    def _of_page(self, page: Page) -> tuple[list[Mapping[str, Any]], list[str]]:
        if not page.jobs:
            raise BadInput(page.advice or "There is no job on this page.", code="no_job", field="url")
        several = len(page.jobs) > 1
        note = (
            f"The page lists {len(page.jobs)} jobs; this is for the first. Send the ones you want as `jobs`."
        )
        return [asdict(page.jobs[0])], [note] if several and page.kind == "listing" else []

    async def _facts(
        self, tenant: str, job: Mapping[str, Any], profile: Profile, earlier: Kept | None
    ) -> Facts:
        entries = await self._portfolio.entries(tenant)
        skills = list(dict.fromkeys(skill for each in entries for skill in each.skills))
        found = posting(
            title=str(job.get("title") or ""),
            company=str(job.get("company") or ""),
            skills=[str(skill) for skill in job.get("skills") or ()],
            description=str(job.get("description") or ""),
            portfolio_skills=skills,
        )
        nearness = (
            await self._portfolio.nearness(tenant, f"{found.title}\n{', '.join(found.skills)}")
            if entries
            else {}
        )
        matches = match(found.skills, entries, nearness)
        return Facts(
            found, profile, tuple(matches), tuple(entries), str(earlier["subject"]) if earlier else ""
        )

    async def _keep(
        self,
        tenant: str,
        draft: Draft,
        facts: Facts,
        job: Mapping[str, Any],
        wish: Wish,
        notes: Sequence[str],
    ) -> Kept:
        written = draft.written
        kept_job = {name: _plain(job.get(name)) for name in ("title", "company", "skills", "description")}
        return await self._history.add(
            tenant,
            {
                "id": new_id(),
                "subject": written.subject,
                "body": written.body,
                "links": [link for link in facts.links if whole(link).search(written.body)],
                "claims": [asdict(claim) for claim in written.claims],
                "model": draft.model,
                "fallback": draft.fallback,
                "warnings": [*notes, *_without_work(facts), *written.warnings],
                "job": kept_job,
                "profile_id": wish.profile_id,
                "follow_up_of": wish.follow_up_of,
            },
        )


def _without_work(facts: Facts) -> list[str]:
    """What the reader should know of a draft that links nothing."""
    if facts.matches:
        return []
    if not facts.entries:
        return ["The portfolio is empty, so nothing is linked."]
    return ["No work in the portfolio fits this posting, so nothing is linked."]


def _job_of_text(page: Page, text: str) -> dict[str, Any]:
    """The text is the posting, whatever else was read from it: its words are evidence."""
    read = page.jobs[0] if page.jobs else None
    return {
        "title": read.title if read else "",
        "company": read.company if read else None,
        "skills": list(read.skills if read else skills_in(text)),
        "description": text,
    }


def _plain(value: Any) -> Any:
    """As a record holds it: a posting's invisible characters are not kept either."""
    if isinstance(value, str):
        return "\n".join(map(shown, value.splitlines()))
    return [shown(str(each)) for each in value] if isinstance(value, list | tuple) else value
