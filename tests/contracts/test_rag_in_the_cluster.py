"""Where infra and app meet: environment names, port, probes and image names are the same on both sides."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import gateway
from app.adapters.bedrock.prices import _GEOGRAPHIES, TITAN, foundation_of, profile_of
from app.console.api import OFF
from app.console.coldmail import Coldmail
from app.console.devops import Devops
from app.rag.__main__ import _parser
from app.settings import known_names, read_settings
from infra import naming
from infra.doors import DOORS
from infra.project import ROOT
from infra.workloads import bedrock
from infra.workloads.console import FETCH_KEY
from infra.workloads.index_once import REBUILD
from infra.workloads.pods import RUN_AS
from tests.infra.program import declared
from tests.infra.workloads.objects import CHAT, MONITORED, MORE, SHARED, every, pod_of, running

OURS = ("rag", "rag-worker", "reindex", "console")
KINDS = {"reindex": "Job"}


def container(name: str = "rag", *changes: tuple[str, str]) -> dict[str, Any]:
    (only,) = pod_of(running(*changes)[f"{KINDS.get(name, 'Deployment')} {name}"])["containers"]
    return dict(only)


def given(name: str = "rag", *changes: tuple[str, str]) -> dict[str, str]:
    """Of the GENAI_ names only: init steps and other people's images have their own."""
    return {item["name"]: item["value"] for item in container(name, *changes)["env"]}


def test_every_name_that_infra_sets_is_a_setting_of_the_app():
    assert set(given()) <= known_names()
    for name in OURS:
        assert set(given(name, *SHARED)) <= known_names(), name


def test_the_apps_beside_it_start_with_what_infra_gives_them():
    for name in naming.MORE_APPS:
        assert set(given(name, *MORE)) <= known_names()
        settings = read_settings(given(name, *MORE))
        assert (settings.records, settings.table, settings.host) == (
            "dynamodb",
            "genai-ops-dev-records",
            "0.0.0.0",
        )
        settings.check_doors()
        module = container(name, *MORE)["command"]
        assert module == ["python", "-m", f"app.{name}", "api"]


def test_the_console_understands_where_the_other_apps_are_and_that_one_is_not():
    settings = read_settings(given("console", *SHARED, *MORE))
    assert Coldmail.from_settings(settings).base_url == "http://coldmail.coldmail.svc.cluster.local:8080"
    assert Devops.from_settings(settings).base_url == "http://devops.devops.svc.cluster.local:8080"
    alone = read_settings(given("console", *SHARED))
    assert (alone.coldmail_url, alone.devops_url) == (OFF, OFF)


def test_the_app_starts_with_exactly_what_infra_gives_it():
    settings = read_settings(given())
    assert (settings.objects, settings.records) == ("s3", "dynamodb")
    assert (settings.index, settings.work, settings.cache) == ("embedded", "sqlite", "sqlite")
    assert settings.bucket == "genai-ops-dev-data-111122223333-us-east-1"
    assert settings.table == "genai-ops-dev-records"
    assert settings.host == "0.0.0.0"
    assert settings.api_keys_secret == "arn:aws:secretsmanager:::api-keys"
    settings.check_doors()


def test_everybody_on_shared_stores_starts_with_the_same_ones():
    for name in ("rag", "rag-worker", "reindex"):
        settings = read_settings(given(name, *SHARED))
        shared = (settings.objects, settings.records, settings.work, settings.index, settings.cache)
        assert shared == ("s3", "dynamodb", "sqs", "opensearch", "valkey"), name
        assert settings.queue_url == "https://sqs.example/genai-ops-dev-work"
        assert settings.cache_url.get_secret_value() == "redis://valkey.stores.svc.cluster.local:6379/0"
        # The job goes past the Service, which has no address before the job is done.
        host = "opensearch-nodes" if name == "reindex" else "opensearch"
        assert settings.opensearch_url == f"http://{host}.stores.svc.cluster.local:9200"


def test_the_commands_that_infra_starts_are_commands_of_the_app():
    started = {name: container(name, *SHARED)["command"] for name in ("rag", "rag-worker")}
    assert started == {
        "rag": ["python", "-m", "app.rag", "api"],
        "rag-worker": ["python", "-m", "app.rag", "worker"],
    }
    for command in (*started.values(), [*REBUILD], ["python", "-m", "app.rag"]):
        assert command[1:3] == ["-m", "app.rag"]
        _parser().parse_args(command[3:])


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-northeast-1", "ap-south-1"])
@pytest.mark.parametrize(
    "model", ["nova-2-lite", "nova-2-pro", "us.amazon.nova-lite-v1:0", "meta.llama3-8b-v1:0"]
)
def test_the_models_that_infra_permits_are_those_that_the_app_calls(region: str, model: str):
    called = bedrock.called(model, region=region)
    assert called == profile_of(model, region=region)
    permitted = [
        resource
        for statement in bedrock.may_answer(model, region=region, account="111122223333")
        for resource in statement["Resource"]
    ]
    assert any(resource.endswith(f"/{called}") for resource in permitted)
    assert any(resource.endswith(f"::foundation-model/{foundation_of(called)}") for resource in permitted)
    assert bedrock.EMBEDDER == TITAN and set(bedrock.GEOGRAPHIES) == set(_GEOGRAPHIES)


