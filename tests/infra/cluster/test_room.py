"""The rented room: what each choice of `compute` brings, and what it leaves out."""

import pytest

from ..program import CHAT_MACHINES, declared
from .graph import named


def kinds(compute: str) -> set[str]:
    return {thing.kind for thing in declared("dev", *CHAT_MACHINES, ("compute", compute))}


def test_without_kubernetes_there_is_no_cluster_no_object_in_it_and_no_bill_for_it():
    alone = kinds("ec2")
    assert not [
        kind for kind in alone if kind.startswith(("kubernetes:", "eks:", "aws:eks/", "pulumi:providers:kub"))
    ]
    assert "genai:workloads:AppService" not in alone


def test_both_is_the_one_and_the_other():
    assert kinds("both") == kinds("eks") | kinds("ec2")


@pytest.mark.parametrize(("compute", "status"), [("ec2", "404"), ("both", None)])
def test_without_apps_the_shared_address_says_that_nothing_answers(compute: str, status: str | None):
    (action,) = named("Listener", "entrance-http", *CHAT_MACHINES, ("compute", compute)).inputs[
        "defaultActions"
    ]
    assert action.get("fixedResponse", {}).get("statusCode") == status


def test_the_chat_has_a_port_of_its_own_or_a_name_below_the_domain():
    listener = named("Listener", "chat-machines", *CHAT_MACHINES).inputs
    assert listener["port"] == 3080
    domain = (*CHAT_MACHINES, ("domain", "genai.example.org"), ("hostedZone", "Z0123456789ABC"))
    rule = named("ListenerRule", "chat-machines", *domain).inputs
    assert rule["conditions"] == [{"hostHeader": {"values": ["chat-machines.genai.example.org"]}}]


def test_each_door_leads_to_machines_of_its_own_kind():
    both = (*CHAT_MACHINES, ("compute", "both"))
    chat = named("Attachment", "chat-machines", *both).inputs
    assert chat["autoscalingGroupName"] == "genai-ops-dev-chat-machines"
    assert named("Attachment", "rag", *both).inputs["autoscalingGroupName"] == "scaling-group"
    assert named("SecurityGroupIngressRule", "rag-in", *both).inputs["securityGroupId"] == "sg-cluster"
