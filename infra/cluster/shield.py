"""The web application firewall before the load balancer: a rate for each address, and AWS's own rules."""

from typing import Any

import pulumi
from pulumi_aws import wafv2

from infra.stack import Stack

# Rules of AWS's common set that look into bodies. Documents and questions here may rightly contain markup, paths and addresses of
# metadata services, and are larger than the 8 KB that the size rule allows: these count what they see and let it pass.
COUNTED = (
    "SizeRestrictions_BODY",
    "CrossSiteScripting_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "EC2MetaDataSSRF_BODY",
)
WINDOW_S = 300


class Shield(pulumi.ComponentResource):
    """A web ACL in front of one load balancer. What no rule refuses may pass: the apps ask for keys themselves."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        *,
        balancer: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:Shield", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        acl = wafv2.WebAcl(
            f"{stack.prefix}-{name}",
            scope="REGIONAL",
            default_action={"allow": {}},
            rules=rules(stack.waf_requests_per_five_minutes),
            visibility_config=_seen(name),
            tags=stack.tags.rented(),
            opts=child,
        )
        wafv2.WebAclAssociation(name, resource_arn=balancer, web_acl_arn=acl.arn, opts=child)
        self.register_outputs({})


def rules(requests: int) -> list[Any]:
    return [
        {
            "name": "rate",
            "priority": 0,
            "action": {"block": {}},
            "statement": {
                "rate_based_statement": {
                    "aggregate_key_type": "IP",
                    "limit": requests,
                    "evaluation_window_sec": WINDOW_S,
                }
            },
            "visibility_config": _seen("rate"),
        },
        _managed(1, "AWSManagedRulesAmazonIpReputationList"),
        _managed(2, "AWSManagedRulesCommonRuleSet", counted=COUNTED),
    ]


def _managed(priority: int, group: str, *, counted: tuple[str, ...] = ()) -> dict[str, Any]:
    overrides = [{"name": rule, "action_to_use": {"count": {}}} for rule in counted]
    return {
        "name": group,
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {
            "managed_rule_group_statement": {
                "vendor_name": "AWS",
                "name": group,
                **({"rule_action_overrides": overrides} if overrides else {}),
            }
        },
        "visibility_config": _seen(group),
    }


def _seen(metric: str) -> dict[str, Any]:
    return {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True, "metric_name": metric}
