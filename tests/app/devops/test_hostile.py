"""Requests that nobody makes by accident: each ends at once, in a sane answer or in a problem that says why."""

import gzip
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.devops.application import create
from app.devops.masked import Masking
from app.settings import read_settings
from tests.app.devops.serving import GITHUB, Served, served
from tests.forges.deliveries import github_job, send_github
from tests.forges.world import world

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}
TEXT = {"Content-Type": "text/plain"}
HALF = r"\ud800"
DEVOPS_TOKEN = "a-long-token-of-a-cluster-or-server"
# What a megabyte may take of a core; the slowest here takes a second of it on the machine of the benchmarks.
MOST_S_PER_MB = 10.0


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create(read_settings({}, data_dir=tmp_path))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    others = [
        {"platform": platform, "tenant": "local", "repositories": ["*"], "secret": DEVOPS_TOKEN}
        for platform in ("jenkins", "kubernetes")
    ]
    async with world() as standing, served(tmp_path, standing, GITHUB, *others) as opened:
        yield opened


BODIES = {
    "nothing": b"",
    "half of it": b"{",
    "a list": b"[]",
    "null": b"null",
    "deep lists": b"[" * 200_000,
    "deep maps": b'{"metadata":' * 100_000,
    "no UTF-8": b'{"log":"\xff\xfe"}',
    "half a character": b'{"log": "' + HALF.encode() + b'"}',
    "no number": b'{"log": NaN}',
    "wrong types": b'{"log": 1, "yaml": [], "kind": {}, "budget_lines": "x", "metadata": 3, "verdict": 1}',
    "endless number": b'{"log": "x", "budget_lines": ' + b"9" * 5_000 + b"}",
    "UTF-16": '{"log": "x"}'.encode("utf-16"),
}


@pytest.mark.parametrize("path", ["/analyze", "/redact", "/check", "/analyses/an_1/feedback"])
@pytest.mark.parametrize("name", BODIES)
async def test_a_strange_body_is_a_problem(http: httpx.AsyncClient, path: str, name: str) -> None:
    answer = await http.post(path, content=BODIES[name], headers=JSON)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "x" * 3 not in answer.text  # nothing of the body is told back


