"""The words CloudFormation knows. Source: its user guide (template anatomy, intrinsic functions), as of 2026-11; unverified."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERSION = "2010-09-09"
SECTIONS = _words(
    "AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Transform Hooks Resources Outputs"
)
PARAMETER_KEYS = _words(
    "Type Default Description AllowedPattern AllowedValues ConstraintDescription MaxLength MaxValue MinLength MinValue NoEcho"
)
PARAMETER_TYPE = re.compile(
    r"String|Number|List<Number>|CommaDelimitedList|(?:List<)?AWS::[A-Za-z0-9:]+(?:<[A-Za-z0-9:<>]+>)?>?"
)
RESOURCE_KEYS = _words(
    "Type Properties DependsOn Condition CreationPolicy DeletionPolicy Metadata UpdatePolicy UpdateReplacePolicy"
)
OUTPUT_KEYS = _words("Description Value Export Condition")
# Service, group and kind; modules and types of other publishers have the same form.
RESOURCE_TYPE = re.compile(
    r"[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}(?:::MODULE)?|Custom::[\w@-]{1,60}"
)
LOGICAL_ID = re.compile(r"[A-Za-z0-9]{1,255}")
POLICIES = {
    "DeletionPolicy": ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot"),
    "UpdateReplacePolicy": ("Delete", "Retain", "Snapshot"),
}
PSEUDO = _words(
    "AWS::AccountId AWS::NotificationARNs AWS::NoValue AWS::Partition AWS::Region AWS::StackId AWS::StackName AWS::URLSuffix"
)
# Function -> the least and the most arguments in its list; None where it takes something else.
FUNCTIONS: dict[str, tuple[int, int] | None] = {
    "Ref": None, "Condition": None, "Base64": None, "GetAZs": None, "ImportValue": None, "Sub": None, "GetAtt": None,
    "Transform": None, "Length": None, "ToJsonString": None, "And": (2, 10), "Or": (2, 10), "Not": (1, 1),
    "Equals": (2, 2), "If": (3, 3), "Join": (2, 2), "Split": (2, 2), "Select": (2, 2), "Cidr": (2, 3),
    "FindInMap": (3, 4), "Contains": (2, 2), "EachMemberEquals": (2, 2), "EachMemberIn": (2, 2), "RefAll": None,
    "ValueOf": (2, 2), "ValueOfAll": (2, 2),
}  # fmt: skip
# Macros of AWS itself; any other one may add what the template does not hold.
SERVERLESS = "AWS::Serverless-2016-10-31"
KNOWN_TRANSFORMS = _words(
    f"{SERVERLESS} AWS::LanguageExtensions AWS::SecretsManager-2020-07-23 AWS::SecretsManager-2024-09-16 AWS::CodeDeployBlueGreen"
)
# What the serverless transform adds to a template by itself.
SERVERLESS_MADE = _words(
    "ServerlessRestApi ServerlessHttpApi ServerlessRestApiProdStage ServerlessDeploymentApplication"
)
MOST_RESOURCES = 500
# Kinds that templates hold most; a word that is only spelt another way than one of these is a mistake.
COMMON_TYPES = _words(
    "AWS::S3::Bucket AWS::S3::BucketPolicy AWS::IAM::Role AWS::IAM::Policy AWS::IAM::ManagedPolicy AWS::IAM::User AWS::IAM::Group"
    " AWS::IAM::InstanceProfile AWS::IAM::AccessKey AWS::IAM::RolePolicy AWS::IAM::OIDCProvider AWS::IAM::ServiceLinkedRole"
    " AWS::EC2::Instance AWS::EC2::VPC AWS::EC2::Subnet AWS::EC2::SecurityGroup AWS::EC2::SecurityGroupIngress"
    " AWS::EC2::SecurityGroupEgress AWS::EC2::InternetGateway AWS::EC2::VPCGatewayAttachment AWS::EC2::Route"
    " AWS::EC2::RouteTable AWS::EC2::SubnetRouteTableAssociation AWS::EC2::NatGateway AWS::EC2::EIP AWS::EC2::Volume"
    " AWS::EC2::LaunchTemplate AWS::EC2::VPCEndpoint AWS::EC2::NetworkAcl AWS::EC2::FlowLog AWS::Lambda::Function"
    " AWS::Lambda::Permission AWS::Lambda::Alias AWS::Lambda::Version AWS::Lambda::EventSourceMapping AWS::Lambda::LayerVersion"
    " AWS::Lambda::Url AWS::DynamoDB::Table AWS::DynamoDB::GlobalTable AWS::SQS::Queue AWS::SQS::QueuePolicy AWS::SNS::Topic"
    " AWS::SNS::Subscription AWS::SNS::TopicPolicy AWS::Logs::LogGroup AWS::Logs::MetricFilter AWS::CloudWatch::Alarm"
    " AWS::CloudWatch::Dashboard AWS::Events::Rule AWS::Events::EventBus AWS::Scheduler::Schedule AWS::ECS::Cluster"
    " AWS::ECS::Service AWS::ECS::TaskDefinition AWS::ECR::Repository AWS::EKS::Cluster AWS::EKS::Nodegroup"
    " AWS::ElasticLoadBalancingV2::LoadBalancer AWS::ElasticLoadBalancingV2::Listener"
    " AWS::ElasticLoadBalancingV2::ListenerRule AWS::ElasticLoadBalancingV2::TargetGroup AWS::AutoScaling::AutoScalingGroup"
    " AWS::AutoScaling::ScalingPolicy AWS::RDS::DBInstance AWS::RDS::DBCluster AWS::RDS::DBSubnetGroup AWS::KMS::Key"
    " AWS::KMS::Alias AWS::SecretsManager::Secret AWS::SSM::Parameter AWS::CloudFront::Distribution AWS::Route53::RecordSet"
    " AWS::Route53::HostedZone AWS::CertificateManager::Certificate AWS::ApiGateway::RestApi AWS::ApiGateway::Deployment"
    " AWS::ApiGateway::Stage AWS::ApiGateway::Method AWS::ApiGateway::Resource AWS::ApiGatewayV2::Api"
    " AWS::ApiGatewayV2::Stage AWS::ApiGatewayV2::Route AWS::ApiGatewayV2::Integration AWS::StepFunctions::StateMachine"
    " AWS::CodeBuild::Project AWS::CodePipeline::Pipeline AWS::Cognito::UserPool AWS::Cognito::UserPoolClient"
    " AWS::ElastiCache::ReplicationGroup AWS::OpenSearchService::Domain AWS::Kinesis::Stream AWS::KinesisFirehose::DeliveryStream"
    " AWS::WAFv2::WebACL AWS::CloudTrail::Trail AWS::CloudFormation::Stack AWS::CloudFormation::CustomResource"
    " AWS::CloudFormation::WaitCondition AWS::CloudFormation::WaitConditionHandle AWS::Serverless::Function"
    " AWS::Serverless::Api AWS::Serverless::HttpApi AWS::Serverless::SimpleTable AWS::Serverless::StateMachine"
    " AWS::Serverless::LayerVersion"
)
