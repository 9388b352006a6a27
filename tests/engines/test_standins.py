"""The stand-ins are as strict as what they stand in for; without that, green tests on them would prove nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from . import account
from .bench import Bench
from .fake_aws import FakeAws
from .standins import aws_deletion, aws_entrance, aws_rds, aws_rules, aws_syntax, schema
from .standins.aws import Aws
from .standins.cloud import Cloud, Refused
from .standins.stores import STORES

pytestmark = pytest.mark.engines

TAGS = {"genai-ops:stack": "genai-ops/dev"}
LOOKS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*"}],
}
TRUSTS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
EXPIRY = {
    "rules": [
        {
            "rulePriority": 1,
            "description": "untagged images of a month ago",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 30,
            },
            "action": {"type": "expire"},
        }
    ]
}
MADE: dict[str, dict[str, Any]] = {
    "aws:ebs/volume:Volume": {
        "availabilityZone": "us-east-1a",
        "size": 10,
        "type": "gp3",
        "encrypted": True,
        "tags": TAGS,
    },
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {
        "ecrRepositoryPrefix": "quay.io",
        "upstreamRegistryUrl": "quay.io",
    },
    "aws:s3/bucket:Bucket": {"bucket": "some-data", "tags": TAGS, "forceDestroy": True},
    "aws:s3/bucketVersioning:BucketVersioning": {
        "bucket": "some-data",
        "versioningConfiguration": {"status": "Enabled"},
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "bucket": "some-data",
        "rules": [
            {
                "id": "old",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "noncurrentVersionExpiration": {"noncurrentDays": 30},
            }
        ],
    },
    "aws:s3/bucketPolicy:BucketPolicy": {
        "bucket": "some-data",
        "policy": '{"Version":"2012-10-17","Statement":[]}',
    },
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
        "bucket": "some-data",
        "blockPublicAcls": True,
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        "bucket": "some-data",
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
    },
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
        "bucket": "some-data",
        "rule": {"objectOwnership": "BucketOwnerEnforced"},
    },
    "aws:dynamodb/table:Table": {
        "name": "some-records",
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "pk",
        "rangeKey": "sk",
        "attributes": [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
        "pointInTimeRecovery": {"enabled": True},
        "tags": TAGS,
    },
    "aws:ecr/repository:Repository": {
        "name": "some/images",
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "tags": TAGS,
    },
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {"repository": "some/images", "policy": json.dumps(EXPIRY)},
    "aws:secretsmanager/secret:Secret": {"name": "some/keys", "description": "keys", "tags": TAGS},
    "aws:budgets/budget:Budget": {
        "name": "some-budget",
        "budgetType": "COST",
        "timeUnit": "MONTHLY",
        "limitAmount": "60",
        "limitUnit": "USD",
        "costFilters": [{"name": "TagKeyValue", "values": ["user:genai-ops:stack$genai-ops/dev"]}],
        "notifications": [
            {
                "comparisonOperator": "GREATER_THAN",
                "notificationType": "ACTUAL",
                "threshold": 80,
                "thresholdType": "PERCENTAGE",
                "subscriberEmailAddresses": ["ops@example.com"],
            }
        ],
        "tags": TAGS,
    },
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
        "url": "https://token.actions.githubusercontent.com",
        "clientIdLists": ["sts.amazonaws.com"],
        "tags": TAGS,
    },
    "aws:iam/policy:Policy": {"name": "some-rights", "policy": json.dumps(LOOKS), "tags": TAGS},
    "aws:iam/role:Role": {"name": "some-role", "assumeRolePolicy": json.dumps(TRUSTS), "tags": TAGS},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
        "role": "some-role",
        "policyArn": f"arn:aws:iam::{account.ACCOUNT}:policy/some-rights",
    },
}


# A login whose secret stands in the template itself.
CLEAR = json.dumps(
    {
        "Parameters": {"Listener": {}, "TargetGroup": {}},
        "Resources": {
            "Rule": {
                "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
                "Properties": {
                    "Actions": [
                        {"Type": "authenticate-oidc", "AuthenticateOidcConfig": {"ClientSecret": "clear"}}
                    ]
                },
            }
        },
    }
)


@pytest.fixture
def provider(aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aws:
    for name, value in {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    return Aws(Cloud(str(tmp_path / "cloud.json"), "[]"))


def urn(token: str) -> str:
    return f"urn:pulumi:dev::small::{token}::it"


# They point at each other, so one alone is no example.
MADE_TOGETHER = {
    "aws:acm/certificate:Certificate",
    "aws:acm/certificateValidation:CertificateValidation",
    "aws:kms/alias:Alias",
    "aws:kms/key:Key",
    "aws:route53/record:Record",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
    "aws:costexplorer/anomalySubscription:AnomalySubscription",
    "aws:costexplorer/costAllocationTag:CostAllocationTag",
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
}


def test_every_stored_type_has_an_example_here_or_is_made_with_others() -> None:
    assert MADE.keys() | MADE_TOGETHER == STORES.keys()


def test_an_import_reads_back_what_was_made_and_asks_for_no_change(provider: Aws) -> None:
    for token, inputs in MADE.items():
        key, _ = provider.create(token, urn(token), inputs)
        read = provider.read(token, urn(token), key, {})
        assert read is not None, token
        local = STORES[token].local
        made = {name: value for name, value in inputs.items() if name not in local}
        assert provider.comparable(token, read[0]) == provider.comparable(token, made), token


def test_what_would_move_data_is_a_replacement(provider: Aws) -> None:
    changes = {
        "aws:s3/bucket:Bucket": {"bucket": "another-name"},
        "aws:dynamodb/table:Table": {"hashKey": "id"},
        "aws:ecr/repository:Repository": {"name": "other/images"},
        "aws:secretsmanager/secret:Secret": {"name": "other/keys"},
        "aws:ec2/vpc:Vpc": {"cidrBlock": "10.1.0.0/16"},
        "aws:eks/nodeGroup:NodeGroup": {"instanceTypes": ["t3.large"]},
        "aws:eks/cluster:Cluster": {"name": "another"},
    }
    for token, change in changes.items():
        assert provider.replaced_by(token, list(change), {}, change) == list(change), token
        assert provider.replaced_by(token, ["tags"], {}, {"tags": TAGS}) == [], token


def test_a_bucket_with_objects_and_a_repository_with_images_refuse_deletion(
    provider: Aws, aws: FakeAws
) -> None:
    bucket = "aws:s3/bucket:Bucket"
    provider.create(bucket, urn(bucket), MADE[bucket])
    aws.client("s3").put_object(Bucket="some-data", Key="a", Body=b"1")
    with pytest.raises(Refused, match="BucketNotEmpty"):
        provider.delete(bucket, urn(bucket), "some-data", {"forceDestroy": False})
    provider.delete(bucket, urn(bucket), "some-data", {"forceDestroy": True})
    assert provider.read(bucket, urn(bucket), "some-data", {}) is None


def test_a_deleted_secret_keeps_its_name_for_the_recovery_window(provider: Aws) -> None:
    secret = "aws:secretsmanager/secret:Secret"
    key, _ = provider.create(secret, urn(secret), MADE[secret])
    provider.delete(secret, urn(secret), key, {"recoveryWindowInDays": 30})
    assert provider.read(secret, urn(secret), key, {}) is None
    with pytest.raises(Refused, match=r"exists|scheduled for deletion"):
        provider.create(secret, urn(secret), MADE[secret])


@pytest.mark.parametrize(
    ("token", "inputs", "kinds"),
    [
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True}, []),
        ("aws:ec2/vpc:Vpc", {"cidrBlok": "10.0.0.0/16"}, ["unknown-property"]),
        ("aws:ec2/subnet:Subnet", {"cidrBlock": "10.0.0.0/24"}, ["missing-required"]),
        ("aws:eks/cluster:Cluster", {"roleArn": "x", "vpcConfig": {"subnetIds": "a"}}, ["wrong-type"]),
        ("aws:ec2/nope:Nope", {}, ["unknown-type"]),
        ("eks:index:Cluster", {"authenticationMode": "NOPE"}, ["bad-enum"]),
        (
            "kubernetes:apps/v1:Deployment",
            {"spec": {"selector": {}, "template": {"spec": {"containers": [{"image": "x", "portz": []}]}}}},
            ["missing-required", "unknown-property"],
        ),
    ],
)
def test_inputs_are_checked_against_the_generated_sdk(
    token: str, inputs: dict[str, Any], kinds: list[str]
) -> None:
    assert sorted(problem.kind for problem in schema.check(token, inputs)) == kinds


@pytest.mark.parametrize(
    ("token", "inputs", "reason"),
    [
        (
            "aws:ec2/subnet:Subnet",
            {"vpcId": "vpc-00000000000000099", "cidrBlock": "10.0.0.0/24"},
            "does not exist",
        ),
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            {"role": "nobody", "policyArn": "x"},
            "names no",
        ),
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            {"role": "nobody", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodesPolicy"},
            "no AWS managed policy",
        ),
        ("aws:lb/targetGroup:TargetGroup", {"vpcId": "vpc-00000000000000099"}, "does not exist"),
    ],
)
def test_what_is_not_there_cannot_be_referred_to(token: str, inputs: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        aws_rules.refuse_creation(token, inputs, {})


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:lb/loadBalancer:LoadBalancer", {"name": "a" * 33}),
        ("aws:lb/targetGroup:TargetGroup", {"name": "no_underscores"}),
        ("aws:s3/bucket:Bucket", {"bucket": "No-Capitals"}),
        ("aws:ec2/vpc:Vpc", {"tags": {"aws:mine": "x"}}),
        ("aws:ec2/vpc:Vpc", {"tags": {"note": "no; semicolons"}}),
        (
            "aws:iam/role:Role",
            {"assumeRolePolicy": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"x"}]}'},
        ),
        ("aws:iam/rolePolicy:RolePolicy", {"policy": '{"Version":"2008","Statement":[]}'}),
        ("aws:lb/listener:Listener", {"protocol": "HTTPS", "defaultActions": [{"type": "forward"}]}),
        ("aws:lb/listenerRule:ListenerRule", {"conditions": [{"pathPattern": {"values": ["/a b"]}}]}),
        (
            "aws:wafv2/webAcl:WebAcl",
            {"name": "a", "rules": [{"name": "r", "priority": 0, "statement": {}, "overrideAction": {}}]},
        ),
        ("aws:mwaa/environment:Environment", {"name": "1a", "airflowVersion": "3.0.6"}),
        ("aws:mwaa/environment:Environment", {"name": "a", "airflowVersion": "3.3.2"}),
        (
            "aws:mwaa/environment:Environment",
            {
                "name": "a",
                "airflowVersion": "3.0.6",
                "networkConfiguration": {"subnetIds": ["a", "b", "c"], "securityGroupIds": ["d"]},
            },
        ),
        (
            "aws:cloudformation/stack:Stack",
            {"name": "a", "templateBody": CLEAR, "parameters": {"Listener": "a", "TargetGroup": "b"}},
        ),
    ],
)
def test_names_tags_and_documents_that_aws_refuses_fail_at_preview(
    token: str, inputs: dict[str, Any]
) -> None:
    assert aws_syntax.objections(token, inputs)


def test_a_load_balancer_may_not_write_where_no_policy_lets_it() -> None:
    with pytest.raises(Refused, match="Access Denied for bucket: some-data"):
        aws_entrance.refuse_writing(
            MADE["aws:s3/bucketPolicy:BucketPolicy"]["policy"], "some-data", account="1"
        )


def thing(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"type": kind, "inputs": inputs, "outputs": {}}


VPC, IGW, SUBNET = ("vpc-00000000000000001", "igw-00000000000000002", "subnet-00000000000000003")
NAT = "aws:ec2/natGateway:NatGateway"
NETWORK = {
    VPC: thing("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16"),
    SUBNET: thing("aws:ec2/subnet:Subnet", vpcId=VPC, cidrBlock="10.0.0.0/24"),
}


def test_a_nat_gateway_needs_an_internet_gateway_first_and_keeps_it_from_going() -> None:
    with pytest.raises(Refused, match="has no Internet gateway attached"):
        aws_rules.refuse_creation(NAT, {"subnetId": SUBNET}, NETWORK)
    attached = NETWORK | {IGW: thing("aws:ec2/internetGateway:InternetGateway", vpcId=VPC)}
    aws_rules.refuse_creation(NAT, {"subnetId": SUBNET}, attached)
    aws_deletion.refuse_deletion(IGW, attached)
    with pytest.raises(Refused, match="mapped public address"):
        aws_deletion.refuse_deletion(IGW, attached | {"nat-00000000000000004": thing(NAT, subnetId=SUBNET)})


def test_a_flow_log_needs_a_role_that_its_service_can_take() -> None:
    with pytest.raises(Refused, match="cannot assume the given role"):
        aws_rules.refuse_creation("aws:ec2/flowLog:FlowLog", {"vpcId": VPC}, NETWORK)


def test_machines_may_join_through_private_addresses_where_nothing_leads_outwards() -> None:
    services = ("ec2", "ecr.api", "ecr.dkr", "s3", "sts", "eks-auth")
    doors = {
        f"vpce-{number:017x}": thing(
            "aws:ec2/vpcEndpoint:VpcEndpoint", vpcId=VPC, serviceName=f"com.amazonaws.us-east-1.{service}"
        )
        for number, service in enumerate(services)
    }
    assert aws_rules._has_doors(SUBNET, NETWORK | doors)
    assert not aws_rules._has_doors(SUBNET, NETWORK | dict(list(doors.items())[1:]))


NODES = """
import json
import pulumi
import pulumi_aws as aws
vpc = aws.ec2.Vpc("v", cidr_block="10.0.0.0/16")
zones = {"us-east-1a": "10.0.0.0/24", "us-east-1b": "10.0.1.0/24"}
subnets = [aws.ec2.Subnet(z, vpc_id=vpc.id, cidr_block=cidr, availability_zone=z) for z, cidr in zones.items()]
def role(name, service, *policies):
    may = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = aws.iam.Role(name, assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [may]}))
    arn = "arn:aws:iam::aws:policy/"
    return made, [aws.iam.RolePolicyAttachment(f"{name}-{p}", role=made.name, policy_arn=arn + p) for p in policies]
