"""RDS as declared: private, encrypted, reached by those who are named, ending in a snapshot and beginning with the newest."""

import json
from dataclasses import replace
from typing import Any

import pytest

from infra import adopt, rehearsal
from infra.finders.snapshots import Beginning
from infra.workloads.database import Database
from infra.workloads.postgresql import SERVER

from ..program import ACCOUNT, NAME, RDS, config, declared
from ..workloads.objects import every as objects
from ..workloads.objects import pod_of, spec
from .graph import after, every, named, one

JOB = "postgresql-databases"


# Everything about it that can be chosen otherwise.
OTHER = (*RDS, ("databaseMultiAz", "true"), ("encryptionKey", "own"), ("keepData", "false"))


def instance(changes: tuple[tuple[str, str], ...] = RDS) -> dict[str, Any]:
    return dict(one("Instance", *changes).inputs)


def begun(beginning: Beginning) -> dict[str, Any]:
    """The instance that is declared after this look."""
    found = replace(adopt.nothing(ACCOUNT), database=beginning)
    _, things = rehearsal.rehearse(config("dev", *RDS), project=NAME, stack="dev", found=lambda _: found)
    return next(dict(thing.inputs) for thing in things if thing.kind == "aws:rds/instance:Instance")


def test_nothing_of_it_is_there_until_chosen():
    assert not [thing for thing in declared() if thing.kind.startswith("aws:rds/")]
    assert not [
        thing for thing in declared("dev", ("database", "cluster")) if thing.kind.startswith("aws:rds/")
    ]
    assert not [thing for thing in declared("dev", *RDS) if thing.kind == "aws:ebs/volume:Volume"]


def test_it_is_private_encrypted_backed_up_and_mends_its_minor_versions():
    made = instance()
    assert (made["publiclyAccessible"], made["storageEncrypted"], made["storageType"]) == (False, True, "gp3")
    assert (made["backupRetentionPeriod"], made["autoMinorVersionUpgrade"]) == (7, True)
    assert (made["multiAz"], instance(OTHER)["multiAz"]) == (False, True)
    assert "kmsKeyId" not in made and instance(OTHER)["kmsKeyId"]
    assert len(one("SubnetGroup", *RDS).inputs["subnetIds"]) == 2
    assert set(one("SubnetGroup", *RDS).inputs["subnetIds"]) == {
        f"{thing.name}-id" for thing in every("Subnet", *RDS) if thing.name.startswith("private-")
    }


def test_nobody_connects_without_tls_and_clients_look_who_answers():
    settings = one("ParameterGroup", *RDS).inputs
    assert settings["parameters"] == [{"name": "rds.force_ssl", "value": "1"}]
    assert settings["family"] == "postgres18"
    pod = pod_of(objects("Job", *RDS)[JOB])
    assert [step["name"] for step in pod["initContainers"]] == ["passwords", "trust"]
    (bundle,) = (item for item in pod["initContainers"][1]["env"] if item["name"] == "TRUST")
    assert bundle["value"] == "https://truststore.pki.rds.amazonaws.com/us-east-1/us-east-1-bundle.pem"
    given = {item["name"]: item["value"] for item in pod["containers"][0]["env"]}
    assert (given["PGSSLMODE"], given["PGSSLROOTCERT"]) == ("verify-full", "/secrets/rds.pem")
    own = pod_of(objects("Job", ("database", "cluster"))[JOB])
    assert "PGSSLMODE" not in json.dumps(own)


def test_the_password_is_made_by_rds_and_read_by_one_job_only():
    made = instance()
    assert made["manageMasterUserPassword"] and not made.keys() & {"password", "passwordWo"}
    policies = [thing for thing in declared("dev", *RDS) if thing.kind == "aws:iam/rolePolicy:RolePolicy"]
    readers = [thing.name for thing in policies if "rds!db" in thing.inputs["policy"]]
    assert readers == [JOB]
    secrets = [
        thing.inputs["name"] for thing in declared("dev", *RDS) if thing.kind.endswith("secret:Secret")
    ]
    assert "genai-ops/dev/database/jobs" in secrets and "genai-ops/dev/database/postgres" not in secrets


