"""Runs the real program against a stand-in for the engine, inside this process, and records everything it declares."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import resource_pb2

from infra.adopt import Found
from infra.stack import Stack


@dataclass(frozen=True)
class Declared:
    """One resource as the engine would be told of it."""

    kind: str
    name: str
    urn: str
    parent: str
    inputs: Mapping[str, Any]
    import_id: str
    retained: bool
    dependencies: tuple[str, ...]
    ignored: tuple[str, ...]
    references: Mapping[str, tuple[str, ...]]  # input -> URNs of the resources whose outputs it holds
    secrets: tuple[str, ...] = ()  # inputs that the engine would encrypt

    @property
    def component(self) -> bool:
        return self.kind.startswith("genai:")

    @property
    def room(self) -> str:
        """durable, cluster or workloads; empty for what belongs to no room (providers)."""
        words = self.kind.split(":") if self.component else _qualified(self.parent).split("$")[-1].split(":")
        if words[0] == "genai":
            return words[1]
        above = [
            part.split(":")[1] for part in _qualified(self.parent).split("$") if part.startswith("genai:")
        ]
        return above[-1] if above else ""


def whole(value: Any) -> Any:
    """Numbers cross to the engine as floats; Kubernetes wants what the provider makes of them."""
    if isinstance(value, dict):
        return {key: whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _in_clear(value: Any) -> Any:
    """Of a value that is marked as secret as a whole."""
    return pulumi.runtime.rpc.unwrap_rpc_secret(value)


def _qualified(urn: str) -> str:
    return urn.split("::")[2] if urn else ""


def rehearse(
    config: Mapping[str, str], *, project: str, stack: str, found: Callable[[Stack], Found]
) -> tuple[Stack, list[Declared]]:
    """Run the program with this configuration (full keys, as the engine passes them) and these survivors.

    Raises: ConfigRefused.
    """
    from infra.__main__ import (
        program,
    )  # The program imports the AWS SDK: two seconds that `--help` does without.

    _take_a_loop()
    recorder = _Recorder()
    pulumi.runtime.set_all_config(dict(config), [])
    pulumi.runtime.set_mocks(
        Outputs(), project=project, stack=stack, preview=False, monitor=recorder, organization="organization"
    )
    chosen = Stack.load()
    # Runs the function and waits for everything it has declared.
    run = cast(Callable[[Callable[[], None]], Callable[[], None]], pulumi.runtime.test)
    run(lambda: program(chosen, found(chosen)))()
    return chosen, recorder.declared


def _take_a_loop() -> None:
    """The SDK works on its thread's event loop. Whoever ran in this process before may have closed that one or taken it away."""
    try:
        closed = asyncio.get_event_loop().is_closed()
    except RuntimeError:
        closed = True
    if closed:
        asyncio.set_event_loop(asyncio.new_event_loop())


class _Recorder(MockMonitor):
    def __init__(self) -> None:
        super().__init__(Outputs())
        self.declared: list[Declared] = []

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802  the engine's own name for it
        """Resources among the inputs arrive as their ids. As references they would be built anew by the thread that takes the
        call, and the run would wait for the work of an event loop that ends with that call: often for ever."""
        info = cast(Any, super()).GetDeploymentInfo(request)
        kept = [
            one
            for one in info.supportedFeatures
            if one != resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES
        ]
        return resource_pb2.DeploymentInfo(supportedFeatures=kept)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the engine's own name for it
        response = cast(Any, super()).RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            given = pulumi.runtime.rpc.deserialize_properties(request.object)
            self.declared.append(
                Declared(
                    kind=request.type,
                    name=request.name,
                    urn=response.urn,
                    parent=request.parent,
                    inputs={name: _in_clear(value) for name, value in given.items()},
                    import_id=request.importId,
                    retained=request.retainOnDelete,
                    dependencies=tuple(request.dependencies),
                    ignored=tuple(request.ignoreChanges),
                    references={
                        name: tuple(found.urns)
                        for name, found in request.propertyDependencies.items()
                        if found.urns
                    },
                    secrets=tuple(
                        name for name, value in given.items() if pulumi.runtime.rpc.is_rpc_secret(value)
                    ),
                )
            )
        return response


class Outputs(Mocks):
    """The few outputs that the program reads and AWS would have made up."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        made: dict[str, Any] = {"arn": f"arn:aws:{args.typ.split(':')[1].split('/')[0]}:::{args.name}"}
        if args.typ == "eks:index:Cluster":
            made = {"clusterSecurityGroupId": "sg-cluster", "kubeconfigJson": "{}"}
        if args.typ == "aws:eks/nodeGroup:NodeGroup":
            made["resources"] = [{"autoscalingGroups": [{"name": "scaling-group"}]}]
        if args.typ == "aws:rds/instance:Instance":
            administrator = {"secretArn": "arn:aws:secretsmanager:::rds!db-administrator"}
            made |= {"address": "database.example", "masterUserSecrets": [administrator]}
        if args.typ == "aws:ec2/vpcEndpoint:VpcEndpoint":
            made["cidrBlocks"] = ["192.0.2.0/24"]
        if args.typ == "aws:sqs/queue:Queue":
            made["url"] = f"https://sqs.example/{args.name}"
        if args.typ == "aws:lb/loadBalancer:LoadBalancer":
            made |= {"dnsName": "load-balancer.example", "zoneId": "Z35SXDOTRQ7X7K"}
        if args.typ in ("aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"):
            made["arnSuffix"] = f"{args.typ.split(':')[-1].lower()}/{args.name}"
        if args.typ == "aws:acm/certificate:Certificate":
            made["domainValidationOptions"] = [_proof(args.inputs["domainName"])]
        return f"{args.name}-id", {"name": args.name, "latestVersion": 1} | dict(args.inputs) | made

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        return {}, None


def _proof(domain: str) -> dict[str, str]:
    return {
        "domainName": domain,
        "resourceRecordName": f"_proof.{domain}.",
        "resourceRecordType": "CNAME",
        "resourceRecordValue": "_proof.acm-validations.aws.",
    }
