"""The stack's own key, where one is wanted: a dollar a month, and whoever disables it locks every byte at once."""

import json
from typing import Any

import pulumi
from pulumi_aws import kms

from infra.durable.keeping import Keeping
from infra.naming import Names

# A key never goes at once. While it waits, everything under it is unreadable and `aws kms cancel-key-deletion` brings it back;
# seven days are the least AWS takes, thirty the most. Only without keepData is it ever asked to go.
WAITS_DAYS, KEPT_WAITS_DAYS = 7, 30
# What whoever manages the account may do with it, if their own policies allow it too. Not `kms:*`: no grants to other accounts'
# key stores, no import of key material, no replicas.
MANAGE = (
    *(
        "CancelKeyDeletion",
        "CreateAlias",
        "CreateGrant",
        "DeleteAlias",
        "DescribeKey",
        "DisableKey",
        "DisableKeyRotation",
    ),
    *(
        "EnableKey",
        "EnableKeyRotation",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "ListGrants",
        "ListKeyPolicies",
    ),
    *("ListResourceTags", "PutKeyPolicy", "RetireGrant", "RevokeGrant", "ScheduleKeyDeletion", "TagResource"),
    *("UntagResource", "UpdateAlias", "UpdateKeyDescription"),
)
USE = (
    "Decrypt",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
)


class EncryptionKey(pulumi.ComponentResource):
    """A KMS key that turns its material over every year, and its alias, by which a resume finds it."""

    def __init__(self, name: str, keeping: Keeping, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:durable:EncryptionKey", name, None, opts)
        key = kms.Key(
            name,
            description=keeping.names.key_description,
            enable_key_rotation=True,
            deletion_window_in_days=KEPT_WAITS_DAYS if keeping.keep else WAITS_DAYS,
            policy=json.dumps(key_policy(keeping.names)),
            tags=keeping.tags.durable(),
            opts=keeping.adopted("key", parent=self),
        )
        alias = kms.Alias(
            name,
            name=keeping.names.key_alias,
            target_key_id=key.key_id,
            opts=keeping.adopted("key_alias", parent=key),
        )
        # By way of the alias: data under a key that no alias names would not be found again by its key.
        self.arn: pulumi.Output[str] = pulumi.Output.all(key.arn, alias.id).apply(lambda both: both[0])
        self.register_outputs({"arn": self.arn})


def key_policy(names: Names) -> dict[str, Any]:
    """The account decides by its own policies who uses the key; CloudWatch may for this stack's durable log groups only.

    A key's policy has no other resource than its key: "*" is this one.
    """
    groups = [
        f"arn:aws:logs:{names.region}:{names.account}:log-group:{group}"
        for group in (names.control_plane_logs, names.container_logs)
    ]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AccountDecides",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{names.account}:root"},
                "Action": [f"kms:{action}" for action in (*MANAGE, *USE) if action != "DescribeKey"]
                + ["kms:DescribeKey"],
                "Resource": "*",
            },
            {
                "Sid": "LogsOfThisStack",
                "Effect": "Allow",
                "Principal": {"Service": f"logs.{names.region}.amazonaws.com"},
                "Action": [
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey",
                    "kms:ReEncryptFrom",
                    "kms:ReEncryptTo",
                ],
                "Resource": "*",
                "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            },
        ],
    }
