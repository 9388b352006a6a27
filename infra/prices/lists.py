"""The price lists: dated, by region, each with the page that it was read from."""

from collections.abc import Mapping

# List prices in USD, without tax, free tier, discounts and traffic, put in by hand from the pages in SOURCES. No program has
# compared them with AWS since; `aws pricing get-products` does, with credentials. By hand compared with tables of others on
# 2026-11-27 and found the same, all in us-east-1: m7g.large, g5.xlarge (factualminds.com, June 2026); RDS's t4g machines and
# gp3 (infratally.com, 2026).
AS_OF = "2026-03-01"
SOURCES = {
    "eks_cluster_hour": "https://aws.amazon.com/eks/pricing/",
    "nat_gateway_hour": "https://aws.amazon.com/vpc/pricing/",
    "public_ipv4_hour": "https://aws.amazon.com/vpc/pricing/",
    "interface_endpoint_hour": "https://aws.amazon.com/privatelink/pricing/",
    "load_balancer_hour": "https://aws.amazon.com/elasticloadbalancing/pricing/",
    "gp3_gb_month": "https://aws.amazon.com/ebs/pricing/",
    "s3_gb_month": "https://aws.amazon.com/s3/pricing/",
    "logs_gb_month": "https://aws.amazon.com/cloudwatch/pricing/",
    "ecr_gb_month": "https://aws.amazon.com/ecr/pricing/",
    "dynamodb_gb_month": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    "dynamodb_pitr_gb_month": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    "secret_month": "https://aws.amazon.com/secrets-manager/pricing/",
    "kms_key_month": "https://aws.amazon.com/kms/pricing/",
    "web_acl_month": "https://aws.amazon.com/waf/pricing/",
    "web_acl_rule_month": "https://aws.amazon.com/waf/pricing/",
    "alarm_metric_month": "https://aws.amazon.com/cloudwatch/pricing/",
    "custom_metric_month": "https://aws.amazon.com/cloudwatch/pricing/",
    "dashboard_month": "https://aws.amazon.com/cloudwatch/pricing/",
    "rds_gp3_gb_month": "https://aws.amazon.com/rds/postgresql/pricing/",
    "rds_snapshot_gb_month": "https://aws.amazon.com/rds/postgresql/pricing/",
    "rds_instance_hour": "https://aws.amazon.com/rds/postgresql/pricing/",
    "mwaa_small_hour": "https://aws.amazon.com/managed-workflows-for-apache-airflow/pricing/",
    "instance_hour": "https://aws.amazon.com/ec2/pricing/on-demand/",
}

PRICES: Mapping[str, Mapping[str, float]] = {
    "us-east-1": {
        "eks_cluster_hour": 0.10,
        "nat_gateway_hour": 0.045,
        "public_ipv4_hour": 0.005,
        "interface_endpoint_hour": 0.01,
        "load_balancer_hour": 0.0225,
        "gp3_gb_month": 0.08,
        "s3_gb_month": 0.023,
        "logs_gb_month": 0.03,
        "ecr_gb_month": 0.10,
        "dynamodb_gb_month": 0.25,
        "dynamodb_pitr_gb_month": 0.20,
        "secret_month": 0.40,
        "kms_key_month": 1.00,
        "web_acl_month": 5.00,
        "web_acl_rule_month": 1.00,
        "alarm_metric_month": 0.10,
        "custom_metric_month": 0.30,
        "dashboard_month": 3.00,
        "mwaa_small_hour": 0.49,
        "rds_gp3_gb_month": 0.115,
        "rds_snapshot_gb_month": 0.095,
    },
    "us-west-2": {
        "eks_cluster_hour": 0.10,
        "nat_gateway_hour": 0.045,
        "public_ipv4_hour": 0.005,
        "interface_endpoint_hour": 0.01,
        "load_balancer_hour": 0.0225,
        "gp3_gb_month": 0.08,
        "s3_gb_month": 0.023,
        "logs_gb_month": 0.03,
        "ecr_gb_month": 0.10,
        "dynamodb_gb_month": 0.25,
        "dynamodb_pitr_gb_month": 0.20,
        "secret_month": 0.40,
        "kms_key_month": 1.00,
        "web_acl_month": 5.00,
        "web_acl_rule_month": 1.00,
        "alarm_metric_month": 0.10,
        "custom_metric_month": 0.30,
        "dashboard_month": 3.00,
        "mwaa_small_hour": 0.49,
        "rds_gp3_gb_month": 0.115,
        "rds_snapshot_gb_month": 0.095,
    },
    "eu-central-1": {
        "eks_cluster_hour": 0.10,
        "nat_gateway_hour": 0.052,
        "public_ipv4_hour": 0.005,
        "interface_endpoint_hour": 0.012,
        "load_balancer_hour": 0.027,
        "gp3_gb_month": 0.0952,
        "s3_gb_month": 0.0245,
        "logs_gb_month": 0.0324,
        "ecr_gb_month": 0.10,
        "dynamodb_gb_month": 0.306,
        "dynamodb_pitr_gb_month": 0.2448,
        "secret_month": 0.40,
        "kms_key_month": 1.00,
        "web_acl_month": 5.00,
        "web_acl_rule_month": 1.00,
        "alarm_metric_month": 0.10,
        "custom_metric_month": 0.30,
        "dashboard_month": 3.00,
        "mwaa_small_hour": 0.49,
        "rds_gp3_gb_month": 0.137,
        "rds_snapshot_gb_month": 0.095,
    },
    "eu-west-1": {
        "eks_cluster_hour": 0.10,
        "nat_gateway_hour": 0.048,
        "public_ipv4_hour": 0.005,
        "interface_endpoint_hour": 0.011,
        "load_balancer_hour": 0.0252,
        "gp3_gb_month": 0.088,
        "s3_gb_month": 0.023,
        "logs_gb_month": 0.03,
        "ecr_gb_month": 0.10,
        "dynamodb_gb_month": 0.283,
        "dynamodb_pitr_gb_month": 0.2264,
        "secret_month": 0.40,
        "kms_key_month": 1.00,
        "web_acl_month": 5.00,
        "web_acl_rule_month": 1.00,
        "alarm_metric_month": 0.10,
        "custom_metric_month": 0.30,
        "dashboard_month": 3.00,
        "mwaa_small_hour": 0.49,
        "rds_gp3_gb_month": 0.127,
        "rds_snapshot_gb_month": 0.095,
    },
}

