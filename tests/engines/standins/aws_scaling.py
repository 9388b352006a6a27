"""What EC2 and its Auto Scaling refuse of launch templates, scaling groups, warm pools and scaling policies."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from .cloud import Refused
from .wire import has_unknowns

Objects = dict[str, dict[str, Any]]

GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
POLICY = "aws:autoscaling/policy:Policy"
PROFILE = "aws:iam/instanceProfile:InstanceProfile"
ROLE, ROLE_POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
DATABASE = "aws:rds/instance:Instance"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
# What a start reads or becomes. A name of a secret may have an exclamation mark, as that of RDS has.
_ASKED = re.compile(
    r"arn:aws:(?:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@!-]+|iam::\d{12}:role/[\w+=,.@-]+)"
)

_IMAGE = re.compile(r"ami-[0-9a-f]{8,17}|resolve:ssm:/?[\w.-]+(?:/[\w.-]+)*(?::\d+)?")
_LIMIT_BYTES = 16 * 1024
_SPOT = {"price-capacity-optimized", "capacity-optimized", "capacity-optimized-prioritized", "lowest-price"}
_PROCESSES = {
    *("Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck"),
    *("InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions"),
}
_PREDEFINED = {
    *("ASGAverageCPUUtilization", "ASGAverageNetworkIn", "ASGAverageNetworkOut", "ALBRequestCountPerTarget"),
}


def objections(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """(property, reason) for what is refused by syntax alone."""
    looks = {GROUP: _group, TEMPLATE: _template, POLICY: _policy}
    return list(looks[token](inputs)) if token in looks else []


def refuse_creation(token: str, inputs: dict[str, Any], objects: Objects) -> None:
    """Raises: Refused for machines that could not be launched, or would never come to life."""
    if token == TEMPLATE:
        _refuse_profile(inputs, objects)
    if token == GROUP:
        _refuse_launch(inputs, objects)


def refuse_deletion(item: dict[str, Any]) -> None:
    """Raises: Refused while there is a warm pool that nobody said to delete."""
    told = str(item["inputs"].get("forceDeleteWarmPool", False)).lower() == "true"
    if item["type"] == GROUP and item["inputs"].get("warmPool") and not told:
        raise Refused("ResourceInUse: the group has a warm pool; delete it first")


def _template(inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    image = inputs.get("imageId")
    if image and not has_unknowns(image) and not _IMAGE.fullmatch(image):
        yield "imageId", f"InvalidAMIID.Malformed: {image!r}"
    text = inputs.get("userData")
    if text and not has_unknowns(text):
        try:
            plain = base64.b64decode(text, validate=True)
        except binascii.Error:
            yield "userData", "InvalidUserData.Malformed: Invalid BASE64 encoding of user data"
        else:
            if len(plain) > _LIMIT_BYTES:
                yield "userData", f"InvalidUserData.Malformed: {len(plain)} bytes, at most {_LIMIT_BYTES}"
    if (inputs.get("metadataOptions") or {}).get("httpTokens", "optional") not in ("optional", "required"):
        yield "metadataOptions.httpTokens", "InvalidParameterValue"
    if inputs.get("vpcSecurityGroupIds") and inputs.get("networkInterfaces"):
        yield "vpcSecurityGroupIds", "InvalidParameterCombination: network interfaces bring their own"


def _group(inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    least, most = int(inputs["minSize"]), int(inputs["maxSize"])
    wanted = int(inputs.get("desiredCapacity", least))
    if not 0 <= least <= wanted <= most:
        yield "desiredCapacity", f"ValidationError: not {least} <= {wanted} <= {most}"
    ways = [
        name for name in ("launchTemplate", "mixedInstancesPolicy", "launchConfiguration") if inputs.get(name)
    ]
    if len(ways) != 1:
        yield "launchTemplate", f"ValidationError: exactly one way to launch is needed, not {ways}"
    if inputs.get("warmPool") and inputs.get("mixedInstancesPolicy"):
        yield (
            "warmPool",
            "ValidationError: not on a group that has a mixed instances policy or requests Spot Instances",
        )
    yield from _warm(inputs.get("warmPool") or {})
    yield from _mix(inputs.get("mixedInstancesPolicy") or {})
    if unknown := set(inputs.get("suspendedProcesses") or []) - _PROCESSES:
        yield "suspendedProcesses", f"ValidationError: {sorted(unknown)}"
    if inputs.get("healthCheckType", "EC2") not in ("EC2", "ELB"):
        yield "healthCheckType", f"ValidationError: {inputs['healthCheckType']!r}"
    for hook in inputs.get("initialLifecycleHooks") or []:
        if not 30 <= int(hook.get("heartbeatTimeout", 3600)) <= 7200:
            yield "initialLifecycleHooks", "ValidationError: heartbeat timeout is 30 to 7200 seconds"
    wishes = (inputs.get("instanceRefresh") or {}).get("preferences") or {}
    low, high = int(wishes.get("minHealthyPercentage", 90)), int(wishes.get("maxHealthyPercentage", 100))
    if not (0 <= low <= 100 <= high <= 200 and high - low <= 100):
        yield "instanceRefresh", f"ValidationError: healthy percentages {low} to {high}"


def _warm(pool: dict[str, Any]) -> Iterator[tuple[str, str]]:
    least, most = int(pool.get("minSize", 0)), int(pool.get("maxGroupPreparedCapacity", -1))
    if pool.get("poolState", "Stopped") not in ("Stopped", "Running", "Hibernated"):
        yield "warmPool", f"ValidationError: {pool['poolState']!r} is no state of a warm pool"
    # -1 is "as many as the group may ever have".
    if most != -1 and not 0 <= least <= most:
        yield "warmPool", f"ValidationError: MinSize {least} is above MaxGroupPreparedCapacity {most}"


def _mix(mix: dict[str, Any]) -> Iterator[tuple[str, str]]:
    shares = mix.get("instancesDistribution") or {}
    if not 0 <= int(shares.get("onDemandPercentageAboveBaseCapacity", 100)) <= 100:
        yield "mixedInstancesPolicy", "ValidationError: a percentage is 0 to 100"
    if shares.get("spotAllocationStrategy", "lowest-price") not in _SPOT:
        yield "mixedInstancesPolicy", f"ValidationError: {shares['spotAllocationStrategy']!r}"
    if shares.get("onDemandAllocationStrategy", "prioritized") not in ("prioritized", "lowest-price"):
        yield "mixedInstancesPolicy", f"ValidationError: {shares['onDemandAllocationStrategy']!r}"


def _policy(inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if inputs.get("policyType") != "TargetTrackingScaling":
        return
    tracking = inputs.get("targetTrackingConfiguration") or {}
    own, given = tracking.get("customizedMetricSpecification"), tracking.get("predefinedMetricSpecification")
    if bool(own) == bool(given):
        yield "targetTrackingConfiguration", "ValidationError: either a predefined metric or one of your own"
    if given and given.get("predefinedMetricType") not in _PREDEFINED:
        yield "targetTrackingConfiguration", f"ValidationError: {given.get('predefinedMetricType')!r}"
    if (
        own
        and not own.get("metrics")
        and not all(own.get(key) for key in ("metricName", "namespace", "statistic"))
    ):
        yield (
            "targetTrackingConfiguration",
            "ValidationError: a metric has a name, a namespace and a statistic",
        )
    for foreign in ("adjustmentType", "scalingAdjustment", "cooldown", "stepAdjustments"):
        if inputs.get(foreign):
            yield foreign, "ValidationError: not with TargetTrackingScaling"


def _refuse_profile(inputs: dict[str, Any], objects: Objects) -> None:
    wanted = inputs.get("iamInstanceProfile") or {}
    profiles = [item for item in objects.values() if item["type"] == PROFILE]
    for key, has in (("arn", "outputs"), ("name", "inputs")):
        if wanted.get(key) and not any(item[has].get(key) == wanted[key] for item in profiles):
            raise Refused(f"InvalidParameterValue: Invalid IAM Instance Profile {wanted[key]!r}")


def _refuse_launch(inputs: dict[str, Any], objects: Objects) -> None:
    one = inputs.get("launchTemplate") or {}
    mix = (inputs.get("mixedInstancesPolicy") or {}).get("launchTemplate") or {}
    which = mix.get("launchTemplateSpecification") or {}
    key = one.get("id") or which.get("launchTemplateId")
    template = objects[key]["inputs"]
    kinds = [other.get("instanceType") for other in mix.get("overrides") or []]
    if not template.get("imageId"):
        raise Refused("ValidationError: You must use a valid fully-formed launch template. No image is named")
    if not template.get("instanceType") and not all(kinds or [None]):
        raise Refused(
            "ValidationError: You must use a valid fully-formed launch template. No instance type is named"
        )
    subnets = inputs.get("vpcZoneIdentifiers") or []
    networks = {objects[subnet]["inputs"]["vpcId"] for subnet in subnets}
    if len(networks) != 1:
        raise Refused(f"ValidationError: the subnets are of {len(networks)} networks")
    for group in template.get("vpcSecurityGroupIds") or []:
        if objects[group]["inputs"].get("vpcId") not in networks:
            raise Refused(
                f"InvalidParameter: Security group {group} and the subnets are of different networks"
            )
    _refuse_silent_start(inputs, template, subnets, objects)


def _refuse_silent_start(
    inputs: dict[str, Any], template: dict[str, Any], subnets: list[str], objects: Objects
) -> None:
    """A machine with something to fetch at its start needs a way out; one that must say it is ready, the right to."""
    from .aws_rules import has_way_out

    if template.get("userData") and not all(has_way_out(subnet, objects) for subnet in subnets):
        raise Refused("timeout while waiting for capacity: the machines' start cannot reach anything")
    _refuse_forbidden(template, objects)
    launching = [
        hook
        for hook in inputs.get("initialLifecycleHooks") or []
        if "LAUNCHING" in hook["lifecycleTransition"]
    ]
    told = any(
        "autoscaling:CompleteLifecycleAction" in policy and f"/{inputs['name']}" in policy
        for policy in _policies(template, objects)
    )
    if launching and not told:
        raise Refused("timeout while waiting for capacity: no machine may complete its lifecycle action")


def _roles(template: dict[str, Any], objects: Objects) -> set[str]:
    """Names of what the machines are; there is one."""
    profile = (template.get("iamInstanceProfile") or {}).get("arn")
    return {
        item["inputs"]["role"]
        for item in objects.values()
        if item["type"] == PROFILE and item["outputs"].get("arn") == profile and item["inputs"].get("role")
    }


def _policies(template: dict[str, Any], objects: Objects) -> list[str]:
    roles = _roles(template, objects)
    return [
        item["inputs"]["policy"]
        for item in objects.values()
        if item["type"] == ROLE_POLICY and item["inputs"].get("role") in roles
    ]


def _refuse_forbidden(template: dict[str, Any], objects: Objects) -> None:
    """What the start asks for by name it must be allowed: secrets, a role to become, a database behind its own group."""
    text = base64.b64decode(template.get("userData") or "").decode()
    allowed = _policies(template, objects)
    for arn in sorted(set(_ASKED.findall(text))):
        if not any(f'"{arn}"' in policy for policy in allowed):
            raise Refused(
                f"timeout while waiting for capacity: AccessDenied for {arn} at the machines' start"
            )
        if ":role/" in arn:
            _refuse_distrust(arn, _roles(template, objects), objects)
    for item in objects.values():
        if item["type"] == DATABASE and item["outputs"].get("address", "nowhere") in text:
            _refuse_unreached(template, item, objects)


def _refuse_distrust(wanted: str, mine: set[str], objects: Objects) -> None:
    roles = [item for item in objects.values() if item["type"] == ROLE]
    own = [item["outputs"]["arn"] for item in roles if item["outputs"].get("name") in mine]
    (trust,) = (item["inputs"]["assumeRolePolicy"] for item in roles if item["outputs"].get("arn") == wanted)
    if not any(f'"{arn}"' in trust for arn in own):
        raise Refused(f"timeout while waiting for capacity: {wanted} does not trust the machines' role")


def _refuse_unreached(template: dict[str, Any], database: dict[str, Any], objects: Objects) -> None:
    port = int(database["inputs"].get("port", 5432))
    mine, its = set(template.get("vpcSecurityGroupIds") or []), set(database["inputs"]["vpcSecurityGroupIds"])
    for kind, here, there in ((EGRESS, mine, its), (INGRESS, its, mine)):
        if not any(
            item["type"] == kind
            and item["inputs"]["securityGroupId"] in here
            and item["inputs"].get("referencedSecurityGroupId") in there
            and int(item["inputs"]["fromPort"]) <= port <= int(item["inputs"]["toPort"])
            for item in objects.values()
        ):
            raise Refused(f"timeout while waiting for capacity: no rule ({kind}) leads to the database")
