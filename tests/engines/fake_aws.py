"""AWS over HTTP for one test process: moto, plus what moto leaves out and this platform asks for, plus faults on demand.

Added to moto: foreign buckets and the expected-owner check of S3, tags and updates of budgets, cost anomalies, a view of the
rented things in a run's cloud file (tagging index, clusters, load balancers, gateways, addresses, networks), which no moto
backend knows.
"""

import fnmatch
import json
import os
import re
import threading
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from moto.budgets.responses import BudgetsResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import FakeBucket, s3_backends
from werkzeug.serving import make_server

from . import fake_costs, fake_pull_through
from .standins.aws_functions import ADDONS

REGION = "us-east-1"
STRANGER = "210987654321"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION}

_Environ = dict[str, Any]
_Wsgi = Callable[[_Environ, Callable[..., Any]], Iterable[bytes]]
_SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([a-z0-9-]+)/aws4_request")


class _Silent(MotoRequestHandler):
    """Says nothing about the requests it answers; FakeAws.calls has them."""

    def log_request(self, *details: Any) -> None:
        return


@dataclass
class Fault:
    """What goes wrong for calls of a service whose operation matches: an error answer, or no answer at all."""

    service: str
    operation: str = "*"
    status: int = 403
    code: str = "AccessDenied"
    hang: bool = False
    hits: int = 0
    released: threading.Event = field(default_factory=threading.Event)


