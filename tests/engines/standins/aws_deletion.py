"""What AWS refuses to delete, because something still stands on it; and what goes along with what is deleted."""

from typing import Any

from . import aws_scaling
from .aws_rules import ID, Objects
from .cloud import Refused
from .wire import strings

# types that keep what they refer to from being deleted, by name or ARN: (user, property) -> the words AWS uses
_HOLDS = {
    (
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "role",
    ): "DeleteConflict: Cannot delete entity, must detach all policies first.",
    (
        "aws:iam/rolePolicy:RolePolicy",
        "role",
    ): "DeleteConflict: Cannot delete entity, must delete policies first.",
    (
        "aws:iam/instanceProfile:InstanceProfile",
        "role",
    ): "DeleteConflict: Cannot delete entity, must remove roles from instance profile first.",
    (
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "policyArn",
    ): "DeleteConflict: Cannot delete a policy attached to entities.",
    ("aws:eks/nodeGroup:NodeGroup", "clusterName"): "ResourceInUseException: Cluster has nodegroups attached",
    (
        "aws:lb/listener:Listener",
        "targetGroupArn",
    ): "ResourceInUse: Target group is currently in use by a listener or a rule",
    (
        "aws:lb/listenerRule:ListenerRule",
        "targetGroupArn",
    ): "ResourceInUse: Target group is currently in use by a listener or a rule",
    (
        "aws:cloudformation/stack:Stack",
        "TargetGroup",
    ): "ResourceInUse: Target group is currently in use by a listener or a rule",
    (
        "aws:rds/instance:Instance",
        "dbSubnetGroupName",
    ): "InvalidDBSubnetGroupStateFault: Cannot delete the subnet group because a DB instance is using it",
    (
        "aws:rds/instance:Instance",
        "parameterGroupName",
    ): "InvalidDBParameterGroupState: One or more database instances are still members of this parameter group",
    (
        "aws:wafv2/webAclAssociation:WebAclAssociation",
        "webAclArn",
    ): "WAFAssociatedItemException: AWS WAF couldn't perform the operation because your resource is being used",
}
# Parts that AWS removes along with the whole, by the property that names the whole.
_PARTS = {
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "securityGroupId",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "securityGroupId",
    "aws:ec2/securityGroupRule:SecurityGroupRule": "securityGroupId",
    "aws:ec2/route:Route": "routeTableId",
    "aws:lb/listener:Listener": "loadBalancerArn",
    "aws:lb/listenerRule:ListenerRule": "listenerArn",
    "aws:wafv2/webAclAssociation:WebAclAssociation": "resourceArn",
    "aws:eks/addon:Addon": "clusterName",
    "aws:eks/accessEntry:AccessEntry": "clusterName",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "clusterName",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "clusterName",
    "aws:autoscaling/attachment:Attachment": "autoscalingGroupName",
    "aws:autoscaling/schedule:Schedule": "autoscalingGroupName",
    "aws:autoscaling/policy:Policy": "autoscalingGroupName",
}


def whole(key: str, objects: Objects) -> set[str]:
    """The thing and everything that goes with it: what AWS made along with it, its parts, and theirs."""
    found, open_ends = {key}, [key]
    while open_ends:
        of = open_ends.pop()
        called = _called(of, objects)
        for other, item in objects.items():
            part = item.get("owner") == of or item["inputs"].get(_PARTS.get(item["type"], "")) in called
            if part and other not in found:
                found.add(other)
                open_ends.append(other)
    return found


def _called(key: str, objects: Objects) -> set[str]:
    item = objects[key]
    return {
        text
        for text in (key, item["inputs"].get("name"), item["outputs"].get("arn"))
        if isinstance(text, str) and text
    }


def refuse_deletion(key: str, objects: Objects) -> None:
    """Raises: Refused while something that does not go with it still stands on it."""
    going, called = whole(key, objects), _called(key, objects)
    aws_scaling.refuse_deletion(objects[key])
    if objects[key]["type"] == "aws:ec2/internetGateway:InternetGateway":
        _refuse_detaching(objects[key]["inputs"].get("vpcId"), objects)
    for other_key, other in objects.items():
        if other_key in going:
            continue
        if ID.fullmatch(key) and key in strings(other["inputs"]):
            raise Refused(
                f"DependencyViolation: {key!r} has a dependent object: {other_key!r} ({other['type']})"
            )
        for (token, name), words in _HOLDS.items():
            if other["type"] == token and called & set(_inside(other["inputs"], name)):
                raise Refused(f"{words} ({other_key!r})")


def _refuse_detaching(vpc: str | None, objects: Objects) -> None:
    """An internet gateway stays while the network has public addresses: of NAT gateways and of load balancers."""
    for other_key, other in objects.items():
        balancer = other["type"] == "aws:lb/loadBalancer:LoadBalancer" and not other["inputs"].get("internal")
        nat = other["type"] == "aws:ec2/natGateway:NatGateway"
        held = other["inputs"].get("subnets") or [] if balancer else [other["inputs"].get("subnetId")] * nat
        if any(objects.get(subnet, {}).get("inputs", {}).get("vpcId") == vpc for subnet in held):
            raise Refused(
                f"DependencyViolation: Network {vpc!r} has some mapped public address(es): {other_key!r}"
            )


def _inside(value: Any, name: str) -> list[str]:
    """Texts of every property of that name, however deep."""
    if isinstance(value, dict):
        own = [value[name]] if isinstance(value.get(name), str) else []
        return own + [text for item in value.values() for text in _inside(item, name)]
    return [text for item in value for text in _inside(item, name)] if isinstance(value, list) else []
