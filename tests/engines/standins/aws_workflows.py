"""What Amazon's managed Airflow refuses: the network, the bucket and the role it could not start with."""

import json
import re
from typing import Any

from .cloud import Refused
from .wire import has_unknowns

ENVIRONMENT = "aws:mwaa/environment:Environment"
# As the service's own model lists them, 2026-11-27.
VERSIONS = ("2.7.2", "2.8.1", "2.9.2", "2.10.1", "2.10.3", "2.11.0", "3.0.6")
CLASSES = ("mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge")
SERVICES = {"airflow.amazonaws.com", "airflow-env.amazonaws.com"}
LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")


def objections(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """What the provider and the service say of one environment by itself."""
    if token != ENVIRONMENT:
        return []
    found = []
    if not re.fullmatch(r"[a-zA-Z][0-9a-zA-Z_-]{0,79}", inputs.get("name", "")):
        found.append(("name", f"{inputs.get('name')!r} is no name of an environment"))
    if inputs.get("airflowVersion") not in VERSIONS:
        found.append(("airflowVersion", f"{inputs.get('airflowVersion')!r} is none of {VERSIONS}"))
    if inputs.get("environmentClass", "mw1.small") not in CLASSES:
        found.append(("environmentClass", f"{inputs.get('environmentClass')!r} is none of {CLASSES}"))
    if inputs.get("dagS3Path", "").startswith("/"):
        found.append(("dagS3Path", "a path inside the bucket does not begin with a slash"))
    fewest, most = (
        int(inputs.get(key) or default) for key, default in (("minWorkers", 1), ("maxWorkers", 10))
    )
    if not 1 <= fewest <= most <= 25:
        found.append(("minWorkers", f"{fewest} to {most} workers, of at most 25"))
    for part, logs in (inputs.get("loggingConfiguration") or {}).items():
        if logs.get("logLevel", "INFO") not in LEVELS:
            found.append((f"loggingConfiguration.{part}", f"{logs['logLevel']!r} is none of {LEVELS}"))
    network = inputs.get("networkConfiguration") or {}
    subnets = network.get("subnetIds") or []
    if not has_unknowns(subnets) and len(subnets) != 2:
        found.append(("networkConfiguration", f"{len(subnets)} subnets, of which it takes exactly two"))
    if not has_unknowns(network) and not network.get("securityGroupIds"):
        found.append(("networkConfiguration", "at least one security group"))
    return found


def refuse_creation(token: str, inputs: dict[str, Any], objects: dict[str, dict[str, Any]]) -> None:
    """Raises: Refused for subnets in one zone or open to the world, a group its parts cannot meet in, a role it cannot take."""
    if token != ENVIRONMENT:
        return
    if any(item["type"] == token and item["inputs"]["name"] == inputs["name"] for item in objects.values()):
        raise Refused(f"ValidationException: Environment with name {inputs['name']} already exists")
    network = inputs["networkConfiguration"]
    subnets = [objects[subnet]["inputs"] for subnet in network["subnetIds"]]
    if len({subnet.get("availabilityZone") for subnet in subnets}) != 2:
        raise Refused("ValidationException: Subnets must be in two different Availability Zones")
    if any(subnet.get("mapPublicIpOnLaunch") for subnet in subnets):
        raise Refused("ValidationException: Subnets must be private")
    for group in network["securityGroupIds"]:
        if not _meets_itself(group, objects):
            raise Refused(
                f"ValidationException: security group {group} needs a self-referencing inbound rule; CREATE_FAILED"
            )
    role = next(
        (item for item in objects.values() if item["outputs"].get("arn") == inputs["executionRoleArn"]), None
    )
    if role is None or not _trusted(role["inputs"]["assumeRolePolicy"]) >= SERVICES:
        raise Refused(
            f"ValidationException: {inputs['executionRoleArn']} cannot be assumed by {sorted(SERVICES)}"
        )


def _meets_itself(group: str, objects: dict[str, dict[str, Any]]) -> bool:
    return any(
        item["type"] == "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
        and item["inputs"].get("securityGroupId") == group == item["inputs"].get("referencedSecurityGroupId")
        for item in objects.values()
    )


def _trusted(policy: str) -> set[str]:
    found: set[str] = set()
    for statement in json.loads(policy)["Statement"]:
        services = statement["Principal"].get("Service", [])
        found |= {services} if isinstance(services, str) else set(services)
    return found