control, attached = role("control", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
ids = [s.id for s in subnets]
after = pulumi.ResourceOptions(depends_on=attached)
cluster = aws.eks.Cluster("c", name="c", role_arn=control.arn, vpc_config={"subnet_ids": ids}, opts=after)
policies = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly")
nodes, granted = role("nodes", "ec2.amazonaws.com", *policies)
sizes = {"min_size": 1, "max_size": 1, "desired_size": 1}
group = aws.eks.NodeGroup("n", cluster_name=cluster.name, node_role_arn=nodes.arn, subnet_ids=ids, scaling_config=sizes,
                          opts=pulumi.ResourceOptions(depends_on=granted))
"""


def test_nodes_without_a_route_never_join(program: Callable[[str], Bench]) -> None:
    """The strictest rule: the engine is told what AWS would say after twenty minutes of waiting."""
    outcome = program(NODES).try_up()
    assert outcome.code != 0
    assert "failed to join the kubernetes cluster" in outcome.output


def test_the_component_makes_what_the_published_one_makes_unless_switched_off(
    program: Callable[[str], Bench],
) -> None:
    source = NODES.split("control, attached")[0] + (
        "import pulumi_eks as eks\n"
        'eks.Cluster("k", vpc_id=vpc.id, subnet_ids=[s.id for s in subnets], authentication_mode="API",'
        " skip_default_node_group=True, create_oidc_provider=True)\n"
    )
    bench = program(source)
    bench.up()
    made = {item["urn"].split("::")[-1] for item in bench.state() if "eks:index:Cluster$" in item["urn"]}
    assert {"k-eksCluster", "k-eksRole-role", "k-kube-proxy", "k-vpc-cni", "k-oidcProvider"} <= made
    assert {"k-eksClusterSecurityGroup", "k-nodeSecurityGroup", "k-eksClusterIngressRule"} <= made
    assert "k-coredns" not in made, "without nodes of its own the component leaves CoreDNS out"


RDS = {
    "identifier": "a-database",
    "engine": "postgres",
    "engineVersion": "18",
    "instanceClass": "db.t4g.micro",
    "username": "postgres",
    "allocatedStorage": 20,
    "storageEncrypted": True,
    "manageMasterUserPassword": True,
    "finalSnapshotIdentifier": "a-database-final",
}


def test_a_database_ends_only_with_a_snapshot_whose_name_is_free_and_begins_with_what_is_in_it(
    provider: Aws, aws: FakeAws
) -> None:
    kind = aws_rds.INSTANCE
    key, _ = provider.create(kind, urn(kind), RDS)
    with pytest.raises(Refused, match="final_snapshot_identifier is required"):
        provider.delete(kind, urn(kind), key, RDS | {"finalSnapshotIdentifier": None})
    provider.delete(kind, urn(kind), key, RDS)
    again = RDS | {"snapshotIdentifier": "a-database-final"}
    for change, words in (
        ({"snapshotIdentifier": "nobody"}, "DBSnapshotNotFound"),
        ({"allocatedStorage": 10}, "can't be less than the source"),
        ({"engineVersion": "17"}, "cannot upgrade from 18"),
    ):
        with pytest.raises(Refused, match=words):
            provider.create(kind, urn(kind), again | change)
    key, _ = provider.create(kind, urn(kind), again)
    with pytest.raises(Refused, match="DBSnapshotAlreadyExists"):
        provider.delete(kind, urn(kind), key, again)
    with pytest.raises(Refused, match="storage cannot shrink"):
        provider.update(kind, urn(kind), key, again, again | {"allocatedStorage": 10})
    with pytest.raises(Refused, match="AlreadyExists"):
        provider.create(kind, urn(kind), RDS)
    assert [one["DBInstanceIdentifier"] for one in aws.client("rds").describe_db_instances()["DBInstances"]]


def test_what_would_make_a_new_database_is_a_replacement(provider: Aws) -> None:
    for name in ("engine", "username", "kmsKeyId", "storageEncrypted", "snapshotIdentifier"):
        assert provider.replaced_by(aws_rds.INSTANCE, [name], {}, {}) == [name]
    for name in ("instanceClass", "allocatedStorage", "multiAz", "tags"):
        assert provider.replaced_by(aws_rds.INSTANCE, [name], {}, {}) == []


def test_a_subnet_group_of_one_zone_and_settings_of_another_major_are_refused() -> None:
    objects = {
        f"subnet-{at}": {
            "type": "aws:ec2/subnet:Subnet",
            "inputs": {"availabilityZone": "us-east-1a"},
            "outputs": {},
        }
        for at in (1, 2)
    }
    with pytest.raises(Refused, match="DBSubnetGroupDoesNotCoverEnoughAZs"):
        aws_rds.refuse_creation(aws_rds.SUBNETS, {"subnetIds": list(objects)}, objects)
    settings = {
        "old": {"type": aws_rds.SETTINGS, "inputs": {"name": "old", "family": "postgres17"}, "outputs": {}}
    }
    with pytest.raises(Refused, match="of another family"):
        aws_rds.refuse_creation(aws_rds.INSTANCE, RDS | {"parameterGroupName": "old"}, settings)


@pytest.mark.parametrize(
    "change",
    [
        {"identifier": "two--hyphens"},
        {"finalSnapshotIdentifier": "ends-with-"},
        {"password": "in the state"},
        {"allocatedStorage": 10, "storageType": "gp3"},
        {"backupRetentionPeriod": 36},
        {"username": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_database_that_rds_refuses_fails_at_preview(change: dict[str, Any]) -> None:
    assert not aws_rds.objections(aws_rds.INSTANCE, RDS)
    assert aws_rds.objections(aws_rds.INSTANCE, RDS | change)
