"""The database in the cluster: on its volume and nowhere else, reached by its mark, dumped by roles that reach one prefix."""

import json
from typing import Any

import pytest

from infra.adopt import Found, nothing
from infra.naming import DATABASES
from infra.workloads.database import Database
from infra.workloads.postgres_choice import missing
from infra.workloads.postgresql import DUMP_S, GRACE_S, SERVER

from ..cluster.graph import after
from ..program import ACCOUNT, declared, load
from .objects import every, pod_of, spec

ON = (("database", "cluster"),)
JOBS = {"postgresql-dump": "CronJob", "postgresql-restore": "CronJob", "postgresql-databases": "Job"}


def server() -> dict[str, Any]:
    return pod_of(every("StatefulSet", *ON)["postgresql"])


def test_nothing_of_it_is_there_until_chosen():
    assert not [thing.name for thing in declared() if "postgres" in thing.name or "database" in thing.name]


def test_the_volume_is_encrypted_in_the_first_zone_and_mounted_by_a_static_claim():
    (disk,) = (thing for thing in declared("dev", *ON) if thing.kind == "aws:ebs/volume:Volume")
    assert disk.retained
    assert disk.inputs | {"tags": 0} == {
        "availabilityZone": "us-east-1a", "encrypted": True, "size": 10, "type": "gp3", "tags": 0
    }  # fmt: skip
    volume, claim = (
        spec("PersistentVolume", "postgresql", *ON),
        spec("PersistentVolumeClaim", "postgresql", *ON),
    )
    assert volume["csi"] == {"driver": "ebs.csi.aws.com", "fsType": "ext4", "volumeHandle": f"{disk.name}-id"}
    assert volume["persistentVolumeReclaimPolicy"] == "Retain"
    assert volume["claimRef"] == {"name": "postgresql", "namespace": "stores"}
    (term,) = volume["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == ["us-east-1a"]
    assert (claim["storageClassName"], volume["storageClassName"]) == ("", "")
    assert claim["volumeName"] == "genai-ops-dev-postgresql"
    assert not [thing for thing in declared("dev", *ON) if thing.kind.endswith(":StorageClass")]


def test_the_pod_goes_before_its_claim_that_before_the_driver_and_that_before_the_machines():
    pods = every("StatefulSet", *ON)["postgresql"]
    assert {"PersistentVolumeClaim postgresql", "PersistentVolume postgresql"} <= after(pods, *ON)
    claimed = after(every("PersistentVolumeClaim", *ON)["postgresql"], *ON)
    assert "PersistentVolume postgresql" in claimed
    opened = after(every("PersistentVolume", *ON)["postgresql"], *ON)
    assert {"Addon aws-ebs-csi-driver", "NodeGroup nodes", "Volume database-volume"} <= opened


def test_the_namespace_has_room_for_the_one_claim():
    hard = spec("ResourceQuota", "stores", *ON)["hard"]
    assert hard["persistentvolumeclaims"] == "1" and hard["services.loadbalancers"] == "0"
    shared = (("search", "opensearch"),)
    assert spec("ResourceQuota", "stores", *shared)["hard"]["persistentvolumeclaims"] == "0"


def test_passwords_come_into_memory_and_into_no_variable():
    values = json.dumps([item.inputs for item in declared("dev", *ON)], default=str)
    assert "POSTGRES_PASSWORD" not in values and "PGPASSWORD=" not in values.replace("PGPASSWORD=$(cat", "")
    for pod in (server(), *(pod_of(every(kind, *ON)[name]) for name, kind in JOBS.items())):
        (memory,) = (one["emptyDir"] for one in pod["volumes"] if one["name"] == "secrets")
        assert memory["medium"] == "Memory"
        assert pod["initContainers"][0]["name"] == "passwords"


def test_the_last_dump_fits_into_the_time_a_pod_has_to_end():
    pod = server()
    (main,) = pod["containers"]
    assert f"timeout {DUMP_S} sh /scripts/dump.sh" in main["lifecycle"]["preStop"]["exec"]["command"][-1]
    assert pod["terminationGracePeriodSeconds"] == GRACE_S >= 2 * DUMP_S
    # A sidecar: it ends after the server, and then carries off what the server dumped before.
    (last,) = (one for one in pod["initContainers"] if one.get("restartPolicy") == "Always")
    shared = {mount["mountPath"] for mount in last["volumeMounts"]} & {
        mount["mountPath"] for mount in main["volumeMounts"]
    }
    assert last["command"][-2:] == ["last", "/dumps"] and "/dumps" in shared


def test_a_job_dumps_every_quarter_and_never_two_at_once_and_the_restore_only_when_asked():
    dump, restore = (spec("CronJob", name, *ON) for name in ("postgresql-dump", "postgresql-restore"))
    assert (dump["schedule"], dump["suspend"], restore["suspend"]) == ("*/15 * * * *", False, True)
    assert {dump["concurrencyPolicy"], restore["concurrencyPolicy"]} == {"Forbid"}
    assert dump["jobTemplate"]["spec"]["activeDeadlineSeconds"] < 15 * 60
    steps = [
        [one["name"] for one in (*pod["initContainers"], *pod["containers"])]
        for pod in (pod_of(every("CronJob", *ON)[name]) for name in ("postgresql-dump", "postgresql-restore"))
    ]
    assert steps == [["passwords", "dump", "upload"], ["passwords", "fetch", "restore"]]


def rights(name: str) -> dict[str, dict[str, Any]]:
    (policy,) = (
        thing.inputs["policy"]
        for thing in declared("dev", *ON)
        if thing.kind == "aws:iam/rolePolicy:RolePolicy" and thing.name == name
    )
    return {one["Sid"]: one for one in json.loads(policy)["Statement"]}


def test_who_dumps_reaches_one_prefix_and_cannot_read_and_who_restores_cannot_write():
    below = "arn:aws:s3:::data/database/dumps/*"
    for name in ("postgresql-dump", "postgresql"):
        assert rights(name).keys() == {"ReadPassword", "ListDumps", "KeepDumps"}
        assert rights(name)["KeepDumps"]["Resource"] == below
        assert "s3:GetObject" not in rights(name)["KeepDumps"]["Action"]
        assert rights(name)["ListDumps"]["Condition"] == {"StringLike": {"s3:prefix": "database/dumps/*"}}
    restore = rights("postgresql-restore")
    assert restore["ReadDumps"]["Action"] == ["s3:GetObject"] and restore["ReadDumps"]["Resource"] == below
    assert "KeepDumps" not in restore


def test_it_is_reached_by_its_mark_from_the_spaces_of_those_who_have_a_database():
    (rule,) = spec("NetworkPolicy", "postgresql", *ON)["ingress"]
    spaces = [
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in rule["from"]
    ]
    assert spaces == sorted({"stores", *DATABASES.values()})
    assert all(peer["podSelector"]["matchLabels"] == SERVER.mark for peer in rule["from"])
    assert [port["port"] for port in rule["ports"]] == [5432]
    for name in JOBS:
        assert spec("NetworkPolicy", name, *ON).get("ingress", []) == []


def test_jobs_carry_the_mark_and_start_after_the_server():
    for name, kind in JOBS.items():
        item = every(kind, *ON)[name]
        inside = item.inputs["spec"].get("jobTemplate", {}).get("spec", item.inputs["spec"])
        assert inside["template"]["metadata"]["labels"].items() >= SERVER.mark.items()
        assert "StatefulSet postgresql" in after(item, *ON)


def test_an_application_gets_its_address_its_own_secret_and_what_to_wait_for():
    database = Database(host=SERVER.host, server=SERVER, admin_secret="admin", secrets={"jobs": "arn"})
    seat = database.seat("jobs")
    assert (seat.name, seat.host, seat.port) == ("jobs", "postgresql.stores.svc.cluster.local", 5432)
    assert (seat.secret, seat.server.mark) == ("arn", {"genai-ops/reaches-postgresql": "yes"})
    with pytest.raises(KeyError):
        database.seat("nobody")


def test_what_is_missing_is_named_with_its_command():
    stack = load(*ON)
    assert missing(stack, nothing(ACCOUNT)) == []
    lacks = missing(stack, Found(ACCOUNT, passwords_set=False))
    assert ["make images STACK=dev" in lacks[0], "make secrets STACK=dev" in lacks[1]] == [True, True]


def test_it_stays_where_it_is_when_the_autoscaler_would_save_a_machine():
    template = spec("StatefulSet", "postgresql", *ON)["template"]
    assert template["metadata"]["annotations"] == {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
    assert template["spec"]["priorityClassName"] == "genai-store"
    assert template["spec"]["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"
