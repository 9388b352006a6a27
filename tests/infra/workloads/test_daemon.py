"""What runs on every machine: what it sees of the machine, what it may do in AWS, and what it is told."""

import json
import re
from typing import Any

import yaml

from infra.workloads.log_shipper import NAMES

from ..program import WIDEST
from .objects import every

OURS = ("log-shipper", "machine-metrics", "card-metrics")


def pod(name: str) -> dict[str, Any]:
    found: dict[str, Any] = every("DaemonSet", *WIDEST)[name].inputs["spec"]["template"]["spec"]
    return found


def allowed(name: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(every("RolePolicy", *WIDEST)[name].inputs["policy"])[
        "Statement"
    ]
    return statements


def told(name: str, file: str) -> str:
    text: str = every("ConfigMap", *WIDEST)[name].inputs["data"][file]
    return text


def test_none_runs_until_chosen():
    assert not every("DaemonSet")


def test_each_is_root_without_anything_else_that_root_may():
    for name in OURS:
        (container,) = pod(name)["containers"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert not container["securityContext"].get("privileged")
        assert not any(pod(name).get(word) for word in ("hostNetwork", "hostPID", "hostIPC"))


def test_none_writes_to_the_machine_but_to_a_folder_of_its_own():
    for name in OURS:
        (container,) = pod(name)["containers"]
        host = {
            volume["name"]: volume["hostPath"]["path"]
            for volume in pod(name)["volumes"]
            if "hostPath" in volume
        }
        written = {
            host[mount["name"]]
            for mount in container["volumeMounts"]
            if mount["name"] in host and not mount["readOnly"]
        }
        assert written <= {"/var/lib/genai-log-shipper"}, name
        # Nobody mounts the whole disk, whose files hold every pod's tokens.
        assert "/" not in host.values() and "/var/lib/kubelet" not in host.values()


def test_another_configuration_is_another_pod():
    marks = {
        every("DaemonSet", *WIDEST)[name].inputs["spec"]["template"]["metadata"]["annotations"][
            "genai-ops/config"
        ]
        for name in OURS
    }
    assert len(marks) == len(OURS)


def test_the_shipper_writes_lines_into_the_one_group_and_makes_none():
    (statement,) = allowed("log-shipper")
    assert statement["Resource"] == [
        "arn:aws:cloudwatch:::containers",
        "arn:aws:cloudwatch:::containers:log-stream:*",
    ]
    assert not {"logs:CreateLogGroup", "logs:PutRetentionPolicy"} & set(statement["Action"])
    (output,) = yaml.safe_load(told("log-shipper", "shipper.yaml"))["pipeline"]["outputs"]
    assert output["log_group_name"] == "/genai-ops/dev/containers"
    assert output["auto_create_group"] == "off"


def test_the_shipper_reads_from_a_files_name_whose_lines_they_are():
    digest = "a" * 64
    read = re.compile(NAMES.replace("(?<", "(?P<"))
    found = read.search(f"/var/log/containers/rag-5d8f7c9b4-x2x7q_rag_rag-{digest}.log")
    assert found and found.group("space", "pod", "container") == ("rag", "rag-5d8f7c9b4-x2x7q", "rag")
    found = read.search(f"/var/log/containers/opensearch-0_stores_fix-permissions-{digest}.log")
    assert found and found.group("space", "pod", "container") == ("stores", "opensearch-0", "fix-permissions")


def test_the_shipper_does_not_ship_its_own_lines():
    (source,) = yaml.safe_load(told("log-shipper", "shipper.yaml"))["pipeline"]["inputs"]
    assert source["exclude_path"] == "/var/log/containers/log-shipper-*"
    state = {mount["mountPath"] for mount in pod("log-shipper")["containers"][0]["volumeMounts"]}
    assert source["db"].rsplit("/", 1)[0] in state


def test_the_agent_sends_into_the_stacks_own_namespace_and_may_no_other():
    for name in ("machine-metrics", "card-metrics"):
        (statement,) = allowed(name)
        config = json.loads(told(name, "cwagentconfig.json"))["metrics"]
        assert statement["Condition"] == {"StringEquals": {"cloudwatch:namespace": config["namespace"]}}
        assert config["aggregation_dimensions"] == [["Stack"]]
        collected = config["metrics_collected"].values()
        assert all(one["drop_original_metrics"] == one["measurement"] for one in collected)


def test_the_alarms_on_disks_and_cards_have_somebody_who_emits_them():
    emitted = set()
    for name in ("machine-metrics", "card-metrics"):
        for plugin, measured in json.loads(told(name, "cwagentconfig.json"))["metrics"][
            "metrics_collected"
        ].items():
            prefix = {"nvidia_gpu": "nvidia_smi"}.get(plugin, plugin)
            emitted |= {f"{prefix}_{measure}" for measure in measured["measurement"]}
    watched = {
        alarm.inputs["metricName"]
        for alarm in every("MetricAlarm", *WIDEST).values()
        if alarm.inputs.get("namespace") == "genai-ops-dev/machines"
    }
    assert watched == emitted


def test_every_machine_has_one_agent_and_not_two():
    labels = {group: item.inputs["labels"] for group, item in every("NodeGroup", *WIDEST).items()}
    for group, has in labels.items():
        chosen = [
            name
            for name in ("machine-metrics", "card-metrics")
            if pod(name)["nodeSelector"].items() <= has.items()
        ]
        assert len(chosen) == 1, group


def test_the_disk_is_looked_at_through_an_empty_folder():
    (disk,) = (volume for volume in pod("machine-metrics")["volumes"] if "hostPath" in volume)
    assert disk["hostPath"] == {"path": "/var/lib/genai-machine-metrics", "type": "DirectoryOrCreate"}
    config = json.loads(told("machine-metrics", "cwagentconfig.json"))
    assert config["metrics"]["metrics_collected"]["disk"]["resources"] == [disk["hostPath"]["path"]]
