"""Every choice, on and off, on the real engine: up, nothing left to change, and a destroy that leaves exactly what is durable."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from infra.choices.network import WITHOUT_NAT
from infra.durable.kinds import KINDS
from infra.finders import FINDERS
from infra.local.kept import KEEPSAKES
from infra.naming import IMAGES
from infra.stack import Stack
from tests.infra.program import load

from . import account
from .bench import Bench
from .fake_aws import FakeAws
from .test_compute import chat

pytestmark = pytest.mark.engines

CONTEXT = "kind-kind"
ADMIN = "arn:aws:iam::111122223333:role/platform"
FIVE_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
LOGIN = {
    "consoleTenant": "acme",
    "loginIssuer": "https://login.example",
    "loginAuthorizationUrl": "https://login.example/authorize",
    "loginTokenUrl": "https://login.example/token",
    "loginUserInfoUrl": "https://login.example/userinfo",
    "loginClientId": "genai-ops",
}
# Each line is a stack of its own; what a line does not name is as in the committed file, which is the other side of each toggle.
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "dev": ("dev", {}),
    "prod": ("prod", {}),
    "paused": ("dev", {"paused": True}),
    "without the data kept": ("dev", {"keepData": False}),
    "no way out": ("dev", {"nat": "none", "interfaceEndpoints": sorted(WITHOUT_NAT)}),
    "three zones": (
        "dev",
        {"zones": ["a", "b", "c"], "nat": "per_az", "nodeZones": 2, "nodeCount": 2, "nodeMaxCount": 4},
    ),
    "flow logs and all control-plane logs": (
        "dev",
        {"flowLogs": True, "controlPlaneLogs": FIVE_LOGS, "logDays": 90},
    ),
    "other administrators": ("dev", {"admins": [ADMIN]}),
    "graphics cards on demand": ("dev", {"gpu": "on_demand", "autoscaler": True}),
    "graphics cards on Spot, guarded": ("dev", {"gpu": "spot", "costGuard": "stop-gpu", "autoscaler": True}),
    "both kinds of cards": ("dev", {"gpu": "both", "autoscaler": True}),
    "working hours": ("dev", {"workHours": "08:00-19:00"}),
    "an arm machine": ("dev", {"architecture": "arm64", "nodeInstanceType": "t4g.medium"}),
    "search apart": ("dev", {"search": "opensearch", "ragReplicas": 2, "ragMaxReplicas": 4}),
    "all apps and the console": ("dev", {"apps": ["coldmail", "devops"], "consoleTenant": "acme"}),
    "a database in the cluster": ("dev", {"database": "cluster"}),
    "a database in RDS": ("dev", {"database": "rds", "databaseGb": 20, "databaseMultiAz": True}),
    "a key of its own": ("dev", {"encryptionKey": "own"}),
    "a door with a firewall": ("dev", {"waf": True, "allowedCidrs": ["203.0.113.7/32"]}),
    "watched": ("dev", {"alarms": True, "machineMetrics": True, "shipLogs": True}),
    "figures in the cluster": ("dev", {"monitoring": "cluster"}),
    "a language model": ("dev", {"chatModel": "nova-2-lite", "embedder": "bedrock"}),
    "told by mail": ("dev", {"alertEmail": "ops@example.org", "anomalyAlertUsd": 20, "monthlyBudgetUsd": 99}),
    "a login": ("dev", LOGIN),
    "deployed by a pipeline": (
        "dev",
        {
            "deployFrom": [{"gitlab": "acme/genai-ops", "branch": "main", "url": "https://git.acme.example"}],
            "stateBucket": "acme-pulumi-state",
        },
    ),
    "ec2": ("dev", {"compute": "ec2"}),
    "both": ("dev", {"compute": "both"}),
    "local": ("local", {"apps": ["coldmail", "devops"]}),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_up_leaves_nothing_to_change_and_destroy_leaves_what_is_durable(
    variant: str, tmp_path: Path, pulumi: Path, aws: FakeAws
) -> None:
    stack, choices = VARIANTS[variant]
    choices = {**choices, **_held_by_the_account(aws, choices)}
    # A laptop's stack is in no account, and has no credentials either.
    bench = Bench(
        tmp_path, pulumi=pulumi, aws=None if stack == "local" else aws, stack=stack, contexts=[CONTEXT]
    )
    bench.init(**choices)
    if stack == "local":
        bench.add_machine(CONTEXT, images=[f"localhost/genai-ops/{app}:0.1.0" for app in IMAGES])
    else:
        _fill_ahead(aws, stack)
    before = set(bench.rented())
    bench.up()
    unchanged = bench.must("preview", "--expect-no-changes", "--stack", stack)
    assert set(unchanged.counts()) == {"same"}
    bench.destroy()
    kept = {f"context {CONTEXT}|{one.kind}|{one.import_id}" for one in KEEPSAKES.values()}
    assert set(bench.rented()) - before == (kept if stack == "local" else set()) and bench.state() == []
    # Pulumi's own test mode asks for a loop, and an asynchronous test before this one may have taken it along.
    asyncio.set_event_loop(asyncio.new_event_loop())
    if stack == "local":
        return
    chosen = load(*((key, _text(value)) for key, value in choices.items()), stack=stack)
    assert _durable(aws, chosen) == (_wanted(chosen) if chosen.keep_data else _shared(chosen))


def _held_by_the_account(aws: FakeAws, choices: dict[str, Any]) -> dict[str, Any]:
    """Secrets and a certificate that the user brings."""
    wanted = {"loginClientId": "loginSecretArn", "monitoring": "grafanaSecretArn"}
    held = {
        key: aws.client("secretsmanager").create_secret(Name=key, SecretString="of-the-user")["ARN"]
        for choice, key in wanted.items()
        if choice in choices
    }
    if "compute" in choices:
        held |= chat(aws)
    if "loginClientId" in choices:
        held["certificateArn"] = aws.client("acm").request_certificate(DomainName="genai.example.org")[
            "CertificateArn"
        ]
    return held


def _fill_ahead(aws: FakeAws, stack: str) -> None:
    """Images and keys as after a pause, so that the first `up` already starts everything."""
    owner = {"Key": "genai-ops:stack", "Value": f"genai-ops/{stack}"}
    for app in IMAGES:
        aws.client("ecr").create_repository(repositoryName=f"genai-ops/{stack}/{app}", tags=[owner])
        account.push_image(aws, repository=f"genai-ops/{stack}/{app}")
    aws.client("secretsmanager").create_secret(
        Name=f"genai-ops/{stack}/api-keys", SecretString="acme:not-a-real-key", Tags=[owner]
    )


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list | bool) else str(value)


def _durable(aws: FakeAws, stack: Stack) -> set[str]:
    """What the finders see of all that may survive, wanted or not."""
    names = stack.names(account.ACCOUNT)
    asked = {key: find for key, find in FINDERS.items() if not KINDS[key].billed}
    return {key for key, find in asked.items() if find(aws.client, names) is not None}


def _wanted(stack: Stack) -> set[str]:
    return {key for key, kind in KINDS.items() if kind.wanted(stack) and not kind.billed}


def _shared(stack: Stack) -> set[str]:
    return {key for key, kind in KINDS.items() if kind.shared and kind.wanted(stack) and not kind.billed}
