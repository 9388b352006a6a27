"""What Jenkins' Notification plugin posts when a build ended. Source: plugins.jenkins.io/notification."""

from collections.abc import Mapping
from typing import Any

from app.devops.incoming.event import Event, Kind
from app.devops.incoming.fields import inner, number, text

# A build is told of twice: COMPLETED when its result is known, FINALIZED when its log is whole. The plugin can be told to
# send either alone, so both are taken; whoever works on them finds the second one done.
_PHASES = frozenset({"COMPLETED", "FINALIZED"})
_FAILED = frozenset({"FAILURE", "UNSTABLE"})


def repository_of(body: Mapping[str, Any]) -> str:
    """The job's name with its folders: Jenkins knows jobs, not repositories."""
    return text(body, "name")


def read_delivery(body: Mapping[str, Any]) -> Event | None:
    """The build that ended; its log comes along (masked by whoever stores it) or is fetched below the API's address."""
    build, name = inner(body, "build"), repository_of(body)
    status = text(build, "status")
    if (
        not name
        or not number(build, "number")
        or text(build, "phase") not in _PHASES
        or (status not in _FAILED and status != "SUCCESS")
    ):
        return None
    page = text(build, "full_url")
    return Event(
        platform="jenkins",
        repository=name,
        kind=Kind.JOB,
        failed=status in _FAILED,
        job=name,
        job_id=str(number(build, "number")),
        run_id=str(number(build, "number")),
        commit=text(build, "scm", "commit"),
        branch=text(build, "scm", "branch"),
        url=page,
        log=_log(build.get("log")),
        log_url=f"{page.rstrip('/')}/consoleText" if page else "",
    )


def _log(given: object) -> str:
    if isinstance(given, list):
        return "\n".join(line for line in given if isinstance(line, str))
    return given if isinstance(given, str) else ""