# On demand, Linux. Regions in the order of PRICES.
_INSTANCES = {
    "t3.medium": (0.0416, 0.0416, 0.048, 0.0456),
    "t3.large": (0.0832, 0.0832, 0.096, 0.0912),
    "t3.xlarge": (0.1664, 0.1664, 0.192, 0.1824),
    "t4g.medium": (0.0336, 0.0336, 0.0384, 0.0368),
    "t4g.large": (0.0672, 0.0672, 0.0768, 0.0736),
    "m6i.large": (0.096, 0.096, 0.115, 0.107),
    "m6i.xlarge": (0.192, 0.192, 0.23, 0.214),
    "m7g.large": (0.0816, 0.0816, 0.0978, 0.091),
    # One NVIDIA card each: T4, L4, A10G.
    "g4dn.xlarge": (0.526, 0.526, 0.658, 0.587),
    "g4dn.2xlarge": (0.752, 0.752, 0.94, 0.838),
    "g6.xlarge": (0.8048, 0.8048, 1.0066, 0.8981),
    "g6.2xlarge": (0.9776, 0.9776, 1.2227, 1.091),
    "g5.xlarge": (1.006, 1.006, 1.258, 1.123),
    "g5.2xlarge": (1.212, 1.212, 1.516, 1.353),
}
INSTANCES: Mapping[str, Mapping[str, float]] = {
    region: {kind: prices[place] for kind, prices in _INSTANCES.items()}
    for place, region in enumerate(PRICES)
}

# RDS for PostgreSQL, on demand, in one zone; Multi-AZ is a second machine and a second disk.
_DATABASES = {
    "db.t4g.micro": (0.016, 0.016, 0.0183, 0.0175),
    "db.t4g.small": (0.032, 0.032, 0.0366, 0.035),
    "db.t4g.medium": (0.065, 0.065, 0.0743, 0.0712),
    "db.t4g.large": (0.129, 0.129, 0.1474, 0.1413),
    "db.m7g.large": (0.168, 0.168, 0.2014, 0.1874),
}
DATABASES: Mapping[str, Mapping[str, float]] = {
    region: {kind: prices[place] for kind, prices in _DATABASES.items()}
    for place, region in enumerate(PRICES)
}


# Not read from a page but reckoned: point-in-time recovery at the ratio it has to the table in us-east-1, L4 cards at the ratio
# that A10G cards have between the same two regions, RDS at the ratio of EC2's machines of the same family (2026-11-27).
# `make plan` says so where one of them counts.
_RECKONED_CARDS = frozenset({"g6.xlarge", "g6.2xlarge"})
_RECKONED_RDS = frozenset({*_DATABASES, "rds_gp3_gb_month", "rds_snapshot_gb_month"})
RECKONED: Mapping[str, frozenset[str]] = {
    "eu-central-1": _RECKONED_CARDS | _RECKONED_RDS | {"dynamodb_pitr_gb_month"},
    "eu-west-1": _RECKONED_CARDS | _RECKONED_RDS | {"dynamodb_pitr_gb_month"},
}
