"""The chat platform as it is rendered: who reaches whom, what runs where, and who moves the replicas."""

import json
from typing import Any

import pytest

from infra.cluster.pools import CARD, GPU_TAINT
from infra.workloads import ollama_server

from ..program import RDS
from .objects import CHAT, SHARED, every, pod_of, running, spec
from .test_traffic import AGENT, DNS, NODES, TLS, ways

BOTH = (*SHARED, *CHAT)
WEB_RAG = ("rag/app.kubernetes.io/name=rag", 8080)


def given(where: str, step: str = "") -> dict[str, Any]:
    """Of a pod's container, or of one of its steps."""
    pod = pod_of(running(*BOTH)[where])
    (found,) = [item for item in pod["initContainers"] if item["name"] == step] if step else pod["containers"]
    return {item["name"]: item["value"] for item in found["env"]}


def statements(name: str) -> dict[str, dict[str, Any]]:
    policy = json.loads(every("RolePolicy", *BOTH)[name].inputs["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_nothing_of_it_is_there_unless_it_is_chosen() -> None:
    assert "chat" not in every("Namespace")
    assert not {"Deployment ollama", "Deployment waker", "Job ollama-models", "Deployment open-webui"} & set(
        running()
    )


def test_ollama_has_no_number_of_replicas_and_nobody_waits_for_its_pods() -> None:
    item = every("Deployment", *BOTH)["ollama"]
    assert "replicas" not in item.inputs["spec"]
    assert item.inputs["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}
    assert "ollama" not in every("HorizontalPodAutoscaler", *BOTH)


def test_ollama_asks_for_one_card_on_the_machines_that_have_them() -> None:
    pod = pod_of(running(*BOTH)["Deployment ollama"])
    assert pod["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert "nvidia.com/gpu" not in pod["containers"][0]["resources"]["requests"]
    assert pod["nodeSelector"] == dict(CARD)
    assert pod["tolerations"] == [{"key": GPU_TAINT["key"], "operator": "Exists", "effect": "NoSchedule"}]
    tolerant = {where for where, item in running(*BOTH).items() if pod_of(item).get("tolerations")}
    assert tolerant == {"Deployment ollama"}


def test_only_the_waker_reaches_ollama_only_the_service_reaches_the_waker_and_only_the_job_reaches_the_registry() -> (
    None
):
    s3 = ("192.0.2.0/24", 443)
    assert ways("ollama", "ingress", *BOTH) == {("chat/genai-ops/reaches-ollama", 11434)}
    assert ways("ollama", "egress", *BOTH) == {DNS, (AGENT, 80), s3}
    assert ways("waker", "ingress", *BOTH) == {("rag/genai-ops/reaches-waker", 8080)}
    api = {(cidr, 443) for cidr in ("10.40.0.0/16", "10.100.0.0/16", "172.20.0.0/16")}
    assert ways("waker", "egress", *BOTH) == {DNS, *api, ("chat/app.kubernetes.io/name=ollama", 11434)}
    assert ways("ollama-models", "ingress", *BOTH) == set()
    assert ways("ollama-models", "egress", *BOTH) == {DNS, (AGENT, 80), TLS}


def test_every_app_that_answers_asks_the_waker_and_none_of_them_has_rights_on_bedrock() -> None:
    apps = (*BOTH, ("apps", '["coldmail","devops"]'))
    assert ways("waker", "ingress", *apps) == {
        (f"{space}/genai-ops/reaches-waker", 8080) for space in ("rag", "coldmail", "devops")
    }
    for name in ("coldmail", "devops"):
        assert ("chat/app.kubernetes.io/name=waker", 8080) in ways(name, "egress", *apps)
        assert "bedrock" not in every("RolePolicy", *apps)[name].inputs["policy"]


def test_the_marks_are_carried_by_the_waker_and_by_those_who_answer_and_by_nobody_else() -> None:
    marked: dict[str, set[str]] = {"ollama": set(), "waker": set()}
    for where, item in running(*BOTH).items():
        inside = item.inputs["spec"]
        inside = inside.get("jobTemplate", {}).get("spec", inside)
        for name in marked:
            if f"genai-ops/reaches-{name}" in inside["template"]["metadata"]["labels"]:
                marked[name].add(where)
    assert marked == {"ollama": {"Deployment waker"}, "waker": {"Deployment rag"}}


def test_the_waker_may_scale_one_deployment_and_write_one_lease() -> None:
    rules = every("Role", *BOTH)["waker"].inputs["rules"]
    assert {(*rule["resources"], *rule["resourceNames"], *rule["verbs"]) for rule in rules} == {
        ("deployments/scale", "ollama", "get", "patch"),
        ("leases", "ollama-use", "get", "patch"),
    }
    assert pod_of(running(*BOTH)["Deployment waker"])["automountServiceAccountToken"] is True
    assert every("Lease", *BOTH)["ollama-use"].inputs["metadata"]["name"] == "ollama-use"
    assert "spec" not in every("Lease", *BOTH)["ollama-use"].inputs


def test_a_pod_of_ollama_reads_below_one_prefix_and_the_job_writes_there_too() -> None:
    read = {"ListModels", "ReadModels"}
    assert statements("ollama").keys() == read
    assert statements("ollama-models").keys() == read | {"KeepModels"}
    for name in ("ollama", "ollama-models"):
        for sid, statement in statements(name).items():
            if sid == "ListModels":
                assert statement["Condition"] == {"StringLike": {"s3:prefix": "ollama/*"}}
            else:
                assert statement["Resource"] == "arn:aws:s3:::models/ollama/*"


def test_models_are_brought_from_s3_before_ollama_starts_and_the_job_looks_before_it_pulls() -> None:
    pod, job = pod_of(running(*BOTH)["Deployment ollama"]), pod_of(running(*BOTH)["Job ollama-models"])
    assert [step["command"][2:] for step in pod["initContainers"]] == [["bring", "/models"]]
    assert [step["name"] for step in (*job["initContainers"], *job["containers"])] == [
        "missing",
        "pull",
        "keep",
    ]
    assert json.loads(given("Job ollama-models", "missing")["MODELS"]) == ["qwen3:4b-instruct"]
    assert "MODELS" not in given("Job ollama-models", "pull")
    (disk,) = [volume for volume in pod["volumes"] if volume["name"] == "models"]
    assert disk["emptyDir"] == {"sizeLimit": "50Gi"}


def test_the_service_answers_with_the_first_model_through_the_waker_and_has_no_rights_on_bedrock() -> None:
    rag = given("Deployment rag")
    assert rag["GENAI_CHAT"] == "ollama" and rag["GENAI_CHAT_MODEL"] == "qwen3:4b-instruct"
    assert rag["GENAI_OLLAMA_URL"] == "http://waker.chat.svc.cluster.local:8080/v1"
    assert not {"Answer", "AnswerThroughTheProfile"} & statements("rag").keys()
    assert ("chat/app.kubernetes.io/name=waker", 8080) in ways("rag", "egress", *BOTH)
    assert ("chat/genai-ops/reaches-rag", 8080) in ways("rag", "ingress", *BOTH)


def test_without_a_machine_for_it_a_new_ollama_starts_none_in_the_seconds_before_the_waker_sees_it() -> None:
    template = spec("Deployment", "ollama", *BOTH)["template"]
    assert template["metadata"]["annotations"] == ollama_server.PATIENT


def test_open_webui_reaches_the_service_its_database_and_for_its_secrets_aws() -> None:
    assert ways("open-webui", "ingress", *BOTH) == {(cidr, 8080) for cidr in NODES}
    database = ("stores/app.kubernetes.io/name=postgresql", 5432)
    assert ways("open-webui", "egress", *BOTH) == {DNS, (AGENT, 80), TLS, WEB_RAG, database}
    assert statements("open-webui").keys() == {"ReadKeys", "ReadPassword", "ReadOwnSecret"}


def test_open_webui_tells_nobody_takes_no_files_and_lets_nobody_in_by_himself() -> None:
    page = given("Deployment open-webui")
    off = ("ANONYMIZED_TELEMETRY", "ENABLE_SIGNUP", "ENABLE_OLLAMA_API", "USER_PERMISSIONS_CHAT_FILE_UPLOAD")
    assert {page[name] for name in (*off, "ENABLE_VERSION_UPDATE_CHECK", "ENABLE_PERSISTENT_CONFIG")} == {
        "false"
    }
    assert page["OPENAI_API_BASE_URL"] == "http://rag.rag.svc.cluster.local:8080/v1"
    assert page["WEBUI_ADMIN_EMAIL"] == "ops@example.org" and page["DEFAULT_USER_ROLE"] == "pending"
    assert page["WEBUI_URL"] == "http://load-balancer.example:8090"


def test_no_secret_of_open_webui_is_in_its_environment_as_it_is_rendered() -> None:
    page = given("Deployment open-webui")
    assert not page.keys() & {"DATABASE_URL", "OPENAI_API_KEY", "WEBUI_SECRET_KEY", "WEBUI_ADMIN_PASSWORD"}
    assert page.keys().isdisjoint(given("Deployment open-webui", "secrets"))
    pod = pod_of(running(*BOTH)["Deployment open-webui"])
    (kept,) = [volume for volume in pod["volumes"] if volume["name"] == "secrets"]
    assert kept["emptyDir"]["medium"] == "Memory"


def test_with_rds_open_webui_speaks_tls_with_the_one_server_that_was_meant() -> None:
    pod = pod_of(running(*BOTH, *RDS)["Deployment open-webui"])
    secrets, trust = pod["initContainers"]
    told = {item["name"]: item.get("value") for item in secrets["env"]}
    assert told["DATABASE_OPTIONS"] == "?sslmode=verify-full&sslrootcert=/secrets/rds.pem"
    assert trust["command"][3:] == ["trust", "/secrets"] and trust["env"][0]["value"].startswith("https://")
    assert given("Deployment open-webui", "secrets")["DATABASE_OPTIONS"] == ""


@pytest.mark.parametrize(
    "where", ["Deployment ollama", "Deployment waker", "Job ollama-models", "Deployment open-webui"]
)
def test_every_pod_of_it_is_nobody_in_particular_on_a_read_only_root(where: str) -> None:
    pod = pod_of(running(*BOTH)[where])
    assert pod["securityContext"]["runAsNonRoot"] is True
    for item in (*pod.get("initContainers", []), *pod["containers"]):
        assert item["securityContext"]["readOnlyRootFilesystem"] is True
        assert {mount["mountPath"] for mount in item["volumeMounts"]} <= {
            "/data",
            "/models",
            "/scripts",
            "/secrets",
            "/tmp",
        }