def test_what_infra_permits_is_what_the_guides_ask_for():
    text = (ROOT / "docs" / "guide" / "06-aws-stores.md").read_text(encoding="utf-8")
    policy = json.loads(text.split("```json")[1].split("```")[0])
    asked = {action for part in policy["Statement"] for action in as_list(part["Action"])}
    for name in ("rag", "rag-worker", "reindex"):
        statements = json.loads(every("RolePolicy", *SHARED)[name].inputs["policy"])["Statement"]
        assert {action for part in statements for action in part["Action"]} == asked, name


def test_the_console_gets_the_first_key_of_its_tenant_and_nobody_elses(tmp_path: Path):
    keys = {"GENAI_API_KEYS": "other:not-this,acme:first,acme:second"}
    around = {"KEY_DIR": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", FETCH_KEY]
    done = subprocess.run(command, env={**around, **keys, "CONSOLE_TENANT": "acme"}, check=False)
    assert done.returncode == 0
    assert (tmp_path / "api-key").read_text() == "first"
    assert (tmp_path / "api-key").stat().st_mode & 0o077 == 0
    absent = subprocess.run(
        command,
        env={**around, **keys, "CONSOLE_TENANT": "nobody"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert absent.returncode and "'nobody'" in absent.stderr and "first" not in absent.stderr


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_secret_value_is_passed_only_where_it_is_kept():
    assert "GENAI_API_KEYS" not in given()
    assert not any("value_from" in item or "valueFrom" in item for item in container()["env"])


def test_the_port_that_is_probed_is_the_port_that_the_app_listens_on():
    (port,) = container()["ports"]
    assert port["containerPort"] == naming.APP_PORT == read_settings(given()).port


def test_the_folder_that_is_mounted_is_the_folder_that_the_app_writes():
    mounted = {mount["mountPath"] for mount in container()["volumeMounts"]}
    assert str(read_settings(given()).data_dir) in mounted


def test_the_probes_ask_for_paths_that_the_app_answers():
    paths = {
        container()[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "liveness", "readiness")
    }
    assert paths == {naming.LIVE_PATH, naming.READY_PATH} == {"/healthz", "/readyz"}


def test_the_probed_paths_are_routes_that_the_app_publishes():
    routes = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    assert {naming.LIVE_PATH, naming.READY_PATH} <= set(routes)


def test_a_laptop_mounts_the_apps_that_the_load_balancer_sends_to_under_the_same_paths():
    by_path = {door.path: door.app for door in DOORS if door.path}
    laptop = {path: module.split(".")[1] for path, module in gateway.APPS.items()}
    assert laptop == by_path
    (listener,) = (thing for thing in declared("dev", *MORE) if thing.kind.endswith(":Listener"))
    assert [action["type"] for action in listener.inputs["defaultActions"]] == ["forward"]
    ruled = {
        thing.name: thing.inputs["conditions"][0]["pathPattern"]["values"]
        for thing in declared("dev", *MORE)
        if thing.kind.endswith(":ListenerRule") and thing.inputs["actions"][0]["type"] == "forward"
    }
    assert ruled == {app: [path, f"{path}/*"] for path, app in by_path.items() if path != "/"}


def test_the_load_balancer_asks_each_app_for_a_path_that_its_pods_answer():
    inside = [door for door in DOORS if door.behind == "cluster"]
    assert len(inside) >= 6
    for door in inside:
        probe = container(door.app, *SHARED, *MONITORED, *MORE, *CHAT)["livenessProbe"]["httpGet"]
        assert probe["path"] == door.health_path, door.app


def test_every_app_with_a_node_port_has_an_image_target_of_its_name():
    stages = re.findall(
        r"^FROM .* AS ([a-z-]+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {door.app for door in DOORS} & set(naming.IMAGES) <= set(stages)


def test_the_image_has_the_user_that_the_pod_runs_as():
    users = re.findall(r"^USER (\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users[-1] == f"{RUN_AS}:{RUN_AS}"
