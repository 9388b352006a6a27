"""Deliveries as GitHub and GitLab send them, in their documented shape; the repositories are made up."""

import json
from hashlib import sha256
from typing import Any

import httpx
from pydantic import SecretStr

from app.devops.incoming.proof import github_signature

GITHUB_SECRET = "a-long-webhook-secret-of-github"
GITLAB_SECRET = "a-long-webhook-token-of-gitlab"
RED, GREEN = "b" * 40, "a" * 40

_REPOSITORY = {
    "id": 186853002,
    "name": "shop",
    "full_name": "acme/shop",
    "private": True,
    "owner": {"login": "acme", "id": 21031067, "type": "Organization"},
    "html_url": "https://github.com/acme/shop",
}


def github_run(
    number: int = 7001,
    *,
    conclusion: str = "failure",
    sha: str = RED,
    change: int = 12,
    action: str = "completed",
) -> dict[str, Any]:
    """`workflow_run`. Source: docs.github.com, "Webhook events and payloads"."""
    base = {"ref": "main", "sha": GREEN, "repo": {"id": 186853002, "name": "shop"}}
    return {
        "action": action,
        "workflow_run": {
            "id": number,
            "name": "ci",
            "head_branch": "faster",
            "head_sha": sha,
            "path": ".github/workflows/ci.yml",
            "run_number": 562,
            "run_attempt": 1,
            "event": "pull_request",
            "status": "completed",
            "conclusion": conclusion,
            "workflow_id": 159038,
            "html_url": f"https://github.com/acme/shop/actions/runs/{number}",
            "pull_requests": [
                {"id": 1, "number": change, "head": {"ref": "faster", "sha": sha}, "base": base}
            ]
            if change
            else [],
            "updated_at": "2026-02-03T10:11:12Z",
        },
        "workflow": {"id": 159038, "name": "ci", "path": ".github/workflows/ci.yml"},
        "repository": _REPOSITORY,
        "sender": {"login": "somebody", "type": "User"},
    }


def job(
    number: int, name: str, *, run: int = 7001, conclusion: str = "failure", sha: str = RED, attempt: int = 1
) -> dict[str, Any]:
    """A job as the API lists it and `workflow_job` tells it."""
    return {
        "id": number,
        "run_id": run,
        "workflow_name": "ci",
        "head_branch": "faster",
        "run_attempt": attempt,
        "head_sha": sha,
        "status": "completed",
        "conclusion": conclusion,
        "html_url": f"https://github.com/acme/shop/actions/runs/{run}/job/{number}",
        "started_at": "2026-02-03T10:09:00Z",
        "completed_at": "2026-02-03T10:11:00Z",
        "name": name,
        "steps": [],
        "labels": ["ubuntu-24.04"],
    }


def github_job(number: int, name: str, **more: Any) -> dict[str, Any]:
    """`workflow_job`."""
    return {"action": "completed", "workflow_job": job(number, name, **more), "repository": _REPOSITORY}


def gitlab_job(number: int, name: str, *, status: str = "failed", sha: str = RED) -> dict[str, Any]:
    """A job event. Source: docs.gitlab.com, "Webhook events"."""
    return {
        "object_kind": "build",
        "ref": "faster",
        "sha": sha,
        "build_id": number,
        "build_name": name,
        "build_stage": "test",
        "build_status": status,
        "build_finished_at": "2026-02-03 10:11:12 UTC",
        "build_allow_failure": False,
        "build_failure_reason": "script_failure",
        "pipeline_id": 2366,
        "project_id": 77,
        "project_name": "acme / shop",
        "commit": {"id": 2366, "sha": sha, "message": "faster\n", "status": status},
        "project": {"id": 77, "name": "shop", "path_with_namespace": "acme/shop"},
    }


def gitlab_pipeline(number: int = 2366, *, status: str = "failed", change: int = 5) -> dict[str, Any]:
    """A pipeline event."""
    return {
        "object_kind": "pipeline",
        "object_attributes": {
            "id": number, "iid": 3, "ref": "faster", "sha": RED, "status": status,
            "finished_at": "2026-02-03 10:12:00 UTC", "url": f"https://gitlab.com/acme/shop/-/pipelines/{number}",
        },
        "merge_request": {"id": 1, "iid": change, "state": "opened"} if change else None,
        "project": {"id": 77, "name": "shop", "path_with_namespace": "acme/shop"},
        "builds": [],
    }  # fmt: skip


async def send_github(
    http: httpx.AsyncClient, event: str, told: dict[str, Any], *, secret: str = GITHUB_SECRET, **headers: str
) -> httpx.Response:
    body = json.dumps(told).encode()
    signed = {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": sha256(body).hexdigest()[:32],
        "X-Hub-Signature-256": github_signature(SecretStr(secret), body),
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
    }
    return await http.post("/webhooks/github", content=body, headers={**signed, **headers})


async def send_gitlab(
    http: httpx.AsyncClient, told: dict[str, Any], *, token: str = GITLAB_SECRET
) -> httpx.Response:
    kind = "Job Hook" if told["object_kind"] == "build" else "Pipeline Hook"
    return await http.post(
        "/webhooks/gitlab", json=told, headers={"X-Gitlab-Token": token, "X-Gitlab-Event": kind}
    )
