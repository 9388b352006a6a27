"""Names: the same for ever, and inside the limits of AWS."""

import re

import pytest

from infra import doors, naming
from infra.naming import NameRefused, Names

NAMES = Names(project="genai-ops", stack="dev", account="111122223333", region="eu-central-1")


def test_the_bucket_is_named_by_project_stack_account_and_region():
    assert NAMES.data_bucket == "genai-ops-dev-data-111122223333-eu-central-1"


def test_the_longest_stack_name_still_gives_a_bucket_name_that_s3_takes():
    region = "ap-southeast-1"
    room = naming.BUCKET_LIMIT - len(f"genai-ops--models-111122223333-{region}")
    names = Names(project="genai-ops", stack="s" * room, account="111122223333", region=region)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", names.bucket("models"))
    with pytest.raises(NameRefused, match="1 shorter"):
        Names(project="genai-ops", stack="s" * (room + 1), account="111122223333", region=region)


@pytest.mark.parametrize("stack", ["Dev", "my_stack", "a.b", "-dev", "dev-", "1dev", ""])
def test_a_stack_name_that_no_bucket_may_carry_is_refused_by_value(stack: str):
    with pytest.raises(NameRefused, match=re.escape(repr(stack))):
        Names(project="genai-ops", stack=stack, account="111122223333", region="us-east-1")


@pytest.mark.parametrize("account", ["", "1234", "12345678901a"])
def test_an_account_has_twelve_digits(account: str):
    with pytest.raises(NameRefused, match="twelve digits"):
        Names(project="genai-ops", stack="dev", account=account, region="us-east-1")


def test_two_stacks_share_no_name():
    other = Names(project="genai-ops", stack="prod", account="111122223333", region="eu-central-1")
    for take in (
        lambda names: names.data_bucket,
        lambda names: names.bucket("models"),
        lambda names: names.bucket("logs"),
        lambda names: names.repository("rag"),
        lambda names: names.records_table,
        lambda names: names.api_keys_secret,
        lambda names: names.budget,
        lambda names: names.control_plane_logs,
        lambda names: names.container_logs,
        lambda names: names.alerts,
        lambda names: names.anomalies,
        lambda names: names.cluster,
        lambda names: names.owner,
    ):
        assert take(NAMES) != take(other)


def test_a_shortened_name_fits_a_load_balancer_with_its_suffix_and_stays_distinct():
    long = "genai-ops-a-rather-long-stack-name"
    short = naming.short(long, "entrance")
    assert len(short) + naming.AUTO_SUFFIX <= naming.LOAD_BALANCER_LIMIT
    assert short != naming.short(long, "exit")
    assert naming.short("genai-ops-dev", "rag") == "genai-ops-dev-rag"


def test_no_two_apps_share_a_node_port_and_all_are_in_the_range_of_kubernetes():
    ports = [door.node_port for door in doors.DOORS if door.behind == "cluster"]
    assert len(set(ports)) == len(ports)
    assert all(30000 <= port <= 32767 for port in ports)