def test_only_the_machines_of_the_cluster_reach_it_and_on_one_port():
    group = named("SecurityGroup", "database", *RDS)
    rules = [
        thing.inputs
        for thing in every("SecurityGroupIngressRule", *RDS)
        if thing.inputs["securityGroupId"] == f"{group.name}-id"
    ]
    (rule,) = rules
    assert (rule["fromPort"], rule["toPort"], rule["ipProtocol"]) == (5432, 5432, "tcp")
    assert rule["referencedSecurityGroupId"] == "sg-cluster" and "cidrIpv4" not in rule
    assert instance()["vpcSecurityGroupIds"] == [f"{group.name}-id"]
    assert not [
        thing
        for thing in every("SecurityGroupEgressRule", *RDS)
        if thing.inputs["securityGroupId"] == f"{group.name}-id"
    ]


def test_its_end_is_a_snapshot_unless_the_data_is_to_go():
    kept = instance()
    assert kept["skipFinalSnapshot"] is False and kept["finalSnapshotIdentifier"]
    assert kept["copyTagsToSnapshot"] is True and kept["deletionProtection"] is False
    assert instance(OTHER)["skipFinalSnapshot"] is True


def test_what_counts_at_its_creation_is_ignored_later():
    assert set(one("Instance", *RDS).ignored) >= {
        "engineVersion",
        "finalSnapshotIdentifier",
        "snapshotIdentifier",
    }


def test_it_begins_with_the_snapshot_and_the_version_that_the_look_found():
    made = begun(Beginning(final="one-more", snapshot="newest", version="17.7"))
    assert (made["snapshotIdentifier"], made["engineVersion"]) == ("newest", "17.7")
    assert made["finalSnapshotIdentifier"] == "one-more"
    assert "snapshotIdentifier" not in instance()


def test_old_snapshots_are_told_with_the_command_that_deletes_them(monkeypatch: pytest.MonkeyPatch):
    said: list[str] = []
    monkeypatch.setattr("pulumi.warn", said.append)
    begun(Beginning(final="first", older=("oldest", "old")))
    (warning,) = (text for text in said if "snapshot" in text)
    assert "oldest, old" in warning and "python -m scripts.prune_snapshots --stack dev" in warning


def test_the_job_ends_before_the_database_and_that_before_its_network():
    assert "Instance database" in after(objects("Job", *RDS)[JOB], *RDS)
    below = after(one("Instance", *RDS), *RDS)
    assert {
        "SubnetGroup genai-ops-dev-database",
        "ParameterGroup genai-ops-dev-database",
        "SecurityGroup database",
    } <= below
    assert {"Subnet private-a", "Subnet private-b", "Vpc network"} <= below


def test_the_job_may_reach_the_private_subnets_and_an_application_likewise():
    (rule,) = (
        rule for rule in spec("NetworkPolicy", JOB, *RDS)["egress"] if rule["ports"][0]["port"] == 5432
    )
    assert [peer["ipBlock"]["cidr"] for peer in rule["to"]] == ["10.40.0.0/20", "10.40.16.0/20"]


def test_an_application_gets_the_same_seat_as_in_the_cluster_and_where_its_trust_comes_from():
    database = Database(
        host="h", server=SERVER, admin_secret="a", secrets={"jobs": "arn"}, bundle="https://trust"
    )
    assert (database.seat("jobs").bundle, database.seat("jobs").secret) == ("https://trust", "arn")


def test_a_paused_stack_has_none_and_still_pays_for_its_snapshot():
    paused = (*RDS, ("paused", "true"))
    assert not [thing for thing in declared("dev", *paused) if thing.kind.startswith("aws:rds/")]