@pytest.mark.parametrize("path", ["/analyze", "/redact", "/check", "/analyses/an_1/feedback"])
async def test_json_over_ten_megabytes_is_refused_before_it_is_read_and_while_it_comes(
    http: httpx.AsyncClient, path: str
) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(40):
            taken += 1_000_000
            yield b"a" * 1_000_000

    announced = {**JSON, "Content-Length": "10000001"}
    answer = await http.post(path, content=endless(), headers=announced)
    assert (answer.status_code, answer.json()["code"], taken) == (413, "log_too_large", 0)
    answer = await http.post(path, content=endless(), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "log_too_large")
    packed = gzip.compress(b'{"log":"' + b"a" * 30_000_000 + b'"}', 1)
    answer = await http.post(path, content=packed, headers={**JSON, "Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (413, "log_too_large")


@pytest.mark.parametrize("lines", ["0", "-1", "1001", "1" + "0" * 30, "abc", ""])
async def test_a_budget_that_is_none_is_refused(http: httpx.AsyncClient, lines: str) -> None:
    answer = await http.post("/analyze", params={"budget_lines": lines}, content=b"error: x", headers=TEXT)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


LOGS = {
    "NULs among words": b"error: " + b"it failed\n" * 500 + b"\0 failed\n" * 60_000,
    "no UTF-8": bytes(range(1, 256)) * 4_000,
    "one line": b"error: " * 140_000,
    "one word": b"a" * 1_000_000,
    "spaces": b" " * 999_999 + b"x",
    "line feeds": b"\n" * 999_999 + b"x",
    "overwritten": b"x\r" * 500_000,
    "colours": b"\x1b[31m" * 200_000,
    "colours without an end": b"\x1b[" + b"1;" * 500_000,
    "titles without an end": b"\x1b]" * 500_000,
    "console notes": b"\x1b[8mha:" * 140_000,
    "addresses": b"1.2.3.4 " * 125_000,
    "people": b"a@b.cd " * 140_000,
    "links": b"a://b:c" * 140_000,
    "names of secrets": b"password=" * 110_000,
    "words behind names": b"password: word " * 66_000,
    "Secrets": b"kind: Secret\ndata:\n  a: b\n" * 38_000,
    "Secrets without data": b"kind: Secret\n" * 75_000,
    "keys that begin": b"-----BEGIN PRIVATE KEY-----\n" * 36_000,
    "keys that end": b"-----END PRIVATE KEY-----\n" * 38_000,
    "masked already": b"[REDACTED:password:1] " * 46_000,
    "many people": b"".join(b"u%d@example%d.com\n" % (at, at) for at in range(40_000)),
    "frames": b"Traceback (most recent call last):\n" + b'  File "a.py", line 3, in x\n    y\n' * 28_000,
    "Docker's JSON": b'{"log":"' + b"[" * 990_000,
}


@pytest.mark.parametrize("path", ["/analyze", "/redact"])
@pytest.mark.parametrize("name", LOGS)
async def test_a_megabyte_of_anything_is_read_in_a_time_that_can_be_waited_for(
    http: httpx.AsyncClient, path: str, name: str
) -> None:
    begun = time.process_time()
    answer = await http.post(path, content=LOGS[name], headers=TEXT)
    assert time.process_time() - begun < MOST_S_PER_MB
    assert answer.status_code == 200, answer.text[:300]


@pytest.mark.parametrize("path", ["/analyze", "/redact"])
async def test_a_gzip_bomb_is_left_when_it_is_known_to_be_one(http: httpx.AsyncClient, path: str) -> None:
    bomb = gzip.compress(b"a" * 500_000_000, 1)
    answer = await http.post(path, content=bomb, headers={"Content-Type": "application/gzip"})
    assert (answer.status_code, answer.json()["code"]) == (413, "log_too_large")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the most memory is read from /proc")
async def test_a_long_log_with_a_secret_in_each_line_is_masked_in_little_memory() -> None:
    """In a process of its own: the most that it ever had is asked for, as the kernel counts it anew for each program."""
    program = (
        "from app.devops.masked import Masking\n"
        "masking, line = Masking(), b'2026-04-22 ' + b'compiling the next part of it ' * 12 + b'u%d@example.com\\n'\n"
        "for part in range(50):\n"
        "    masking.feed(b''.join(line % n for n in range(part * 2_700, part * 2_700 + 2_700)))\n"
        "masked = masking.finish()\n"
        "size = sum(len(text) for text in masked.texts())\n"
        "most = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(size, sum(each.count for each in masked.redactions), most.split()[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    size, count, most_kb = map(int, done.stdout.split())
    assert size > 50_000_000 and count == 50 * 2_700
    assert most_kb < 300_000


def test_what_is_masked_in_pieces_is_what_is_masked_at_once() -> None:
    log = "".join(f"{at} é to 10.1.{at % 200}.7 by a{at}@example.com\n" for at in range(30_000)).encode()
    pieces, whole = Masking(), Masking()
    for start in range(0, len(log), 333_333):
        pieces.feed(log[start : start + 333_333])
    whole.feed(log)
    one, other = pieces.finish(), whole.finish()
    assert "".join(one.texts()) == "".join(other.texts())
    assert one.redactions == other.redactions
    assert "".join(one.texts()).count("\n") == 30_000


async def test_a_correction_is_bounded(http: httpx.AsyncClient) -> None:
    known = (
        await http.post("/analyze", json={"log": "E   ModuleNotFoundError: No module named 'yaml'\n"})
    ).json()
    for fix in (["a" * 2_001], ["a"] * 6):
        answer = await http.post(f"/analyses/{known['id']}/feedback", json={"verdict": "correct", "fix": fix})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


KNOCKS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "/webhooks/jenkins",
        {"name": HALF, "build": {"number": 1, "status": "FAILURE", "phase": "FINALIZED", "log": f"{HALF} error: x"}},
    ),
    (
        "/webhooks/kubernetes",
        {
            "kind": "List",
            "items": [
                1,
                None,
                {
                    "kind": "Event", "type": "Warning", "message": HALF, "reason": "BackOff",
                    "involvedObject": {"name": HALF, "namespace": "a"},
                },
            ],
        },
    ),
)  # fmt: skip


@pytest.mark.parametrize(("path", "told"), KNOCKS)
async def test_half_characters_in_a_delivery_break_nothing(
    service: Served, path: str, told: dict[str, Any]
) -> None:
    body = json.dumps(told).replace("\\\\ud800", HALF)
    answer = await service.http.post(
        path, content=body, headers={**JSON, "Authorization": f"Bearer {DEVOPS_TOKEN}"}
    )
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    await service.devops.worker.drain()
    assert (await service.http.get("/analyses")).status_code == 200


async def test_a_proved_delivery_of_nonsense_is_ignored_or_refused(service: Served) -> None:
    tellings: list[Any] = [[], None, 1, {"repository": []}, {**github_job(1, "a"), "workflow_job": [1]}]
    for told in tellings:
        answer = await send_github(service.http, "workflow_job", told)
        assert answer.status_code in (202, 401, 422)
        assert answer.json().get("status") in ("ignored", 401, 422)
