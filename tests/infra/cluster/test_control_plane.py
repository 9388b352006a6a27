"""The control plane: who may administer it, what it writes down, and add-ons in an order in which each can start."""

import json

from infra import versions
from infra.cluster.control_plane import addon_settings

from .graph import after, every, named, one

ROLE = "arn:aws:iam::111122223333:role/teams/platform"
KEY = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000"
CHOSEN = (
    ("admins", f'["{ROLE}"]'),
    ("secretsKeyArn", KEY),
    ("controlPlaneLogs", '["audit", "api"]'),
)


def test_logs_and_the_key_of_the_secrets_are_as_chosen():
    made = one("Cluster", *CHOSEN).inputs
    assert made["enabledClusterLogTypes"] == ["audit", "api"]
    assert made["encryptionConfigKeyArn"] == KEY
    assert one("Cluster").inputs.get("encryptionConfigKeyArn") is None


def test_its_log_group_is_there_before_it_and_has_its_name():
    group = named("LogGroup", "control-plane")
    assert group.inputs["name"] == f"/aws/eks/{one('Cluster').inputs['name']}/cluster"
    assert "LogGroup control-plane" in after(one("Cluster"))


def test_the_api_is_reached_privately_and_from_the_listed_addresses_only():
    listed = ("apiCidrs", '["203.0.113.7/32"]')
    made = one("Cluster", listed).inputs
    assert made["endpointPrivateAccess"] and made["endpointPublicAccess"]
    assert made["publicAccessCidrs"] == ["203.0.113.7/32"]


def test_an_admin_gets_an_entry_and_the_policy_that_goes_with_it():
    entry, policy = one("AccessEntry", *CHOSEN), one("AccessPolicyAssociation", *CHOSEN)
    assert entry.inputs["principalArn"] == policy.inputs["principalArn"] == ROLE
    assert policy.inputs["policyArn"].endswith("/AmazonEKSClusterAdminPolicy")
    assert policy.inputs["accessScope"] == {"type": "cluster"}
    assert {"AccessEntry teams-platform", "Cluster control-plane"} <= after(policy, *CHOSEN)


def test_nobody_else_is_an_admin_until_listed():
    assert every("AccessEntry") == every("AccessPolicyAssociation") == []


def test_every_add_on_has_the_version_that_the_table_says():
    made = {addon.inputs["addonName"]: addon.inputs.get("addonVersion") for addon in every("Addon")}
    assert made == dict(versions.ADDONS)


def test_what_runs_as_pods_of_its_own_comes_after_the_machines_and_the_rest_before():
    for addon in ("coredns", "metrics-server", "aws-ebs-csi-driver"):
        assert "NodeGroup nodes" in after(named("Addon", addon))
    for addon in versions.ADDONS_BEFORE_NODES:
        assert "NodeGroup nodes" not in after(named("Addon", addon))


def test_the_disk_driver_has_its_role_and_its_permissions_before_it_starts():
    driver = named("Addon", "aws-ebs-csi-driver")
    (who,) = driver.inputs["podIdentityAssociations"]
    assert who["serviceAccount"] == "ebs-csi-controller-sa"
    assert "RolePolicy disks" in after(driver)


def test_the_disk_driver_may_mount_volumes_of_this_stack_and_make_none():
    mount, look = json.loads(named("RolePolicy", "disks").inputs["policy"])["Statement"]
    assert mount["Condition"] == {"StringEquals": {"aws:ResourceTag/genai-ops:stack": "genai-ops/dev"}}
    allowed = {*mount["Action"], *look["Action"]}
    assert not any(word in action for action in allowed for word in ("Create", "Delete", "Modify"))


def test_machines_carry_the_tag_that_the_disk_driver_asks_for():
    tags = {spec["resourceType"]: spec["tags"] for spec in one("LaunchTemplate").inputs["tagSpecifications"]}
    assert tags["instance"]["genai-ops:stack"] == "genai-ops/dev"


def test_on_one_machine_add_ons_run_once_and_on_more_as_often_as_aws_advises():
    assert addon_settings("coredns", machines=1) == {"replicaCount": 1}
    assert addon_settings("coredns", machines=2) == {}
    assert addon_settings("vpc-cni", machines=2) == {"enableNetworkPolicy": "true"}


def test_its_role_is_the_programs_own_and_may_do_its_work_before_there_is_a_cluster():
    """A role that the component made would not carry what holds for every role of the program."""
    role = named("Role", "genai-ops-dev-control-plane")
    trust = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert [statement["Principal"] for statement in trust] == [{"Service": "eks.amazonaws.com"}]
    assert one("Cluster").inputs["serviceRole"] == "genai-ops-dev-control-plane-id"
    assert "RolePolicyAttachment AmazonEKSClusterPolicy" in after(one("Cluster"))
