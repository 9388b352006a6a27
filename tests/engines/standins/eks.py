"""Stand-in for pulumi-resource-eks 4.4.0: `eks:index:Cluster` with the children, names and defaults of the published component.

Made: service role, default security groups, control plane, kube-proxy, VPC CNI and CoreDNS add-ons, access entries,
OIDC provider, the component's own Kubernetes provider. Refused, because the platform switches it off: the default node
group, Fargate, Auto Mode, storage classes, the aws-auth ConfigMap. Nodes and all else are the program's own resources.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import main

from . import eks_arguments, eks_parts
from .serving import leave_with_parent


class Cluster(pulumi.ComponentResource):
    """The children of `eks:index:Cluster`, in the order and with the dependencies of the published component."""

    def __init__(self, name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        super().__init__("eks:index:Cluster", name, None, opts)
        self.name, self.args = name, args
        eks_arguments.refuse(args)
        self.own = pulumi.ResourceOptions(parent=self)
        self.group = None if args.get("skipDefaultSecurityGroups") else self._cluster_group()
        self.cluster = self._control_plane()
        self.kubeconfig = eks_parts.kubeconfig(self.cluster, args.get("providerCredentialOpts") or {})
        self.provider = kubernetes.Provider(
            f"{name}-eks-k8s",
            kubeconfig=pulumi.Output.json_dumps(self.kubeconfig),
            enable_config_map_mutable=args.get("enableConfigMapMutable"),
            opts=self.own,
        )
        entries = self._access_entries()
        self._addon("kube-proxy", args.get("kubeProxyAddonOptions") or {})
        self._network_addon(entries)
        self._dns_addon()
        self.oidc = self._oidc_provider() if args.get("createOidcProvider") else None
        self.node_group = None if args.get("skipDefaultSecurityGroups") else self._node_group()
        self.state = self._state()
        self.register_outputs(self.state)

    def _tags(self, extra: Any, name: str | None = None) -> Any:
        def merge(parts: list[Any]) -> dict[str, str]:
            return {**({"Name": name} if name else {}), **(parts[1] or {}), **(parts[0] or {})}

        return pulumi.Output.all(self.args.get("tags"), extra).apply(merge)

    def _control_plane(self) -> aws.eks.Cluster:
        args, name = self.args, self.name
        given = args.get("serviceRole")
        role = None
        if given is None:
            policies = ["AmazonEKSClusterPolicy"]
            role = eks_parts.ServiceRole(
                f"{name}-eksRole",
                service="eks.amazonaws.com",
                policies=policies,
                tags=args.get("tags"),
                opts=self.own,
            )
        mode = args.get("authenticationMode")
        access = (
            {"authentication_mode": mode, "bootstrap_cluster_creator_admin_permissions": True}
            if mode
            else None
        )
        key = args.get("encryptionConfigKeyArn")
        return aws.eks.Cluster(
            f"{name}-eksCluster",
            name=args.get("name"),
            role_arn=role.role.arn
            if role
            else pulumi.Output.from_input(given).apply(lambda found: found.arn),
            bootstrap_self_managed_addons=_default(args.get("bootstrapSelfManagedAddons"), True),
            vpc_config={
                "security_group_ids": [self.group.id] if self.group else None,
                "subnet_ids": self._subnets(),
                "endpoint_private_access": args.get("endpointPrivateAccess"),
                "endpoint_public_access": args.get("endpointPublicAccess"),
                "public_access_cidrs": args.get("publicAccessCidrs"),
            },
            version=args.get("version"),
            enabled_cluster_log_types=args.get("enabledClusterLogTypes"),
            tags=self._tags(args.get("clusterTags"), f"{name}-eksCluster"),
            encryption_config={"provider": {"key_arn": key}, "resources": ["secrets"]} if key else None,
            kubernetes_network_config=self._network_config(),
            access_config=access,
            upgrade_policy=args.get("upgradePolicy"),
            deletion_protection=args.get("deletionProtection"),
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=[
                    "accessConfig.bootstrapClusterCreatorAdminPermissions",
                    "bootstrapSelfManagedAddons",
                ],
                depends_on=role.ready if role else None,
            ),
        )

    def _subnets(self) -> Any:
        args = self.args
        if args.get("subnetIds") is not None:
            return args["subnetIds"]
        halves = pulumi.Output.all(args.get("publicSubnetIds") or [], args.get("privateSubnetIds") or [])
        return halves.apply(lambda both: [*both[0], *both[1]])

    def _network_config(self) -> Any:
        block, family = self.args.get("kubernetesServiceIpAddressRange"), self.args.get("ipFamily")
        return {"service_ipv4_cidr": block, "ip_family": family or "ipv4"} if block or family else None

    def _access_entries(self) -> list[pulumi.Resource]:
        entries: list[pulumi.Resource] = []
        for key, entry in (self.args.get("accessEntries") or {}).items():
            made = aws.eks.AccessEntry(
                f"{self.name}-{key}",
                cluster_name=self.cluster.name,
                principal_arn=entry["principalArn"],
                kubernetes_groups=entry.get("kubernetesGroups"),
                user_name=entry.get("username"),
                type=entry.get("type"),
                tags=entry.get("tags"),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.cluster]),
            )
            entries.append(made)
            for policy, association in (entry.get("accessPolicies") or {}).items():
                aws.eks.AccessPolicyAssociation(
                    f"{self.name}-{key}-{policy}",
                    cluster_name=self.cluster.name,
                    principal_arn=entry["principalArn"],
                    policy_arn=association["policyArn"],
                    access_scope=association["accessScope"],
                    opts=pulumi.ResourceOptions(parent=made, depends_on=[made]),
                )
        return entries

    def _addon(
        self,
        addon: str,
        options: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
        name: str = "",
    ) -> None:
        if options.get("enabled") is False:
            return
        version = options.get("version") or options.get("addonVersion")
        configuration = options.get("configurationValues")
        aws.eks.Addon(
            name or f"{self.name}-{addon}",
            cluster_name=self.cluster.name,
            addon_name=addon,
            addon_version=version or self._newest(addon),
            preserve=True,
            resolve_conflicts_on_create=options.get("resolveConflictsOnCreate") or "OVERWRITE",
            resolve_conflicts_on_update=options.get("resolveConflictsOnUpdate") or "OVERWRITE",
            configuration_values=pulumi.Output.json_dumps(configuration) if configuration else None,
            service_account_role_arn=options.get("serviceAccountRoleArn"),
            tags=self.args.get("tags"),
            opts=opts or self.own,
        )

    def _newest(self, addon: str) -> pulumi.Output[str]:
        options = pulumi.InvokeOptions(parent=self)
        found = aws.eks.get_addon_version_output(
            addon_name=addon, kubernetes_version=self.cluster.version, most_recent=True, opts=options
        )
        return found.version

    def _network_addon(self, entries: list[pulumi.Resource]) -> None:
        if self.args.get("useDefaultVpcCni"):
            return
        holder = pulumi.ComponentResource(
            "eks:index:VpcCniAddon",
            f"{self.name}-vpc-cni",
            None,
            pulumi.ResourceOptions(parent=self, depends_on=entries),
        )
        own = pulumi.ResourceOptions(parent=holder, depends_on=entries)
        self._addon("vpc-cni", self.args.get("vpcCniOptions") or {}, own, f"{self.name}-vpc-cni")

    def _dns_addon(self) -> None:
        options = self.args.get("corednsAddonOptions") or {}
        asked_for = options.get("enabled") is True or options.get("configurationValues")
        if asked_for:
            self._addon("coredns", options)

    def _oidc_provider(self) -> aws.iam.OpenIdConnectProvider:
        return aws.iam.OpenIdConnectProvider(
            f"{self.name}-oidcProvider",
            client_id_lists=["sts.amazonaws.com"],
            url=self.cluster.identities.apply(lambda found: found[0].oidcs[0].issuer),
            thumbprint_lists=["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
            opts=self.own,
        )

    def _cluster_group(self) -> aws.ec2.SecurityGroup:
        title = f"{self.name}-eksClusterSecurityGroup"
        group = aws.ec2.SecurityGroup(
            title,
            vpc_id=self.args.get("vpcId"),
            revoke_rules_on_delete=True,
            tags=self._tags(self.args.get("clusterSecurityGroupTags"), title),
            opts=self.own,
        )
        self._rule(
            "eksClusterInternetEgressRule",
            group,
            type="egress",
            protocol="-1",
            ports=(0, 0),
            cidr_blocks=["0.0.0.0/0"],
        )
        return group

    def _node_group(self) -> aws.ec2.SecurityGroup:
        assert self.group is not None
        title = f"{self.name}-nodeSecurityGroup"
        owned = self.cluster.name.apply(lambda cluster: {f"kubernetes.io/cluster/{cluster}": "owned"})
        group = aws.ec2.SecurityGroup(
            title,
            vpc_id=self.args.get("vpcId"),
            revoke_rules_on_delete=True,
            tags=self._tags(owned, title),
            opts=self.own,
        )
        source = {"source_security_group_id": self.group.id}
        self._rule("eksNodeIngressRule", group, type="ingress", protocol="-1", ports=(0, 0), itself=True)
        self._rule(
            "eksNodeClusterIngressRule", group, type="ingress", protocol="tcp", ports=(1025, 65535), **source
        )
        self._rule(
            "eksExtApiServerClusterIngressRule",
            group,
            type="ingress",
            protocol="tcp",
            ports=(443, 443),
            **source,
        )
        self._rule(
            "eksNodeInternetEgressRule",
            group,
            type="egress",
            protocol="-1",
            ports=(0, 0),
            cidr_blocks=["0.0.0.0/0"],
        )
        back = {"source_security_group_id": group.id}
        self._rule(
            "eksClusterIngressRule", self.group, type="ingress", protocol="tcp", ports=(443, 443), **back
        )
        return group

    def _rule(self, title: str, group: aws.ec2.SecurityGroup, *, ports: tuple[int, int], **rule: Any) -> None:
        own = {"self": rule.pop("itself")} if "itself" in rule else {}
        aws.ec2.SecurityGroupRule(
            f"{self.name}-{title}",
            security_group_id=group.id,
            from_port=ports[0],
            to_port=ports[1],
            opts=self.own,
            **rule,
            **own,
        )

    def _state(self) -> dict[str, Any]:
        cluster, issuer = self.cluster, self.cluster.identities.apply(lambda found: found[0].oidcs[0].issuer)
        made_by_eks = cluster.vpc_config.apply(lambda config: config.cluster_security_group_id)
        return {
            "eksCluster": cluster,
            "kubeconfig": self.kubeconfig,
            "kubeconfigJson": pulumi.Output.json_dumps(self.kubeconfig),
            "clusterSecurityGroup": self.group,
            "clusterSecurityGroupId": self.group.id if self.group else made_by_eks,
            "nodeSecurityGroup": self.node_group,
            "nodeSecurityGroupId": self.node_group.id if self.node_group else made_by_eks,
            "clusterIngressRuleId": "",
            "defaultNodeGroupAsgName": "",
            "fargateProfileId": "",
            "fargateProfileStatus": "",
            "autoModeNodeRoleName": "",
            "instanceRoles": [],
            "oidcProviderArn": self.oidc.arn if self.oidc else "",
            "oidcProviderUrl": issuer,
            "oidcIssuer": issuer.apply(lambda url: url.removeprefix("https://")),
            "core": {
                "cluster": cluster,
                "endpoint": cluster.endpoint,
                "vpcId": self.args.get("vpcId"),
                "subnetIds": self._subnets(),
                "kubeconfig": self.kubeconfig,
                "provider": self.provider,
            },
        }


def _default(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


class Eks(Provider):
    """The plugin: one component."""

    def __init__(self) -> None:
        super().__init__("4.4.0", json.dumps({"name": "eks", "version": "4.4.0"}))

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: Mapping[str, Any],
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        if resource_type != "eks:index:Cluster":
            raise ValueError(f"{resource_type}: this stand-in makes eks:index:Cluster only")
        cluster = Cluster(name, inputs, options)
        return ConstructResult(cluster.urn, cluster.state)


if __name__ == "__main__":
    leave_with_parent()
    main(Eks(), sys.argv[1:])
