"""`make leftovers`: what carries the tag is listed with its price, what is gone is not, and nothing is changed."""

import io
import json
from typing import Any

import pytest

from infra import still_costs
from infra.tags import Tags

from .accounts import ACCOUNT, REGION, Account, broken, clients, pairs
from .test_leftovers import scaling_group

OWNER = "genai-ops/dev"
TAGS = Tags(owner=OWNER, project="genai-ops", stack="dev", contact="me", cost_centre="none")


def shown(aws: Account, *arguments: str, url: str = "") -> tuple[int, str]:
    out = io.StringIO()
    code = still_costs.main(
        ["--stack", "dev", *arguments], out=out, connect=lambda **_: clients(url or aws.url)
    )
    return code, out.getvalue()


def gateway(aws: Account) -> str:
    ec2 = aws.cloud("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    spec = [{"ResourceType": "natgateway", "Tags": pairs(TAGS.rented())}]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, TagSpecifications=spec)
    found: str = made["NatGateway"]["NatGatewayId"]
    return found


def listed(aws: Account, *arns: tuple[str, dict[str, str]]) -> Any:
    """The account, with a tagging index that names these: moto's knows few kinds."""
    cloud = aws.cloud

    class Index:
        def get_paginator(self, _: str) -> "Index":
            return self

        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            found = [{"ResourceARN": arn, "Tags": pairs(tags)} for arn, tags in arns]
            return [{"ResourceTagMappingList": found}]

    return lambda service: Index() if service == "resourcegroupstaggingapi" else cloud(service)


def look(aws: Account, *arns: tuple[str, dict[str, str]]) -> list[still_costs.Thing]:
    region = still_costs.prices.Region(REGION, still_costs.prices.Holdings())
    return still_costs.look(OWNER, cloud=listed(aws, *arns), region=region)


def test_an_empty_account_costs_nothing_and_ends_with_0(aws: Account):
    code, text = shown(aws)
    assert code == 0 and "RENTED: 0 thing(s)" in text and "at least $0.00 a month" in text


def test_a_forgotten_gateway_is_listed_with_its_price_and_the_command_that_removes_it(aws: Account):
    name = gateway(aws)
    (thing,) = look(aws, (f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/{name}", TAGS.rented()))
    assert thing.usd_per_month == pytest.approx(0.045 * 730)
    assert thing.price == "$32.85 a month, $0.045 an hour"
    assert thing.command.startswith(f"aws ec2 delete-nat-gateway --nat-gateway-id {name}")


def test_a_forgotten_scaling_group_costs_what_its_machines_cost(aws: Account):
    scaling_group(aws)
    (thing,) = look(aws)
    assert thing.usd_per_month == pytest.approx(0.526 * 730)
    assert "1 machine(s) on demand" in thing.price and "delete-auto-scaling-group" in thing.command


def test_what_the_index_still_names_but_the_service_does_not_know_is_left_out(aws: Account):
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/nat-0123456789abcdef0"
    assert look(aws, (arn, TAGS.rented())) == []


def test_what_is_kept_is_told_apart_and_no_command_removes_it(aws: Account):
    arn = aws.secret()
    bucket = "arn:aws:s3:::genai-ops-dev-data"
    secret, data = look(aws, (arn, TAGS.durable()), (bucket, TAGS.durable()))
    assert (secret.arn, secret.usd_per_month, secret.command) == (arn, 0.4, "")
    assert (data.usd_per_month, data.price) == (None, "$0.023 a month for each GB")


def test_a_database_has_a_price_and_its_snapshot_is_kept_though_its_tags_say_rented(aws: Account):
    rds = aws.cloud("rds")
    made = rds.create_db_instance(
        DBInstanceIdentifier="genai-ops-dev-database", DBInstanceClass="db.t4g.micro", Engine="postgres",
        AllocatedStorage=20, MasterUsername="postgres", ManageMasterUserPassword=True,
    )["DBInstance"]  # fmt: skip
    kept = rds.create_db_snapshot(
        DBInstanceIdentifier="genai-ops-dev-database", DBSnapshotIdentifier="genai-ops-dev-database-1"
    )["DBSnapshot"]
    database, snapshot = look(
        aws, (made["DBInstanceArn"], TAGS.rented()), (kept["DBSnapshotArn"], TAGS.rented())
    )
    assert database.price == "$14.38 a month for a database of db.t4g.micro with 20 GB"
    assert "--final-db-snapshot-identifier" in database.command
    assert (snapshot.lifetime, snapshot.price, snapshot.command) == (
        "durable", "$0.095 a month for each GB", ""
    )  # fmt: skip


def test_something_rented_ends_with_1_and_reads_as_json_too(aws: Account):
    spec = [{"ResourceType": "vpc", "Tags": pairs(TAGS.rented())}]
    vpc = aws.cloud("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=spec)["Vpc"]["VpcId"]
    code, text = shown(aws, "--json")
    told = json.loads(text)
    assert code == 1 and told["stack"] == OWNER
    assert [thing["command"] for thing in told["rented"]] == [f"aws ec2 delete-vpc --vpc-id {vpc}"]
    assert "Nothing was changed" in shown(aws)[1]


def test_what_cannot_be_looked_at_ends_with_2_and_one_line(aws: Account, capsys: pytest.CaptureFixture[str]):
    assert still_costs.main(["--stack", "nope"], out=io.StringIO()) == 2
    with broken(aws.url, service="tagging", status=400, code="AccessDeniedException") as url:
        assert shown(aws, url=url)[0] == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2 and "Pulumi.nope.yaml" in said[0] and "AccessDenied" in said[1]


def test_looking_changes_nothing(aws: Account):
    asked: list[str] = []
    gateway(aws)

    def recording(**_: Any) -> Any:
        def client(service: str) -> Any:
            made = aws.cloud(service)
            made.meta.events.register("before-call", lambda model, **_: asked.append(model.name))
            return made

        return client

    still_costs.main(["--stack", "dev"], out=io.StringIO(), connect=recording)
    assert asked and all(name.startswith(("Get", "List", "Describe")) for name in asked), asked
