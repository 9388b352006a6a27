"""The EBS driver: mounts the volumes of this stack where their pods run, and can neither make nor delete one."""

import json
from typing import Any

import pulumi
from pulumi_aws import eks, iam

from infra.cluster.control_plane import ControlPlane
from infra.cluster.identity import pod_trust
from infra.stack import Stack
from infra.tags import STACK_TAG

ADDON, SERVICE_ACCOUNT = "aws-ebs-csi-driver", "ebs-csi-controller-sa"


def disk_driver(
    stack: Stack, control: ControlPlane, *, after: list[pulumi.Resource], opts: pulumi.ResourceOptions
) -> eks.Addon:
    """Declare the add-on and the role of its controller, which stands on machines: `after` are theirs."""
    trust = pod_trust(cluster=stack.prefix, namespace="kube-system", service_account=SERVICE_ACCOUNT)
    role = iam.Role(
        f"{stack.prefix}-disks",
        assume_role_policy=json.dumps(trust),
        tags=stack.tags.rented(),
        opts=opts,
    )
    allowed = iam.RolePolicy(
        "disks",
        role=role.name,
        policy=json.dumps({"Version": "2012-10-17", "Statement": statements(stack)}),
        opts=opts,
    )
    return control.addon(
        ADDON,
        after=[*after, allowed],
        # A role of its own: pods cannot reach their node's.
        identities=[{"role_arn": role.arn, "service_account": SERVICE_ACCOUNT}],
    )


def statements(stack: Stack) -> list[dict[str, Any]]:
    """Narrower than AmazonEBSCSIDriverPolicy, which makes, grows and deletes volumes: here Pulumi owns them all."""
    return [
        {
            "Sid": "MountVolumesOfThisStack",
            "Effect": "Allow",
            "Action": ["ec2:AttachVolume", "ec2:DetachVolume"],
            "Resource": [f"arn:aws:ec2:{stack.region}:*:{kind}/*" for kind in ("instance", "volume")],
            "Condition": {"StringEquals": {f"aws:ResourceTag/{STACK_TAG}": stack.tags.owner}},
        },
        {
            "Sid": "LookAtVolumes",
            "Effect": "Allow",
            "Action": [
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInstances",
                "ec2:DescribeTags",
                "ec2:DescribeVolumes",
            ],
            # EC2 has nothing finer for what only describes.
            "Resource": "*",
        },
        *(under_own_key(stack) if stack.database == "cluster" else ()),
    ]


def under_own_key(stack: Stack) -> list[dict[str, Any]]:
    """EC2 opens an encrypted volume with the rights of whoever attaches it.

    The key is named by the stack's alias, not by its ARN: a volume stays under the key it was made with, also when
    `encryptionKey` is aws again, and where no key has the alias these statements allow nothing.
    """
    key = f"arn:aws:kms:{stack.region}:*:key/*"
    named = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{stack.prefix}"}}
    by_ec2 = {"StringEquals": {"kms:ViaService": f"ec2.{stack.region}.amazonaws.com"}}
    return [
        {
            "Sid": "OpenVolumes",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
            "Resource": key,
            "Condition": named | by_ec2,
        },
        {
            "Sid": "LetMachinesOpenVolumes",
            "Effect": "Allow",
            "Action": ["kms:CreateGrant"],
            "Resource": key,
            "Condition": named | by_ec2 | {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
