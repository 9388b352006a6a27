"""What is remembered between analyses: over HTTP, and in the pure parts."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.devops.application import serve_over
from app.devops.assembly import assemble
from app.devops.memory.fingerprint import normalised
from app.devops.memory.job_runs import flaky_rate, suspects
from app.settings import read_settings
from app.wiring.devops import build_devops
from tests.app.devops.diagnosis.test_model import Scripted

pytestmark = pytest.mark.anyio

SECRET = "ghp_" + "a1B2" * 9
LOG = (
    "2024-05-01T10:00:00.0000000Z E   ModuleNotFoundError: No module named 'yaml'\n"
    f"2024-05-01T10:00:00.0000000Z token {SECRET}\n"
    "##[error]Process completed with exit code 1.\n"
)
ODD = "Run ./release\nthe frobnicator {n} is sulking\n##[error]Process completed with exit code 1.\n"


class Http(httpx.AsyncClient):
    async def analyzed(self, log: str, key: str = "ka", **metadata: Any) -> dict[str, Any]:
        answer = await self.post(
            "/analyze", json={"log": log, "metadata": metadata}, headers={"X-API-Key": key}
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def read(self, path: str, key: str = "ka") -> Any:
        return (await self.get(path, headers={"X-API-Key": key})).json()


async def opened(folder: Path, chat: Scripted | None = None, **settings: Any) -> AsyncIterator[Http]:
    chosen = read_settings({}, data_dir=folder, api_keys="acme:ka,other:kb", **settings)
    ports = replace(build_devops(chosen), chat=chat)
    app = serve_over(assemble(chosen, ports), ports, chosen)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with Http(transport=transport, base_url="http://127.0.0.1") as http:
        yield http
    await replace(ports, chat=None).aclose()


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[Http]:
    async for each in opened(tmp_path):
        yield each


def says(cause: str, line: str) -> Scripted:
    return Scripted(
        json.dumps(
            {"root_cause": cause, "fix": ["Cheer it up."], "category": "deploy", "nature": "deterministic",
             "confidence": 0.6, "evidence": [{"line": 2, "quote": line}]}
        )
    )  # fmt: skip


async def test_the_second_time_says_how_often_it_was_seen_and_what_mended_it(http: Http) -> None:
    first = await http.analyzed(LOG)
    assert first["similar"] == []
    accepted = await http.post(
        f"/analyses/{first['id']}/feedback", json={"verdict": "accept", "fix": ["Add pyyaml to the lock file."]},
        headers={"X-API-Key": "ka"},
    )  # fmt: skip
    assert accepted.json() == {"id": first["id"], "verdict": "accept", "proposal": None}
    [known] = (await http.analyzed(LOG.replace("2024-05-01", "2024-06-09")))["similar"]
    assert (known["seen"], known["last_fix"]) == (1, "Add pyyaml to the lock file.")
    assert re.fullmatch(
        r"seen 1 time since \d{4}-\d\d-\d\d, last fix: Add pyyaml to the lock file\.", known["text"]
    )
    [failure] = (await http.read("/failures"))["failures"]
    assert (failure["seen"], failure["category"]) == (2, "dependency_install")


async def test_a_run_that_is_asked_about_again_is_counted_once(http: Http) -> None:
    for _ in range(3):
        await http.analyzed(LOG, repository="acme/shop", job="test", run_id=7)
    [failure] = (await http.read("/failures"))["failures"]
    [job] = (await http.read("/jobs"))["jobs"]
    assert (failure["seen"], job["runs"]) == (1, 1)


async def test_tenants_see_nothing_of_each_other(http: Http) -> None:
    found = await http.analyzed(LOG)
    assert (await http.read("/failures", "kb"))["failures"] == []
    assert (await http.read(f"/analyses/{found['id']}", "kb"))["code"] == "analysis_not_found"
    assert (await http.analyzed(LOG, key="kb"))["similar"] == []


async def test_what_is_kept_is_masked_and_can_be_deleted(http: Http) -> None:
    found = await http.analyzed(LOG, branch=f"token={SECRET}")
    assert SECRET in json.dumps(found)
    kept = await http.read(f"/analyses/{found['id']}")
    assert SECRET not in json.dumps(kept) and "ROOT_CAUSE" in kept["analysis"]["text"]
    gone = await http.delete(f"/analyses/{found['id']}", headers={"X-API-Key": "ka"})
    assert (gone.status_code, (await http.read("/analyses"))["analyses"]) == (204, [])
    await http.delete("/analyses", headers={"X-API-Key": "ka"})
    assert (await http.read("/failures"))["failures"] == []


async def test_a_correction_is_told_the_next_time_and_becomes_a_proposal(http: Http) -> None:
    wrong = await http.analyzed(ODD.format(n=12))
    word = {
        "verdict": "correct", "root_cause": "The staging host was asleep.", "fix": ["Wake it {first}."],
        "category": "infrastructure",
    }  # fmt: skip
    answer = await http.post(f"/analyses/{wrong['id']}/feedback", json=word, headers={"X-API-Key": "ka"})
    right = await http.analyzed(ODD.format(n=99))
    assert (right["root_cause"], right["category"]) == (word["root_cause"], "infrastructure")
    assert right["confidence"] >= 0.9 and not right["abstained"]
    [proposal] = (await http.read("/proposals"))["proposals"]
    signature = proposal["signature"]
    assert answer.json()["proposal"] == proposal["id"]
    assert signature["literal"] in signature["good"]
    assert re.search(signature["pattern"], signature["good"].replace("12", "7"))
    assert signature["fix"] == ["Wake it (first)."]
    await http.delete(f"/proposals/{proposal['id']}", headers={"X-API-Key": "ka"})
    assert (await http.read("/proposals"))["proposals"] == []


async def test_an_empty_correction_is_refused(http: Http) -> None:
    found = await http.analyzed(LOG)
    answer = await http.post(
        f"/analyses/{found['id']}/feedback", json={"verdict": "correct"}, headers={"X-API-Key": "ka"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "correction_empty")


async def test_the_same_failure_is_not_paid_for_twice(tmp_path: Path) -> None:
    chat = says("The frobnicator is sulking.", "frobnicator")
    async for http in opened(tmp_path, chat):
        first = await http.analyzed(ODD.format(n=1), repository="acme/shop")
        second = await http.analyzed(ODD.format(n=2), repository="acme/shop")
        other_tenant = await http.analyzed(ODD.format(n=2), key="kb")
        assert first["root_cause"] == second["root_cause"] == "The frobnicator is sulking."
        assert first["cost_usd"] > 0 == second["cost_usd"]
        assert other_tenant["cost_usd"] > 0
        assert len(chat.asked) == 2
        [spent] = (await http.read("/spending"))["repositories"]
        assert (spent["repository"], spent["calls"]) == ("acme/shop", 1)
        assert spent["usd"] == pytest.approx(first["cost_usd"])


@pytest.mark.parametrize("bound", [{"devops_daily_calls": 1}, {"devops_daily_usd": 0.000001}])
async def test_a_budget_that_is_used_up_leaves_the_rules_and_says_so(
    tmp_path: Path, bound: dict[str, Any]
) -> None:
    chat = says("The frobnicator is sulking.", "frobnicator")
    async for http in opened(tmp_path, chat, **bound):
        await http.analyzed(ODD.format(n=1), repository="acme/shop")
        refused = await http.analyzed("Run x\nthe gadget broke\n##[error]x\n", repository="acme/shop")
        elsewhere = await http.analyzed("Run x\nthe widget broke\n##[error]x\n", repository="acme/books")
        assert refused["cost_usd"] == 0 < elsewhere["cost_usd"]
        spent = {each["repository"]: each for each in (await http.read("/spending"))["repositories"]}
        assert (spent["acme/shop"]["calls"], spent["acme/shop"]["refused"]) == (1, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("failed after 12.5s at 2024-05-01T10:00:00Z", "failed after 7s at 2026-01-01 00:00:00"),
        ("object 0x7f59b46c0c90 of commit 3f97494", "object 0xdeadbeef of commit a691b45"),
        ("no file /tmp/pytest-3/x.json", "no file /tmp/pytest-of-ci/y/z.json"),
        ("key [REDACTED:token:1] refused", "key [REDACTED:token:7] refused"),
    ],
)
def test_what_changes_from_run_to_run_makes_no_other_failure(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_another_package_is_another_failure() -> None:
    assert normalised("No module named 'yaml'") != normalised("No module named 'toml'")


def test_a_job_is_flaky_by_the_commits_at_which_it_was_both() -> None:
    runs = [{"commit": sha, "passed": passed} for sha, passed in
            [("a", True), ("b", False), ("b", True), ("c", False), ("", True), ("d", True)]]  # fmt: skip
    assert flaky_rate(runs) == 0.25
    assert flaky_rate([]) == 0.0


def test_suspects_lie_after_the_last_green_commit_up_to_the_first_red_one() -> None:
    shas = [letter * 40 for letter in "abcde"]
    assert suspects(list("abcde"), shas, "b" * 12, "d" * 40) == ["c", "d"]
    assert suspects(list("abcde"), shas, "", "d" * 40) == ["a", "b", "c", "d"]
    assert suspects([], [], "b" * 40, "d" * 40) == []
