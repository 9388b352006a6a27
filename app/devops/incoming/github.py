"""GitHub's `workflow_run` and `workflow_job` deliveries. Source: docs.github.com, "Webhook events and payloads"."""

import re
from collections.abc import Mapping
from typing import Any

from app.devops.incoming.event import Event, Kind
from app.devops.incoming.fields import inner, items, number, text

EVENTS = frozenset({"workflow_run", "workflow_job"})
_FAILED = frozenset({"failure", "timed_out", "startup_failure"})
# What goes into addresses of the API; anything else is no repository of GitHub.
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}/[A-Za-z0-9._-]{1,100}")


def repository_of(body: Mapping[str, Any]) -> str:
    """`owner/name`; "" for a body without a sound one."""
    name = text(body, "repository", "full_name")
    return name if _REPOSITORY.fullmatch(name) else ""


def read_delivery(event: str, body: Mapping[str, Any]) -> Event | None:
    """The run or job that ended; None for whatever is of no interest: begun, queued, cancelled, skipped."""
    repository = repository_of(body)
    told = inner(body, event)
    conclusion = text(told, "conclusion")
    if (
        text(body, "action") != "completed"
        or not repository
        or not number(told, "id")
        or (conclusion not in _FAILED and conclusion != "success")
    ):
        return None
    if event == "workflow_run":
        changes = items(told, "pull_requests")
        return Event(
            platform="github",
            repository=repository,
            kind=Kind.RUN,
            failed=conclusion in _FAILED,
            run_id=str(number(told, "id")),
            attempt=number(told, "run_attempt") or 1,
            commit=text(told, "head_sha"),
            branch=text(told, "head_branch"),
            workflow=text(told, "name"),
            change=_change(changes, repository),
            url=text(told, "html_url"),
            ended_at=text(told, "updated_at"),
        )
    return job_event(repository, told)


def job_event(repository: str, told: Mapping[str, Any], *, change: int = 0) -> Event:
    """A job as the delivery and the API's list of jobs write it."""
    return Event(
        platform="github",
        repository=repository,
        kind=Kind.JOB,
        failed=text(told, "conclusion") in _FAILED,
        job=text(told, "name"),
        job_id=str(number(told, "id")),
        run_id=str(number(told, "run_id")),
        attempt=number(told, "run_attempt") or 1,
        commit=text(told, "head_sha"),
        branch=text(told, "head_branch"),
        workflow=text(told, "workflow_name"),
        change=change,
        url=text(told, "html_url"),
        ended_at=text(told, "completed_at"),
    )


def _change(changes: list[Mapping[str, Any]], repository: str) -> int:
    """The pull request into this repository; the list also names those of forks into others."""
    for change in changes:
        if text(change, "base", "repo", "name").lower() == repository.partition("/")[2].lower():
            return number(change, "number")
    return 0
