"""The chat machines as declared: closed, spread, replaced in an order that keeps accounts, and never moved by an `up`."""

import base64
import json
from typing import Any

from infra.cluster.chat_machines.group import GRACE_S, MODEL_LOAD_S

from ...program import ACCOUNT, CHAT_MACHINES, declared
from ..graph import after, every, named, one

EC2 = CHAT_MACHINES
SPOT = (*EC2, ("chatMachineSpotPercent", "40"))


def group(*changes: tuple[str, str]) -> dict[str, Any]:
    return dict(one("Group", *(changes or EC2)).inputs)


def template(*changes: tuple[str, str]) -> dict[str, Any]:
    return dict(named("LaunchTemplate", "genai-ops-dev-chat-machines", *(changes or EC2)).inputs)


def test_containers_cannot_reach_the_machines_credentials_and_its_disk_is_encrypted():
    made = template()
    assert made["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    (disk,) = made["blockDeviceMappings"]
    assert disk["ebs"]["encrypted"] == "true" and disk["ebs"]["volumeType"] == "gp3"


def test_machines_and_disks_carry_the_tag_that_a_killed_run_is_found_by():
    tagged = {spec["resourceType"]: spec["tags"] for spec in template()["tagSpecifications"]}
    assert all(tags["genai-ops:stack"] == "genai-ops/dev" for tags in tagged.values())
    assert {"instance", "volume"} <= tagged.keys()
    own = {tag["key"]: tag["value"] for tag in group()["tags"]}
    assert (own["genai-ops:stack"], own["genai-ops:lifetime"]) == ("genai-ops/dev", "rented")


def test_the_image_is_resolved_where_a_machine_starts_so_that_the_next_up_has_nothing_to_do():
    assert template()["imageId"].startswith("resolve:ssm:/aws/service/deeplearning/ami/")


def test_user_data_names_the_secret_and_holds_none():
    text = base64.b64decode(template()["userData"]).decode()
    assert "OWN_SECRET=arn:aws:secretsmanager:" in text and "genai-ops-dev-chat-machines" in text


def test_the_next_up_leaves_the_sizes_alone():
    assert set(one("Group", *EC2).ignored) == {"minSize", "desiredCapacity", "maxSize"}


def test_it_spreads_over_every_zone_and_takes_the_first_type_that_is_to_be_had():
    made = group()
    assert made["vpcZoneIdentifiers"] == ["private-a-id", "private-b-id"]
    mix = made["mixedInstancesPolicy"]
    assert [each["instanceType"] for each in mix["launchTemplate"]["overrides"]] == [
        "g4dn.xlarge",
        "g6.xlarge",
        "g5.xlarge",
    ]
    assert mix["instancesDistribution"]["onDemandPercentageAboveBaseCapacity"] == 100


def test_spot_is_a_share_that_is_chosen():
    shares = group(*SPOT)["mixedInstancesPolicy"]["instancesDistribution"]
    assert shares["onDemandPercentageAboveBaseCapacity"] == 60
    assert shares["spotAllocationStrategy"] == "price-capacity-optimized"


def test_a_machine_counts_once_it_says_so_and_is_judged_later_than_a_model_takes_to_load():
    made = group()
    (hook,) = made["initialLifecycleHooks"]
    assert hook["lifecycleTransition"] == "autoscaling:EC2_INSTANCE_LAUNCHING"
    assert hook["defaultResult"] == "ABANDON" and hook["heartbeatTimeout"] > MODEL_LOAD_S
    assert (made["healthCheckType"], made["healthCheckGracePeriod"]) == ("ELB", GRACE_S)
    assert GRACE_S > MODEL_LOAD_S


def test_an_only_machine_saves_and_goes_before_the_next_one_comes():
    made = group()
    assert made["instanceRefresh"] == {
        "strategy": "Rolling",
        "preferences": {"minHealthyPercentage": 0, "maxHealthyPercentage": 100},
    }
    assert made["suspendedProcesses"] == ["AZRebalance"]


def test_a_warm_pool_never_stands_in_the_way_of_a_destroy():
    assert group()["forceDeleteWarmPool"] is True


def test_nothing_but_the_load_balancer_gets_in_and_tls_alone_gets_out():
    into = [
        rule.inputs
        for rule in every("SecurityGroupIngressRule", *EC2)
        if rule.inputs["securityGroupId"] == "genai-ops-dev-chat-machines-id"
    ]
    assert [(rule["referencedSecurityGroupId"], rule["fromPort"]) for rule in into] == [("entrance-id", 8080)]
    out = [
        rule.inputs["fromPort"]
        for rule in every("SecurityGroupEgressRule", *EC2)
        if rule.inputs["securityGroupId"] == "genai-ops-dev-chat-machines-id"
    ]
    assert out == [443]


def test_its_role_reaches_its_two_prefixes_its_secret_and_its_own_group_and_nothing_else():
    policy = json.loads(named("RolePolicy", "chat-machines", *EC2).inputs["policy"])
    resources = {statement["Sid"]: statement["Resource"] for statement in policy["Statement"]}
    assert resources == {
        "ListModels": "arn:aws:s3:::models",
        "KeepModels": "arn:aws:s3:::models/chat-machines/*",
        "ListAccounts": "arn:aws:s3:::data",
        "KeepAccounts": "arn:aws:s3:::data/chat-machines/*",
        "ReadOwnValues": dict(CHAT_MACHINES)["openWebuiSecretArn"],
        "SendChatFigures": "*",
        "SayReady": f"arn:aws:autoscaling:us-east-1:{ACCOUNT}:autoScalingGroup:*:"
        "autoScalingGroupName/genai-ops-dev-chat-machines",
    }


def test_lines_go_to_cloudwatch_only_where_that_is_chosen():
    def lines(*changes: tuple[str, str]) -> bool:
        return "WriteLines" in named("RolePolicy", "chat-machines", *EC2, *changes).inputs["policy"]

    assert lines(("shipLogs", "true")) and not lines()


def test_it_comes_after_its_way_out_and_its_rights_and_goes_before_them():
    before = after(one("Group", *EC2), *EC2)
    assert {"NatGateway nat-a", "Route network-private-a", "RolePolicy chat-machines"} <= before
    assert "Group chat-machines" in after(named("Attachment", "chat-machines", *EC2), *EC2)


def test_pools_that_chat_sleep_at_night_too():
    hours = (*EC2, ("workHours", "08:00-19:00"))
    sizes = {thing.name: thing.inputs["maxSize"] for thing in every("Schedule", *hours)}
    assert sizes == {"chat-machines-wake": 1, "chat-machines-sleep": 0}


def test_a_used_up_budget_stops_them_too():
    guard = named("Function", "genai-ops-dev-stop-gpu", *EC2, ("costGuard", "stop-gpu"))
    pools = json.loads(guard.inputs["environment"]["variables"]["POOLS"])
    assert pools == [{"group": "chat-machines", "scaling_group": "genai-ops-dev-chat-machines"}]


def test_by_default_there_are_none():
    assert not [thing for thing in declared("dev") if "chat" in thing.name]
