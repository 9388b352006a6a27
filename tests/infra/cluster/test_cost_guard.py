"""The cost guard: who calls it, what it may touch, and who hears when it fails."""

import json
from typing import Any

from ..program import declared

CARDS = (("gpu", "both"), ("autoscaler", "true"))
GUARD = (*CARDS, ("costGuard", "stop-gpu"))


def one(kind: str, *changes: tuple[str, str], name: str = "") -> Any:
    (found,) = (
        thing
        for thing in declared("dev", *changes)
        if thing.kind.endswith(f":{kind}") and name in thing.name and thing.room == "cluster"
    )
    return found


def test_by_default_money_alerts_and_stops_nothing():
    assert not [thing for thing in declared("dev", *CARDS) if "lambda" in thing.kind]


def test_without_pools_with_cards_there_is_nothing_to_guard_while_paused():
    paused = declared("dev", *GUARD, ("paused", "true"))
    assert not [thing for thing in paused if "lambda" in thing.kind]


def test_the_function_is_told_the_scaling_groups_of_the_pools_with_cards_and_of_no_other():
    told = json.loads(one("Function", *GUARD).inputs["environment"]["variables"]["POOLS"])
    assert [pool["group"] for pool in told] == ["gpu-on-demand", "gpu-spot"]


def test_it_may_empty_those_groups_and_write_its_log_and_nothing_else():
    statements = json.loads(one("RolePolicy", *GUARD, name="stop-gpu").inputs["policy"])["Statement"]
    assert [statement["Action"] for statement in statements] == [
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        ["autoscaling:SuspendProcesses", "autoscaling:UpdateAutoScalingGroup"],
    ]
    assert all(":autoScalingGroupName/scaling-group" in arn for arn in statements[1]["Resource"])


def test_only_a_budget_that_is_used_up_is_heard_on_its_topic_and_no_alarm():
    policies = [thing for thing in declared("dev", *GUARD) if thing.kind.endswith(":TopicPolicy")]
    (stop,) = (json.loads(thing.inputs["policy"]) for thing in policies if thing.name == "stop")
    assert stop["Statement"][0]["Principal"] == {"Service": ["budgets.amazonaws.com"]}
    (budget,) = (thing for thing in declared("dev", *GUARD) if thing.kind.endswith(":Budget"))
    (heard,) = (
        (told["notificationType"], told["threshold"])
        for told in budget.inputs["notifications"]
        if told["subscriberSnsTopicArns"] == ["arn:aws:sns:::stop"]
    )
    assert heard == ("ACTUAL", 100)


def test_only_that_topic_may_call_it():
    may = one("Permission", *GUARD).inputs
    assert (may["principal"], may["sourceArn"]) == ("sns.amazonaws.com", "arn:aws:sns:::stop")
    assert one("TopicSubscription", *GUARD).inputs["protocol"] == "lambda"


def test_a_failure_is_heard_on_the_topic_of_alerts():
    alarm = one("MetricAlarm", *GUARD, name="guard-failed").inputs
    assert (alarm["metricName"], alarm["threshold"]) == ("Errors", 1)
    assert alarm["alarmActions"] == ["arn:aws:sns:::alerts"]


def test_its_log_group_is_there_first_and_ends():
    group = one("LogGroup", *GUARD, name="stop-gpu")
    assert group.inputs["name"] == "/aws/lambda/genai-ops-dev-stop-gpu"
    assert group.inputs["retentionInDays"] == 30
    assert group.urn in one("Function", *GUARD).dependencies
