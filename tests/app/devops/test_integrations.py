"""The GitHub Action and the GitLab component, run as a runner runs them, before the small world and the real service."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.devops.application import create_alone
from app.devops.checking.check import check
from app.settings import read_settings
from tests.app.devops.serving import GITLAB, served
from tests.forges.deliveries import RED, job
from tests.forges.world import GITHUB_TOKEN, World, listening, world
from tests.shape.project import REPO

pytestmark = pytest.mark.anyio

ACTION = REPO / "integrations/github-action"
COMPONENT = REPO / "templates/explain.yml"
ADDRESS = "10.3.7.9"
FAILED = f"connecting to {ADDRESS}\nE   ModuleNotFoundError: No module named 'yaml'\n##[error]exit code 1.\n"


async def ran(*command: str, **environment: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, env={"PATH": os.environ["PATH"], "NO_PROXY": "*", **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    return told.decode()


def action(standing: World, service: int, folder: Path, **more: str) -> dict[str, str]:
    return {
        "GITHUB_API_URL": f"http://127.0.0.1:{standing.port}", "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"), "GITHUB_OUTPUT": str(folder / "output"),
        "GENAI_ACTION_URL": f"http://127.0.0.1:{service}/devops", "GENAI_ACTION_KEY": "ka",
        "GENAI_ACTION_RUN": "7001", "GENAI_ACTION_COMMENT": "true", "GENAI_ACTION_TOKEN": GITHUB_TOKEN, **more,
    }  # fmt: skip


async def test_the_action_writes_the_summary_and_updates_its_comment(tmp_path: Path) -> None:
    app = create_alone(read_settings({}, data_dir=tmp_path / "data", api_keys="acme:ka"))
    async with world() as standing, listening(app) as service:
        standing.runs[7001] = {
            "name": "ci", "head_sha": RED, "head_branch": "faster", "run_attempt": 1,
            "pull_requests": [{"number": 12}],
        }  # fmt: skip
        standing.jobs[7001] = [job(1, "test"), job(2, "lint", conclusion="success")]
        standing.logs = {1: FAILED}
        for _ in range(2):
            told = await ran(sys.executable, f"{ACTION}/explain.py", **action(standing, service, tmp_path))
        assert told == "1 of 1 failed jobs explained; see the summary.\n"
        [comment] = standing.comments
        assert "No module named 'yaml'" in comment["body"]
        assert ADDRESS not in comment["body"]  # the masked words, though the caller may see its own
        assert "seen 1 time since" not in comment["body"]  # the same run, asked about twice
        assert "ROOT_CAUSE" in (tmp_path / "summary.md").read_text(encoding="utf-8")
        assert (tmp_path / "output").read_text(encoding="utf-8").startswith("explained=1\n")


async def test_an_action_whose_service_is_away_warns_and_leaves_the_workflow_green(tmp_path: Path) -> None:
    async with world() as standing:
        standing.runs[7001] = {"name": "ci", "head_sha": RED, "head_branch": "x", "pull_requests": []}
        standing.jobs[7001], standing.logs = [job(1, "test")], {1: FAILED}
        told = await ran(
            sys.executable,
            f"{ACTION}/explain.py",
            **action(standing, standing.port, tmp_path, GITHUB_OUTPUT=""),
        )
    assert told == "::warning::The failed jobs could not be explained (HTTP 404).\n"


def test_the_action_pastes_no_value_into_a_script() -> None:
    steps: list[dict[str, Any]] = yaml.safe_load((ACTION / "action.yml").read_text())["runs"]["steps"]
    assert all("${{" not in step["run"] and "uses" not in step for step in steps)


def test_the_component_is_a_sound_pipeline() -> None:
    _, pipeline = COMPONENT.read_text(encoding="utf-8").split("\n---\n")
    for name, value in {"stage": ".post", "image": "curl", "url": "https://x.example"}.items():
        pipeline = pipeline.replace(f"$[[ inputs.{name} ]]", value)
    assert "$[[" not in pipeline
    assert check(pipeline, "gitlab").findings == ()


@pytest.mark.skipif(
    shutil.which("curl") is None, reason="the component's image brings curl, this machine does not"
)
@pytest.mark.parametrize("change", ["5", ""])
async def test_the_component_delivers_what_the_webhook_takes(tmp_path: Path, change: str) -> None:
    _, job_of = yaml.safe_load_all(COMPONENT.read_text(encoding="utf-8"))
    [script] = job_of["explain-failure"]["script"]
    async with (
        world() as standing,
        served(tmp_path, standing, GITLAB) as service,
        listening(service.app) as port,
    ):
        standing.jobs[2366] = [
            {"id": 31, "name": "test", "status": "failed", "finished_at": "2026-02-03T10:11:12.300Z"}
        ]
        standing.logs = {31: FAILED}
        told = await ran(
            "sh", "-c", f"cd {tmp_path}\n{script}", GENAI_EXPLAIN_URL=f"http://127.0.0.1:{port}",
            GENAI_WEBHOOK_TOKEN=GITLAB["secret"], CI_PIPELINE_ID="2366", CI_COMMIT_SHA=RED, CI_PROJECT_ID="77",
            CI_PROJECT_PATH="acme/shop", CI_MERGE_REQUEST_IID=change,
            CI_PIPELINE_URL="https://gitlab.com/acme/shop/-/pipelines/2366",
        )  # fmt: skip
        assert '"accepted"' in told
        await service.devops.worker.drain()
        assert [note["on"] for note in standing.comments] == ([5] if change else [])
        assert len((await service.http.get("/analyses")).json()["analyses"]) == 1
