"""What AWS refuses of load balancers, firewalls and the one stack of CloudFormation: beyond names and references."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .cloud import Refused
from .wire import has_unknowns

Objects = dict[str, dict[str, Any]]

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
RULE = "aws:lb/listenerRule:ListenerRule"
ACL = "aws:wafv2/webAcl:WebAcl"
STACK = "aws:cloudformation/stack:Stack"

_TLS_POLICIES = {
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
}
_MANAGED_GROUPS = {
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
}
_PATH = re.compile(r"[A-Za-z0-9_\-.$/~\"'@:+&*?]{1,128}")
_REFERENCE = re.compile(r"\{\{resolve:secretsmanager:(arn:aws:secretsmanager:[^{}]+)\}\}")
_LOGGERS = "logdelivery.elasticloadbalancing.amazonaws.com"


def objections(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """(property, reason) for what is refused by syntax alone."""
    looks = {LISTENER: _listener, RULE: _rule, ACL: _acl, STACK: _stack}
    return list(looks[token](inputs)) if token in looks else []


def refuse_creation(token: str, inputs: dict[str, Any], objects: Objects) -> None:
    """Raises: Refused when the place is taken, or when a login would cross the network in clear text."""
    if token == LISTENER:
        for other in _of(objects, LISTENER, loadBalancerArn=inputs["loadBalancerArn"]):
            if int(other["inputs"]["port"]) == int(inputs["port"]):
                raise Refused(f"DuplicateListener: A listener already exists on port {inputs['port']}")
    if token == RULE:
        _refuse_priority(inputs["listenerArn"], inputs.get("priority"), objects)
    if token == STACK:
        for rule in _rules(json.loads(inputs["templateBody"])):
            listener = inputs["parameters"][rule["ListenerArn"]["Ref"]]
            found = [item for item in objects.values() if item["outputs"].get("arn") == listener]
            signs_in = any(action["Type"].startswith("authenticate") for action in rule["Actions"])
            if signs_in and found[0]["inputs"].get("protocol") != "HTTPS":
                raise Refused("ROLLBACK_COMPLETE: Actions of type authenticate-oidc need an HTTPS listener")
            _refuse_priority(listener, rule["Priority"], objects)


def refuse_writing(policy: str | None, bucket: str, *, account: str) -> None:
    """A load balancer tries to write before it accepts the bucket. Raises: Refused."""
    statements = json.loads(policy)["Statement"] if policy else []
    wanted = f"arn:aws:s3:::{bucket}/AWSLogs/{account}/*"
    if not any(
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": _LOGGERS}
        and "s3:PutObject" in statement["Action"]
        and wanted in statement["Resource"]
        for statement in statements
    ):
        raise Refused(f"InvalidConfigurationRequest: Access Denied for bucket: {bucket}")


def secrets_of(inputs: dict[str, Any]) -> list[str]:
    """The secrets that CloudFormation reads when it makes this stack."""
    return _REFERENCE.findall(inputs["templateBody"])


def _listener(inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    secured = inputs.get("protocol") == "HTTPS"
    if secured and not inputs.get("certificateArn"):
        yield "certificateArn", "CertificateNotFound: an HTTPS listener needs a certificate"
    if secured and inputs.get("sslPolicy") not in _TLS_POLICIES:
        yield "sslPolicy", f"SSLPolicyNotFound: {inputs.get('sslPolicy')!r}"
    if not secured and (inputs.get("certificateArn") or inputs.get("sslPolicy")):
        yield "protocol", "a certificate on a listener that does not speak TLS"
    yield from _actions(inputs.get("defaultActions") or [], "defaultActions", secured=secured)


def _rule(inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not 1 <= int(inputs.get("priority", 1)) <= 50_000:
        yield "priority", "must be between 1 and 50000"
    values = [
        value
        for condition in inputs.get("conditions") or []
        for kind in ("pathPattern", "hostHeader")
        for value in (condition.get(kind) or {}).get("values", [])
    ]
    if not 1 <= len(values) <= 5:
        yield "conditions", f"{len(values)} values, one to five are allowed"
    for value in values:
        if not _PATH.fullmatch(value):
            yield "conditions", f"{value!r} is neither a path pattern nor a host"
    for change in inputs.get("transforms") or []:
        re.compile(change["urlRewriteConfig"]["rewrite"]["regex"])
    yield from _actions(inputs.get("actions") or [], "actions", secured=True)


def _actions(actions: list[dict[str, Any]], name: str, *, secured: bool) -> Iterator[tuple[str, str]]:
    ends = [action["type"] for action in actions if not action["type"].startswith("authenticate")]
    if len(ends) != 1:
        yield name, "exactly one of forward, redirect and fixed-response is needed"
    for action in actions:
        if action["type"].startswith("authenticate") and not secured:
            yield name, "authenticate actions need an HTTPS listener"
        if action["type"] == "fixed-response":
            said = action["fixedResponse"]
            if not re.fullmatch(r"[245]\d\d", said["statusCode"]) or len(said.get("messageBody", "")) > 1024:
                yield name, f"not a response: {said}"


def _acl(inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[\w-]{1,128}", inputs.get("name", "")):
        yield "name", f"{inputs.get('name')!r} is not the name of a web ACL"
    rules = inputs.get("rules") or []
    for key in ("priority", "name"):
        if len({rule[key] for rule in rules}) != len(rules):
            yield "rules", f"WAFInvalidParameterException: two rules with one {key}"
    for rule in rules:
        managed = rule["statement"].get("managedRuleGroupStatement")
        if bool(managed) == ("action" in rule) or bool(managed) != ("overrideAction" in rule):
            yield "rules", f"{rule['name']}: a group has an overrideAction, everything else an action"
        if managed and managed["name"] not in _MANAGED_GROUPS:
            yield "rules", f"WAFNonexistentItemException: {managed['name']!r}"
        if rate := rule["statement"].get("rateBasedStatement"):
            if not 10 <= int(rate["limit"]) <= 2_000_000_000:
                yield "rules", f"WAFInvalidParameterException: limit {rate['limit']}"
            if int(rate.get("evaluationWindowSec", 300)) not in (60, 120, 300, 600):
                yield "rules", f"WAFInvalidParameterException: window {rate['evaluationWindowSec']}"


def _stack(inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,127}", inputs.get("name", "")):
        yield "name", f"{inputs.get('name')!r} is not the name of a stack"
    text = inputs.get("templateBody", "")
    if has_unknowns(text):
        return
    if len(text) > 51_200:
        yield "templateBody", "larger than 51,200 bytes"
    template = json.loads(text)
    if set(template.get("Parameters", {})) != set(inputs.get("parameters") or {}):
        yield "parameters", "ValidationError: not the parameters that the template declares"
    for rule in _rules(template):
        for action in rule["Actions"]:
            secret = action.get("AuthenticateOidcConfig", {}).get("ClientSecret", "")
            if action["Type"] == "authenticate-oidc" and not _REFERENCE.fullmatch(secret):
                yield "templateBody", "the client secret is no reference to Secrets Manager"


def _rules(template: dict[str, Any]) -> list[dict[str, Any]]:
    kind = "AWS::ElasticLoadBalancingV2::ListenerRule"
    return [thing["Properties"] for thing in template["Resources"].values() if thing["Type"] == kind]


def _refuse_priority(listener: str, priority: Any, objects: Objects) -> None:
    taken = [item["inputs"].get("priority") for item in _of(objects, RULE, listenerArn=listener)]
    for item in _of(objects, STACK):
        if listener in (item["inputs"].get("parameters") or {}).values():
            taken += [rule["Priority"] for rule in _rules(json.loads(item["inputs"]["templateBody"]))]
    if priority is not None and int(priority) in [int(number) for number in taken if number is not None]:
        raise Refused(f"PriorityInUse: Priority '{priority}' is currently in use")


def _of(objects: Objects, token: str, **inputs: Any) -> list[dict[str, Any]]:
    return [
        item
        for item in objects.values()
        if item["type"] == token and all(item["inputs"].get(key) == value for key, value in inputs.items())
    ]
