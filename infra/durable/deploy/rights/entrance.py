"""What is before the pods: load balancer, firewall, name, login."""

from infra.durable.deploy.place import Place
from infra.naming import short
from infra.statements import Statement, allow

_BALANCER = ("CreateListener", "CreateLoadBalancer", "CreateRule", "CreateTargetGroup")


def statements(place: Place) -> list[Statement]:
    return [*_balancer(place), *_names(place), *_login(place)]


def _balancer(place: Place) -> list[Statement]:
    kinds = ("listener-rule/app/*", "listener/app/*", "loadbalancer/app/*", "targetgroup/*")
    everything = place.arn("elasticloadbalancing", *kinds)
    return [
        allow(
            "MakeBalancer",
            place.arn("elasticloadbalancing", "loadbalancer/app/*", "targetgroup/*"),
            "elasticloadbalancing:CreateLoadBalancer",
            "elasticloadbalancing:CreateTargetGroup",
            when=place.marked,
        ),
        allow(
            "TagBalancer",
            everything,
            "elasticloadbalancing:AddTags",
            when=place.during("elasticloadbalancing:CreateAction", *_BALANCER),
        ),
        allow(
            "ChangeBalancer",
            everything,
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateListener",
            "elasticloadbalancing:CreateRule",
            "elasticloadbalancing:DeleteListener",
            "elasticloadbalancing:DeleteLoadBalancer",
            "elasticloadbalancing:DeleteRule",
            "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:ModifyListener",
            "elasticloadbalancing:ModifyListenerAttributes",
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "elasticloadbalancing:ModifyRule",
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:RemoveTags",
            "elasticloadbalancing:SetIpAddressType",
            "elasticloadbalancing:SetSecurityGroups",
            "elasticloadbalancing:SetSubnets",
            when=place.own,
        ),
        # The order of rules knows no condition on tags; the balancer's name is in their ARN.
        allow(
            "OrderRules",
            place.arn("elasticloadbalancing", f"listener-rule/app/{short(place.names.prefix, 'entrance')}-*"),
            "elasticloadbalancing:SetRulePriorities",
        ),
        allow(
            "LookAtBalancers",
            "*",
            "elasticloadbalancing:DescribeCapacityReservation",
            "elasticloadbalancing:DescribeListenerAttributes",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
        ),
        *_firewall(place),
    ]


def _firewall(place: Place) -> list[Statement]:
    return [
        allow(
            "Firewall",
            [
                *place.arn("wafv2", f"regional/webacl/{place.names.prefix}-*", "regional/managedruleset/*/*"),
                *place.arn("elasticloadbalancing", "loadbalancer/app/*"),
            ],
            "wafv2:AssociateWebACL",
            "wafv2:CreateWebACL",
            "wafv2:DeleteWebACL",
            "wafv2:DisassociateWebACL",
            "wafv2:GetWebACL",
            "wafv2:GetWebACLForResource",
            "wafv2:ListTagsForResource",
            "wafv2:TagResource",
            "wafv2:UntagResource",
            "wafv2:UpdateWebACL",
        ),
        allow("FirewallOfBalancer", "*", "elasticloadbalancing:SetWebAcl"),
    ]


def _names(place: Place) -> list[Statement]:
    zone = place.stack.hosted_zone
    certificate = [
        allow("AskForCertificate", "*", "acm:ListCertificates", "acm:RequestCertificate"),
        allow(
            "Certificate",
            place.arn("acm", "certificate/*"),
            "acm:AddTagsToCertificate",
            "acm:DescribeCertificate",
            "acm:ListTagsForCertificate",
            "acm:RemoveTagsFromCertificate",
        ),
    ]
    if not zone:
        return certificate
    return [
        *certificate,
        allow(
            "Zone",
            f"arn:aws:route53:::hostedzone/{zone}",
            "route53:ChangeResourceRecordSets",
            "route53:GetHostedZone",
            "route53:ListResourceRecordSets",
        ),
        allow("ChangesOfZone", "arn:aws:route53:::change/*", "route53:GetChange"),
    ]


def _login(place: Place) -> list[Statement]:
    """CloudFormation makes the rule of the login in its caller's name, who must be able to read the one secret in it."""
    if not place.stack.login_secret_arn:
        return []
    return [
        allow(
            "LoginRules",
            place.arn("cloudformation", f"stack/{place.names.prefix}-*/*"),
            "cloudformation:CreateStack",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStacks",
            "cloudformation:GetStackPolicy",
            "cloudformation:GetTemplate",
            "cloudformation:TagResource",
            "cloudformation:UntagResource",
            "cloudformation:UpdateStack",
        ),
        allow("LoginSecret", [place.stack.login_secret_arn], "secretsmanager:GetSecretValue"),
    ]
