"""The configuration: what cannot work is refused before any cloud call, naming every value involved."""

import json
import re

import pytest

from infra.choices.network import WITHOUT_NAT
from infra.project import project, stacks
from infra.stack import KEYS, ConfigRefused, Stack

from .program import CHAT_MACHINES, SEVERAL, load

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"

LOGIN = (
    ("loginIssuer", "https://login.example"),
    ("loginAuthorizationUrl", "https://login.example/authorize"),
    ("loginTokenUrl", "https://login.example/token"),
    ("loginUserInfoUrl", "https://login.example/userinfo"),
    ("loginClientId", "genai-ops"),
    ("loginSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:login-AbCdEf"),
)
DOORS = '["ec2","ecr.api","ecr.dkr","eks","eks-auth","secretsmanager","sts"]'
CARDS = (("ollama", "cluster"), ("gpu", "spot"), ("autoscaler", "true"))
PAGE = (
    ("database", "cluster"),
    ("openWebuiTenant", "acme"),
    ("openWebuiAdmin", "ops@example.org"),
    ("openWebuiSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:open-webui-AbCdEf"),
)

REFUSED = {
    "open to everyone without TLS": (
        [("allowedCidrs", '["0.0.0.0/0"]'), ("certificateArn", "")],
        ["allowedCidrs", "'0.0.0.0/0'", "certificateArn", "''"],
    ),
    "open to everyone on IPv6 without TLS": (
        [("allowedCidrs", '["::/0"]')],
        ["allowedCidrs", "'::/0'", "certificateArn"],
    ),
    "certificate of another region": (
        [("certificateArn", CERTIFICATE), ("aws:region", "eu-west-1")],
        ["certificateArn", CERTIFICATE, "aws:region", "'eu-west-1'"],
    ),
    "a guard of no kind": ([("costGuard", "stop")], ["costGuard is 'stop'", "stop-gpu"]),
    "a guard of nothing": ([("costGuard", "stop-gpu")], ["costGuard is 'stop-gpu'", "gpu is 'none'"]),
    "a key of nobody": ([("encryptionKey", "mine")], ["encryptionKey is 'mine'", "own"]),
    "two keys for the secrets": (
        [("encryptionKey", "own"), ("secretsKeyArn", "arn:aws:kms:us-east-1:111122223333:key/a")],
        ["encryptionKey is 'own'", "secretsKeyArn is"],
    ),
    "a domain with a scheme": ([("domain", "https://a.example.org")], ["domain", "'https://a.example.org'"]),
    "a zone by its name": (
        [("domain", "a.example.org"), ("hostedZone", "example.org")],
        ["hostedZone is 'example.org'"],
    ),
    "a zone without a name to write": ([("hostedZone", "Z0123456789ABC")], ["hostedZone", "domain is ''"]),
    "a domain that nothing proves": (
        [("domain", "a.example.org")],
        ["domain is 'a.example.org'", "hostedZone", "certificateArn"],
    ),
    "more nodes than the most": (
        [("nodeCount", "3"), ("nodeMaxCount", "2")],
        ["nodeCount is 3", "nodeMaxCount is 2"],
    ),
    "no node": ([("nodeCount", "0")], ["nodeCount is 0"]),
    "disk below the image": ([("nodeDiskGb", "8")], ["nodeDiskGb is 8"]),
    "ARM type for x86 images": (
        [("nodeInstanceType", "t4g.medium"), ("architecture", "x86_64")],
        ["'t4g.medium'", "'x86_64'"],
    ),
    "x86 type for ARM images": ([("architecture", "arm64")], ["'t3.medium'", "'arm64'"]),
    "unknown architecture": ([("architecture", "riscv")], ["'riscv'", "arm64"]),
    "public range": ([("vpcCidr", "8.8.0.0/16")], ["vpcCidr", "'8.8.0.0/16'"]),
    "range too small": ([("vpcCidr", "10.0.0.0/24")], ["'10.0.0.0/24'"]),
    "no range at all": ([("vpcCidr", "ten")], ["vpcCidr", "'ten'"]),
    "bits behind the mask": ([("allowedCidrs", '["203.0.113.7/24"]')], ["allowedCidrs", "'203.0.113.7/24'"]),
    "one zone": ([("zones", '["a"]')], ["zones", "['a']"]),
    "the same zone twice": ([("zones", '["a","a"]')], ["['a', 'a']"]),
    "four zones": ([("zones", '["a","b","c","d"]')], ["['a', 'b', 'c', 'd']"]),
    "a NAT of no kind": ([("nat", "many")], ["nat is 'many'", "per_az"]),
    "no way out to the registry": (
        [("nat", "none"), ("interfaceEndpoints", '["sts"]')],
        ["nat is 'none'", "interfaceEndpoints is ['sts']", "ecr.dkr"],
    ),
    "endpoint of an unknown service": ([("interfaceEndpoints", '["s4"]')], ["interfaceEndpoints", "'s4'"]),
    "one endpoint twice": ([("interfaceEndpoints", '["sts","sts"]')], ["['sts', 'sts']"]),
    "logs kept for eight days": ([("flowLogDays", "8")], ["flowLogDays is 8", "7"]),
    "an admin that is a session": (
        [("admins", '["arn:aws:sts::111122223333:assumed-role/a/b"]')],
        ["admins", "assumed-role", "role behind it"],
    ),
    "one admin twice": (
        [("admins", '["arn:aws:iam::111122223333:role/a","arn:aws:iam::111122223333:role/a"]')],
        ["admins", "once"],
    ),
    "logs of no kind": ([("controlPlaneLogs", '["kubelet"]')], ["controlPlaneLogs", "kubelet", "audit"]),
    "an alias for a key": (
        [("secretsKeyArn", "arn:aws:kms:us-east-1:111122223333:alias/a")],
        ["secretsKeyArn", "alias/a"],
    ),
    "a key of another region": (
        [("secretsKeyArn", "arn:aws:kms:eu-west-1:111122223333:key/a")],
        ["secretsKeyArn", "eu-west-1", "aws:region is 'us-east-1'"],
    ),
    "machines in more zones than there are": ([("nodeZones", "3")], ["nodeZones is 3", "['a', 'b']"]),
    "a database of no kind": ([("database", "oracle")], ["database is 'oracle'", "cluster"]),
    "a database whose zone may have no machine": (
        [("database", "cluster"), ("nodeZones", "2")],
        ["nodeZones is 2", "nodeCount is 1", "database is 'cluster'", "'a'"],
    ),
    "a database that cannot be pulled": (
        [("database", "cluster"), ("nat", "none"), ("interfaceEndpoints", json.dumps(sorted(WITHOUT_NAT)))],
        ["database is 'cluster'", "nat is 'none'"],
    ),
    "a database without a disk": ([("databaseGb", "0")], ["databaseGb is 0"]),
    "RDS on a disk that it does not make": (
        [("database", "rds")],
        ["databaseGb is 10", "database is 'rds'", "begin at 20"],
    ),
    "RDS whose databases nobody could make": (
        [
            ("database", "rds"),
            ("databaseGb", "20"),
            ("nat", "none"),
            ("interfaceEndpoints", json.dumps(sorted(WITHOUT_NAT))),
        ],
        ["database is 'rds'", "nat is 'none'"],
    ),
    "a second copy of a database in the cluster": (
        [("database", "cluster"), ("databaseMultiAz", "true")],
        ["databaseMultiAz is true", "database is 'cluster'"],
    ),
    "a database of a class of EC2": (
        [("databaseInstanceClass", "t4g.micro")],
        ["databaseInstanceClass is 't4g.micro'", "db.t4g.micro"],
    ),
    "a pause that keeps no snapshot": ([("databaseSnapshots", "0")], ["databaseSnapshots is 0"]),
    "a year of backups": ([("databaseBackupDays", "365")], ["databaseBackupDays is 365", "35"]),
    "a database of which no day is kept": ([("databaseDumpDays", "0")], ["databaseDumpDays is 0"]),
    "computing with nothing": ([("compute", "ecs")], ["compute is 'ecs'", "both"]),
    "pods without a cluster": (
        [("compute", "ec2"), ("search", "opensearch"), ("consoleTenant", "acme")],
        ["search is 'opensearch'", "consoleTenant is 'acme'", "compute is 'ec2'"],
    ),
    "a database in a cluster that is not there": (
        [("compute", "ec2"), ("database", "cluster")],
        ["database is 'cluster'", "compute is 'ec2'"],
    ),
    "pools in a cluster that is not there": (
        [("compute", "ec2"), ("gpu", "spot"), ("autoscaler", "true")],
        ["gpu is 'spot'", "autoscaler is true", "compute is 'ec2'"],
    ),
    "chat machines that reach no registry": (
        [
            *CHAT_MACHINES,
            ("compute", "both"),
            ("nat", "none"),
            ("interfaceEndpoints", json.dumps(sorted(WITHOUT_NAT))),
        ],
        ["compute is 'both'", "nat is 'none'"],
    ),
    "accounts on each machine": (
        [("compute", "ec2"), ("chatMachineMaxCount", "2")],
        ["chatMachineMaxCount is 2", "database is 'none'", "compute is 'ec2'", "accounts"],
    ),
    "accounts in the cluster's database, which machines outside do not reach": (
        [*CHAT_MACHINES, ("compute", "both"), ("database", "cluster"), ("chatMachineMaxCount", "2")],
        ["chatMachineMaxCount is 2", "database is 'cluster'", "compute is 'both'"],
    ),
    "warm machines that are taken back": (
        [*SEVERAL, ("chatMachineSpotPercent", "50")],
        ["chatMachineWarmCount is 1", "chatMachineSpotPercent is 50"],
    ),
    "no chat machine": (
        [("compute", "ec2"), ("chatMachineCount", "0")],
        ["chatMachineCount is 0", "chatMachineMaxCount is 1"],
    ),
    "warm machines for a pool that never grows": (
        [("compute", "ec2"), ("chatMachineWarmCount", "1")],
        ["chatMachineWarmCount is 1", "chatMachineMaxCount is 1"],
    ),
    "more Spot than machines": ([("compute", "ec2"), ("chatMachineSpotPercent", "101")], ["is 101"]),
    "a model by its address": (
        [("compute", "ec2"), ("ollamaModels", '["http://models.example"]')],
        ["ollamaModels", "compute is 'ec2'"],
    ),
    "a chat that the first to come would own": (
        [("compute", "ec2")],
        ["openWebuiAdmin is ''", "compute is 'ec2'"],
    ),
    "a chat without its secret": (
        [*CHAT_MACHINES, ("openWebuiSecretArn", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a")],
        ["openWebuiSecretArn", "'us-east-1'", "compute is 'ec2'"],
    ),
    "a disk below the image of a chat machine": (
        [*CHAT_MACHINES, ("gpuDiskGb", "60")],
        ["gpuDiskGb is 60", "compute is 'ec2'"],
    ),
    "cards of no kind": ([("gpu", "yes")], ["gpu is 'yes'", "on_demand"]),
    "cards that nobody ever starts": (
        [("gpu", "spot"), ("autoscaler", "false")],
        ["gpu is 'spot'", "autoscaler is false"],
    ),
    "an autoscaler that cannot be pulled": (
        [
            ("autoscaler", "true"),
            ("nat", "none"),
            ("interfaceEndpoints", '["ec2","ecr.api","ecr.dkr","eks","eks-auth","secretsmanager","sts"]'),
        ],
        ["autoscaler is true", "nat is 'none'"],
    ),
    "a cache of a registry that wants a name": (
        [("imageCache", '["docker.io"]')],
        ["imageCache", "'docker.io'"],
    ),
    "one cache twice": ([("imageCache", '["quay.io","quay.io"]')], ["imageCache", "once"]),
    "a cache that lacks one of the registries": (
        [
            ("monitoring", "cluster"),
            ("grafanaSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:grafana-AbCdEf"),
            ("nat", "none"),
            ("interfaceEndpoints", DOORS),
            ("imageCache", '["quay.io"]'),
        ],
        ["monitoring is 'cluster'", "nat is 'none'", "imageCache is ['quay.io']", "grafana/grafana"],
    ),
    "search that cannot be pulled": (
        [("search", "opensearch"), ("nat", "none"), ("interfaceEndpoints", DOORS)],
        ["search is 'opensearch'", "nat is 'none'", "Add 'public.ecr.aws' to imageCache"],
    ),
    "a driver of cards that cannot be pulled": (
        [
            ("gpu", "spot"),
            ("autoscaler", "true"),
            ("nat", "none"),
            ("interfaceEndpoints", DOORS),
            ("imageCache", '["registry.k8s.io"]'),
        ],
        ["gpu is 'spot'", "nat is 'none'", "nvcr.io"],
    ),
    "a type without a card": ([("gpuInstanceTypes", '["m6i.large"]')], ["gpuInstanceTypes", "m6i.large"]),
    "cards of two sizes": (
        [("gpuInstanceTypes", '["g4dn.xlarge","g5.2xlarge"]')],
        ["g5.2xlarge", "one size"],
    ),
    "a pool of no machine": ([("gpuMaxCount", "0")], ["gpuMaxCount is 0"]),
    "a disk below the drivers": ([("gpuDiskGb", "20")], ["gpuDiskGb is 20"]),
    "hours that end before they begin": ([("workHours", "19:00-08:00")], ["workHours is '19:00-08:00'"]),
    "hours of no kind": ([("workHours", "8-19")], ["workHours is '8-19'", "08:00-19:00"]),
    "machines that never wake": (
        [("workHours", "08:00-19:00"), ("workDays", "[]")],
        ["workHours is '08:00-19:00'", "workDays is []"],
    ),
    "a day of no week": ([("workDays", '["monday"]')], ["workDays", "monday", "mon"]),
    "a place without time": (
        [("workHours", "08:00-19:00"), ("timeZone", "Mars/Base")],
        ["Mars/Base", "IANA"],
    ),
    "API for nobody": ([("apiCidrs", "[]")], ["apiCidrs"]),
    "a list that is none": ([("allowedCidrs", '"10.0.0.0/8"')], ["allowedCidrs", "10.0.0.0/8"]),
    "moving tag": ([("imageTag", "latest")], ["imageTag", "'latest'", "immutable"]),
    "broken tag": ([("imageTag", "a b")], ["'a b'"]),
    "replicas without shared stores": (
        [("ragMaxReplicas", "2"), ("search", "embedded")],
        ["ragMaxReplicas is 2", "search is 'embedded'"],
    ),
    "unknown search": ([("search", "solr")], ["search is 'solr'", "opensearch"]),
    "two OpenSearch nodes": ([("openSearchNodes", "2")], ["openSearchNodes is 2"]),
    "more OpenSearch nodes than machines": (
        [("search", "opensearch"), ("openSearchNodes", "3"), ("nodeCount", "1")],
        ["openSearchNodes is 3", "nodeCount is 1"],
    ),
    "fewer replicas at most than at least": (
        [("search", "opensearch"), ("ragReplicas", "3"), ("ragMaxReplicas", "2")],
        ["ragReplicas is 3", "ragMaxReplicas is 2"],
    ),
    "nobody who reads in": ([("workerMaxReplicas", "0")], ["workerMaxReplicas is 0"]),
    "no tenant's name": ([("consoleTenant", "a b")], ["consoleTenant is 'a b'"]),
    "unknown embedder": ([("embedder", "ada")], ["embedder is 'ada'", "bedrock"]),
    "a model by its ARN": (
        [("chatModel", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x")],
        ["chatModel", "application-inference-profile/x"],
    ),
    "a preview outside its country": (
        [("chatModel", "nova-2-pro"), ("aws:region", "eu-west-1")],
        ["'nova-2-pro'", "'eu-west-1'"],
    ),
    "a model server of no kind": ([("ollama", "yes")], ["ollama is 'yes'", "cluster"]),
    "a model server that nobody runs": (
        [("chatModel", "ollama")],
        ["chatModel is 'ollama'", "ollama is 'none'"],
    ),
    "a model server without a card": ([("ollama", "cluster")], ["ollama is 'cluster'", "gpu is 'none'"]),
    "a model server that cannot be pulled": (
        [("ollama", "cluster"), ("gpu", "spot"), ("nat", "none"), ("interfaceEndpoints", DOORS)],
        ["nat is 'none'"],
    ),
    "a model server beside machines of another kind": (
        [*CARDS, ("architecture", "arm64"), ("nodeInstanceType", "t4g.medium")],
        ["ollama is 'cluster'", "architecture is 'arm64'"],
    ),
    "no model": ([*CARDS, ("ollamaModels", "[]")], ["ollamaModels is []"]),
    "a model twice": ([*CARDS, ("ollamaModels", '["a:1","a:1"]')], ["['a:1', 'a:1']"]),
    "a model whose tag moves": ([*CARDS, ("ollamaModels", '["qwen3:latest"]')], ["'qwen3:latest'"]),
    "a model without a tag": ([*CARDS, ("ollamaModels", '["qwen3"]')], ["'qwen3'"]),
    "a model server that never rests": ([*CARDS, ("ollamaIdleMinutes", "0")], ["ollamaIdleMinutes is 0"]),
    "a disk without room for a model": (
        [*CARDS, ("gpuDiskGb", "55")],
        ["gpuDiskGb is 55", "ollama is 'cluster'"],
    ),
    "machines without room to pull a model": (
        [*CARDS, ("nodeDiskGb", "20")],
        ["nodeDiskGb is 20", "ollama is 'cluster'"],
    ),
    "a chat page without a database": (
        [*PAGE, ("database", "none")],
        ["openWebuiTenant is 'acme'", "database is 'none'"],
    ),
    "a chat page of no tenant": ([*PAGE, ("openWebuiTenant", "a b")], ["openWebuiTenant is 'a b'"]),
    "a chat page that anybody may take": (
        [*PAGE, ("openWebuiAdmin", "")],
        ["openWebuiTenant is 'acme'", "openWebuiAdmin is ''"],
    ),
    "a chat page without its secrets": (
        [*PAGE, ("openWebuiSecretArn", "")],
        ["openWebuiSecretArn", "'us-east-1'"],
    ),
    "half a login": (
        [("loginIssuer", "https://login.example")],
        ["loginIssuer set", "loginClientId", "loginSecretArn", "''"],
    ),
    "a login without TLS": (
        [*LOGIN],
        ["loginIssuer is 'https://login.example'", "certificateArn and domain are ''"],
    ),
    "a login in clear text": (
        [*LOGIN, ("loginTokenUrl", "http://login.example/token")],
        ["loginTokenUrl is 'http://login.example/token'"],
    ),
    "a client secret by its value": (
        [*LOGIN, ("loginSecretArn", "hunter2")],
        ["loginSecretArn", "aws:region", "untold"],
    ),
    "a login with no way to its provider": (
        [*LOGIN, ("certificateArn", CERTIFICATE), ("nat", "none"), ("interfaceEndpoints", DOORS)],
        ["loginIssuer", "nat is 'none'"],
    ),
    "a console open to everyone": (
        [("consoleTenant", "acme"), ("allowedCidrs", '["0.0.0.0/0"]'), ("certificateArn", CERTIFICATE)],
        ["consoleTenant is 'acme'", "'0.0.0.0/0'", "loginIssuer is ''"],
    ),
    "a firewall that refuses everybody": (
        [("wafRequestsPerFiveMinutes", "9")],
        ["wafRequestsPerFiveMinutes is 9"],
    ),
    "a shipper that cannot be pulled": (
        [("shipLogs", "true"), ("nat", "none"), ("interfaceEndpoints", DOORS)],
        ["shipLogs is true", "nat is 'none'"],
    ),
    "monitoring of no kind": ([("monitoring", "datadog")], ["monitoring is 'datadog'", "cluster"]),
    "a page whose admin has no password": ([("monitoring", "cluster")], ["grafanaSecretArn", "aws:region"]),
    "account of three digits": ([("account", "123")], ["'123'"]),
    "no address": ([("alertEmail", "ops")], ["alertEmail", "'ops'"]),
    "days that CloudWatch cannot keep": ([("logDays", "31")], ["logDays is 31", "30, 60"]),
    "anomalies below nothing": ([("anomalyAlertUsd", "-1")], ["anomalyAlertUsd is -1"]),
    "no budget": ([("monthlyBudgetUsd", "0")], ["monthlyBudgetUsd is 0"]),
    "no region": ([("aws:region", "")], ["aws:region"]),
    "role for the provider only": ([("aws:assumeRoles", "[]")], ["aws:assumeRoles", "aws:profile"]),
}


@pytest.mark.parametrize(("changes", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_work_is_refused_naming_the_values(changes: list[tuple[str, str]], words: list[str]):
    with pytest.raises(ConfigRefused) as refused:
        load(*changes)
    assert [word for word in words if word not in str(refused.value)] == []


@pytest.mark.parametrize(
    "changes",
    [
        [("allowedCidrs", '["0.0.0.0/0"]'), ("certificateArn", CERTIFICATE)],
        [("allowedCidrs", '["203.0.113.7/32", "2001:db8::/32"]')],
        [("nodeInstanceType", "t4g.medium"), ("architecture", "arm64")],
        [("nodeInstanceType", "g5.xlarge")],
        [("paused", "true"), ("keepData", "false")],
        [
            ("autoscaler", "true"),
            ("machineMetrics", "true"),
            ("nat", "none"),
            ("interfaceEndpoints", DOORS),
            ("imageCache", '["public.ecr.aws", "registry.k8s.io"]'),
        ],
        [
            *LOGIN,
            ("certificateArn", CERTIFICATE),
            ("consoleTenant", "acme"),
            ("allowedCidrs", '["0.0.0.0/0"]'),
        ],
        [("aws:region", "eu-west-1"), ("zones", '["b","c"]')],
        [("database", "rds"), ("databaseGb", "20"), ("databaseMultiAz", "true")],
    ],
)
def test_what_can_work_is_read(changes: list[tuple[str, str]]):
    assert isinstance(load(*changes), Stack)


def test_a_misspelt_key_is_refused_and_the_nearest_named():
    with pytest.raises(
        ConfigRefused, match=re.escape("'genai-ops:pasued' is not known. Did you mean 'paused'?")
    ):
        load(("pasued", "true"))


def test_the_keys_that_are_read_are_the_keys_that_are_declared():
    assert sorted(project()["config"]) == sorted(KEYS)


def test_every_declared_key_has_a_type_a_default_and_a_description():
    for key, spec in project()["config"].items():
        assert {"type", "default", "description"} <= set(spec), key


@pytest.mark.parametrize("stack", stacks())
def test_every_committed_stack_file_is_accepted(stack: str):
    assert load(stack=stack).name == stack


def test_a_stack_lets_nobody_in_until_addresses_are_listed():
    assert load().internal
    assert not load(("allowedCidrs", '["203.0.113.7/32"]')).internal
