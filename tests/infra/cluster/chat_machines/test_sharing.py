"""Several chat machines: what they share, what each may do about it, and how they come and go beside each other."""

import base64
import json
from typing import Any

import pulumi
import pytest

from infra import adopt, rehearsal
from infra.cluster.chat_machines import boot
from infra.cluster.chat_machines.group import BUSY_PERCENT
from infra.naming import short
from infra.rehearsal import Declared
from tests.engines.standins import aws_watch

from ...program import ACCOUNT, CHAT_MACHINES, NAME, RDS, SEVERAL, config
from ..graph import after, every, named, one

BESIDE = (*SEVERAL, ("compute", "both"))
OWN_KEY = (*SEVERAL, ("encryptionKey", "own"))
MACHINES = "genai-ops-dev-chat-machines"


def statements(name: str, *changes: tuple[str, str]) -> dict[str, dict[str, Any]]:
    policy = json.loads(named("RolePolicy", name, *changes).inputs["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def settings(*changes: tuple[str, str]) -> dict[str, str]:
    text = base64.b64decode(named("LaunchTemplate", MACHINES, *changes).inputs["userData"]).decode()
    files = {file["path"]: file for file in json.loads(text.split("\n", 1)[1])["write_files"]}
    return dict(line.split("=", 1) for line in files[boot.SETTINGS]["content"].splitlines())


def test_one_more_comes_when_the_cards_are_busy_by_the_series_that_they_send():
    tracking = one("Policy", *SEVERAL).inputs["targetTrackingConfiguration"]
    metric = tracking["customizedMetricSpecification"]
    assert tracking["targetValue"] == BUSY_PERCENT
    assert (metric["namespace"], metric["metricName"]) == ("genai-ops-dev/chat-machines", boot.CARD)
    assert metric["metricDimensions"] == [{"name": boot.DIMENSION, "value": MACHINES}]
    assert every("Policy", *CHAT_MACHINES) == []


def test_no_more_are_kept_warm_than_were_asked_for():
    group = one("Group", *SEVERAL).inputs
    assert group["warmPool"] == {"minSize": 1, "maxGroupPreparedCapacity": 2, "poolState": "Stopped"}
    # A warm pool takes one type, by a template; a mix of types has none.
    assert "mixedInstancesPolicy" not in group and group["forceDeleteWarmPool"] is True


def test_the_next_machine_comes_before_one_goes():
    group = one("Group", *SEVERAL).inputs
    assert group["instanceRefresh"]["preferences"] == {
        "minHealthyPercentage": 100,
        "maxHealthyPercentage": 200,
    }
    assert group["suspendedProcesses"] == [] and len(group["vpcZoneIdentifiers"]) == 2


def test_a_browser_stays_with_its_machine():
    sticky = named("TargetGroup", short("genai-ops-dev", "chat-machines"), *SEVERAL).inputs["stickiness"]
    assert sticky["type"] == "lb_cookie" and sticky["cookieDuration"] >= 3600
    assert "stickiness" not in named("TargetGroup", "genai-ops-dev-rag", *BESIDE).inputs


@pytest.mark.parametrize("changes", [SEVERAL, BESIDE])
def test_the_database_is_there_and_reached_before_the_first_machine_and_goes_after_the_last(changes: Any):
    before = after(one("Group", *changes), *changes)
    assert {
        "Instance database",
        "SecurityGroupIngressRule database-chat-machines",
        "SecurityGroupEgressRule chat-uploads-database-out",
        "RolePolicy chat-uploads",
    } <= before
    into = named("SecurityGroupIngressRule", "database-chat-machines", *changes).inputs
    out = named("SecurityGroupEgressRule", "chat-uploads-database-out", *changes).inputs
    assert into["referencedSecurityGroupId"] == out["securityGroupId"] == f"{MACHINES}-id"
    assert into["securityGroupId"] == out["referencedSecurityGroupId"] == "database-id"
    assert {into["fromPort"], into["toPort"], out["fromPort"], out["toPort"]} == {5432}


def test_in_the_cluster_a_job_makes_the_database_so_its_machines_come_first():
    assert "NodeGroup nodes" in after(one("Group", *BESIDE), *BESIDE)
    assert settings(*BESIDE)["ADMIN_SECRET"] == "''"
    assert settings(*SEVERAL)["ADMIN_SECRET"].strip("'").endswith("rds!db-administrator")


def test_a_machine_reads_its_three_secrets_and_of_the_data_bucket_nothing():
    allowed = statements("chat-machines", *SEVERAL)
    read = {
        sid: statement["Resource"]
        for sid, statement in allowed.items()
        if "secretsmanager:GetSecretValue" in statement["Action"]
    }
    assert read == {
        "ReadOwnValues": dict(SEVERAL)["openWebuiSecretArn"],
        "ReadPassword": "arn:aws:secretsmanager:::database-openwebui",
        "ReadAdministrator": "arn:aws:secretsmanager:::rds!db-administrator",
    }
    assert not [sid for sid, statement in allowed.items() if "s3:::data" in str(statement["Resource"])]
    # With Kubernetes nobody here needs the administrator.
    assert "ReadAdministrator" not in statements("chat-machines", *BESIDE)


def test_open_webui_reaches_the_files_of_chats_and_nothing_else():
    allowed = statements("chat-uploads", *SEVERAL)
    assert allowed.keys() == {"ListUploads", "KeepUploads"}
    assert allowed["ListUploads"]["Condition"] == {"StringLike": {"s3:prefix": "chat-machines/uploads/*"}}
    assert allowed["KeepUploads"]["Resource"] == "arn:aws:s3:::data/chat-machines/uploads/*"
    trust = json.loads(named("Role", "genai-ops-dev-chat-uploads", *SEVERAL).inputs["assumeRolePolicy"])
    (who,) = trust["Statement"]
    assert who["Principal"] == {"AWS": f"arn:aws:iam:::{MACHINES}"}
    assert (
        statements("chat-machines", *SEVERAL)["BecomeUploads"]["Resource"]
        == "arn:aws:iam:::genai-ops-dev-chat-uploads"
    )


def test_under_the_stacks_own_key_both_may_use_it():
    assert "UseKey" in statements("chat-machines", *OWN_KEY) and "UseKey" in statements(
        "chat-uploads", *OWN_KEY
    )


def test_only_machines_that_share_are_told_of_a_database():
    assert settings(*CHAT_MACHINES)["DATABASE_HOST"] == "''"
    assert settings(*SEVERAL)["UPLOADS_PREFIX"] == "chat-machines/uploads/"
    # Also an only one: it may get company at the next resume without anybody moving accounts.
    assert settings(*CHAT_MACHINES, *RDS)["DATABASE_HOST"] != "''"


def secrets(*changes: tuple[str, str]) -> set[str]:
    return {thing.name for thing in every("Secret", *changes)}


def test_without_kubernetes_no_password_is_kept_for_those_who_are_not_there():
    assert secrets(*SEVERAL) == {"api-keys", "database-openwebui"}
    assert secrets(*BESIDE) > secrets(*SEVERAL)


def without(*changes: tuple[str, str], images: bool = True, passwords: bool = True) -> list[Declared]:
    found = adopt.Found(
        ACCOUNT, images=adopt.nothing(ACCOUNT).images if images else frozenset(), passwords_set=passwords
    )
    return rehearsal.rehearse(config("dev", *changes), project=NAME, stack="dev", found=lambda _: found)[1]


@pytest.mark.parametrize("lacking", [{"images": False}, {"passwords": False}])
def test_while_their_database_cannot_be_made_they_are_left_out_with_their_door(
    lacking: dict[str, bool], monkeypatch: pytest.MonkeyPatch
):
    told: list[str] = []
    monkeypatch.setattr(pulumi, "warn", told.append)
    changes = (*BESIDE, ("alarms", "true"))
    made = {(thing.kind.split(":")[-1], thing.name) for thing in without(*changes, **lacking)}
    assert ("Group", "chat-machines") not in made and ("Listener", "chat-machines") not in made
    assert ("Listener", "entrance-http") in made and ("Instance", "database") in made
    assert not [name for _, name in made if "chat" in name]
    assert [words for words in told if words.startswith("The chat machines are left out: ")]


def test_a_page_on_which_nothing_is_open_yet_is_still_one_that_cloudwatch_takes():
    (page,) = (
        thing.inputs["dashboardBody"]
        for thing in without(*SEVERAL, ("alarms", "true"), passwords=False)
        if thing.kind == "aws:cloudwatch/dashboard:Dashboard"
    )
    assert aws_watch.dashboard_problems(page) == []


def test_an_only_machine_waits_for_nothing_of_that():
    made = {thing.name for thing in without(*CHAT_MACHINES, images=False, passwords=False)}
    assert "chat-machines" in made
