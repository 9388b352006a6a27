"""What the stand-in for pulumi-resource-eks refuses: what the published component refuses, and what the platform switches off."""

from collections.abc import Mapping
from typing import Any

import pulumi

from . import schema
from .wire import UNKNOWN

_ABSENT = {
    "autoMode": "EKS Auto Mode",
    "fargate": "Fargate",
    "storageClasses": "storage classes",
    "nodeGroupOptions": "the default node group",
    "creationRoleProvider": "a creation role",
    "clusterSecurityGroup": "a given cluster security group",
    "roleMappings": "the aws-auth ConfigMap",
    "userMappings": "the aws-auth ConfigMap",
    "instanceRole": "the default node group",
    "instanceRoles": "the default node group",
}


def refuse(args: Mapping[str, Any]) -> None:
    problems = schema.check("eks:index:Cluster", _settled(dict(args)))
    if problems:
        raise ValueError(
            "; ".join(f"{problem.path}: {problem.kind}: {problem.message}" for problem in problems)
        )
    for name, what in _ABSENT.items():
        if args.get(name):
            raise ValueError(f"{name}: this stand-in does not make {what}")
    if not args.get("skipDefaultNodeGroup"):
        raise ValueError(
            "skipDefaultNodeGroup: the published component makes a node group of its own unless this is true"
        )
    if args.get("createInstanceRole"):
        raise ValueError("createInstanceRole: this stand-in does not make the default node group's role")
    if args.get("subnetIds") is not None and (args.get("publicSubnetIds") or args.get("privateSubnetIds")):
        raise ValueError(
            "subnetIds, and the use of publicSubnetIds and/or privateSubnetIds are mutually exclusive"
        )
    if args.get("authenticationMode") != "API":
        raise ValueError(
            "authenticationMode: without API the published component manages the aws-auth ConfigMap"
        )


def _settled(value: Any) -> Any:
    """The bag with everything that is not known yet marked so."""
    if isinstance(value, pulumi.Output | pulumi.Resource):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _settled(item) for key, item in value.items()}
    return [_settled(item) for item in value] if isinstance(value, list) else value
