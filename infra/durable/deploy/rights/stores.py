"""What stays: made where it is missing, set as the program says, never emptied and never deleted. Values are not read."""

from infra.durable.deploy.place import Place
from infra.statements import Statement, allow


def statements(place: Place) -> list[Statement]:
    return [*_data(place), *_images(place), *_key(place), *_state(place)]


def _data(place: Place) -> list[Statement]:
    names = place.names
    return [
        allow(
            "Buckets",
            place.buckets,
            "s3:CreateBucket",
            "s3:GetAccelerateConfiguration",
            "s3:GetBucketAcl",
            "s3:GetBucketCORS",
            "s3:GetBucketLocation",
            "s3:GetBucketLogging",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketRequestPayment",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetBucketWebsite",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:GetReplicationConfiguration",
            "s3:ListBucket",
            "s3:ListTagsForResource",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketTagging",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
            "s3:TagResource",
            "s3:UntagResource",
        ),
        allow(
            "Records",
            place.arn("dynamodb", f"table/{names.records_table}"),
            "dynamodb:CreateTable",
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:ListTagsOfResource",
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateTable",
            "dynamodb:UpdateTimeToLive",
        ),
        allow(
            "Secrets",
            place.arn("secretsmanager", f"secret:{names.owner}/*"),
            "secretsmanager:CreateSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetResourcePolicy",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
            "secretsmanager:UpdateSecret",
        ),
        allow(
            "NewVolume",
            place.arn("ec2", "volume/*"),
            "ec2:CreateVolume",
            when=place.marked,
        ),
        allow("Volume", place.arn("ec2", "volume/*"), "ec2:ModifyVolume", when=place.own),
    ]


def _images(place: Place) -> list[Statement]:
    return [
        allow(
            "Images",
            place.arn("ecr", f"repository/{place.names.owner}/*"),
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:CreateRepository",
            "ecr:DescribeImages",
            "ecr:DescribeRepositories",
            "ecr:GetDownloadUrlForLayer",
            "ecr:GetLifecyclePolicy",
            "ecr:InitiateLayerUpload",
            "ecr:ListTagsForResource",
            "ecr:PutImage",
            "ecr:PutImageScanningConfiguration",
            "ecr:PutImageTagMutability",
            "ecr:PutLifecyclePolicy",
            "ecr:TagResource",
            "ecr:UntagResource",
            "ecr:UploadLayerPart",
        ),
        allow(
            "ImageRegistry",
            "*",
            "ecr:CreatePullThroughCacheRule",
            "ecr:DescribePullThroughCacheRules",
            "ecr:GetAuthorizationToken",
        ),
    ]


def _key(place: Place) -> list[Statement]:
    """The stack's own, where it has one; found by its tag, as its alias comes after it."""
    names = place.names
    given = [place.stack.secrets_key_arn] if place.stack.secrets_key_arn else []
    found = [allow("GivenKey", given, "kms:CreateGrant", "kms:DescribeKey")] if given else []
    keys = place.arn("kms", "key/*")
    return [
        *found,
        allow("NewKey", "*", "kms:CreateKey", when=place.marked),
        allow("TagsOfNewKey", keys, "kms:TagResource", when=place.marked),
        allow(
            "Key",
            keys,
            "kms:CreateAlias",
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:EnableKeyRotation",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
            "kms:PutKeyPolicy",
            "kms:UntagResource",
            "kms:UpdateAlias",
            "kms:UpdateKeyDescription",
            when=place.own,
        ),
        allow("KeyAlias", place.arn("kms", names.key_alias), "kms:CreateAlias", "kms:UpdateAlias"),
        allow("Aliases", "*", "kms:ListAliases"),
    ]


def _state(place: Place) -> list[Statement]:
    """Pulumi's memory of this stack, and of no other, in the bucket that keeps it for all."""
    stack, names = place.stack, place.names
    if not stack.state_bucket:
        return []
    bucket = f"arn:aws:s3:::{stack.state_bucket}"
    below = f"{bucket}/.pulumi"
    mine = (
        f"stacks/{names.owner}.json",
        f"stacks/{names.owner}.json.*",
        f"backups/{names.owner}/*",
        f"history/{names.owner}/*",
        f"locks/organization/{names.owner}/*",
    )
    return [
        allow(
            "State",
            [f"{below}/{path}" for path in mine],
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:PutObject",
        ),
        allow("StateFormat", f"{below}/meta.yaml", "s3:GetObject"),
        # Names only. Whoever asks whether the bucket is there asks without a prefix.
        allow("StateNames", bucket, "s3:GetBucketLocation", "s3:ListBucket"),
    ]
