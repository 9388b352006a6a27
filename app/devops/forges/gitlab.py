"""GitLab's REST API, version 4. Source: docs.gitlab.com/api (jobs, commits, repositories, notes)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.devops.connections import Connection
from app.devops.forges.asking import MOST_PAGES, PER_PAGE, ask, ask_json, ask_log, is_sha
from app.devops.forges.thread import Thread
from app.devops.incoming import gitlab
from app.devops.incoming.event import Event
from app.devops.incoming.fields import items, number, text
from app.kernel.errors import GenaiError
from app.kernel.ports.pages import Pages
from app.kernel.ports.posts import Posts


class GitlabForge:
    """The token is a project or group access token with the scope `api` (notes are written) and the role Reporter."""

    def __init__(self, pages: Pages, posts: Posts) -> None:
        self._pages = pages
        self._posts = posts

    async def jobs(self, connection: Connection, run: Event) -> Sequence[Event]:
        base = f"{_project(connection, run)}/pipelines/{int(run.run_id)}/jobs"
        found: list[Event] = []
        for page in range(1, MOST_PAGES + 1):
            told = await self._json(connection, f"{base}?per_page={PER_PAGE}&page={page}")
            listed = items({"jobs": told}, "jobs")
            for job in listed:
                status = text(job, "status")
                if status == "success" or (status == "failed" and job.get("allow_failure") is not True):
                    found.append(gitlab.job_event(run, job))
            if len(listed) < PER_PAGE:
                break
        return found

    async def log(self, connection: Connection, event: Event) -> str:
        url = f"{_project(connection, event)}/jobs/{int(event.job_id)}/trace"
        return await ask_log(self._pages, url, _headers(connection))

    async def definition(self, connection: Connection, event: Event) -> str | None:
        if not is_sha(event.commit):
            return None
        url = f"{_project(connection, event)}/repository/files/.gitlab-ci.yml/raw?ref={event.commit}"
        try:
            page = await ask(
                self._pages, url, _headers(connection),
                accept=("text/plain", "application/octet-stream", "text/yaml", "application/yaml"),
            )  # fmt: skip
        except GenaiError:
            return None  # without it the patch is a snippet
        return page.body.decode("utf-8", errors="replace")

    async def change(self, connection: Connection, event: Event) -> int:
        if event.change or not is_sha(event.commit):
            return event.change
        url = f"{_project(connection, event)}/repository/commits/{event.commit}/merge_requests"
        told = await self._json(connection, url)
        opened = [found for found in items({"all": told}, "all") if text(found, "state") == "opened"]
        return number(opened[0], "iid") if opened else 0

    async def commits(
        self, connection: Connection, event: Event, *, since: str
    ) -> Sequence[Mapping[str, Any]]:
        if not is_sha(since) or not is_sha(event.commit):
            return ()
        url = f"{_project(connection, event)}/repository/compare?from={since}&to={event.commit}"
        told = await self._json(connection, url)
        return [
            {"sha": text(commit, "id"), "message": text(commit, "title")} for commit in items(told, "commits")
        ]

    async def comment(
        self, connection: Connection, event: Event, *, known: str, marker: str, body: str
    ) -> str:
        notes = f"{_project(connection, event)}/merge_requests/{event.change}/notes"
        thread = Thread(
            pages=self._pages,
            posts=self._posts,
            headers=_headers(connection),
            new=notes,
            written=notes,
            rewrite="PUT",
            order="sort=asc&order_by=created_at&",
        )
        return await thread.put(body, marker=marker, known=known)

    async def _json(self, connection: Connection, url: str) -> Any:
        return await ask_json(self._pages, url, _headers(connection))


def _project(connection: Connection, event: Event) -> str:
    return f"{connection.api}/projects/{int(event.project_id)}"


def _headers(connection: Connection) -> dict[str, str]:
    return {"PRIVATE-TOKEN": connection.token.get_secret_value()}
