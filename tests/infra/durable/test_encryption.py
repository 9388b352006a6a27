"""The stack's own key: what lies under it, who may use it, and that it goes with keepData false only."""

import json
from typing import Any

from infra import adopt, rehearsal
from infra.naming import ROLES
from infra.rehearsal import Declared

from ..program import ACCOUNT, NAME, SEVERAL, WIDEST, config, declared

OWN = (("encryptionKey", "own"),)
KEY = "arn:aws:kms:::encryption-key"


def every(kind: str, *changes: tuple[str, str], room: str = "durable") -> list[dict[str, Any]]:
    found = (thing for thing in declared("dev", *changes) if thing.kind.endswith(f":{kind}"))
    return [dict(thing.inputs) for thing in found if thing.room == room]


def test_by_default_there_is_no_key_to_pay_for():
    assert not [thing for thing in declared() if "kms" in thing.kind]


def test_data_models_records_secret_and_logs_lie_under_it_and_access_logs_do_not():
    by_bucket = {
        rule["bucket"].split("-")[3]: rule["rules"][0]["applyServerSideEncryptionByDefault"]
        for rule in every("BucketServerSideEncryptionConfiguration", *OWN)
    }
    assert {kept: rule.get("kmsMasterKeyId") for kept, rule in by_bucket.items()} == {
        "data": KEY,
        "models": KEY,
        "logs": None,
    }
    (table,) = every("Table", *OWN)
    assert table["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": KEY}
    assert [secret["kmsKeyId"] for secret in every("Secret", *OWN)] == [KEY]
    assert [group["kmsKeyId"] for group in every("LogGroup", *OWN)] == [KEY, KEY]


def test_the_secrets_of_the_cluster_are_encrypted_with_it_too():
    (cluster,) = (thing for thing in declared("dev", *OWN) if thing.kind == "eks:index:Cluster")
    assert cluster.inputs["encryptionConfigKeyArn"] == KEY


