"""The deploy role with all that belongs to it: identity providers, its policies, and the boundary of every other role."""

import json
from collections.abc import Sequence

import pulumi
from pulumi_aws import iam

from infra.durable.deploy import boundary, rights
from infra.durable.deploy.place import Place
from infra.durable.deploy.trust import trust
from infra.durable.keeping import Keeping
from infra.naming import AUDIENCE
from infra.stack import Stack
from infra.statements import Statement


class DeployRole(pulumi.ComponentResource):
    """What a pipeline is in AWS. A person makes and changes it: it may change nothing of this itself."""

    def __init__(
        self, name: str, keeping: Keeping, stack: Stack, *, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:durable:DeployRole", name, None, opts)
        self.keeping, place = keeping, Place(stack, keeping.names)
        hosts = sorted({origin.host for origin in stack.deploy_from})
        providers = {host: self._identity(host, stack) for host in hosts}
        self.boundary: pulumi.Output[str] = self._policy(
            "boundary", keeping.names.boundary, boundary.statements(place)
        ).arn
        self.role = iam.Role(
            name,
            name=keeping.names.deploy_role,
            description=f"Deploys {keeping.names.owner} from its pipeline",
            assume_role_policy=pulumi.Output.all(**providers).apply(
                lambda arns: json.dumps(trust(stack.deploy_from, arns))
            ),
            tags=keeping.tags.durable(),
            opts=keeping.adopted("deploy_role", parent=self),
        )
        for part, statements in rights.parts(place).items():
            policy = self._policy(f"deploy_{part}", keeping.names.deploy_policy(part), statements)
            iam.RolePolicyAttachment(
                part, role=self.role.name, policy_arn=policy.arn, opts=keeping.satellite(parent=self)
            )
        self.arn: pulumi.Output[str] = self.role.arn
        self.register_outputs({"arn": self.arn})

    def _identity(self, host: str, stack: Stack) -> pulumi.Output[str]:
        """The account has one for each platform, for all its stacks: found it is used, and left as it is."""
        kind = next(origin.platform for origin in stack.deploy_from if origin.host == host)
        provider = iam.OpenIdConnectProvider(
            kind,
            url=f"https://{host}",
            client_id_lists=[AUDIENCE],
            tags=self.keeping.tags.durable(),
            opts=self.keeping.adopted(
                f"{kind}_identity",
                parent=self,
                ignore=["clientIdLists", "tags", "thumbprintLists"],
            ),
        )
        arn: pulumi.Output[str] = provider.arn
        return arn

    def _policy(self, key: str, name: str, statements: Sequence[Statement]) -> iam.Policy:
        return iam.Policy(
            key.removeprefix("deploy_"),
            name=name,
            # IAM counts characters without the space between them.
            policy=json.dumps(
                {"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":")
            ),
            tags=self.keeping.tags.durable(),
            opts=self.keeping.adopted(key, parent=self),
        )
