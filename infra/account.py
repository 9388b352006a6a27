"""The door to the account: one explicit AWS provider that refuses any account but the one that was looked at."""

import pulumi
import pulumi_aws as aws

from infra.adopt import Found
from infra.stack import Stack


def aws_provider(stack: Stack, found: Found) -> pulumi.ProviderResource:
    """Region, profile and account of this stack.

    adopt.py and the provider find their credentials separately; naming the account makes a difference between the two
    an error instead of an empty copy of the data in another account.
    """
    provider: pulumi.ProviderResource = aws.Provider(
        "aws",
        region=stack.region,
        profile=stack.profile,
        allowed_account_ids=[found.account],
    )
    return provider
