"""What a killed run left behind: found when it lives and state does not know it, never when state does."""

from collections.abc import Iterator

import httpx
import pytest

from infra import leftovers
from infra.adopt import Stop
from infra.snapshot import Snapshot
from infra.tags import Tags

from .accounts import Account, account, broken, clients, pairs

OWNER = "genai-ops/dev"
RENTED = Tags(owner=OWNER, project="genai-ops", stack="dev", contact="me", cost_centre="none").rented()
NOTHING = Snapshot({})


@pytest.fixture(scope="module")
def server() -> Iterator[Account]:
    with account() as running:
        yield running


@pytest.fixture
def aws(server: Account) -> Account:
    httpx.post(f"{server.url}/moto-api/reset", timeout=30).raise_for_status()
    return server


def network(aws: Account, *, tags: dict[str, str] = RENTED) -> str:
    spec = [{"ResourceType": "vpc", "Tags": pairs(tags)}]
    made: str = aws.cloud("ec2").create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=spec)["Vpc"]["VpcId"]
    return made


def found(aws: Account, *, state: Snapshot = NOTHING) -> list[str]:
    return [left.command for left in leftovers.find(OWNER, cloud=aws.cloud, state=state)]


def test_a_network_that_state_does_not_know_is_listed_with_the_command_that_removes_it(aws: Account):
    vpc = network(aws)
    (command,) = found(aws)
    assert command.startswith(f"aws ec2 delete-vpc --vpc-id {vpc}")


def test_what_state_knows_is_no_leftover(aws: Account):
    vpc = network(aws)
    assert found(aws, state=Snapshot({"urn:pulumi:dev::p::aws:ec2/vpc:Vpc::n": {"id": vpc}})) == []


def test_what_another_stack_or_another_lifetime_owns_is_no_leftover(aws: Account):
    network(aws, tags=RENTED | {"genai-ops:stack": "genai-ops/prod"})
    network(aws, tags=RENTED | {"genai-ops:lifetime": "durable"})
    assert found(aws) == []


def test_a_cluster_is_not_taken_for_known_because_the_budget_has_its_name():
    arn = "arn:aws:eks:us-east-1:123456789012:cluster/genai-ops-dev"
    budget = Snapshot({"urn:pulumi:dev::p::aws:budgets/budget:Budget::b": {"name": "genai-ops-dev"}})
    cluster = Snapshot({"urn:pulumi:dev::p::aws:eks/cluster:Cluster::c": {"arn": arn}})
    assert not leftovers._in_state(arn, "genai-ops-dev", state=budget)
    assert leftovers._in_state(arn, "genai-ops-dev", state=cluster)


def test_something_the_index_still_names_but_that_is_gone_is_no_leftover(aws: Account):
    vpc = network(aws)
    assert leftovers._network(aws.cloud, "", vpc)
    aws.cloud("ec2").delete_vpc(VpcId=vpc)
    assert not leftovers._network(aws.cloud, "", vpc)


def test_a_running_stack_stops_at_a_leftover_and_a_pausing_one_only_warns(aws: Account):
    network(aws)
    said: list[str] = []
    with pytest.raises(Stop, match="aws ec2 delete-vpc"):
        leftovers.refuse(OWNER, cloud=aws.cloud, state=NOTHING, warn=said.append, stop=True)
    assert said == []
    leftovers.refuse(OWNER, cloud=aws.cloud, state=NOTHING, warn=said.append, stop=False)
    assert "aws ec2 delete-vpc" in said[0]


def test_when_the_tagging_index_is_closed_to_us_the_program_warns_and_goes_on(aws: Account):
    said: list[str] = []
    with broken(aws.url, service="tagging", status=400, code="AccessDeniedException") as url:
        leftovers.refuse(OWNER, cloud=clients(url), state=NOTHING, warn=said.append, stop=True)
    assert "Could not look for leftovers" in said[0]
