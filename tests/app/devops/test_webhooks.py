"""The webhooks: who is believed, what is kept, and what becomes of it, from the delivery to the comment."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.devops.connections import read_connections
from app.kernel.errors import SettingsError
from tests.app.devops.serving import GITHUB, GITLAB, SLACK_URL, TICKET_SECRET, Served, served
from tests.forges.deliveries import (
    GREEN,
    RED,
    github_job,
    github_run,
    gitlab_job,
    gitlab_pipeline,
    job,
    send_github,
    send_gitlab,
)
from tests.forges.world import BLOBS, World, world

pytestmark = pytest.mark.anyio

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
FAILED = (
    "2026-02-03T10:10:00.0000000Z ##[group]Run pytest\n"
    f"2026-02-03T10:10:00.5000000Z export AWS_ACCESS_KEY_ID={KEY}\n"
    "2026-02-03T10:10:01.0000000Z E   ModuleNotFoundError: No module named 'yaml'\n"
    "2026-02-03T10:10:02.0000000Z ##[error]Process completed with exit code 1.\n"
)
PASSED = "2026-02-03T09:10:00.0000000Z ##[group]Run pytest\n2026-02-03T09:10:02.0000000Z 12 passed in 1.02s\n"


@pytest.fixture
async def standing() -> AsyncIterator[World]:
    async with world() as opened:
        yield opened


@pytest.fixture
async def service(tmp_path: Path, standing: World) -> AsyncIterator[Served]:
    told = {
        "slack_url": SLACK_URL,
        "ticket_url": "https://tickets.example/hook",
        "ticket_secret": TICKET_SECRET,
    }
    async with served(tmp_path, standing, {**GITHUB, **told}, GITLAB) as opened:
        yield opened


async def analyses(service: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await service.http.get("/analyses")).json()["analyses"]
    return found


async def test_a_failed_run_of_github_ends_as_a_comment_on_its_pull_request(
    service: Served, standing: World
) -> None:
    standing.jobs[7001] = [
        job(1, "test"),
        job(2, "lint", conclusion="success"),
        job(3, "docs", conclusion="skipped"),
    ]
    standing.logs = {1: FAILED, 2: PASSED}
    answer = await send_github(service.http, "workflow_run", github_run())
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    assert standing.asked == []  # answered before anything was asked
    await service.devops.worker.drain()
    [comment] = standing.comments
    assert comment["on"] == 12
    assert "ModuleNotFoundError: No module named 'yaml'" in comment["body"]
    [kept] = await analyses(service)
    assert (kept["repository"], kept["job"], kept["commit"]) == ("acme/shop", "ci / test", RED)
    assert kept["analysis"]["category"] == "dependency_install"
    assert len(standing.slack) == len(standing.tickets) == 1


async def test_the_token_stays_with_the_api_when_it_sends_us_to_the_store_of_logs(
    service: Served, standing: World
) -> None:
    standing.logs = {1: FAILED}
    await send_github(service.http, "workflow_job", github_job(1, "test"))
    await service.devops.worker.drain()
    asked = [headers for _, host, _, headers in standing.asked if host == BLOBS]
    assert asked and not any("authorization" in headers for headers in asked)
    assert len(await analyses(service)) == 1


async def test_no_secret_of_a_log_is_kept_or_told(service: Served, standing: World, tmp_path: Path) -> None:
    standing.logs = {1: FAILED}
    standing.pulls[RED] = [{"number": 12, "state": "open", "base": {"repo": {"full_name": "acme/shop"}}}]
    await send_github(service.http, "workflow_job", github_job(1, "test"))
    await service.devops.worker.drain()
    told = json.dumps([standing.comments, standing.slack, [body.decode() for _, body in standing.tickets]])
    assert "yaml" in told and KEY not in told
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"ModuleNotFoundError" in kept and KEY.encode() not in kept


async def test_a_run_and_its_jobs_delivered_both_are_told_of_once(service: Served, standing: World) -> None:
    standing.jobs[7001] = [job(1, "test")]
    standing.logs = {1: FAILED}
    await send_github(service.http, "workflow_job", github_job(1, "test"))
    await send_github(service.http, "workflow_run", github_run())
    await service.devops.worker.drain()
    assert len(await analyses(service)) == len(standing.slack) == 1


async def test_the_comment_is_updated_in_place_and_says_when_the_job_is_mended(
    service: Served, standing: World
) -> None:
    standing.logs = {1: FAILED, 2: FAILED, 3: PASSED}
    for sha in (RED, GREEN):
        standing.pulls[sha] = [{"number": 12, "state": "open", "base": {"repo": {"full_name": "acme/shop"}}}]
    for number, name, conclusion, sha in (
        (1, "test", "failure", RED), (2, "other", "failure", RED), (3, "test", "success", GREEN),
    ):  # fmt: skip
        told = github_job(number, name, conclusion=conclusion, sha=sha)
        await send_github(service.http, "workflow_job", told)
        await service.devops.worker.drain()
    [comment] = standing.comments
    assert "## 1 failed job" in comment["body"]
    assert "Mended: ci / test" in comment["body"]


async def test_a_comment_that_somebody_deleted_is_written_anew_and_a_copied_marker_is_not_ours(
    service: Served, standing: World
) -> None:
    standing.logs = {1: FAILED, 2: FAILED}
    standing.pulls[RED] = [{"number": 12, "state": "open", "base": {"repo": {"full_name": "acme/shop"}}}]
    standing.comments.append(
        {"id": 1, "on": 12, "body": "<!-- genai-ops:devops 000000000000000000000000 -->mine"}
    )
    await send_github(service.http, "workflow_job", github_job(1, "test"))
    await service.devops.worker.drain()
    del standing.comments[1]
    await send_github(service.http, "workflow_job", github_job(2, "other"))
    await service.devops.worker.drain()
    assert [comment["body"].endswith("mine") for comment in standing.comments] == [True, False]


async def test_the_last_green_log_is_held_against_the_next_red_one_and_names_the_suspects(
    service: Served, standing: World
) -> None:
    standing.logs = {1: PASSED, 2: FAILED}
    standing.compared = [{"sha": RED, "commit": {"message": "Read settings from YAML\n\nmore"}}]
    await send_github(service.http, "workflow_job", github_job(1, "test", conclusion="success", sha=GREEN))
    await service.devops.worker.drain()
    green = await service.devops.memory.greens.get("local", "acme/shop", "ci / test")
    assert green is not None and "12 passed" in green and "2026-02-03" not in green
    await send_github(service.http, "workflow_job", github_job(2, "test"))
    await service.devops.worker.drain()
    [kept] = await analyses(service)
    assert kept["analysis"]["similar"][0]["suspect_commits"] == [f"{RED[:12]} Read settings from YAML"]
    [known] = (await service.http.get("/jobs")).json()["jobs"]
    assert (known["runs"], known["failed"], known["last_green"], known["first_red"]) == (2, 1, GREEN, RED)


@pytest.mark.parametrize("signature", ["", "sha256=" + "0" * 64, "sha1=abc", "säh"])
async def test_a_delivery_without_the_right_signature_is_refused_and_told_nothing(
    service: Served, signature: str
) -> None:
    raw = signature.encode("latin-1")
    body = json.dumps(github_run()).encode()
    answer = await service.http.post(
        "/webhooks/github", content=body,
        headers=[(b"X-GitHub-Event", b"workflow_run"), (b"X-Hub-Signature-256", raw)],
    )  # fmt: skip
    assert answer.status_code == 401
    assert answer.json()["detail"] == "This delivery is not accepted."


async def test_a_body_that_was_changed_after_it_was_signed_is_refused(service: Served) -> None:
    sent = await send_github(service.http, "workflow_run", github_run())
    changed = sent.request.content.replace(b"failure", b"success")
    answer = await service.http.post("/webhooks/github", content=changed, headers=dict(sent.request.headers))
    assert answer.status_code == 401


async def test_a_repository_outside_the_connection_is_refused_like_a_wrong_signature(service: Served) -> None:
    told = github_run()
    told["repository"] = {**told["repository"], "full_name": "other/shop"}
    assert (await send_github(service.http, "workflow_run", told)).status_code == 401


async def test_a_replay_is_known_by_its_id_and_by_its_content(service: Served, standing: World) -> None:
    standing.jobs[7001], standing.logs = [job(1, "test")], {1: FAILED}
    first = await send_github(service.http, "workflow_run", github_run())
    again = await send_github(service.http, "workflow_run", github_run())
    renamed = await send_github(service.http, "workflow_run", github_run(), **{"X-GitHub-Delivery": "new"})
    await service.devops.worker.drain()
    later = await send_github(service.http, "workflow_run", github_run())
    assert [answer.json()["status"] for answer in (first, again, renamed, later)] == [
        "accepted", "duplicate", "duplicate", "duplicate",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("ping", {"zen": "Keep it logically awesome.", "hook_id": 1}),
        ("workflow_run", github_run(action="requested")),
        ("workflow_run", github_run(conclusion="cancelled")),
    ],
)
async def test_what_is_not_followed_is_ignored_with_thanks(
    service: Served, event: str, told: dict[str, Any]
) -> None:
    answer = await send_github(service.http, event, told)
    assert (answer.status_code, answer.json()["status"]) == (202, "ignored")


async def test_gitlabs_pipelines_and_jobs_end_as_a_note_on_the_merge_request(
    service: Served, standing: World
) -> None:
    standing.jobs[2366] = [
        {
            "id": 31,
            "name": "test",
            "status": "failed",
            "stage": "test",
            "finished_at": "2026-02-03T10:11:12.300Z",
        },
        {"id": 32, "name": "advice", "status": "failed", "stage": "test", "allow_failure": True},
    ]
    standing.logs = {31: FAILED}
    standing.pulls[RED] = [{"iid": 5, "state": "opened"}]
    assert (await send_gitlab(service.http, gitlab_pipeline(), token="guess")).status_code == 401
    assert (await send_gitlab(service.http, gitlab_job(31, "test"))).json()["status"] == "accepted"
    assert (await send_gitlab(service.http, gitlab_pipeline())).json()["status"] == "accepted"
    await service.devops.worker.drain()
    [note] = standing.comments
    assert note["on"] == 5 and "No module named" in note["body"]
    assert len(await analyses(service)) == 1


async def test_what_cannot_be_told_waits_and_is_seen_and_told_later(tmp_path: Path, standing: World) -> None:
    standing.logs, standing.troubled = {1: FAILED}, {"hooks.slack.com"}
    async with served(tmp_path, standing, {**GITHUB, "slack_url": SLACK_URL}) as service:
        await send_github(service.http, "workflow_job", github_job(1, "test"))
        await service.devops.worker.drain()
        [waiting] = (await service.http.get("/undelivered")).json()["undelivered"]
        assert (waiting["channel"], waiting["state"], waiting["attempts"]) == ("slack", "waiting", 1)
        assert waiting["error"] == "'hooks.slack.com' answered 502 to a message."
        assert standing.slack == []


async def test_what_is_given_up_is_kept_and_tried_again_on_request(service: Served, standing: World) -> None:
    await send_github(service.http, "workflow_job", github_job(1, "test"))  # its log is not there
    await service.devops.worker.drain()
    [given_up] = (await service.http.get("/undelivered")).json()["undelivered"]
    assert (given_up["channel"], given_up["state"]) == ("analysis", "given_up")
    standing.logs = {1: FAILED}
    assert (await service.http.post(f"/undelivered/{given_up['id']}/retry")).status_code == 204
    await service.devops.worker.drain()
    assert len(await analyses(service)) == 1
    assert (await service.http.get("/undelivered")).json() == {"undelivered": []}


async def test_a_delivery_that_was_acknowledged_outlives_the_process(tmp_path: Path, standing: World) -> None:
    standing.logs = {1: FAILED}
    async with served(tmp_path, standing, GITHUB) as before:
        await send_github(before.http, "workflow_job", github_job(1, "test"))
    async with served(tmp_path, standing, GITHUB) as after:
        await after.devops.worker.drain()
        assert len(await analyses(after)) == 1


async def test_a_ticket_is_signed_over_its_time_and_body(service: Served, standing: World) -> None:
    from app.devops.telling.deliver import ticket_signature

    standing.logs = {1: FAILED}
    await send_github(service.http, "workflow_job", github_job(1, "test"))
    await service.devops.worker.drain()
    [(headers, body)] = standing.tickets
    expected = ticket_signature(TICKET_SECRET, headers["x-genai-timestamp"], body)
    assert headers["x-genai-signature-256"] == expected
    assert json.loads(body)["dedup_key"]


async def test_jenkins_and_kubernetes_deliver_with_a_token(tmp_path: Path, standing: World) -> None:
    connections = [
        {"platform": name, "repositories": ["*"], "secret": f"a-long-token-of-{name}"}
        for name in ("jenkins", "kubernetes")
    ]
    build = {
        "name": "shop", "url": "job/shop/", "build": {
            "full_url": "https://ci.example/job/shop/18/", "number": 18, "phase": "COMPLETED", "status": "FAILURE",
            "log": ["java.lang.OutOfMemoryError: Java heap space", f"aws_secret={KEY}"],
        },
    }  # fmt: skip
    event = {
        "kind": "Event", "type": "Warning", "reason": "Failed", "metadata": {"namespace": "shop"},
        "message": 'Failed to pull image "acme/shop:9": manifest unknown', "count": 4,
        "involvedObject": {"kind": "Pod", "name": "shop-7d9"},
    }  # fmt: skip
    async with served(tmp_path, standing, *connections) as service:
        assert (await service.http.post("/webhooks/jenkins", json=build)).status_code == 401
        for address, told in (("jenkins?token=a-long-token-of-jenkins", build), ("kubernetes", event)):
            answer = await service.http.post(
                f"/webhooks/{address}", json=told,
                headers={} if "token" in address else {"Authorization": "Bearer a-long-token-of-kubernetes"},
            )  # fmt: skip
            assert answer.json()["status"] == "accepted", answer.text
        described = await service.http.post(
            "/webhooks/kubernetes?namespace=shop&name=pod/worker",
            content="Name: worker\nLast State:     Terminated\n  Reason:       OOMKilled\n  Exit Code:    137\n",
            headers={"Authorization": "Bearer a-long-token-of-kubernetes", "Content-Type": "text/plain"},
        )
        assert described.json()["status"] == "accepted"
        await service.devops.worker.drain()
        found = {
            (kept["source"], kept["job"]): kept["analysis"]["category"] for kept in await analyses(service)
        }
    assert found[("jenkins", "shop")] == "timeout_or_oom"
    assert set(found) == {("jenkins", "shop"), ("kubernetes", "shop-7d9"), ("kubernetes", "pod/worker")}
    assert "unknown" not in found.values()


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({**GITHUB, "secret": "short"}, "at least 16"),
        ({**GITHUB, "api_url": "http://api.github.com"}, "https://"),
        ({**GITHUB, "ticket_url": "https://t.example"}, "ticket_secret"),
        ({**GITHUB, "repositories": []}, "repositories"),
    ],
)
def test_a_connection_that_is_not_safe_stops_the_start_without_showing_a_secret(
    entry: dict[str, Any], told: str
) -> None:
    with pytest.raises(SettingsError, match=told) as raised:
        read_connections(SecretStr(json.dumps([entry])))
    assert entry["secret"] not in raised.value.detail and GITHUB["token"] not in raised.value.detail


async def test_a_running_service_works_on_what_is_delivered_by_itself(
    tmp_path: Path, standing: World
) -> None:
    standing.logs = {1: FAILED}
    async with served(tmp_path, standing, {**GITHUB, "slack_url": SLACK_URL}) as service:
        working = asyncio.create_task(service.devops.worker.run())
        await send_github(service.http, "workflow_job", github_job(1, "test"))
        async with asyncio.timeout(30):
            await standing.slack_told.wait()
        working.cancel()
        assert "No module named" in standing.slack[0]["text"]


async def test_a_patch_is_kept_and_told_without_the_secrets_of_its_yaml(
    tmp_path: Path, standing: World
) -> None:
    token = "ghp_" + "a1B2" * 9
    workflow = (
        f"on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04 # {token}\n    steps:\n"
        "      - run: pip install -r requirements.txt\n      - run: pytest\n"
    )
    denied = (
        "remote: Permission to acme/shop.git denied to github-actions[bot].\n"
        "fatal: unable to access 'https://github.com/acme/shop/': The requested URL returned error: 403\n"
    )
    standing.logs = {1: denied}
    standing.runs[7001] = {"path": ".github/workflows/ci.yml@main"}
    standing.files = {".github/workflows/ci.yml": workflow}
    standing.pulls[RED] = [{"number": 12, "state": "open", "base": {"repo": {"full_name": "acme/shop"}}}]
    async with served(tmp_path, standing, GITHUB) as service:
        await send_github(service.http, "workflow_job", github_job(1, "test"))
        await service.devops.worker.drain()
        [kept] = await analyses(service)
        assert "ubuntu-24.04 # [REDACTED" in kept["analysis"]["yaml_patch"]["text"]
        assert token not in json.dumps([kept, standing.comments])
