"""Roles of pods and machines, each within the boundary; and that the deploy role changes nothing of what limits it.

A trust policy can be written with a role and not changed: a pause and a resume make the role anew.
"""

from infra.durable.deploy.place import Place
from infra.naming import DEPLOY_PARTS
from infra.statements import Statement, allow, deny

# Whose policies may be attached, besides those that the program writes itself.
MANAGED = (
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSClusterPolicy",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
)
# To whom a role is handed.
_TAKERS = (
    "airflow-env.amazonaws.com",
    "airflow.amazonaws.com",
    "ec2.amazonaws.com",
    "eks.amazonaws.com",
    "lambda.amazonaws.com",
    "pods.eks.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
# Services that act by a role of their own, which they ask for once in an account.
_SERVICES = (
    "airflow.amazonaws.com",
    "autoscaling.amazonaws.com",
    "eks-nodegroup.amazonaws.com",
    "eks.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "rds.amazonaws.com",
    "spot.amazonaws.com",
    "wafv2.amazonaws.com",
)
_REWRITES = (
    "iam:AttachRolePolicy",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)


def statements(place: Place) -> list[Statement]:
    return [*_roles(place), *_profiles(place), *_look(place), *_never(place)]


def _within(place: Place) -> dict[str, str]:
    return {"iam:PermissionsBoundary": place.boundary}


def _roles(place: Place) -> list[Statement]:
    managed = [f"arn:aws:iam::aws:policy/{policy}" for policy in MANAGED]
    return [
        allow(
            "RolesWithinTheBoundary",
            place.roles,
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:UpdateRole",
            when={"StringEquals": _within(place)},
        ),
        allow(
            "PoliciesOfAws",
            place.roles,
            "iam:AttachRolePolicy",
            "iam:DetachRolePolicy",
            when={"StringEquals": _within(place), "ArnEquals": {"iam:PolicyARN": managed}},
        ),
        allow("TagRoles", place.roles, "iam:TagRole", "iam:UntagRole"),
        allow(
            "HandOver",
            place.roles,
            "iam:PassRole",
            when={"StringEquals": {"iam:PassedToService": list(_TAKERS)}},
        ),
        allow(
            "RolesOfServices",
            place.iam("role/aws-service-role/*"),
            "iam:CreateServiceLinkedRole",
            when={"StringEquals": {"iam:AWSServiceName": list(_SERVICES)}},
        ),
    ]


def _profiles(place: Place) -> list[Statement]:
    return [
        allow(
            "Profiles",
            place.iam(f"instance-profile/{place.names.prefix}-*"),
            "iam:AddRoleToInstanceProfile",
            "iam:CreateInstanceProfile",
            "iam:DeleteInstanceProfile",
            "iam:GetInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:TagInstanceProfile",
            "iam:UntagInstanceProfile",
        )
    ]


def _look(place: Place) -> list[Statement]:
    return [
        allow(
            "LookAtRoles",
            place.roles,
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
            "iam:ListRoleTags",
        ),
        allow(
            "LookAtOwnPolicies",
            place.iam(f"policy/{place.names.prefix}-*"),
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:ListPolicyVersions",
        ),
        allow(
            "LookAtProviders",
            place.iam("oidc-provider/*"),
            "iam:GetOpenIDConnectProvider",
        ),
        allow("ListRoles", "*", "iam:ListRoles"),
    ]


def _never(place: Place) -> list[Statement]:
    """Said outright, so that no policy that somebody adds later undoes it."""
    own = [place.iam(f"policy/{place.names.deploy_policy(part)}")[0] for part in DEPLOY_PARTS]
    itself = place.iam(f"role/{place.names.deploy_role}")
    again = [action for action in _REWRITES if action != "iam:AttachRolePolicy"]
    return [
        deny("NotItself", itself, *again, "iam:PassRole"),
        # A resume attaches what is attached.
        allow("TheSameForItself", itself, "iam:AttachRolePolicy", when={"ArnEquals": {"iam:PolicyARN": own}}),
        deny(
            "NoMoreForItself", itself, "iam:AttachRolePolicy", when={"ArnNotEquals": {"iam:PolicyARN": own}}
        ),
        deny(
            "NotItsPolicies",
            [*own, place.boundary],
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:SetDefaultPolicyVersion",
        ),
        deny("NoRoleWithoutTheBoundary", "*", "iam:DeleteRolePermissionsBoundary"),
    ]
