"""What of the database survives a pause: its volume, and the containers of its passwords, which `make secrets` fills."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import ebs

from infra.durable.empty_secret import empty_secret
from infra.durable.keeping import Keeping
from infra.durable.kinds import KINDS
from infra.naming import ROLES
from infra.stack import Stack


class DatabaseVolume(pulumi.ComponentResource):
    """An encrypted gp3 volume in the first zone. The database's pod mounts it; only `keepData: false` deletes it."""

    def __init__(
        self, name: str, keeping: Keeping, stack: Stack, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:durable:DatabaseVolume", name, None, opts)
        # A volume cannot leave its zone.
        self.zone = stack.zone_names[0]
        volume = ebs.Volume(
            name,
            availability_zone=self.zone,
            size=stack.database_gb,
            type="gp3",
            encrypted=True,
            kms_key_id=keeping.key,
            tags=keeping.tags.durable(keeping.names.database_volume),
            # A volume never changes its key: one that was made under another stays under that.
            opts=keeping.adopted("database_volume", parent=self, ignore=["kmsKeyId"]),
        )
        self.id: pulumi.Output[str] = volume.id
        self.register_outputs({"id": self.id})


class DatabasePasswords(pulumi.ComponentResource):
    """A secret without a value for each role, so that an application reads its own and no other. `arns` by role."""

    def __init__(
        self, name: str, keeping: Keeping, stack: Stack, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:durable:DatabasePasswords", name, None, opts)
        self.arns: Mapping[str, pulumi.Output[str]] = {
            role: empty_secret(
                f"database-{role}",
                keeping,
                kind=f"database_secret_{role}",
                name=keeping.names.database_secret(role),
                description=f"Password of the database role {role}. Written by `make secrets`.",
                parent=self,
            ).arn
            for role in ROLES
            if KINDS[f"database_secret_{role}"].wanted(stack)
        }
        self.register_outputs({})
