"""PostgreSQL in RDS: rented by the hour, and at its end a snapshot, from which the next one begins."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import ec2, rds, vpc

from infra import versions
from infra.cluster.network import Network
from infra.finders.snapshots import Beginning
from infra.naming import DATABASE_ADMIN, Names
from infra.stack import Stack

PORT = 5432
# UTC. Backups before anybody works in Europe and after work in America; minor upgrades on a night before a working day.
BACKUP_WINDOW, MAINTENANCE_WINDOW = "03:00-04:00", "tue:04:30-tue:05:30"


class Rds(pulumi.ComponentResource):
    """One instance in the private subnets. Whoever may reach it is named in `callers`, by security group; let_in adds more.

    `secret`: where RDS keeps the administrator's password, which it makes up, changes every week and never shows to the state.
    `ready`: what those who connect wait for.
    """

    def __init__(
        self,
        name: str,
        stack: Stack,
        network: Network,
        names: Names,
        beginning: Beginning,
        *,
        callers: Mapping[str, pulumi.Input[str]],
        key: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:Rds", name, None, opts)
        self.name, self.stack, self.child = name, stack, pulumi.ResourceOptions(parent=self)
        tags = stack.tags.rented(names.database_instance)
        self._warn(beginning)
        self.group = ec2.SecurityGroup(
            name,
            description="Database: PostgreSQL from those who are let in",
            vpc_id=network.vpc_id,
            tags=tags,
            opts=self.child,
        )
        self.ready: list[pulumi.Resource] = []
        for caller, group in callers.items():
            self.let_in(caller, group)
        places = rds.SubnetGroup(
            f"{stack.prefix}-{name}",
            description="Private subnets of the stack",
            subnet_ids=network.private_ids,
            tags=tags,
            opts=self.child,
        )
        # The data decides the major: a restore gives back the one it was written by.
        version = beginning.version or versions.POSTGRES_MAJOR
        settings = rds.ParameterGroup(
            f"{stack.prefix}-{name}",
            family=f"postgres{version.split('.')[0]}",
            description="Nobody connects without TLS",
            parameters=[{"name": "rds.force_ssl", "value": "1"}],
            tags=tags,
            opts=self.child,
        )
        instance = rds.Instance(
            name,
            identifier=names.database_instance,
            engine="postgres",
            engine_version=version,
            auto_minor_version_upgrade=True,
            instance_class=stack.database_instance_class,
            allocated_storage=stack.database_gb,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=key,
            username=DATABASE_ADMIN,
            manage_master_user_password=True,
            port=PORT,
            db_subnet_group_name=places.name,
            vpc_security_group_ids=[self.group.id],
            publicly_accessible=False,
            multi_az=stack.database_multi_az,
            parameter_group_name=settings.name,
            backup_retention_period=stack.database_backup_days,
            backup_window=BACKUP_WINDOW,
            maintenance_window=MAINTENANCE_WINDOW,
            # Their tags are how a resume finds them.
            copy_tags_to_snapshot=True,
            snapshot_identifier=beginning.snapshot,
            skip_final_snapshot=not stack.keep_data,
            final_snapshot_identifier=beginning.final,
            # Plain destroy is the pause, and the final snapshot is what guards the data.
            deletion_protection=False,
            # What a preview shows happens then, and not in a night to come.
            apply_immediately=True,
            tags=tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                # Of its creation: each look finds others, which are not its own. The version moves by RDS's minor upgrades, and
                # by a major one that somebody asks for: docs/runbooks/restore-database.md.
                ignore_changes=["engine_version", "final_snapshot_identifier", "snapshot_identifier"],
            ),
        )
        self.ready.append(instance)
        self.host: pulumi.Output[str] = instance.address
        self.secret: pulumi.Output[str] = instance.master_user_secrets.apply(lambda made: made[0].secret_arn)
        self.ranges = tuple(network.private_cidrs)
        self.register_outputs({"host": self.host})

    def let_in(self, caller: str, group: pulumi.Input[str]) -> None:
        """Open the one port to the machines of this security group, and to nobody else."""
        rule = vpc.SecurityGroupIngressRule(
            f"{self.name}-{caller}",
            description=f"From {caller}",
            security_group_id=self.group.id,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            referenced_security_group_id=group,
            tags=self.stack.tags.rented(f"{self.stack.prefix}-{self.name}-{caller}"),
            opts=self.child,
        )
        self.ready.append(rule)

    def _warn(self, beginning: Beginning) -> None:
        if beginning.older:
            pulumi.warn(
                f"{len(beginning.older)} snapshot(s) of the database are older than the newest {self.stack.database_snapshots} "
                f"and go on costing: {', '.join(beginning.older)}. This shows them, and with --yes deletes them: "
                f"python -m scripts.prune_snapshots --stack {self.stack.name}"
            )
