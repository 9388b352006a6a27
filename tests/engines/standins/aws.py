"""Stand-in for pulumi-resource-aws: durable types in moto, everything else in the run's JSON file."""

import functools
import hashlib
import json
import os
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from . import aws_deletion, aws_entrance, aws_identities, aws_rds, aws_rules, aws_syntax, schema
from .aws_functions import FUNCTIONS
from .aws_made import byproducts, computed, made_id
from .aws_rules import ACCOUNT
from .cloud import Cloud, Refused
from .provider import ResourceProvider
from .serving import serve
from .stores import STORES, Store
from .wire import name_of

# A change of these makes a new resource; durable types say so themselves, in stores/.
_FIXED: dict[str, tuple[str, ...]] = {
    "aws:ec2/vpc:Vpc": ("cidrBlock", "ipv4IpamPoolId"),
    "aws:ec2/subnet:Subnet": ("cidrBlock", "vpcId", "availabilityZone", "availabilityZoneId"),
    "aws:ec2/securityGroup:SecurityGroup": ("name", "description", "vpcId"),
    "aws:ec2/natGateway:NatGateway": ("subnetId", "allocationId", "connectivityType"),
    "aws:ec2/eip:Eip": ("domain",),
    "aws:ec2/routeTable:RouteTable": ("vpcId",),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("subnetId",),
    "aws:ec2/route:Route": ("routeTableId", "destinationCidrBlock"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("vpcId", "serviceName", "vpcEndpointType"),
    "aws:iam/role:Role": ("name", "path"),
    "aws:iam/rolePolicy:RolePolicy": ("name", "role"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role", "policyArn"),
    "aws:eks/cluster:Cluster": (
        "name",
        "roleArn",
        "encryptionConfig",
        "kubernetesNetworkConfig",
        "bootstrapSelfManagedAddons",
    ),
    "aws:eks/nodeGroup:NodeGroup": (
        *(
            "clusterName",
            "nodeGroupName",
            "nodeRoleArn",
            "subnetIds",
            "instanceTypes",
            "amiType",
            "capacityType",
            "diskSize",
        ),
        "remoteAccess",
    ),
    "aws:eks/addon:Addon": ("clusterName", "addonName"),
    "aws:eks/accessEntry:AccessEntry": ("clusterName", "principalArn", "type"),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": (
        "clusterName",
        "principalArn",
        "policyArn",
        "accessScope",
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ("clusterName", "namespace", "serviceAccount"),
    "aws:lb/loadBalancer:LoadBalancer": ("name", "internal", "loadBalancerType"),
    "aws:lb/targetGroup:TargetGroup": ("name", "port", "protocol", "vpcId", "targetType"),
    "aws:lb/listener:Listener": ("loadBalancerArn",),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("name",),
    "aws:cloudwatch/dashboard:Dashboard": ("dashboardName",),
    "aws:lb/listenerRule:ListenerRule": ("listenerArn",),
    "aws:wafv2/webAcl:WebAcl": ("name", "scope"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": ("resourceArn", "webAclArn"),
    "aws:cloudformation/stack:Stack": ("name", "onFailure"),
    "aws:mwaa/environment:Environment": ("name", "kmsKey", "endpointManagement"),
    "aws:autoscaling/attachment:Attachment": ("autoscalingGroupName", "lbTargetGroupArn"),
    "aws:autoscaling/group:Group": ("name", "availabilityZones"),
    "aws:autoscaling/policy:Policy": ("name", "autoscalingGroupName"),
    "aws:ec2/launchTemplate:LaunchTemplate": ("name",),
    "aws:iam/instanceProfile:InstanceProfile": ("name", "path"),
    "aws:cloudwatch/logGroup:LogGroup": ("name",),
    **aws_rds.FIXED,
}
# "name" means a name in the service here; elsewhere (VPC and its kin) it is only a tag.
_UNNAMED = ("aws:ec2/vpc", "aws:ec2/subnet", "aws:ec2/routeTable", "aws:ec2/natGateway", "aws:ec2/eip")


class Aws(ResourceProvider):
    """Keeps AWS's own rules: names, references, what cannot be changed, what cannot be deleted yet."""

    package = "aws"
    version = "7.51.1"

    @property
    def region(self) -> str:
        return (
            self.config.get("region")
            or os.environ.get("AWS_REGION")
            or os.environ.get("AWS_DEFAULT_REGION")
            or "us-east-1"
        )

    @property
    def default_tags(self) -> dict[str, str]:
        return (self.config.get("defaultTags") or {}).get("tags") or {}

    def Configure(self, request: pb.ConfigureRequest, context: grpc.ServicerContext) -> pb.ConfigureResponse:
        answer = super().Configure(request, context)
        allowed = self.config.get("allowedAccountIds")
        if allowed and ACCOUNT not in allowed:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"AWS account ID not allowed: {ACCOUNT}")
        return answer

    @functools.cache  # noqa: B019 - one provider per process, it lives as long as the cache
    def store(self, token: str) -> Store | None:
        found = STORES.get(token)
        return found(region=self.region, account=ACCOUNT, default_tags=self.default_tags) if found else None

    @functools.cached_property
    def databases(self) -> aws_rds.Shadow:
        return aws_rds.Shadow(region=self.region)

    def keeper(self, token: str, *, id: str = "", inputs: dict[str, Any] | None = None) -> Store | None:
        """Where this one thing is: in moto, or (None) in the run's file."""
        store = self.store(token)
        if store is None or not store.mixed:
            return store
        rented = id in self.cloud.objects() if inputs is None else not store.durable(inputs)
        return None if rented else store

    # ---- before anything is made

    def complete(self, token: str, urn: str, inputs: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
        known = (schema.resource(token) or {"inputs": {}})["inputs"]
        for name in ("name", "bucket", "nodeGroupName"):
            mine = name in known and name not in inputs and f"{name}Prefix" not in inputs
            if (
                not mine
                or (name == "bucket" and token != "aws:s3/bucket:Bucket")
                or (name == "name" and token.startswith(_UNNAMED))
            ):
                continue
            suffix = hashlib.sha1(urn.encode()).hexdigest()[:7]
            inputs[name] = olds.get(name) or f"{name_of(urn)}-{suffix}"
        return inputs

    def objections(self, token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
        return aws_syntax.objections(token, inputs)

    def comparable(self, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        store = STORES.get(token)
        defaults = store.defaults if store else {}
        kept = {key: item for key, value in inputs.items() if (item := _essence(value)) is not None}
        return {key: value for key, value in kept.items() if value != _essence(defaults.get(key))}

    def replaced_by(
        self, token: str, changed: list[str], olds: dict[str, Any], news: dict[str, Any]
    ) -> list[str]:
        store = STORES.get(token)
        fixed = store.fixed if store else _FIXED.get(token, ())
        replaced = [key for key in changed if key in fixed]
        if token == "aws:eks/cluster:Cluster" and "accessConfig" in changed:
            creator = "bootstrapClusterCreatorAdminPermissions"
            if olds.get("accessConfig", {}).get(creator) != news.get("accessConfig", {}).get(creator):
                replaced.append("accessConfig")
        return replaced

    # ---- the cloud

    def create(self, token: str, urn: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if store := self.keeper(token, inputs=inputs):
            id = store.create(inputs)
            return id, self._stored(token, store, id, inputs)
        self._ask_the_stores(token, inputs)
        with self.cloud.changing() as content:
            objects = content["objects"]
            aws_rules.refuse_creation(token, inputs, objects)
            content["sequence"] += 1
            id = made_id(token, inputs, content["sequence"])
            if id in objects:
                raise Refused(f"AlreadyExists: {token} {id!r} exists already")
            outputs = self._outputs(token, id, inputs)
            if token == aws_rds.INSTANCE:
                outputs |= self.databases.make(inputs)
            objects[id] = {"type": token, "urn": urn, "inputs": inputs, "outputs": outputs}
            objects |= byproducts(token, id, outputs)
        return id, outputs

    def _ask_the_stores(self, token: str, inputs: dict[str, Any]) -> None:
        """What AWS tries by itself before it makes a thing of the run's file. Raises: Refused."""
        if boundary := inputs.get("permissionsBoundary"):
            policies = self.store(aws_identities.POLICY)
            if policies is None or policies.read(boundary) is None:
                raise Refused(f"NoSuchEntity: Scope ARN {boundary!r} does not exist or is not attachable")
        logs = inputs.get("accessLogs") or {}
        if token == aws_entrance.BALANCER and logs.get("enabled"):
            policies = self.store("aws:s3/bucketPolicy:BucketPolicy")
            found = policies.read(logs["bucket"]) if policies else None
            aws_entrance.refuse_writing((found or {}).get("policy"), logs["bucket"], account=ACCOUNT)
        if token == aws_entrance.STACK:
            secrets = self.store("aws:secretsmanager/secret:Secret")
            for arn in aws_entrance.secrets_of(inputs):
                if secrets is None or secrets.read(arn) is None:
                    raise Refused(
                        f"ROLLBACK_COMPLETE: Secrets Manager can't find the specified secret {arn!r}"
                    )

    def read(
        self, token: str, urn: str, id: str, inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        if store := self.keeper(token, id=id):
            found = store.read(id)
            if found is None:
                return None
            found |= {name: inputs[name] for name in store.local if name in inputs}
            return found, self._stored(token, store, id, found)
        item = self.cloud.objects().get(id)
        return (item["inputs"], item["outputs"]) if item else None

    def update(
        self, token: str, urn: str, id: str, olds: dict[str, Any], news: dict[str, Any]
    ) -> dict[str, Any]:
        if store := self.keeper(token, id=id):
            if store.read(id) is None:
                raise Refused(f"{token} {id!r} is gone: run `pulumi refresh`")
            store.update(id, olds, news)
            return self._stored(token, store, id, news)
        with self.cloud.changing() as content:
            item = content["objects"].get(id)
            if item is None:
                raise Refused(f"NotFound: {token} {id!r}")
            if token == aws_rds.INSTANCE:
                self.databases.change(olds, news)
            kept = {key: value for key, value in item["outputs"].items() if key not in item["inputs"]}
            item["inputs"] = news
            item["outputs"] = {
                **kept,
                **self._outputs(token, id, news),
                **{k: v for k, v in kept.items() if k not in news and k != "tagsAll"},
            }
            return item["outputs"]

    def delete(self, token: str, urn: str, id: str, state: dict[str, Any]) -> None:
        if store := self.keeper(token, id=id):
            aws_identities.refuse_deletion(id, self.cloud.objects())
            return store.delete(id, state)
        with self.cloud.changing() as content:
            objects = content["objects"]
            if id not in objects:
                return None
            aws_deletion.refuse_deletion(id, objects)
            if token == aws_rds.INSTANCE:
                self.databases.end(state)
            for gone in aws_deletion.whole(id, objects):
                del objects[gone]
        return None

    def invoke(self, token: str, args: dict[str, Any]) -> dict[str, Any]:
        function = FUNCTIONS.get(token)
        return function(self.region, args) if function else super().invoke(token, args)

    # ---- what comes back

    def _stored(self, token: str, store: Store, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {**self._defaults(token, id, inputs), **inputs, **store.outputs(id, inputs)}

    def _outputs(self, token: str, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {**self._defaults(token, id, inputs), **inputs, **computed(token, id, inputs, self.region)}

    def _defaults(self, token: str, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Some value of the right type for every output that nothing here cares about."""
        found = schema.resource(token) or {"outputs": {}}
        values: dict[str, Any] = {
            "array": [],
            "map": {},
            "integer": 0,
            "number": 0,
            "boolean": False,
            "string": "",
        }
        outputs = {name: values[spec[0]] for name, spec in found["outputs"].items() if spec[0] in values}
        service = token.split(":")[1].split("/")[0]
        if "arn" in outputs:
            kind = token.split(":")[-1].lower()
            place = "" if service == "iam" else self.region
            outputs["arn"] = (
                f"arn:aws:{service}:{place}:{ACCOUNT}:{kind}/{id if ':' not in id else id.rsplit(':', 1)[-1]}"
            )
        if "region" in outputs:
            outputs["region"] = self.region
        if "ownerId" in outputs:
            outputs["ownerId"] = ACCOUNT
        if "tagsAll" in outputs:
            outputs["tagsAll"] = {**self.default_tags, **(inputs.get("tags") or {})}
        return outputs


def _essence(value: Any) -> Any:
    """What a value says; None when it says nothing. The published provider cannot tell false, "" and {} from absent."""
    if isinstance(value, dict):
        found = {key: item for key, inner in value.items() if (item := _essence(inner)) is not None}
        return found or None
    if isinstance(value, list):
        return [_essence(item) for item in value] or None
    if isinstance(value, str) and value[:1] == "{":
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except json.JSONDecodeError:
            return value
    if value in ("", False, 0, None):
        return None
    if value is True:
        return "true"
    try:
        return str(float(value))
    except (TypeError, ValueError):
        return value


if __name__ == "__main__":
    serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(Aws(Cloud()), server))
