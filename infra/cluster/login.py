"""Signing people in at the load balancer, without its client secret passing through Pulumi.

The listener rule that signs in takes the secret as an input, and every input of a resource is in Pulumi's state. CloudFormation
can be given a reference instead, which it resolves where it calls the load balancer: so this one rule is a stack of
CloudFormation, whose template is static text and whose parameters are the two ARNs that differ.
"""

import json
from typing import Any

import pulumi
from pulumi_aws import cloudformation

from infra.stack import Stack

# A working day; then the provider is asked again, and lets in whom it still knows.
SESSION_S = 8 * 3600
# What the listener itself answers: seen only while the rule is missing, so a failure leaves the door closed.
CLOSED = "The login of this page is not set up"
LISTENER, TARGET = "Listener", "TargetGroup"


def signing_in(
    app: str,
    stack: Stack,
    *,
    listener: pulumi.Input[str],
    target: pulumi.Input[str],
    priority: int,
    host: str | None,
    opts: pulumi.ResourceOptions,
) -> cloudformation.Stack:
    """The rule that asks who it is, then passes on: of one name on the listener, or of everything on it."""
    return cloudformation.Stack(
        f"{stack.prefix}-{app}-login",
        template_body=json.dumps(template(stack, priority=priority, host=host), sort_keys=True),
        parameters={LISTENER: listener, TARGET: target},
        # A half-made rule is taken back, and the listener goes on answering that it is closed.
        on_failure="DELETE",
        tags=stack.tags.rented(),
        # The new rule would have the priority that the old one has.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True)),
    )


def template(stack: Stack, *, priority: int, host: str | None) -> dict[str, Any]:
    oidc = {
        "Issuer": stack.login_issuer,
        "AuthorizationEndpoint": stack.login_authorization_url,
        "TokenEndpoint": stack.login_token_url,
        "UserInfoEndpoint": stack.login_user_info_url,
        "ClientId": stack.login_client_id,
        "ClientSecret": f"{{{{resolve:secretsmanager:{stack.login_secret_arn}}}}}",
        "Scope": "openid email",
        "OnUnauthenticatedRequest": "authenticate",
        "SessionTimeout": str(SESSION_S),
    }
    everything = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}
    one_name = {"Field": "host-header", "HostHeaderConfig": {"Values": [host]}}
    rule = {
        "ListenerArn": {"Ref": LISTENER},
        "Priority": priority,
        "Conditions": [one_name if host else everything],
        "Actions": [
            {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": oidc},
            {"Type": "forward", "Order": 2, "TargetGroupArn": {"Ref": TARGET}},
        ],
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Signs people in at the load balancer; the client secret is read from Secrets Manager",
        "Parameters": {LISTENER: {"Type": "String"}, TARGET: {"Type": "String"}},
        "Resources": {"Rule": {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": rule}},
    }
