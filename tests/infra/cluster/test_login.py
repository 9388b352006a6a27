"""The login: who is asked to sign in, and that its secret is a reference everywhere this program can be read."""

import json

from ..program import WIDEST, declared
from .graph import after, every, named, one

SECRET = dict(WIDEST)["loginSecretArn"]


def test_without_a_provider_nobody_is_asked():
    assert every("Stack") == []


def test_people_are_signed_in_before_the_console_and_programs_bring_their_keys():
    rule = json.loads(named("Stack", "genai-ops-dev-console-login", *WIDEST).inputs["templateBody"])[
        "Resources"
    ]["Rule"]
    kinds = [action["Type"] for action in rule["Properties"]["Actions"]]
    assert rule["Type"] == "AWS::ElasticLoadBalancingV2::ListenerRule"
    assert kinds == ["authenticate-oidc", "forward"]
    (shared,) = (thing for thing in every("Listener", *WIDEST) if thing.inputs["port"] == 443)
    assert [action["type"] for action in shared.inputs["defaultActions"]] == ["forward"]


def test_while_the_rule_is_missing_the_page_is_closed_and_not_open():
    closed = named("ListenerRule", "console", *WIDEST).inputs
    (action,) = closed["actions"]
    rule = json.loads(named("Stack", "genai-ops-dev-console-login", *WIDEST).inputs["templateBody"])[
        "Resources"
    ]["Rule"]["Properties"]
    assert rule["Priority"] < closed["priority"]
    assert (
        rule["Conditions"][0]["HostHeaderConfig"]["Values"] == closed["conditions"][0]["hostHeader"]["values"]
    )
    assert action["type"] == "fixed-response" and action["fixedResponse"]["statusCode"] == "503"


def test_without_a_domain_everything_on_the_pages_own_port_is_guarded():
    tls = (
        "certificateArn",
        "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000",
    )
    everyone = ("allowedCidrs", '["0.0.0.0/0"]')
    login = tuple(pair for pair in WIDEST if pair[0].startswith("login"))
    chosen = (everyone, tls, *login, ("consoleTenant", "acme"))
    rule = json.loads(one("Stack", *chosen).inputs["templateBody"])["Resources"]["Rule"]["Properties"]
    assert rule["Conditions"] == [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}]
    (action,) = named("Listener", "console", *chosen).inputs["defaultActions"]
    assert action["type"] == "fixed-response" and action["fixedResponse"]["statusCode"] == "503"


def test_the_client_secret_is_a_reference_that_only_cloudformation_resolves():
    made = named("Stack", "genai-ops-dev-console-login", *WIDEST).inputs
    oidc = json.loads(made["templateBody"])["Resources"]["Rule"]["Properties"]["Actions"][0]
    assert oidc["AuthenticateOidcConfig"]["ClientSecret"] == f"{{{{resolve:secretsmanager:{SECRET}}}}}"
    assert set(made["parameters"]) == {"Listener", "TargetGroup"}


def test_no_listener_or_rule_of_pulumis_own_takes_a_client_secret():
    told = [json.dumps(thing.inputs, default=str) for thing in declared("dev", *WIDEST)]
    assert not any("clientSecret" in text or "authenticateOidc" in text for text in told)


def test_the_rule_goes_before_its_listener_and_its_target():
    before = after(named("Stack", "genai-ops-dev-console-login", *WIDEST), *WIDEST)
    assert {"Listener entrance-https", "TargetGroup genai-ops-dev-console"} <= before


def test_only_with_a_login_may_the_load_balancer_speak_with_the_world():
    assert not any(thing.inputs.get("cidrIpv4") for thing in every("SecurityGroupEgressRule"))
    outwards = [
        thing.inputs
        for thing in every("SecurityGroupEgressRule", *WIDEST)
        if thing.inputs.get("cidrIpv4") and thing.inputs["securityGroupId"] == "entrance-id"
    ]
    assert [(rule["fromPort"], rule["toPort"]) for rule in outwards] == [(443, 443)]
