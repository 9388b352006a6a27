"""A laptop's stack as it is declared: nothing of AWS, one list of what stays, closed networks, stand-ins that say so."""

from typing import Any

import pytest

from infra.local.kept import KEEPSAKES
from infra.local.keys import random_key
from infra.local.look import NO_ACCOUNT
from infra.local.stand_ins import STAND_IN_FOR, STAND_INS
from infra.rehearsal import Declared

from ..program import declared, load

EVERYTHING = (("apps", '["coldmail", "devops"]'),)
APPS = ("rag", "console", "coldmail", "devops")


def objects(kind: str, *changes: tuple[str, str]) -> list[Declared]:
    return [item for item in declared("local", *changes) if item.kind.split(":")[-1] == kind]


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = (item for item in objects(kind, *EVERYTHING) if item.inputs["metadata"]["name"] == name)
    return dict(found.inputs)


def environment(pod: dict[str, Any]) -> dict[str, Any]:
    (container,) = pod["containers"]
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}


def pod_of(name: str) -> dict[str, Any]:
    pod: dict[str, Any] = named("Deployment", name)["spec"]["template"]["spec"]
    return pod


def test_nothing_of_aws_is_declared_and_no_provider_of_it():
    packages = {
        item.kind.removeprefix("pulumi:providers:").split(":")[0]
        for item in declared("local", *EVERYTHING)
        if not item.component
    }
    assert packages == {"kubernetes"}


def test_the_provider_is_of_the_context_that_was_named():
    (provider,) = (item for item in declared("local") if item.kind == "pulumi:providers:kubernetes")
    assert provider.inputs["context"] == "kind-kind"


def test_what_is_retained_is_exactly_the_list_and_what_was_found_of_it_is_imported():
    retained = {
        (item.kind.split(":")[-1], item.inputs["metadata"]["name"])
        for item in declared("local")
        if item.retained
    }
    assert retained == {(one.kind, one.name) for one in KEEPSAKES.values()}
    assert [item.name for item in declared("local") if item.import_id] == []
    found = {item.import_id for item in declared("local", survived=True) if item.import_id}
    assert found == {f"id-of-{key}" for key in KEEPSAKES}


def test_an_import_would_not_be_a_replacement_for_what_the_cluster_has_filled_in():
    ignored = {item.name: item.ignored for item in declared("local") if item.retained}
    assert ignored == dict.fromkeys(("stores", "objects", "records"), ("spec",))


def test_paused_declares_what_stays_and_without_keep_data_nothing_does():
    kept = {item.urn for item in declared("local") if item.retained}
    paused = declared("local", ("paused", "true"))
    assert {item.urn for item in paused if item.room and not item.component} == kept
    assert [item.name for item in declared("local", ("keepData", "false")) if item.retained] == []


def test_data_lies_on_the_claims_and_only_one_pod_has_each():
    for one in STAND_INS:
        deployment = named("Deployment", one.server.name)["spec"]
        assert deployment["replicas"] == 1 and deployment["strategy"] == {"type": "Recreate"}
        volumes = {volume["name"]: volume for volume in deployment["template"]["spec"]["volumes"]}
        assert volumes["data"]["persistentVolumeClaim"] == {"claimName": one.claim}
        assert deployment["template"]["metadata"]["labels"][STAND_IN_FOR] == one.service


def test_every_secret_value_is_marked_and_in_no_pod():
    secrets = objects("Secret", *EVERYTHING)
    assert {item.inputs["metadata"]["namespace"] for item in secrets} == {"stores", *APPS}
    assert all("data" in item.secrets for item in secrets)
    words = {value for item in secrets for name, value in item.inputs["data"].items() if name != "access-key"}
    rest = str([item.inputs for item in declared("local", *EVERYTHING) if item not in secrets])
    assert not [word for word in words if word in rest]


def test_keys_are_forty_letters_and_digits_and_never_the_same():
    made = {random_key() for _ in range(50)}
    assert len(made) == 50 and all(len(key) == 40 and key.isalnum() for key in made)


@pytest.mark.parametrize("app", APPS)
def test_an_app_takes_its_keys_from_the_secret_of_its_namespace_and_no_role(app: str):
    (secret,) = (
        item for item in objects("Secret", *EVERYTHING) if item.inputs["metadata"]["namespace"] == app
    )
    wanted = [value["secretKeyRef"] for value in environment(pod_of(app)).values() if isinstance(value, dict)]
    assert {one["key"] for one in wanted} == set(secret.inputs["data"])
    assert {one["name"] for one in wanted} == {secret.inputs["metadata"]["name"]}


def test_the_console_asks_the_apps_that_run_and_has_no_page_for_the_others():
    told = environment(pod_of("console"))
    assert told["GENAI_DEVOPS_URL"] == "http://devops.devops.svc.cluster.local:8080"
    (alone,) = (item for item in objects("Deployment") if item.name == "console")
    told = environment(alone.inputs["spec"]["template"]["spec"])
    assert told["GENAI_DEVOPS_URL"] == told["GENAI_COLDMAIL_URL"] == "off"
    assert told["GENAI_API_URL"] == "http://rag.rag.svc.cluster.local:8080"


@pytest.mark.parametrize("app", ["rag", "coldmail", "devops"])
def test_an_app_could_not_reach_aws_by_mistake(app: str):
    told = environment(pod_of(app))
    assert told["AWS_ENDPOINT_URL_DYNAMODB"] == "http://dynamodb-stand-in.stores.svc.cluster.local:8000"
    assert told["AWS_EC2_METADATA_DISABLED"] == "true"
    if app == "rag":
        assert told["AWS_ENDPOINT_URL_S3"] == "http://s3-stand-in.stores.svc.cluster.local:7070"
    assert not [name for name in told if "SECRET_SETTINGS" in name or "KEYS_SECRET" in name]


def test_networks_are_closed_and_open_what_is_used():
    policies = {
        item.inputs["metadata"]["name"]: item.inputs["spec"] for item in objects("NetworkPolicy", *EVERYTHING)
    }
    for name, rules in policies.items():
        for rule in (*rules.get("ingress", ()), *rules.get("egress", ())):
            assert rule.get("from") or rule.get("to"), f"a rule of {name} is for everybody"
    for one in STAND_INS:
        (rule,) = policies[one.server.name]["ingress"]
        assert {next(iter(peer["podSelector"]["matchLabels"])) for peer in rule["from"]} == {
            f"genai-ops/reaches-{one.server.name}"
        }
        assert not policies[one.server.name].get("egress")
    assert policies["rag"]["ingress"][0]["from"][0]["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "console"
    }
    assert all("ipBlock" not in peer for rule in policies["rag"]["egress"] for peer in rule["to"])


def test_services_take_no_port_of_the_machines():
    assert {item.inputs["spec"].get("type", "ClusterIP") for item in objects("Service", *EVERYTHING)} == {
        "ClusterIP"
    }


def test_no_image_of_ours_could_be_a_strangers_on_docker_hub():
    for app in APPS:
        (container,) = pod_of(app)["containers"]
        assert container["image"] == f"localhost/genai-ops/{app}:0.1.0"
    changes = (("imageRegistry", "localhost:5001"),)
    (rag,) = (item for item in objects("Deployment", *changes) if item.name == "rag")
    assert (
        rag.inputs["spec"]["template"]["spec"]["containers"][0]["image"]
        == "localhost:5001/genai-ops/rag:0.1.0"
    )


def test_there_is_no_account_behind_the_name():
    assert load(stack="local").names(NO_ACCOUNT).account == NO_ACCOUNT
