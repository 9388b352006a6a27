"""Reads the rehearsed program for the picture: which parts there are, where people come in, and who asks whom."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra import adopt, prices, rehearsal
from infra.plan.making import EXAMPLE_ACCOUNT, make
from infra.project import configuration, project
from infra.rehearsal import Declared

SMALLEST = "dev"
# Every part by choice, on top of the smallest stack. Tests compare what it declares with all that the plan has words for.
EVERYTHING: Mapping[str, str] = {
    "airflow": "cluster",
    "alarms": "true",
    "apps": '["coldmail", "devops"]',
    "autoscaler": "true",
    "chatModel": "ollama",
    "compute": "both",
    "consoleTenant": "acme",
    "costGuard": "stop-gpu",
    "database": "cluster",
    "deployFrom": '[{"github": "acme/genai-ops", "branch": "main"}]',
    "domain": "example.org",
    "embedder": "bedrock",
    "encryptionKey": "own",
    "gpu": "both",
    "hostedZone": "Z0123456789ABC",
    "imageCache": '["public.ecr.aws"]',
    "machineMetrics": "true",
    "mlflow": "cluster",
    "monitoring": "cluster",
    "ollama": "cluster",
    "openWebuiAdmin": "ops@example.org",
    "openWebuiSecretArn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:open-webui-AbCdEf",
    "openWebuiTenant": "acme",
    "grafanaSecretArn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:grafana-AbCdEf",
    "rendering": "cluster",
    "search": "opensearch",
    "shipLogs": "true",
    "waf": "true",
    "workHours": "08:00-19:00",
}
# A stack has one database and one Airflow: Amazon's instead of those in the cluster.
INSTEAD: Mapping[str, str] = {"airflow": "mwaa", "database": "rds", "databaseGb": "20", "nat": "single"}
# Models of Amazon's own: the one thing asked that no part of the stack stands for.
BEDROCK = "Bedrock"
# How a part is reached that has no path: below the stack's domain, or on a port of its own.
BY_NAME = "by name"

_MARK = "genai-ops/reaches-"


@dataclass(frozen=True)
class Part:
    """One component. `key` is its kind, or kind and name where several share a kind."""

    key: str
    room: str
    always: bool


@dataclass(frozen=True)
class Program:
    """What the picture is made of. `doors`: part -> how it is reached; `asks`: part -> the parts it may reach or read."""

    parts: tuple[Part, ...]
    doors: Mapping[str, str]
    asks: Mapping[str, frozenset[str]]
    usd_per_hour: float
    usd_per_month_paused: float
    prices_as_of: str


def read() -> Program:
    """Rehearse the smallest stack, the one with everything, and what may stand instead; price the smallest."""
    smallest = {key_of(thing) for thing in _rehearsed({}) if thing.component}
    everything, instead = _rehearsed(EVERYTHING), _rehearsed(INSTEAD)
    rooms = {key_of(thing): thing.room for thing in [*everything, *instead] if thing.component}
    cost = make(SMALLEST, changes={}, holdings=prices.Holdings()).total
    house = House(everything)
    return Program(
        parts=tuple(Part(key, room, key in smallest) for key, room in sorted(rooms.items())),
        doors=dict(house.doors()),
        asks=house.asks(),
        usd_per_hour=cost.hour,
        usd_per_month_paused=cost.month_paused,
        prices_as_of=prices.AS_OF,
    )


def key_of(component: Declared) -> str:
    kind = component.kind.rsplit(":", 1)[-1]
    return f"{kind} {component.name}" if kind in ("AppService", "Daemon") else kind


def _rehearsed(changes: Mapping[str, str]) -> list[Declared]:
    name = str(project()["name"])
    config = configuration(SMALLEST) | {f"{name}:{key}": value for key, value in changes.items()}
    return rehearsal.rehearse(
        config, project=name, stack=SMALLEST, found=lambda _: adopt.nothing(EXAMPLE_ACCOUNT)
    )[1]


class House:
    """The declared things with what ties them together."""

    def __init__(self, things: Sequence[Declared]) -> None:
        self.things = things
        self._by_urn = {thing.urn: thing for thing in things}

    def part(self, urn: str) -> str:
        """The component that a resource belongs to; empty for what belongs to none."""
        thing = self._by_urn.get(urn)
        while thing is not None and not thing.component:
            thing = self._by_urn.get(thing.parent)
        return key_of(thing) if thing else ""

    # ---- who comes in

    def doors(self) -> Iterator[tuple[str, str]]:
        """From each target group to the part behind it, with the path or name that leads there."""
        inside = {
            port["nodePort"]: self.part(thing.urn)
            for thing in self._of("kubernetes:core/v1:Service")
            for port in thing.inputs["spec"]["ports"]
            if port.get("nodePort")
        }
        for target in self._of("aws:lb/targetGroup:TargetGroup"):
            yield inside.get(target.inputs["port"]) or self._attached(target), self._address(target)

    def _attached(self, target: Declared) -> str:
        """The part whose scaling group is put behind it."""
        for thing in self._of("aws:autoscaling/attachment:Attachment"):
            if target.urn in thing.references.get("lbTargetGroupArn", ()):
                return self.part(thing.references["autoscalingGroupName"][0])
        raise LookupError(f"Nothing stands behind the target group {target.name!r}.")

    def _address(self, target: Declared) -> str:
        for rule in self._of("aws:lb/listenerRule:ListenerRule"):
            if target.urn in rule.references.get("actions", ()):
                (condition,) = rule.inputs["conditions"]
                return str(condition.get("pathPattern", {}).get("values", [BY_NAME])[0])
        listeners = self._of("aws:lb/listener:Listener")
        rest = any(target.urn in one.references.get("defaultActions", ()) for one in listeners)
        return "/" if rest else BY_NAME

    # ---- who asks whom

    def asks(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        marked = {name: self.part(urn) for name, urn in self._pods()}
        for thing in self.things:
            asking = self.part(thing.urn)
            wanted = {marked[name] for name in _reached(thing.inputs)}
            if thing.kind == "aws:iam/rolePolicy:RolePolicy":
                wanted |= {self.part(urn) for urns in thing.references.values() for urn in urns}
                wanted |= {BEDROCK} if _models(thing.inputs["policy"]) else set()
            found.setdefault(asking, set()).update(wanted - {asking, ""})
        return {part: frozenset(asked) for part, asked in found.items() if part and asked}

    def _pods(self) -> Iterator[tuple[str, str]]:
        """What runs, by the name that marks and Services go by."""
        for thing in self.things:
            template = _template(thing.inputs)
            if template:
                yield template["metadata"]["labels"]["app.kubernetes.io/name"], thing.urn

    def _of(self, kind: str) -> list[Declared]:
        return sorted((thing for thing in self.things if thing.kind == kind), key=lambda thing: thing.name)


def _template(inputs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Of the pods that a workload or a schedule makes."""
    spec = inputs.get("spec")
    if not isinstance(spec, Mapping):
        return None
    spec = spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec
    template: Mapping[str, Any] | None = spec.get("template")
    return template


def _reached(inputs: Mapping[str, Any]) -> Iterator[str]:
    template = _template(inputs)
    for label in template["metadata"].get("labels", {}) if template else ():
        if label.startswith(_MARK):
            yield label.removeprefix(_MARK)


def _models(policy: str) -> bool:
    statements = json.loads(policy)["Statement"]
    return any(action.startswith("bedrock:") for one in statements for action in one["Action"])
