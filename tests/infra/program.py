"""The program under test, rehearsed once per configuration: the committed stack files with other values on top."""

from dataclasses import replace
from functools import cache

from infra import adopt, rehearsal
from infra.durable.kinds import KINDS
from infra.local.kept import KEEPSAKES
from infra.project import configuration, project
from infra.rehearsal import Declared
from infra.stack import Stack

ACCOUNT = "111122223333"
NAME = str(project()["name"])


# Every part of the program at once, for tests that go by what it may declare at all.
WIDEST: tuple[tuple[str, str], ...] = (
    ("autoscaler", "true"),
    ("apps", '["coldmail", "devops"]'),
    ("rendering", "cluster"),
    ("alertEmail", "ops@example.org"),
    ("admins", '["arn:aws:iam::111122223333:role/platform"]'),
    ("controlPlaneLogs", '["api", "audit", "authenticator", "controllerManager", "scheduler"]'),
    ("flowLogs", "true"),
    ("gpu", "both"),
    ("interfaceEndpoints", '["ecr.api", "ecr.dkr", "sts"]'),
    ("nat", "per_az"),
    ("workHours", "08:00-19:00"),
    ("zones", '["a", "b", "c"]'),
    ("search", "opensearch"),
    ("loginIssuer", "https://login.example"),
    ("loginAuthorizationUrl", "https://login.example/authorize"),
    ("loginTokenUrl", "https://login.example/token"),
    ("loginUserInfoUrl", "https://login.example/userinfo"),
    ("loginClientId", "genai-ops"),
    ("loginSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:login-AbCdEf"),
    ("waf", "true"),
    ("compute", "both"),
    ("alarms", "true"),
    ("monitoring", "cluster"),
    ("grafanaSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:grafana-AbCdEf"),
    ("machineMetrics", "true"),
    ("shipLogs", "true"),
    ("database", "cluster"),
    ("mlflow", "cluster"),
    ("airflow", "cluster"),
    ("consoleTenant", "acme"),
    ("ollama", "cluster"),
    ("openWebuiTenant", "acme"),
    ("openWebuiAdmin", "ops@example.org"),
    ("openWebuiSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:open-webui-AbCdEf"),
    ("chatModel", "nova-2-lite"),
    ("embedder", "bedrock"),
    ("costGuard", "stop-gpu"),
    ("imageCache", '["public.ecr.aws", "quay.io", "registry.k8s.io"]'),
    ("encryptionKey", "own"),
    ("domain", "genai.example.org"),
    ("hostedZone", "Z0123456789ABC"),
    (
        "deployFrom",
        '[{"github": "acme/genai-ops", "branch": "main"}, {"gitlab": "acme/platform/genai-ops", "branch": "main"}]',
    ),
    ("stateBucket", "acme-pulumi-state"),
)

# The other database: a stack has one of them.
RDS: tuple[tuple[str, str], ...] = (("database", "rds"), ("databaseGb", "20"))


# Chat machines alone; ("compute", "both") behind it puts them beside the cluster.
CHAT_MACHINES: tuple[tuple[str, str], ...] = (
    ("compute", "ec2"),
    ("openWebuiAdmin", "ops@example.org"),
    ("openWebuiSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:webui-AbCdEf"),
)


# Several of them, which share accounts in RDS, with one kept warm.
SEVERAL: tuple[tuple[str, str], ...] = (
    *CHAT_MACHINES,
    *RDS,
    ("chatMachineCount", "2"),
    ("chatMachineMaxCount", "4"),
    ("chatMachineWarmCount", "1"),
)


@cache
def declared(stack: str = "dev", *changes: tuple[str, str], survived: bool = False) -> tuple[Declared, ...]:
    """What the program declares, in an account where nothing, or everything durable, exists already."""
    found = adopt.nothing(ACCOUNT)
    if survived:
        found = replace(found, ids={key: f"id-of-{key}" for key in (*KINDS, *KEEPSAKES)})
    return tuple(
        rehearsal.rehearse(config(stack, *changes), project=NAME, stack=stack, found=lambda _: found)[1]
    )


def config(stack: str = "dev", *changes: tuple[str, str]) -> dict[str, str]:
    return configuration(stack) | {key if ":" in key else f"{NAME}:{key}": value for key, value in changes}


def load(*changes: tuple[str, str], stack: str = "dev") -> Stack:
    """Read a configuration without running the program."""
    import pulumi

    pulumi.runtime.set_all_config(config(stack, *changes), [])
    pulumi.runtime.set_mocks(rehearsal.Outputs(), project=NAME, stack=stack, organization="organization")
    try:
        return Stack.load()
    finally:
        # Nobody runs the loop that would register this root, and the next rehearsal would wait for it.
        pulumi.runtime.settings.set_root_resource(None)  # type: ignore[arg-type] # as it is before the first
