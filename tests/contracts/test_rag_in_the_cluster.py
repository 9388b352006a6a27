"""Where infra and app meet: environment names, port, probes and image names are the same on both sides."""

import json
import re
from typing import Any

from app import gateway
from app.settings import known_names, read_settings
from infra import naming
from infra.project import ROOT
from infra.workloads.service import RUN_AS
from tests.infra.program import declared


def container() -> dict[str, Any]:
    (deployment,) = (thing for thing in declared() if thing.kind.endswith(":Deployment"))
    (only,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
    return dict(only)


def environment() -> dict[str, str]:
    return {item["name"]: item["value"] for item in container()["env"]}


def test_every_name_that_infra_sets_is_a_setting_of_the_app():
    assert set(environment()) <= known_names()


def test_the_app_starts_with_exactly_what_infra_gives_it():
    settings = read_settings(environment())
    assert settings.objects == "s3"
    assert settings.bucket == "genai-ops-dev-data-111122223333-us-east-1"
    assert settings.host == "0.0.0.0"
    assert settings.api_keys_secret == "arn:aws:secretsmanager:::api-keys"


def test_no_secret_value_is_passed_only_where_it_is_kept():
    assert "GENAI_API_KEYS" not in environment()
    assert not any("value_from" in item or "valueFrom" in item for item in container()["env"])


def test_the_port_that_is_probed_is_the_port_that_the_app_listens_on():
    (port,) = container()["ports"]
    assert port["containerPort"] == naming.APP_PORT == read_settings(environment()).port


def test_the_folder_that_is_mounted_is_the_folder_that_the_app_writes():
    mounted = {mount["mountPath"] for mount in container()["volumeMounts"]}
    assert str(read_settings(environment()).data_dir) in mounted


def test_the_probes_ask_for_paths_that_the_app_answers():
    paths = {
        container()[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "liveness", "readiness")
    }
    assert paths == {naming.LIVE_PATH, naming.READY_PATH} == {"/healthz", "/readyz"}


def test_the_probed_paths_are_routes_that_the_app_publishes():
    routes = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    assert {naming.LIVE_PATH, naming.READY_PATH} <= set(routes)


def test_a_laptop_mounts_the_apps_that_the_load_balancer_sends_to_under_the_same_paths():
    (listener,) = (thing for thing in declared() if thing.kind.endswith(":Listener"))
    assert [action["type"] for action in listener.inputs["defaultActions"]] == ["forward"]
    assert {path: module.split(".")[1] for path, module in gateway.APPS.items()} == {"/": "rag"}
    assert set(naming.NODE_PORTS) == {"rag"}


def test_every_app_with_a_node_port_has_an_image_target_of_its_name():
    stages = re.findall(
        r"^FROM .* AS ([a-z-]+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(naming.NODE_PORTS) <= set(stages)


def test_the_image_has_the_user_that_the_pod_runs_as():
    users = re.findall(r"^USER (\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users[-1] == f"{RUN_AS}:{RUN_AS}"
