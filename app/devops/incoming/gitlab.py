"""GitLab's job and pipeline events. Source: docs.gitlab.com, "Webhook events"."""

import re
from collections.abc import Mapping
from typing import Any

from app.devops.incoming.event import Event, Kind
from app.devops.incoming.fields import inner, number, text

_PROJECT = re.compile(r"[A-Za-z0-9_.][\w.-]*(?:/[\w.-]+){1,20}")
_KINDS = frozenset({"build", "pipeline"})


def repository_of(body: Mapping[str, Any]) -> str:
    """`group/project`; a job event of an older server has it in words only."""
    path = text(body, "project", "path_with_namespace") or text(body, "project_name").replace(" ", "")
    return path if _PROJECT.fullmatch(path) else ""


def read_delivery(body: Mapping[str, Any]) -> Event | None:
    """The pipeline or job that ended; None for whatever is of no interest."""
    kind, repository = text(body, "object_kind"), repository_of(body)
    project = number(body, "project_id") or number(body, "project", "id")
    if kind not in _KINDS or not repository or not project:
        return None
    if kind == "pipeline":
        told = inner(body, "object_attributes")
        status, number_of = text(told, "status"), number(told, "id")
        if status not in ("failed", "success") or not number_of:
            return None
        return Event(
            platform="gitlab",
            repository=repository,
            kind=Kind.RUN,
            failed=status == "failed",
            run_id=str(number_of),
            project_id=str(project),
            commit=text(told, "sha"),
            branch=text(told, "ref"),
            change=number(body, "merge_request", "iid"),
            url=text(told, "url"),
            ended_at=text(told, "finished_at"),
        )
    status, number_of = text(body, "build_status"), number(body, "build_id")
    # A job that may fail is not why a pipeline is red.
    if not number_of or (
        status != "success" and (status != "failed" or body.get("build_allow_failure") is True)
    ):
        return None
    return Event(
        platform="gitlab",
        repository=repository,
        kind=Kind.JOB,
        failed=status == "failed",
        job=text(body, "build_name"),
        job_id=str(number_of),
        run_id=str(number(body, "pipeline_id")),
        project_id=str(project),
        commit=text(body, "sha"),
        branch=text(body, "ref"),
        workflow=text(body, "build_stage"),
        ended_at=text(body, "build_finished_at"),
    )


def job_event(run: Event, told: Mapping[str, Any]) -> Event:
    """A job as the API's list of a pipeline's jobs writes it."""
    return Event(
        platform="gitlab",
        repository=run.repository,
        kind=Kind.JOB,
        failed=text(told, "status") == "failed",
        job=text(told, "name"),
        job_id=str(number(told, "id")),
        run_id=run.run_id,
        project_id=run.project_id,
        commit=text(told, "commit", "id") or run.commit,
        branch=text(told, "ref") or run.branch,
        workflow=text(told, "stage"),
        change=run.change,
        url=text(told, "web_url"),
        ended_at=text(told, "finished_at"),
    )
