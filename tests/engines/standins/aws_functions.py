"""The provider functions that programs here call; an unknown one is an error, not an invented answer."""

import json
from collections.abc import Callable
from typing import Any

from .aws_rules import ACCOUNT

ADDONS = {
    "vpc-cni": "v1.20.4-eksbuild.2",
    "kube-proxy": "v1.34.0-eksbuild.4",
    "coredns": "v1.12.4-eksbuild.1",
    "eks-pod-identity-agent": "v1.3.9-eksbuild.3",
    "metrics-server": "v0.8.0-eksbuild.2",
    "aws-ebs-csi-driver": "v1.52.0-eksbuild.1",
}


def _zones(region: str, args: dict[str, Any]) -> dict[str, Any]:
    names = [region + letter for letter in "abc"]
    return {
        "id": region,
        "names": names,
        "zoneIds": [f"use1-az{i}" for i in (1, 2, 3)],
        "groupNames": [region],
        "region": region,
    }


def _caller(region: str, args: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": ACCOUNT,
        "accountId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:user/moto",
        "userId": "AIDASTANDIN",
    }


def _region(region: str, args: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": region,
        "name": region,
        "region": region,
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
    }


def _partition(region: str, args: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def _addon_version(region: str, args: dict[str, Any]) -> dict[str, Any]:
    name = args["addonName"]
    return {"id": name, "version": ADDONS[name], "region": region}


def _policy_document(region: str, args: dict[str, Any]) -> dict[str, Any]:
    document = {
        "Version": args.get("version", "2012-10-17"),
        "Statement": [_statement(item) for item in args.get("statements", [])],
    }
    return {"id": "1", "json": json.dumps(document, indent=2), "minifiedJson": json.dumps(document)}


def _statement(item: dict[str, Any]) -> dict[str, Any]:
    built: dict[str, Any] = {"Effect": item.get("effect", "Allow")}
    if item.get("sid"):
        built["Sid"] = item["sid"]
    for own, api in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if item.get(own):
            built[api] = item[own]
    for principal in item.get("principals", []):
        built.setdefault("Principal", {})[principal["type"]] = principal["identifiers"]
    for condition in item.get("conditions", []):
        built.setdefault("Condition", {}).setdefault(condition["test"], {})[condition["variable"]] = (
            condition["values"]
        )
    return built


FUNCTIONS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getPartition:getPartition": _partition,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:eks/getAddonVersion:getAddonVersion": _addon_version,
}
