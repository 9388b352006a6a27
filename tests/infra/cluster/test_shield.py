"""The firewall: what it refuses, what it only counts, and what stands behind it."""

from infra.cluster.shield import COUNTED, rules

from ..program import WIDEST
from .graph import every, one


def test_there_is_none_until_chosen():
    assert every("WebAcl") == [] and every("WebAclAssociation") == []


def test_it_stands_before_the_one_load_balancer():
    joined = one("WebAclAssociation", *WIDEST)
    assert joined.inputs["resourceArn"] == f"arn:aws:lb:::{one('LoadBalancer', *WIDEST).name}"
    assert one("WebAcl", *WIDEST).inputs["scope"] == "REGIONAL"


def test_an_address_is_refused_above_the_chosen_rate():
    (rate, *_) = rules(1234)
    assert rate["statement"]["rate_based_statement"] == {
        "aggregate_key_type": "IP",
        "limit": 1234,
        "evaluation_window_sec": 300,
    }
    assert rate["action"] == {"block": {}}


def test_documents_may_be_large_and_hold_markup():
    (common,) = (rule for rule in rules(2000) if rule["name"] == "AWSManagedRulesCommonRuleSet")
    overridden = common["statement"]["managed_rule_group_statement"]["rule_action_overrides"]
    assert {override["name"] for override in overridden} == set(COUNTED)
    assert all(override["action_to_use"] == {"count": {}} for override in overridden)
    # Paths, queries, headers and cookies are refused by the same group's other rules.
    assert all(name.endswith("_BODY") for name in COUNTED)


def test_no_two_rules_are_tried_at_the_same_moment():
    priorities = [rule["priority"] for rule in rules(2000)]
    assert priorities == sorted(set(priorities))