class FakeAws:
    """A server on a free port. `faults` and `cloud` may be changed while it runs."""

    def __init__(self) -> None:
        # A bucket in another account answers 403, as in AWS; moto's default shares all buckets with everybody.
        os.environ["MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS"] = "false"
        self.faults: list[Fault] = []
        self.cloud: Path | None = None
        self.calls: list[tuple[str, str]] = []
        _fill_gaps_in_budgets()
        fake_costs.fill_gaps()
        fake_pull_through.fill_gaps()
        _take_loopback_for_tls()
        self._moto: _Wsgi = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Silent)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()

    def reset(self) -> None:
        """An empty account again."""
        import httpx

        self.faults, self.cloud, self.calls = [], None, []
        httpx.post(f"{self.url}/moto-api/reset", timeout=30).raise_for_status()

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, **keys)

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[Fault]:
        """While the block runs, calls that match the fault meet it."""
        self.faults.append(fault)
        try:
            yield fault
        finally:
            self.faults.remove(fault)
            fault.released.set()

    def give_bucket_to_a_stranger(self, name: str) -> None:
        s3_backends[STRANGER]["aws"].create_bucket(name, REGION)

    # ---- answering

    def _answer(self, environ: _Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        service, operation, body = _who(environ)
        self.calls.append((service, operation))
        for fault in self.faults:
            if fault.service == service and fnmatch.fnmatch(operation, fault.operation):
                fault.hits += 1
                if fault.hang:
                    fault.released.wait(300)
                return _error(environ, start_response, fault.status, fault.code)
        if service == "s3" and _belongs_to_another(environ):
            return _error(environ, start_response, 403, "AccessDenied")
        rented = _RENTED.get((service, operation))
        if rented and self.cloud:
            kind, answer = rented(_objects(self.cloud), body, environ)
            start_response("200 OK" if answer else "404 Not Found", [("Content-Type", kind)])
            return [(answer or _NOT_FOUND).encode()]
        return self._moto(environ, start_response)


def _who(environ: _Environ) -> tuple[str, str, str]:
    """(service, operation, body); the operation of a REST service is its method and the kind of path."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = scope.group(1) if scope else ""
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return service, target.rsplit(".", 1)[-1], _body(environ, length)
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = _body(environ, length)
        return service, urllib.parse.parse_qs(body).get("Action", [""])[0], body
    part = "Object" if environ["PATH_INFO"].strip("/").count("/") else "Bucket"
    query = environ.get("QUERY_STRING", "").split("=")[0]
    return service, f"{environ['REQUEST_METHOD'].title()}{part if service == 's3' else ''}{query.title()}", ""


def _body(environ: _Environ, length: int) -> str:
    import io

    raw = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(raw)
    return raw.decode()


def _error(environ: _Environ, start_response: Callable[..., Any], status: int, code: str) -> Iterable[bytes]:
    as_json = "HTTP_X_AMZ_TARGET" in environ
    text = (
        json.dumps({"__type": code, "message": code})
        if as_json
        else f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
    )
    if not as_json and environ.get("CONTENT_TYPE", "").startswith("application/x-www"):
        text = f"<ErrorResponse>{text}</ErrorResponse>"
    start_response(
        f"{status} Refused",
        [("Content-Type", "application/x-amz-json-1.1" if as_json else "application/xml")],
    )
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else text.encode()]


def _belongs_to_another(environ: _Environ) -> bool:
    expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER")
    bucket = environ["PATH_INFO"].strip("/").split("/")[0]
    owner = s3_backends.bucket_accounts.get(bucket)
    return bool(expected and owner and owner[1] != expected)


# ---------------------------------------------------------------- rented things, from the cloud file

_NOT_FOUND = json.dumps({"__type": "ResourceNotFoundException", "message": "not found"})
_JSON, _XML = "application/x-amz-json-1.1", "text/xml"
_TAGGED = {
    "aws:ec2/vpc:Vpc": "ec2:{r}:{a}:vpc/{id}",
    "aws:ec2/natGateway:NatGateway": "ec2:{r}:{a}:natgateway/{id}",
    "aws:ec2/eip:Eip": "ec2:{r}:{a}:elastic-ip/{id}",
    "aws:ec2/subnet:Subnet": "ec2:{r}:{a}:subnet/{id}",
    "aws:ec2/securityGroup:SecurityGroup": "ec2:{r}:{a}:security-group/{id}",
}


def _objects(cloud: Path) -> dict[str, dict[str, Any]]:
    return json.loads(cloud.read_text())["objects"] if cloud.exists() else {}


def _arn(key: str, item: dict[str, Any]) -> str | None:
    pattern = _TAGGED.get(item["type"])
    if pattern:
        return "arn:aws:" + pattern.format(r=REGION, a=DEFAULT_ACCOUNT_ID, id=key)
    return item["outputs"].get("arn") or None


def _get_resources(objects: dict[str, Any], body: str, environ: _Environ) -> tuple[str, str]:
    filters = json.loads(body or "{}").get("TagFilters", [])
    found = []
    for key, item in objects.items():
        if item["type"] == "aws:autoscaling/group:Group":
            continue  # The index knows no scaling groups.
        tags, arn = item["outputs"].get("tagsAll") or item["inputs"].get("tags") or {}, _arn(key, item)
        if (
            arn
            and tags
            and all(
                tags.get(f["Key"]) in f.get("Values", [tags.get(f["Key"])]) and f["Key"] in tags
                for f in filters
            )
        ):
            found.append({"ResourceARN": arn, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]})
    return _JSON, json.dumps({"ResourceTagMappingList": found, "PaginationToken": ""})


def _describe_cluster(objects: dict[str, Any], body: str, environ: _Environ) -> tuple[str, str]:
    name = environ["PATH_INFO"].rsplit("/", 1)[-1]
    item = objects.get(name)
    there = item and item["type"] == "aws:eks/cluster:Cluster"
    return "application/json", json.dumps({"cluster": {"name": name, "status": "ACTIVE"}}) if there else ""


def _addon_versions(objects: dict[str, Any], body: str, environ: _Environ) -> tuple[str, str]:
    """What EKS offers: every add-on that the stand-in for the provider knows too."""
    found = [
        {"addonName": name, "addonVersions": [{"addonVersion": version}]} for name, version in ADDONS.items()
    ]
    return "application/json", json.dumps({"addons": found})


def _ec2(operation: str, token: str, collection: str, entry: str) -> Callable[..., tuple[str, str]]:
    """An EC2 Describe call, filtered by id as the platform filters."""

    def answer(objects: dict[str, Any], body: str, environ: _Environ) -> tuple[str, str]:
        wanted = [
            value[0]
            for key, value in urllib.parse.parse_qs(body).items()
            if re.fullmatch(r"Filter\.\d+\.Value\.\d+", key)
        ]
        ids = [
            key for key, item in objects.items() if item["type"] == token and (not wanted or key in wanted)
        ]
        items = "".join(f"<item>{entry.format(id=key)}</item>" for key in ids)
        space = "http://ec2.amazonaws.com/doc/2016-11-15/"
        return (
            _XML,
            f'<{operation}Response xmlns="{space}"><{collection}>{items}</{collection}></{operation}Response>',
        )

    return answer


def _load_balancers(objects: dict[str, Any], body: str, environ: _Environ) -> tuple[str, str]:
    wanted = [
        value[0] for key, value in urllib.parse.parse_qs(body).items() if key.startswith("LoadBalancerArns.")
    ]
    arns = [
        item["outputs"]["arn"]
        for item in objects.values()
        if item["type"] == "aws:lb/loadBalancer:LoadBalancer"
    ]
    if wanted and wanted[0] not in arns:
        return _XML, ""
    items = "".join(
        f"<member><LoadBalancerArn>{arn}</LoadBalancerArn></member>"
        for arn in arns
        if not wanted or arn in wanted
    )
    inner = (
        f"<DescribeLoadBalancersResult><LoadBalancers>{items}</LoadBalancers></DescribeLoadBalancersResult>"
    )
    return _XML, f"<DescribeLoadBalancersResponse>{inner}</DescribeLoadBalancersResponse>"


def _scaling_groups(objects: dict[str, Any], body: str, environ: _Environ) -> tuple[str, str]:
    """By tag, with as many machines as are wanted; those of node groups have none of our tags."""
    asked = urllib.parse.parse_qs(body)
    tag = asked.get("Filters.member.1.Name", [""])[0].removeprefix("tag:")
    wanted = asked.get("Filters.member.1.Values.member.1", [""])[0]
    members = ""
    for name, item in objects.items():
        tags = {one["key"]: one["value"] for one in item["inputs"].get("tags") or [] if isinstance(one, dict)}
        if item["type"] == "aws:autoscaling/group:Group" and tags.get(tag) == wanted:
            arn = item["outputs"]["arn"]
            members += (
                f"<member><AutoScalingGroupName>{name}</AutoScalingGroupName>"
                f"<AutoScalingGroupARN>{arn}</AutoScalingGroupARN><Instances/></member>"
            )
    inner = f"<DescribeAutoScalingGroupsResult><AutoScalingGroups>{members}</AutoScalingGroups></DescribeAutoScalingGroupsResult>"
    return _XML, f"<DescribeAutoScalingGroupsResponse>{inner}</DescribeAutoScalingGroupsResponse>"


_RENTED: dict[tuple[str, str], Callable[..., tuple[str, str]]] = {
    ("tagging", "GetResources"): _get_resources,
    ("eks", "Get"): _describe_cluster,
    ("eks", "GetKubernetesversion"): _addon_versions,
    ("autoscaling", "DescribeAutoScalingGroups"): _scaling_groups,
    ("elasticloadbalancing", "DescribeLoadBalancers"): _load_balancers,
    ("ec2", "DescribeVpcs"): _ec2("DescribeVpcs", "aws:ec2/vpc:Vpc", "vpcSet", "<vpcId>{id}</vpcId>"),
    ("ec2", "DescribeAddresses"): _ec2(
        "DescribeAddresses", "aws:ec2/eip:Eip", "addressesSet", "<allocationId>{id}</allocationId>"
    ),
    ("ec2", "DescribeNatGateways"): _ec2(
        *("DescribeNatGateways", "aws:ec2/natGateway:NatGateway", "natGatewaySet"),
        "<natGatewayId>{id}</natGatewayId><state>available</state>",
    ),
}


# ---------------------------------------------------------------- gaps in moto


def _take_loopback_for_tls() -> None:
    """moto refuses by a bucket policy without reading its conditions, so a policy against plain HTTP would refuse everything."""

    def over_tls(self: FakeBucket, action: str, resource: str) -> Any:
        document = json.loads(self.policy or '{"Statement": []}')
        plain_http = {"Bool": {"aws:SecureTransport": "false"}}
        document["Statement"] = [
            item for item in document["Statement"] if item.get("Condition") != plain_http
        ]
        if not document["Statement"]:
            return PermissionResult.NEUTRAL
        return IAMPolicy(json.dumps(document)).is_action_permitted(action, resource)

    FakeBucket.get_permission = over_tls


def _fill_gaps_in_budgets() -> None:
    """Calls that the provider and boto3 make and moto does not answer; they work on moto's own objects."""

    def budget_of(self: BudgetsResponse) -> Any:
        name = self._get_param("BudgetName") or (self._get_param("NewBudget") or {}).get("BudgetName")
        name = name or self._get_param("ResourceARN").rsplit("/", 1)[-1]
        return self.backend.budgets[self._get_param("AccountId") or DEFAULT_ACCOUNT_ID][name]

    def update_budget(self: BudgetsResponse) -> str:
        found = budget_of(self)
        found.budget = {**self._get_param("NewBudget"), "TimePeriod": found.budget["TimePeriod"]}
        return "{}"

    def describe_subscribers_for_notification(self: BudgetsResponse) -> str:
        wanted = self._get_param("Notification")
        same = [item for item in budget_of(self).notifications if item.details == wanted]
        return json.dumps({"Subscribers": [person for item in same for person in item.subscribers]})

    def list_tags_for_resource(self: BudgetsResponse) -> str:
        tags = getattr(budget_of(self), "tags", {})
        return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})

    def tag_resource(self: BudgetsResponse) -> str:
        found = budget_of(self)
        found.tags = {
            **getattr(found, "tags", {}),
            **{tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")},
        }
        return "{}"

    def untag_resource(self: BudgetsResponse) -> str:
        found = budget_of(self)
        found.tags = {
            key: value
            for key, value in getattr(found, "tags", {}).items()
            if key not in self._get_param("ResourceTagKeys")
        }
        return "{}"

    create = BudgetsResponse.create_budget

    def create_budget(self: BudgetsResponse) -> str:
        answer = create(self)
        made = self.backend.budgets[self._get_param("AccountId")][self._get_param("Budget")["BudgetName"]]
        made.tags = {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags") or []}
        return answer

    if not hasattr(BudgetsResponse, "update_budget"):
        added = (
            update_budget,
            describe_subscribers_for_notification,
            list_tags_for_resource,
            tag_resource,
            untag_resource,
        )
        for function in (*added, create_budget):
            setattr(BudgetsResponse, function.__name__, function)
