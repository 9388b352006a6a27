"""The network and all that EC2 numbers: made with the stack's tag, changed and deleted where they carry it."""

from infra.durable.deploy.place import Place
from infra.statements import Statement, allow

# What EC2 makes with a tag in the same call.
_MAKES = {
    "AllocateAddress": "elastic-ip",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateInternetGateway": "internet-gateway",
    "CreateLaunchTemplate": "launch-template",
    "CreateNatGateway": "natgateway",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
}
_RULES = ("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress")
_TAGGED_AT_CREATION = (*_MAKES, *_RULES, "CreateVolume", "RunInstances")


def statements(place: Place) -> list[Statement]:
    made = [f"{kind}/*" for kind in sorted(set(_MAKES.values()))]
    return [
        allow("Make", place.arn("ec2", *made), *(f"ec2:{call}" for call in _MAKES), when=place.marked),
        # A rule is made in a group of the stack, with a tag or without.
        allow("Rules", place.arn("ec2", "security-group-rule/*"), *(f"ec2:{call}" for call in _RULES)),
        allow(
            "TagWhatIsMade",
            place.arn("ec2", "*/*"),
            "ec2:CreateTags",
            when=place.during("ec2:CreateAction", *_TAGGED_AT_CREATION),
        ),
        _change(place),
        *_default_group(place),
        *_machines(place),
        _look(place),
    ]


def _change(place: Place) -> Statement:
    return allow(
        "ChangeOwn",
        place.arn("ec2", "*/*"),
        "ec2:AssociateRouteTable",
        "ec2:AttachInternetGateway",
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateFlowLogs",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:CreateNatGateway",
        "ec2:CreateRoute",
        "ec2:CreateRouteTable",
        "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet",
        "ec2:CreateTags",
        "ec2:CreateVpcEndpoint",
        "ec2:DeleteFlowLogs",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteLaunchTemplate",
        "ec2:DeleteNatGateway",
        "ec2:DeleteRoute",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteTags",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:DescribeVpcAttribute",
        "ec2:DetachInternetGateway",
        "ec2:DisassociateAddress",
        "ec2:DisassociateRouteTable",
        "ec2:ModifyLaunchTemplate",
        "ec2:ModifySecurityGroupRules",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:ReleaseAddress",
        "ec2:ReplaceRoute",
        "ec2:ReplaceRouteTableAssociation",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
        when=place.own,
    )


def _default_group(place: Place) -> list[Statement]:
    """EC2 makes a group with each network, open to itself and without a tag, which the program tags and closes.

    The one thing that may be tagged after it was made: no condition tells the network that a group is in. One that carries a tag
    of any stack is not it.
    """
    return [
        allow(
            "ClaimDefaultGroup",
            place.arn("ec2", "security-group/*"),
            "ec2:CreateTags",
            when={**place.marked, "Null": {"aws:ResourceTag/genai-ops:stack": "true"}},
        )
    ]


def _machines(place: Place) -> list[Statement]:
    """EKS and Auto Scaling ask whether their caller may start what the template says; the image's id is looked up in SSM."""
    return [
        allow(
            "StartByOwnTemplate",
            place.arn("ec2", "launch-template/*", "security-group/*", "subnet/*"),
            "ec2:RunInstances",
            when=place.own,
        ),
        allow(
            "StartMachines",
            [
                *place.arn("ec2", "instance/*", "network-interface/*", "volume/*"),
                f"arn:aws:ec2:{place.names.region}::image/*",
            ],
            "ec2:RunInstances",
            when={"Bool": {"ec2:IsLaunchTemplateResource": "true"}},
        ),
        allow(
            "ImageOfMachines",
            f"arn:aws:ssm:{place.names.region}::parameter/aws/service/*",
            "ssm:GetParameters",
        ),
    ]


def _look(place: Place) -> Statement:
    return allow(
        "LookAtNetwork",
        "*",
        "ec2:DescribeAddresses",
        "ec2:DescribeAddressesAttribute",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeFlowLogs",
        "ec2:DescribeImages",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribeNatGateways",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribePrefixLists",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVolumes",
        "ec2:DescribeVolumesModifications",
        "ec2:DescribeVpcEndpointServices",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
    )
