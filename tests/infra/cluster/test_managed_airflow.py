"""Managed Airflow: private, in two zones, with a role of its own and log groups that go with it."""

import json
from typing import Any

from infra.prices import PRICES

from ..program import declared
from .graph import after, named

ON = (("airflow", "mwaa"), ("zones", '["a", "b", "c"]'))


def environment() -> Any:
    return named("Environment", "airflow", *ON)


def test_it_is_there_only_when_chosen_and_then_without_airflow_in_the_cluster():
    assert not [thing for thing in declared() if thing.kind.startswith("aws:mwaa/")]
    assert not [thing for thing in declared("dev", *ON) if thing.kind == "genai:workloads:Airflow"]


def test_its_pages_are_private_and_it_stands_in_exactly_two_subnets():
    inputs = environment().inputs
    assert inputs["webserverAccessMode"] == "PRIVATE_ONLY"
    assert len(inputs["networkConfiguration"]["subnetIds"]) == 2
    assert all("private" in subnet for subnet in inputs["networkConfiguration"]["subnetIds"])
    (entered,) = (
        thing.inputs
        for thing in declared("dev", *ON)
        if thing.kind.endswith(":SecurityGroupIngressRule") and thing.name.startswith("airflow")
    )
    assert entered["referencedSecurityGroupId"] == entered["securityGroupId"]
    assert not {"cidrIpv4", "cidrIpv6"} & entered.keys()


def test_its_lines_go_to_groups_that_end_with_it():
    groups = {
        thing.inputs["name"]: thing
        for thing in declared("dev", *ON)
        if thing.kind.endswith(":LogGroup") and thing.inputs["name"].startswith("airflow-")
    }
    assert set(groups) == {
        f"airflow-genai-ops-dev-airflow-{part}"
        for part in ("DAGProcessing", "Scheduler", "Task", "WebServer", "Worker")
    }
    assert all(group.inputs["retentionInDays"] == 30 and not group.retained for group in groups.values())
    before = after(environment(), *ON)
    assert {f"LogGroup {group.name}" for group in groups.values()} <= before
    assert "RolePolicy airflow" in before and any(name.startswith("NatGateway ") for name in before)


def test_its_role_is_for_this_environment_and_reads_the_folder_of_dags_only():
    role = next(
        thing
        for thing in declared("dev", *ON)
        if thing.kind.endswith(":Role") and "dev-airflow" in thing.name
    )
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":environment/genai-ops-dev-airflow")
    statements = json.loads(named("RolePolicy", "airflow", *ON).inputs["policy"])["Statement"]
    objects = [one["Resource"] for one in statements if "s3:GetObject" in one["Action"]]
    assert objects == ["arn:aws:s3:::models/airflow/dags/*"]
    assert not [one for one in statements if "s3:PutObject" in one["Action"]]


def test_its_hour_is_in_the_price_list_of_every_region():
    assert {prices["mwaa_small_hour"] for prices in PRICES.values()} == {0.49}
