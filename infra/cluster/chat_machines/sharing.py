"""What chat machines share: accounts and chats in PostgreSQL, files of chats in the data bucket. None of it on any of them."""

from typing import Any

import pulumi
from pulumi_aws import ec2, iam, vpc

from infra.cluster.chat_machines import permissions
from infra.cluster.rds import PORT, Rds
from infra.durable.room import Durable
from infra.naming import CHAT_DATABASE
from infra.stack import Stack
from infra.workloads.database import rds_bundle
from infra.workloads.identity import key_rights

NAME = "chat-uploads"


class Sharing(pulumi.ComponentResource):
    """The way to the database, and the role by which Open WebUI reaches the files of chats.

    A role of its own, since administrators of Open WebUI may run programs inside it: there the machine's own rights are out of
    reach. `admin`: the secret of the database's administrator, read where nobody else makes the role and its database.
    """

    def __init__(
        self,
        stack: Stack,
        durable: Durable,
        database: Rds,
        *,
        machines: iam.Role,
        group: ec2.SecurityGroup,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("genai:cluster:ChatSharing", NAME, None, opts)
        self.stack, self.database, self.child = stack, database, pulumi.ResourceOptions(parent=self)
        self.password = durable.passwords.arns[CHAT_DATABASE]
        self.admin: pulumi.Input[str] = "" if stack.kubernetes else database.secret
        out = vpc.SecurityGroupEgressRule(
            f"{NAME}-database-out",
            description="To the database",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            referenced_security_group_id=database.group.id,
            tags=stack.tags.rented(f"{stack.prefix}-{NAME}-database-out"),
            opts=self.child,
        )
        database.let_in("chat-machines", group.id)
        role, allowed = self._uploads(durable, machines)
        self.role: pulumi.Output[str] = role.arn
        self.ready: list[pulumi.Resource] = [out, allowed, *database.ready]
        self.register_outputs({"role": self.role})

    def _uploads(self, durable: Durable, machines: iam.Role) -> tuple[iam.Role, iam.RolePolicy]:
        p = permissions
        role = iam.Role(
            f"{self.stack.prefix}-{NAME}",
            assume_role_policy=machines.arn.apply(p.trusting),
            tags=self.stack.tags.rented(),
            opts=self.child,
        )
        statements = [
            durable.data.arn.apply(lambda arn: p.list_below("ListUploads", arn, p.UPLOADS_PREFIX)),
            durable.data.arn.apply(p.keep_uploads),
            *key_rights(durable, region=self.stack.region, by=("s3",)),
        ]
        allowed = iam.RolePolicy(
            NAME,
            role=role.name,
            policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements}),
            opts=self.child,
        )
        return role, allowed

    @property
    def statements(self) -> list[Any]:
        """What a machine itself may do besides."""
        found: list[Any] = [
            self.password.apply(permissions.read_password),
            self.role.apply(permissions.become),
        ]
        if not self.stack.kubernetes:
            found.append(pulumi.Output.from_input(self.admin).apply(permissions.read_administrator))
        return found

    @property
    def settings(self) -> dict[str, pulumi.Input[str]]:
        """Of boot.Settings, those that count here only."""
        return {
            "database_host": self.database.host,
            "database_role": CHAT_DATABASE,
            "database_secret": self.password,
            "admin_secret": self.admin,
            "trust": rds_bundle(self.stack.region),
            "uploads_role": self.role,
            "uploads_prefix": permissions.UPLOADS_PREFIX,
        }
