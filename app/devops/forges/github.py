"""GitHub's REST API, version 2022-11-28. Source: docs.github.com/rest (actions, commits, issues, repos)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.devops.connections import Connection
from app.devops.forges.asking import MOST_PAGES, PER_PAGE, ask, ask_json, ask_log, is_sha
from app.devops.forges.thread import Thread
from app.devops.incoming import github
from app.devops.incoming.event import Event
from app.devops.incoming.fields import first_line, items, number, text
from app.kernel.errors import GenaiError
from app.kernel.ports.pages import Pages
from app.kernel.ports.posts import Posts

_WORKFLOW = re.compile(r"\.github/workflows/[\w.-]{1,100}\.ya?ml")
_RAW = ("application/vnd.github.raw+json", "/+json", "text/plain", "application/json")


class GithubForge:
    """Permissions of the token: Actions read, Contents read, Pull requests write; nothing else."""

    def __init__(self, pages: Pages, posts: Posts) -> None:
        self._pages = pages
        self._posts = posts

    async def jobs(self, connection: Connection, run: Event) -> Sequence[Event]:
        base = f"{_repository(connection, run)}/actions/runs/{int(run.run_id)}/attempts/{run.attempt}/jobs"
        found: list[Mapping[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            told = await self._json(connection, f"{base}?per_page={PER_PAGE}&page={page}")
            found += items(told, "jobs")
            if len(found) >= number(told, "total_count") or not items(told, "jobs"):
                break
        events = [github.job_event(run.repository, job, change=run.change) for job in found]
        return [
            event
            for event, job in zip(events, found, strict=True)
            if event.failed or text(job, "conclusion") == "success"
        ]

    async def log(self, connection: Connection, event: Event) -> str:
        """GitHub answers with a redirect to a store of blobs; our token stays behind."""
        url = f"{_repository(connection, event)}/actions/jobs/{int(event.job_id)}/logs"
        return await ask_log(self._pages, url, _headers(connection))

    async def definition(self, connection: Connection, event: Event) -> str | None:
        repository = _repository(connection, event)
        try:
            path = text(
                await self._json(connection, f"{repository}/actions/runs/{int(event.run_id)}"), "path"
            )
            path = path.partition("@")[0]
            if not _WORKFLOW.fullmatch(path) or not is_sha(event.commit):
                return None
            url = f"{repository}/contents/{path}?ref={event.commit}"
            page = await ask(self._pages, url, _headers(connection), accept=_RAW)
        except GenaiError:
            return None  # without it the patch is a snippet
        return page.body.decode("utf-8", errors="replace")

    async def change(self, connection: Connection, event: Event) -> int:
        if event.change or not is_sha(event.commit):
            return event.change
        told = await self._json(connection, f"{_repository(connection, event)}/commits/{event.commit}/pulls")
        for pull in items({"pulls": told}, "pulls"):
            into = text(pull, "base", "repo", "full_name").lower()
            if text(pull, "state") == "open" and into == event.repository.lower():
                return number(pull, "number")
        return 0

    async def commits(
        self, connection: Connection, event: Event, *, since: str
    ) -> Sequence[Mapping[str, Any]]:
        if not is_sha(since) or not is_sha(event.commit):
            return ()
        url = f"{_repository(connection, event)}/compare/{since}...{event.commit}?per_page={PER_PAGE}"
        told = await self._json(connection, url)
        return [
            {"sha": text(commit, "sha"), "message": first_line(commit, "commit", "message")}
            for commit in items(told, "commits")
        ]

    async def comment(
        self, connection: Connection, event: Event, *, known: str, marker: str, body: str
    ) -> str:
        repository = _repository(connection, event)
        thread = Thread(
            pages=self._pages,
            posts=self._posts,
            headers=_headers(connection),
            new=f"{repository}/issues/{event.change}/comments",
            written=f"{repository}/issues/comments",
            rewrite="PATCH",
        )
        return await thread.put(body, marker=marker, known=known)

    async def _json(self, connection: Connection, url: str) -> Any:
        return await ask_json(self._pages, url, _headers(connection))


def _repository(connection: Connection, event: Event) -> str:
    return f"{connection.api}/repos/{event.repository}"


def _headers(connection: Connection) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {connection.token.get_secret_value()}",
        "X-GitHub-Api-Version": "2022-11-28",
    }
