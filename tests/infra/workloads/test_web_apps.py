"""The apps beside the RAG service: chosen by name, each with its own role, its own keys, and a way to the public web only."""

import ipaddress
import json

import pytest

from infra import adopt, rehearsal
from infra.naming import MORE_APPS
from infra.rehearsal import Declared
from infra.stack import ConfigRefused

from ..program import ACCOUNT, NAME, config, declared, load
from .objects import MORE, environment, every, running, spec
from .test_traffic import ways

BOTH = MORE
CONSOLE = ("consoleTenant", "acme")
WEB = ("0.0.0.0/0", 443), ("0.0.0.0/0", 80)


def rehearsed(found: adopt.Found, *more: tuple[str, str]) -> list[Declared]:
    return rehearsal.rehearse(config("dev", *BOTH, *more), project=NAME, stack="dev", found=lambda _: found)[
        1
    ]


def test_none_runs_until_chosen_and_a_strange_name_is_refused():
    assert not {"coldmail", "devops"} & every("Deployment").keys()
    assert {"coldmail", "devops"} <= every("Deployment", *BOTH).keys()
    with pytest.raises(ConfigRefused, match=r"'mailer'.*coldmail, devops"):
        load(("apps", '["mailer"]'))


@pytest.mark.parametrize("app", MORE_APPS)
def test_it_reaches_the_public_web_its_credentials_and_names_and_nothing_inside(app: str):
    assert ways(app, "egress", *BOTH) == {("kube-system/", 53), ("169.254.170.23/32", 80), *WEB}
    (web,) = [
        rule
        for rule in spec("NetworkPolicy", app, *BOTH)["egress"]
        if {"port": 80, "protocol": "TCP"} in rule["ports"] and len(rule["ports"]) == 2
    ]
    closed = [ipaddress.ip_network(cidr) for cidr in web["to"][0]["ipBlock"]["except"]]
    for inside in (
        "10.40.3.7",
        "172.20.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "169.254.170.23",
        "100.64.1.1",
        "127.0.0.1",
    ):
        assert any(ipaddress.ip_address(inside) in network for network in closed), inside
    for outside in ("93.184.215.14", "8.8.8.8", "172.32.0.1", "100.128.0.1"):
        assert not any(ipaddress.ip_address(outside) in network for network in closed), outside


@pytest.mark.parametrize("app", MORE_APPS)
def test_the_console_alone_may_come_in_beside_the_machines(app: str):
    machines = {("10.40.0.0/20", 8080), ("10.40.16.0/20", 8080)}
    assert ways(app, "ingress", *BOTH) == machines
    assert ways(app, "ingress", *BOTH, CONSOLE) == {*machines, (f"console/genai-ops/reaches-{app}", 8080)}
    assert (f"{app}/app.kubernetes.io/name={app}", 8080) in ways("console", "egress", *BOTH, CONSOLE)
    template = running(*BOTH, CONSOLE)["Deployment console"].inputs["spec"]["template"]
    assert template["metadata"]["labels"][f"genai-ops/reaches-{app}"] == "yes"


def test_the_console_asks_each_at_its_own_address_and_has_no_page_for_what_does_not_run():
    names = ("GENAI_API_URL", "GENAI_COLDMAIL_URL", "GENAI_DEVOPS_URL")

    def told(console: Declared) -> list[str]:
        return [environment(console)[name] for name in names]

    rag = "http://rag.rag.svc.cluster.local:8080"
    assert told(every("Deployment", *BOTH, CONSOLE)["console"]) == [
        rag,
        "http://coldmail.coldmail.svc.cluster.local:8080",
        "http://devops.devops.svc.cluster.local:8080",
    ]
    assert told(every("Deployment", CONSOLE)["console"]) == [rag, "off", "off"]
    assert not [
        way for way in ways("console", "egress", CONSOLE) if way[0].startswith(("coldmail", "devops"))
    ]
    # Chosen, but its image is missing: it is left out, and so is its page.
    lacking = adopt.nothing(ACCOUNT, images=frozenset({"rag", "console", "coldmail"}))
    (console,) = (
        thing
        for thing in rehearsed(lacking, CONSOLE)
        if thing.kind.endswith(":Deployment") and thing.name == "console"
    )
    assert told(console)[2] == "off" != told(console)[1]


def test_interface_endpoints_stay_reachable_by_tls():
    ranges = {
        cidr
        for cidr, port in ways("devops", "egress", *BOTH, ("interfaceEndpoints", '["secretsmanager"]'))
        if port == 443
    }
    assert ranges == {"0.0.0.0/0", "10.40.0.0/20", "10.40.16.0/20"}


def test_each_reads_its_own_keys_once_they_have_a_value_and_runs_without():
    account = adopt.nothing(ACCOUNT)
    assert "GENAI_SECRET_SETTINGS" not in environment(every("Deployment", *BOTH)["devops"])
    filled = adopt.Found(
        ACCOUNT, images=account.images, api_keys_set=True, app_secrets_set=frozenset({"devops"})
    )
    things = rehearsed(filled)
    (role,) = [
        json.loads(thing.inputs["policy"])
        for thing in things
        if thing.kind.endswith(":RolePolicy") and thing.name.startswith("devops")
    ]
    own = [one["Resource"] for one in role["Statement"] if one["Sid"] == "ReadOwnKeys"]
    assert own == ["arn:aws:secretsmanager:::app-devops"]
    (other,) = [
        json.loads(thing.inputs["policy"])
        for thing in things
        if thing.kind.endswith(":RolePolicy") and thing.name.startswith("coldmail")
    ]
    assert "ReadOwnKeys" not in {one["Sid"] for one in other["Statement"]}


def test_without_its_image_it_is_left_out_and_the_rest_runs():
    lacking = adopt.nothing(ACCOUNT, images=frozenset({"rag", "coldmail"}))
    names = {thing.name for thing in rehearsed(lacking) if thing.kind.endswith(":Deployment")}
    assert "coldmail" in names and "devops" not in names and "rag" in names


def test_no_container_of_keys_is_made_for_what_is_not_chosen():
    assert not [thing for thing in declared() if thing.name.startswith("app-")]
