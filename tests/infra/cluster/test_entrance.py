"""The way in: who gets as far as the load balancer, where each path and page leads, and what nobody outside sees."""

import re
from typing import Any

import pytest

from infra import doors
from infra.doors import DOORS, NODE_PORTS, Door
from infra.naming import short

from ..program import WIDEST, declared
from .graph import after, every, named, one

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
PUBLIC = (("allowedCidrs", '["203.0.113.7/32"]'),)
TLS = (("allowedCidrs", '["0.0.0.0/0"]'), ("certificateArn", CERTIFICATE))
LOGIN = tuple(pair for pair in WIDEST if pair[0].startswith("login"))
CONSOLE = (("consoleTenant", "acme"),)


def test_without_addresses_the_load_balancer_is_internal():
    balancer = one("LoadBalancer")
    assert balancer.inputs["internal"] is True
    assert {rule.inputs.get("cidrIpv4") for rule in every("SecurityGroupIngressRule")} == {
        "10.40.0.0/16",
        None,
    }


def test_with_addresses_it_is_public_for_these_and_nobody_else():
    assert one("LoadBalancer", *PUBLIC).inputs["internal"] is False
    opened = {rule.inputs.get("cidrIpv4") for rule in every("SecurityGroupIngressRule", *PUBLIC)}
    assert opened == {"203.0.113.7/32", None}


def test_it_listens_where_a_door_is_and_lets_nobody_in_elsewhere():
    opened = {
        rule.inputs["fromPort"]
        for rule in every("SecurityGroupIngressRule", *CONSOLE)
        if rule.inputs.get("cidrIpv4")
    }
    heard = {thing.inputs["port"] for thing in every("Listener", *CONSOLE)}
    assert opened == heard == {80, 8501}


def test_with_a_certificate_plain_http_only_redirects():
    listeners = {thing.inputs["port"]: thing.inputs for thing in every("Listener", *TLS)}
    assert listeners[80]["defaultActions"][0]["type"] == "redirect"
    assert listeners[443]["certificateArn"] == CERTIFICATE
    assert listeners[443]["defaultActions"][0]["type"] == "forward"


def test_with_a_domain_pages_have_names_below_it_on_the_one_port_that_speaks_tls():
    listeners = {thing.inputs["port"]: thing.inputs for thing in every("Listener", *WIDEST)}
    assert set(listeners) == {80, 443}
    assert listeners[443]["protocol"] == "HTTPS"
    assert listeners[443]["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    page = named("ListenerRule", "console", *WIDEST).inputs
    assert page["conditions"] == [{"hostHeader": {"values": ["console.genai.example.org"]}}]


def test_without_a_domain_pages_have_ports_that_speak_tls_too():
    console = named("Listener", "console", *TLS, *LOGIN, *CONSOLE).inputs
    assert (console["port"], console["protocol"]) == (8501, "HTTPS")
    assert console["certificateArn"] == CERTIFICATE


def test_the_load_balancer_reaches_the_nodes_on_the_node_ports_of_open_doors_only():
    for changes, apps in (((), {"rag"}), (CONSOLE, {"rag", "console"})):
        between = [
            rule.inputs
            for rule in every("SecurityGroupIngressRule", *changes)
            if rule.inputs.get("referencedSecurityGroupId")
        ]
        assert {(rule["fromPort"], rule["toPort"]) for rule in between} == {
            (NODE_PORTS[app], NODE_PORTS[app]) for app in apps
        }
        assert {rule["securityGroupId"] for rule in between} == {"sg-cluster"}


def test_targets_are_the_machines_of_the_group_and_not_what_a_controller_registers():
    assert one("Attachment").inputs["autoscalingGroupName"] == "scaling-group"
    assert one("TargetGroup").inputs["targetType"] == "instance"


def test_each_target_is_asked_for_its_health_on_its_own_node_port():
    for door in DOORS:
        target = named("TargetGroup", short("genai-ops-dev", door.app), *WIDEST).inputs
        assert target["port"] == door.node_port
        assert (target["healthCheck"]["port"], target["healthCheck"]["path"]) == (
            "traffic-port",
            door.health_path,
        )


def test_a_pool_whose_machines_may_vanish_carries_nobody_elses_stream():
    attached = [thing.name for thing in every("Attachment", *WIDEST)]
    assert len(attached) == len(every("TargetGroup", *WIDEST))
    assert not any("gpu" in name for name in attached)


def test_the_log_bucket_lets_it_write_before_it_is_told_to():
    balancer = one("LoadBalancer")
    assert balancer.inputs["accessLogs"]["enabled"] is True
    assert "BucketPolicy logs" in after(balancer)


def test_a_stream_may_be_silent_longer_than_a_slow_model_thinks():
    assert one("LoadBalancer").inputs["idleTimeout"] == 300


def test_nobody_outside_reads_how_busy_the_apps_are():
    rule = named("ListenerRule", "rag-metrics").inputs
    assert rule["conditions"] == [{"pathPattern": {"values": ["/metrics"]}}]
    assert [action["fixedResponse"]["statusCode"] for action in rule["actions"]] == ["404"]


# ---- the table


def test_no_two_doors_meet_in_a_number_or_a_path():
    for numbers in (
        [door.node_port for door in DOORS],
        [door.own_port for door in DOORS if door.own_port],
        [door.path for door in DOORS if door.path],
        [door.app for door in DOORS],
    ):
        assert len(numbers) == len(set(numbers))
    # Kubernetes takes no other for a node port.
    assert all(30000 <= door.node_port <= 32767 for door in DOORS if door.behind == "cluster")
    assert not {door.own_port for door in DOORS} & {80, 443}


def test_a_door_without_a_way_or_with_two_is_refused():
    with pytest.raises(ValueError, match="'lost'"):
        Door(app="lost", node_port=30099)
    with pytest.raises(ValueError, match="'twice'"):
        Door(app="twice", node_port=30099, path="/twice", own_port=9000)


@pytest.mark.parametrize(
    ("asked", "seen"),
    [("/mail", "/"), ("/mail/", "/"), ("/mail/v1/drafts", "/v1/drafts"), ("/mail/a?b=/mail", "/a?b=/mail")],
)
def test_an_app_under_a_path_sees_what_it_would_see_where_a_laptop_mounts_it(asked: str, seen: str):
    regex, replace = Door(app="mail", node_port=30099, path="/mail").rewrite or ("", "")
    assert re.sub(regex, replace.replace("$1", r"\1"), asked) == seen


def test_an_app_joins_with_one_line(monkeypatch: pytest.MonkeyPatch):
    joined = (*DOORS, Door(app="mail", node_port=30099, path="/mail"))
    monkeypatch.setattr(doors, "DOORS", joined)
    made: dict[str, Any] = {
        f"{thing.kind.split(':')[-1]} {thing.name}": thing.inputs for thing in declared.__wrapped__("dev")
    }
    rule = made["ListenerRule mail"]
    assert rule["conditions"] == [{"pathPattern": {"values": ["/mail", "/mail/*"]}}]
    assert rule["actions"][0]["type"] == "forward"
    rewritten = rule["transforms"][0]["urlRewriteConfig"]["rewrite"]
    assert rewritten == {"regex": "^/mail/?(.*)$", "replace": "/$1"}
    assert made["TargetGroup genai-ops-dev-mail"]["port"] == 30099
    assert made["ListenerRule mail-metrics"]["priority"] < rule["priority"]
    assert {"Attachment mail", "SecurityGroupIngressRule mail-in", "SecurityGroupEgressRule mail-out"} <= set(
        made
    )
