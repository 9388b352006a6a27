"""Alarms: each looks at a metric that somebody emits, tells the topic, and says what is wrong in words."""

import base64
import json
from typing import Any

from infra.cluster.alarms import CARD, DISK, machine_namespace
from infra.cluster.chat_machines import boot
from infra.doors import doors
from infra.prices import Holdings, Region, cost
from infra.project import ROOT
from infra.workloads import prometheus
from tests.engines.standins import aws_watch

from ..program import CHAT_MACHINES, SEVERAL, WIDEST, load
from .graph import after, every, named

# What AWS measures by itself (the services' own metric references), and what our agent sends.
EMITTED = {
    "AWS/ApplicationELB": {
        "RequestCount",
        "HTTPCode_Target_4XX_Count",
        "HTTPCode_Target_5XX_Count",
        "HTTPCode_ELB_5XX_Count",
        "TargetResponseTime",
        "HealthyHostCount",
        "UnHealthyHostCount",
    },
    "AWS/Lambda": {"Errors"},
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
    "genai-ops-dev/machines": {DISK, CARD},
    "genai-ops-dev/chat-machines": {boot.DISK, boot.CARD, boot.CARD_FREE},
}


def looked_at(inputs: Any) -> list[Any]:
    if "metricQueries" not in inputs:
        return [inputs]
    return [query["metric"] for query in inputs["metricQueries"] if "metric" in query]


def test_there_are_none_until_chosen():
    assert every("MetricAlarm") == [] and every("Dashboard") == []


def test_nothing_is_watched_that_nobody_emits():
    for alarm in every("MetricAlarm", *WIDEST):
        for metric in looked_at(alarm.inputs):
            assert metric["metricName"] in EMITTED[metric["namespace"]], alarm.name
    assert machine_namespace(load(*WIDEST)) in EMITTED


def test_what_only_an_agent_or_a_queue_emits_is_watched_only_where_they_are():
    small = {alarm.name for alarm in every("MetricAlarm", ("alarms", "true"))}
    assert small == {"errors", "slow", "unhealthy-rag"}
    widest = {alarm.name for alarm in every("MetricAlarm", *WIDEST)}
    assert widest - small == {
        "queue-age",
        "dead-letters",
        "disk",
        "gpu-idle",
        "chat-disk",
        "chat-card-busy",
        "chat-card-memory",
        "guard-failed",
        *(f"unhealthy-{door.app}" for door in doors(load(*WIDEST)) if door.app != "rag"),
    }


def test_chat_machines_are_watched_without_kubernetes_too_by_what_their_agent_sends():
    watched = (*SEVERAL, ("alarms", "true"))
    seen = {
        metric["metricName"]: metric["dimensions"]
        for alarm in every("MetricAlarm", *watched)
        for metric in looked_at(alarm.inputs)
        if metric["namespace"] == "genai-ops-dev/chat-machines"
    }
    pool = {"Pool": "genai-ops-dev-chat-machines"}
    assert seen == dict.fromkeys((boot.DISK, boot.CARD, boot.CARD_FREE), pool)
    text = base64.b64decode(
        named("LaunchTemplate", "genai-ops-dev-chat-machines", *CHAT_MACHINES).inputs["userData"]
    )
    (agent,) = (
        json.loads(file["content"])["metrics"]
        for file in json.loads(text.split(b"\n", 1)[1])["write_files"]
        if file["path"] == boot.AGENT
    )
    # What the agent calls a series: the name of its plugin, or of the program it asks, before the measurement.
    prefixes = {"disk": "disk", "nvidia_gpu": "nvidia_smi"}
    sent = {
        f"{prefixes[plugin]}_{measured}"
        for plugin, told in agent["metrics_collected"].items()
        for measured in told["measurement"]
    }
    assert sent == set(seen) and agent["namespace"] == "genai-ops-dev/chat-machines"


def test_every_alarm_tells_the_topic_and_says_what_is_wrong():
    for alarm in every("MetricAlarm", *WIDEST):
        assert alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == ["arn:aws:sns:::alerts"]
        assert alarm.inputs["alarmDescription"].endswith(".")
        # CloudWatch tries the topic's policy when an alarm goes off: it must stand before.
        assert "TopicPolicy alerts" in after(alarm, *WIDEST)


def test_cloudwatch_would_take_every_alarm():
    for alarm in every("MetricAlarm", *WIDEST):
        assert aws_watch.objections(aws_watch.ALARM, dict(alarm.inputs)) == [], alarm.name


def test_a_machine_that_sleeps_at_night_wakes_nobody():
    assert {alarm.inputs["treatMissingData"] for alarm in every("MetricAlarm", *WIDEST)} == {"notBreaching"}


def test_few_requests_are_no_rate():
    (told,) = (
        query
        for query in named("MetricAlarm", "errors", *WIDEST).inputs["metricQueries"]
        if query.get("returnData")
    )
    assert told["expression"].startswith("IF(FILL(m0, 0) < 20, 0,")


def test_an_alarm_is_paid_by_each_metric_it_looks_at():
    region = Region("us-east-1", Holdings())
    hours = {
        name: cost(aws_watch.ALARM, named("MetricAlarm", name, *WIDEST).inputs, region=region).hour * 730
        for name in ("errors", "slow")
    }
    assert {name: round(month, 2) for name, month in hours.items()} == {"errors": 0.3, "slow": 0.1}


def test_cloudwatch_would_take_the_dashboard():
    text = named("Dashboard", "genai-ops-dev", *WIDEST).inputs["dashboardBody"]
    assert aws_watch.dashboard_problems(text) == []


def test_the_page_shows_what_the_alarms_look_at():
    page = json.loads(named("Dashboard", "genai-ops-dev", *WIDEST).inputs["dashboardBody"])
    shown = {tuple(line[:2]) for widget in page["widgets"] for line in widget["properties"]["metrics"]}
    watched = {
        (metric["namespace"], metric["metricName"])
        for alarm in every("MetricAlarm", *WIDEST)
        for metric in looked_at(alarm.inputs)
    }
    # The guard's function runs once the budget is used up: there is no course of things to show.
    assert watched - {("AWS/Lambda", "Errors")} <= shown
    assert all(name in EMITTED[namespace] for namespace, name in shown)


def test_no_two_graphs_lie_on_each_other():
    page = json.loads(named("Dashboard", "genai-ops-dev", *WIDEST).inputs["dashboardBody"])
    places = [(widget["x"], widget["y"]) for widget in page["widgets"]]
    assert len(set(places)) == len(places)


def test_the_check_of_the_page_can_fail():
    line = ["AWS/SQS", "A", "QueueName"]
    broken = {
        "widgets": [
            {"type": "metric", "x": 20, "width": 8, "properties": {"metrics": [line], "colour": "red"}}
        ]
    }
    problems = " ".join(aws_watch.dashboard_problems(json.dumps(broken)))
    assert all(
        words in problems for words in ("wider than the page", "not a metric", "no region", "['colour']")
    )


def test_the_runbook_says_of_every_alarm_and_alert_where_to_look():
    text = (ROOT / "docs" / "runbooks" / "alarm.md").read_text(encoding="utf-8")
    alarms = {
        alarm.name.replace("unhealthy-rag", "unhealthy-<app>") for alarm in every("MetricAlarm", *WIDEST)
    }
    alarms = {name for name in alarms if not name.startswith("unhealthy-") or "<app>" in name}
    alerts = {rule["alert"] for group in prometheus.rules()["groups"] for rule in group["rules"]}
    assert {name for name in alarms | alerts if f"`{name}`" not in text} == set()
