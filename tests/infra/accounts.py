"""An AWS account on loopback (moto) for the tests that look at one, and a server that answers badly or never."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

from infra.adopt import Clients
from infra.naming import AUDIENCE, GITHUB_ISSUER, Names
from infra.tags import STACK_TAG, Tags, budget_filter
from tests.engines import fake_costs, fake_pull_through

ACCOUNT, REGION = "123456789012", "us-east-1"
NAMES = Names(project="genai-ops", stack="dev", account=ACCOUNT, region=REGION, domain="genai.example.org")
TAGS = Tags(
    owner="genai-ops/dev", project="genai-ops", stack="dev", contact="me", cost_centre="none"
).durable()


# moto reads its tables of machines at the first call to EC2: 6 s on an idle machine, beyond botocore's patience on a busy one.
SLOWEST_ANSWER_S = 120


def clients(url: str, *, read_s: float = 10, attempts: int = 2) -> Clients:
    """What adopt.clients gives, pointed at a server of ours with credentials of ours."""
    session = boto3.session.Session("testing", "testing", region_name=REGION)
    config = Config(
        connect_timeout=5, read_timeout=read_s, retries={"mode": "standard", "total_max_attempts": attempts}
    )
    return lambda service: session.client(service, endpoint_url=url, config=config)


class Account:
    """The account, with ways to put into it what a former run of the stack would have left.

    Nothing is asked for twice: a network whose answer came late would be a second network.
    """

    def __init__(self, url: str, *, read_s: float = SLOWEST_ANSWER_S) -> None:
        self.url, self.cloud = url, clients(url, read_s=read_s, attempts=1)

    def bucket(self, *, tags: dict[str, str] | None = TAGS, holds: str = "data") -> None:
        s3 = self.cloud("s3")
        s3.create_bucket(Bucket=NAMES.bucket(holds))
        if tags is not None:
            s3.put_bucket_tagging(Bucket=NAMES.bucket(holds), Tagging={"TagSet": pairs(tags)})

    def repository(self, *, tags: dict[str, str] | None = TAGS, app: str = "rag") -> None:
        self.cloud("ecr").create_repository(repositoryName=NAMES.repository(app), tags=pairs(tags or {}))

    def cache_rule(self, *, prefix: str = "quay", upstream: str = "quay.io") -> None:
        self.cloud("ecr").create_pull_through_cache_rule(
            ecrRepositoryPrefix=prefix, upstreamRegistryUrl=upstream
        )

    def image(self, tag: str, *, app: str = "rag") -> None:
        layer = {
            "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "size": 1,
            "digest": "sha256:" + "a" * 64,
        }
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}
        manifest |= {"config": layer, "layers": [layer]}
        self.cloud("ecr").put_image(
            repositoryName=NAMES.repository(app), imageTag=tag, imageManifest=json.dumps(manifest)
        )

    def table(self, *, tags: dict[str, str] | None = TAGS, key: tuple[str, str] = ("pk", "sk")) -> None:
        self.cloud("dynamodb").create_table(
            TableName=NAMES.records_table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": key[0], "KeyType": "HASH"},
                {"AttributeName": key[1], "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in key],
            Tags=pairs(tags or {}),
        )

    def secret(self, *, tags: dict[str, str] | None = TAGS, value: str | None = None) -> str:
        given = {"SecretString": value} if value else {}
        made = self.cloud("secretsmanager").create_secret(
            Name=NAMES.api_keys_secret, Tags=pairs(tags or {}), **given
        )
        arn: str = made["ARN"]
        return arn

    def volume(self, *, tags: dict[str, str] | None = None, zone: str = "a", gb: int = 10) -> str:
        """With the tags that are its name, or others."""
        marks = pairs(TAGS | {"Name": NAMES.database_volume} if tags is None else tags)
        made = self.cloud("ec2").create_volume(
            AvailabilityZone=f"{REGION}{zone}",
            Size=gb,
            TagSpecifications=[{"ResourceType": "volume", "Tags": marks}],
        )
        volume: str = made["VolumeId"]
        return volume

    def budget(self, *, watches: str = NAMES.owner) -> None:
        limit = {"Amount": "60", "Unit": "USD"}
        budget: dict[str, Any] = {
            "BudgetName": NAMES.budget,
            "BudgetLimit": limit,
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
        }
        budget["CostFilters"] = {"TagKeyValue": [budget_filter(watches)]}
        self.cloud("budgets").create_budget(AccountId=ACCOUNT, Budget=budget)

    def log_group(self, name: str, *, tags: dict[str, str] | None = TAGS) -> None:
        self.cloud("logs").create_log_group(logGroupName=name, tags=tags or {})

    def certificate(self, *, tags: dict[str, str] | None = TAGS, domain: str = NAMES.domain) -> str:
        made = self.cloud("acm").request_certificate(
            DomainName=domain, **({"Tags": pairs(tags)} if tags else {})
        )
        arn: str = made["CertificateArn"]
        return arn

    def key(self, *, tags: dict[str, str] = TAGS, alias: bool = True) -> str:
        kms = self.cloud("kms")
        given = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
        made: str = kms.create_key(Tags=given)["KeyMetadata"]["KeyId"]
        if alias:
            kms.create_alias(AliasName=NAMES.key_alias, TargetKeyId=made)
        return made

    def identity_provider(self, *, audiences: list[str] | None = None) -> str:
        """Of GitHub's jobs."""
        made = self.cloud("iam").create_open_id_connect_provider(
            Url=f"https://{GITHUB_ISSUER}",
            ClientIDList=audiences or [AUDIENCE],
            ThumbprintList=["0" * 40],
        )
        arn: str = made["OpenIDConnectProviderArn"]
        return arn

    def role(self, name: str, *, tags: dict[str, str] = TAGS) -> str:
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        self.cloud("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust, Tags=pairs(tags))
        return name

    def policy(self, name: str, *, tags: dict[str, str] = TAGS) -> str:
        allow = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::none"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        made = self.cloud("iam").create_policy(PolicyName=name, PolicyDocument=document, Tags=pairs(tags))
        arn: str = made["Policy"]["Arn"]
        return arn

    def topic(self, *, tags: dict[str, str] | None = TAGS) -> str:
        arn: str = self.cloud("sns").create_topic(Name=NAMES.alerts, Tags=pairs(tags or {}))["TopicArn"]
        return arn

    def list_cost_tag(self) -> None:
        """What AWS does within a day of seeing the tag."""
        listed = [{"TagKey": STACK_TAG, "Status": "Inactive"}]
        self.cloud("ce").update_cost_allocation_tags_status(CostAllocationTagsStatus=listed)

    def monitor(self, *, tags: dict[str, str] | None = TAGS, name: str = NAMES.anomalies) -> str:
        watched = {"Tags": {"Key": STACK_TAG, "Values": [NAMES.owner]}}
        monitor = {"MonitorName": name, "MonitorType": "CUSTOM", "MonitorSpecification": watched}
        made = self.cloud("ce").create_anomaly_monitor(AnomalyMonitor=monitor, ResourceTags=pairs(tags or {}))
        arn: str = made["MonitorArn"]
        return arn

    def subscription(self, *, tags: dict[str, str] | None = TAGS) -> str:
        body = {"SubscriptionName": NAMES.anomalies, "MonitorArnList": [], "Frequency": "IMMEDIATE"}
        made = self.cloud("ce").create_anomaly_subscription(
            AnomalySubscription={**body, "Subscribers": []}, ResourceTags=pairs(tags or {})
        )
        arn: str = made["SubscriptionArn"]
        return arn


def pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@contextmanager
def account() -> Iterator[Account]:
    fake_costs.fill_gaps()
    fake_pull_through.fill_gaps()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield Account(f"http://{host}:{port}")
    finally:
        server.stop()


@contextmanager
def broken(
    behind: str, *, service: str, status: int = 403, code: str = "AccessDenied", hang: bool = False
) -> Iterator[str]:
    """A server in front of an account that fails every call to one service, or never answers it."""
    released = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if f"/{service}/aws4_request" not in self.headers.get("Authorization", ""):
                self.pass_on(body)
            elif hang:
                released.wait(60)
                self.close_connection = True
            else:
                self.fail()

        def fail(self) -> None:
            if service in ("s3", "sts", "iam", "sns", "rds"):
                error = f"<Code>{code}</Code><Message>no</Message>"
                text = (
                    f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
                    if service != "s3"
                    else f"<Error>{error}</Error>"
                )
            elif service == "ec2":
                text = f"<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>"
            else:
                text = json.dumps({"__type": code, "message": "no"})
            self.reply(status, text.encode())

        def pass_on(self, body: bytes) -> None:
            import httpx

            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            answer = httpx.request(
                self.command, behind + self.path, headers=headers, content=body, timeout=30
            )
            self.reply(answer.status_code, answer.content)

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

        do_GET = do_POST = do_HEAD = do_PUT = answer  # noqa: N815  the server's own names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        released.set()
        server.shutdown()
        server.server_close()
