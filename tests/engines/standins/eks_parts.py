"""Parts of the cluster's component: the role of EKS, and the kubeconfig that asks the `aws` command for a token."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws


class ServiceRole(pulumi.ComponentResource):
    """The component's role with its managed policies; `ready` resolves when all of them are attached."""

    def __init__(
        self, name: str, *, service: str, policies: list[str], tags: Any, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("eks:index:ServiceRole", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        actions = ["sts:AssumeRole", "sts:TagSession"]
        statement = {"Action": actions, "Effect": "Allow", "Principal": {"Service": [service]}}
        self.role = aws.iam.Role(
            f"{name}-role",
            description="Allows EKS to manage clusters on your behalf.",
            assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            tags=tags,
            opts=own,
        )
        arns = [f"arn:aws:iam::aws:policy/{policy}" for policy in policies]
        self.ready: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{hashlib.sha1(arn.encode()).hexdigest()[:8]}",
                policy_arn=arn,
                role=self.role.name,
                opts=own,
            )
            for arn in arns
        ]
        self.register_outputs({"role": self.role})


def kubeconfig(cluster: aws.eks.Cluster, credentials: Mapping[str, Any]) -> pulumi.Output[dict[str, Any]]:
    def build(found: list[Any]) -> dict[str, Any]:
        name, endpoint, authority, arn, options = found
        args = ["--region", arn.split(":")[3], "eks", "get-token", "--cluster-name", name, "--output", "json"]
        args += ["--role", options["roleArn"]] if options.get("roleArn") else []
        call = {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "aws",
            "args": args,
            "env": [
                {
                    "name": "KUBERNETES_EXEC_INFO",
                    "value": '{"apiVersion": "client.authentication.k8s.io/v1beta1"}',
                }
            ],
        }
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "kubernetes",
                    "cluster": {"server": endpoint, "certificate-authority-data": authority},
                }
            ],
            "contexts": [{"name": "aws", "context": {"cluster": "kubernetes", "user": "aws"}}],
            "current-context": "aws",
            "users": [{"name": "aws", "user": {"exec": call}}],
        }

    # Lifted one by one: inside `all` the SDK hands out plain dicts.
    authority_data = cluster.certificate_authority.apply(lambda found: found.data)
    parts = pulumi.Output.all(cluster.name, cluster.endpoint, authority_data, cluster.arn, dict(credentials))
    return parts.apply(build)