def test_cloudwatch_may_use_it_for_the_log_groups_of_this_stack_only():
    (key,) = every("Key", *OWN)
    statements = {item["Sid"]: item for item in json.loads(key["policy"])["Statement"]}
    assert statements["LogsOfThisStack"]["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert statements["LogsOfThisStack"]["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"] == [
        "arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks/genai-ops-dev/cluster",
        "arn:aws:logs:us-east-1:111122223333:log-group:/genai-ops/dev/containers",
    ]
    assert statements["AccountDecides"]["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}


def test_pods_use_it_by_way_of_the_services_that_keep_their_data():
    (rag,) = (
        json.loads(thing.inputs["policy"])["Statement"]
        for thing in declared("dev", *OWN)
        if thing.kind.endswith(":RolePolicy") and thing.name == "rag"
    )
    (use,) = (statement for statement in rag if statement["Sid"] == "UseKey")
    assert use["Resource"] == KEY
    assert use["Condition"]["StringEquals"]["kms:ViaService"] == [
        f"{service}.us-east-1.amazonaws.com" for service in ("dynamodb", "s3", "secretsmanager")
    ]


def test_it_turns_over_stays_and_is_asked_to_go_without_keep_data_only():
    kept = [thing for thing in declared("dev", *OWN) if thing.kind.startswith("aws:kms")]
    assert len(kept) == 2 and all(thing.retained for thing in kept)
    (key,) = every("Key", *OWN)
    assert key["enableKeyRotation"] is True and key["deletionWindowInDays"] == 30
    gone = [thing for thing in declared("dev", *OWN, ("keepData", "false")) if "kms" in thing.kind]
    assert not any(thing.retained for thing in gone)
    assert every("Key", *OWN, ("keepData", "false"))[0]["deletionWindowInDays"] == 7


DATABASE = (*OWN, ("database", "cluster"))
HELD = {"s3:GetObject", "s3:PutObject", "dynamodb:GetItem", "secretsmanager:GetSecretValue"}


def policies(*changes: tuple[str, str]) -> dict[str, list[dict[str, Any]]]:
    found = (thing for thing in declared("dev", *changes) if thing.kind.endswith(":RolePolicy"))
    return {thing.name: json.loads(thing.inputs["policy"])["Statement"] for thing in found}


def test_volume_and_passwords_of_the_database_lie_under_it():
    (volume,) = every("Volume", *DATABASE)
    assert volume["kmsKeyId"] == KEY
    assert [secret["kmsKeyId"] for secret in every("Secret", *DATABASE)] == [KEY] * (len(ROLES) + 1)


def test_a_volume_that_is_there_keeps_the_key_it_was_made_with():
    (volume,) = (thing for thing in declared("dev", *DATABASE) if thing.kind == "aws:ebs/volume:Volume")
    assert volume.ignored == ("kmsKeyId",)


def test_whoever_reads_or_writes_what_lies_under_it_may_use_it():
    """The durable things of this stack: secrets that the user brings have keys that the user knows."""
    brought = ("grafana",)
    holders = {
        name: {statement.get("Sid") for statement in statements}
        for name, statements in policies(*WIDEST).items()
        if any(HELD & set(statement["Action"]) for statement in statements) and name not in brought
    }
    assert {"console", "postgresql-databases", "postgresql-dump", "rag"} <= holders.keys()
    assert [name for name, sids in holders.items() if "UseKey" not in sids] == []


def test_the_volume_is_opened_by_the_driver_alone_through_ec2_and_under_the_alias_of_this_stack():
    opening = [item for item in policies(*DATABASE)["disks"] if "kms:" in str(item["Action"])]
    assert [item["Sid"] for item in opening] == ["OpenVolumes", "LetMachinesOpenVolumes"]
    for statement in opening:
        condition = statement["Condition"]
        assert condition["ForAnyValue:StringEquals"] == {"kms:ResourceAliases": "alias/genai-ops-dev"}
        assert condition["StringEquals"] == {"kms:ViaService": "ec2.us-east-1.amazonaws.com"}
    assert opening[1]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    assert not [item for item in policies(*OWN)["disks"] if "kms:" in str(item["Action"])]


FORMER = {"key": "1234", "key_alias": "alias/genai-ops-dev"}
# Every part at once, with Amazon's key again.
BACK = tuple(pair for pair in WIDEST if pair[0] != "encryptionKey")


def back(*changes: tuple[str, str]) -> list[Declared]:
    """What is declared where the stack had a key and encrypts with AWS's again."""
    found = adopt.Found(ACCOUNT, former_key=FORMER, images=adopt.nothing(ACCOUNT).images, api_keys_set=True)
    return rehearsal.rehearse(config("dev", *changes), project=NAME, stack="dev", found=lambda _: found)[1]


def test_back_at_aws_the_old_key_stays_adopted_and_encrypts_nothing_new():
    made = back(*BACK)
    kept = {thing.kind: thing for thing in made if thing.kind.startswith("aws:kms")}
    assert {kind: thing.import_id for kind, thing in kept.items()} == {
        "aws:kms/key:Key": "1234",
        "aws:kms/alias:Alias": "alias/genai-ops-dev",
    }
    assert all(thing.retained for thing in kept.values())
    others = [thing for thing in made if thing.kind not in kept and not thing.kind.endswith("RolePolicy")]
    assert [thing.name for thing in others if KEY in json.dumps(thing.inputs, default=str)] == []


def test_back_at_aws_whoever_reads_what_lies_under_it_may_still_decrypt_and_no_more():
    for changes in (BACK, SEVERAL):
        policies = {
            thing.name: json.loads(thing.inputs["policy"])["Statement"]
            for thing in back(*changes)
            if thing.kind.endswith(":RolePolicy")
        }
        for name, statements in policies.items():
            holds = any(HELD & set(statement["Action"]) for statement in statements)
            by_key = [statement for statement in statements if statement.get("Sid") == "ReadByFormerKey"]
            assert len(by_key) == holds or name == "grafana", name
            for statement in by_key:
                assert "kms:Decrypt" in statement["Action"]
                assert set(statement["Action"]) <= {"kms:Decrypt", "kms:DescribeKey"}
                assert statement["Resource"] == KEY and "kms:ViaService" in str(statement["Condition"])
            assert "UseKey" not in {statement.get("Sid") for statement in statements}


def test_back_at_aws_only_a_stack_that_keeps_nothing_asks_it_to_go():
    keys = [thing for thing in back(("keepData", "false")) if thing.kind.startswith("aws:kms")]
    assert len(keys) == 2 and not any(thing.retained for thing in keys)
