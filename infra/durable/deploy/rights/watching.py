"""What tells of the stack and of what it costs: log groups, topics, budget, monitor, alarms, the cost guard's function."""

from infra.durable.deploy.place import Place
from infra.statements import Statement, allow


def statements(place: Place) -> list[Statement]:
    return [*_told(place), *_money(place), *_watch(place), *_guard(place)]


def _told(place: Place) -> list[Statement]:
    """Log groups and topics. The rented among the groups go with a pause, and so does what hears of a topic."""
    names = place.names
    kept = (f"log-group:/aws/eks/{names.cluster}/*", f"log-group:/{names.owner}/*")
    rented = (
        f"log-group:/aws/lambda/{names.prefix}-*",
        f"log-group:{names.prefix}-*",
        f"log-group:airflow-{names.prefix}-*",
    )
    return [
        allow(
            "Logs",
            place.arn("logs", *kept, *rented),
            "logs:AssociateKmsKey",
            "logs:CreateLogGroup",
            "logs:DisassociateKmsKey",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ),
        allow("RentedLogs", place.arn("logs", *rented), "logs:DeleteLogGroup"),
        allow(
            "Topics",
            place.arn("sns", f"{names.prefix}-*"),
            "sns:CreateTopic",
            "sns:GetTopicAttributes",
            "sns:ListTagsForResource",
            "sns:SetTopicAttributes",
            "sns:Subscribe",
            "sns:TagResource",
            "sns:UntagResource",
        ),
        allow(
            "Subscriptions",
            "*",
            "sns:GetSubscriptionAttributes",
            "sns:SetSubscriptionAttributes",
            "sns:Unsubscribe",
        ),
    ]


def _money(place: Place) -> list[Statement]:
    names = place.names
    return [
        allow(
            "Budget",
            f"arn:aws:budgets::{names.account}:budget/{names.budget}",
            "budgets:ListTagsForResource",
            "budgets:ModifyBudget",
            "budgets:TagResource",
            "budgets:UntagResource",
            "budgets:ViewBudget",
        ),
        allow(
            "CostTagsAndNewMonitors",
            "*",
            "ce:CreateAnomalyMonitor",
            "ce:CreateAnomalySubscription",
            "ce:ListCostAllocationTags",
            "ce:UpdateCostAllocationTagsStatus",
        ),
        allow(
            "Monitors",
            [f"arn:aws:ce::{names.account}:anomaly{kind}/*" for kind in ("monitor", "subscription")],
            "ce:GetAnomalyMonitors",
            "ce:GetAnomalySubscriptions",
            "ce:ListTagsForResource",
        ),
        allow(
            "OwnMonitors",
            [f"arn:aws:ce::{names.account}:anomaly{kind}/*" for kind in ("monitor", "subscription")],
            "ce:TagResource",
            "ce:UntagResource",
            "ce:UpdateAnomalyMonitor",
            "ce:UpdateAnomalySubscription",
            when=place.own,
        ),
    ]


def _watch(place: Place) -> list[Statement]:
    names = place.names
    return [
        allow(
            "Alarms",
            place.arn("cloudwatch", f"alarm:{names.prefix}-*"),
            "cloudwatch:DeleteAlarms",
            "cloudwatch:ListTagsForResource",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ),
        allow("LookAtAlarms", place.arn("cloudwatch", "alarm:*"), "cloudwatch:DescribeAlarms"),
        allow(
            "Dashboard",
            f"arn:aws:cloudwatch::{names.account}:dashboard/{names.prefix}",
            "cloudwatch:DeleteDashboards",
            "cloudwatch:GetDashboard",
            "cloudwatch:PutDashboard",
        ),
        # By their tags, where an interrupted run left things behind; by nothing else, groups of log lines.
        allow("LookForLeftovers", "*", "logs:DescribeLogGroups", "tag:GetResources"),
    ]


def _guard(place: Place) -> list[Statement]:
    return [
        allow(
            "CostGuard",
            place.arn("lambda", f"function:{place.names.prefix}-*"),
            "lambda:AddPermission",
            "lambda:CreateFunction",
            "lambda:DeleteFunction",
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetPolicy",
            "lambda:ListTags",
            "lambda:ListVersionsByFunction",
            "lambda:RemovePermission",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        )
    ]
