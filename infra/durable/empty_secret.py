"""A Secrets Manager secret without a value: `make secrets` writes it, Pulumi never does, so it is in no state."""

import pulumi
from pulumi_aws import secretsmanager

from infra.durable.keeping import Keeping

# Used by nothing but a deletion by hand: with keepData the secret is retained, without it there is no window.
RECOVERY_DAYS = 30


def empty_secret(
    title: str, keeping: Keeping, *, kind: str, name: str, description: str, parent: pulumi.Resource
) -> secretsmanager.Secret:
    """`kind`: its key in KINDS, under which it is adopted; `name`: in Secrets Manager."""
    return secretsmanager.Secret(
        title,
        name=name,
        description=description,
        kms_key_id=keeping.key,
        recovery_window_in_days=RECOVERY_DAYS if keeping.keep else 0,
        tags=keeping.tags.durable(),
        opts=keeping.adopted(kind, parent=parent),
    )
