"""GitLab's REST API, version 4. Source: docs.gitlab.com/api (jobs, commits, repositories, notes)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.devops.connections import Connection
from app.devops.forges.asking import ask, ask_json, ask_log, check_posted, is_sha
from app.devops.incoming import gitlab
from app.devops.incoming.event import Event
from app.devops.incoming.fields import items, number, text
from app.kernel.errors import GenaiError, NotFound
from app.kernel.ports.pages import Pages
from app.kernel.ports.posts import Posts

_PER_PAGE = 100
_MOST_PAGES = 5


class GitlabForge:
    """The token is a project or group access token with the scope `api` (notes are written) and the role Reporter."""

    def __init__(self, pages: Pages, posts: Posts) -> None:
        self._pages = pages
        self._posts = posts

    async def jobs(self, connection: Connection, run: Event) -> Sequence[Event]:
        base = f"{_project(connection, run)}/pipelines/{int(run.run_id)}/jobs"
        found: list[Event] = []
        for page in range(1, _MOST_PAGES + 1):
            told = await self._json(connection, f"{base}?per_page={_PER_PAGE}&page={page}")
            listed = items({"jobs": told}, "jobs")
            for job in listed:
                status = text(job, "status")
                if status == "success" or (status == "failed" and job.get("allow_failure") is not True):
                    found.append(gitlab.job_event(run, job))
            if len(listed) < _PER_PAGE:
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
        if known:
            try:
                return await self._write(connection, "PUT", f"{notes}/{int(known)}", body)
            except NotFound:
                pass  # somebody deleted it
        found = await self._marked(connection, notes, marker)
        if found and found != known:
            return await self._write(connection, "PUT", f"{notes}/{int(found)}", body)
        return await self._write(connection, "POST", notes, body)

    async def _marked(self, connection: Connection, notes: str, marker: str) -> str:
        """The oldest one: whoever copies the marker comes later."""
        for page in range(1, _MOST_PAGES + 1):
            url = f"{notes}?sort=asc&order_by=created_at&per_page={_PER_PAGE}&page={page}"
            found = items({"notes": await self._json(connection, url)}, "notes")
            for note in found:
                if str(note.get("body") or "").startswith(marker):
                    return str(number(note, "id"))
            if len(found) < _PER_PAGE:
                break
        return ""

    async def _write(self, connection: Connection, method: Any, url: str, body: str) -> str:
        content = json.dumps({"body": body}).encode()
        posted = check_posted(
            await self._posts.send(method, url, content=content, headers=_headers(connection))
        )
        return str(number(posted.body, "id"))

    async def _json(self, connection: Connection, url: str) -> Any:
        return await ask_json(self._pages, url, _headers(connection))


def _project(connection: Connection, event: Event) -> str:
    return f"{connection.api}/projects/{int(event.project_id)}"


def _headers(connection: Connection) -> dict[str, str]:
    return {"PRIVATE-TOKEN": connection.token.get_secret_value()}
