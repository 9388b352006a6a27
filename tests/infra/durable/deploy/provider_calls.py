"""What the AWS provider calls for each type that the program declares: to make, read, change and, where it is rented, delete it.

Put together by hand from the sources of Terraform's AWS provider and AWS's service authorization reference (2026-11); no account
has tried it. Types that only a person makes are read.
"""

from collections.abc import Mapping


def _calls(service: str, names: str) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in names.split())


_TAGS = "TagResource UntagResource ListTagsForResource"
_EC2_TAGS = "CreateTags DeleteTags"
_ELB_TAGS = "AddTags RemoveTags DescribeTags"

CALLS: Mapping[str, tuple[str, ...]] = {
    "acm/certificate:Certificate": _calls(
        "acm",
        "RequestCertificate DescribeCertificate ListTagsForCertificate AddTagsToCertificate RemoveTagsFromCertificate",
    ),
    "acm/certificateValidation:CertificateValidation": _calls("acm", "DescribeCertificate"),
    "autoscaling/attachment:Attachment": _calls(
        "autoscaling",
        "AttachLoadBalancerTargetGroups DetachLoadBalancerTargetGroups DescribeAutoScalingGroups",
    ),
    "autoscaling/group:Group": (
        *_calls(
            "autoscaling",
            "CreateAutoScalingGroup UpdateAutoScalingGroup DeleteAutoScalingGroup DescribeAutoScalingGroups CreateOrUpdateTags "
            "DeleteTags DescribeTags PutWarmPool DeleteWarmPool DescribeWarmPool StartInstanceRefresh CancelInstanceRefresh "
            "DescribeInstanceRefreshes EnableMetricsCollection DisableMetricsCollection SuspendProcesses ResumeProcesses "
            "PutLifecycleHook DeleteLifecycleHook DescribeLifecycleHooks SetInstanceProtection DescribeScalingActivities "
            "AttachLoadBalancerTargetGroups DetachLoadBalancerTargetGroups DescribeLoadBalancerTargetGroups",
        ),
        *_calls("elasticloadbalancing", "DescribeTargetHealth"),
        *_calls("ec2", "RunInstances DescribeImages"),
        *_calls("ssm", "GetParameters"),
        *_calls("iam", "PassRole CreateServiceLinkedRole"),
    ),
    "autoscaling/policy:Policy": _calls("autoscaling", "PutScalingPolicy DeletePolicy DescribePolicies"),
    "autoscaling/schedule:Schedule": _calls(
        "autoscaling", "PutScheduledUpdateGroupAction DeleteScheduledAction DescribeScheduledActions"
    ),
    "budgets/budget:Budget": _calls("budgets", f"ModifyBudget ViewBudget {_TAGS}"),
    "cloudformation/stack:Stack": (
        *_calls(
            "cloudformation",
            "CreateStack UpdateStack DeleteStack DescribeStacks DescribeStackEvents GetTemplate GetStackPolicy TagResource "
            "UntagResource",
        ),
        # What its one resource, a listener rule, needs.
        *_calls("elasticloadbalancing", "CreateRule ModifyRule DeleteRule DescribeRules"),
        *_calls("secretsmanager", "GetSecretValue"),
    ),
    "cloudwatch/dashboard:Dashboard": _calls("cloudwatch", "PutDashboard GetDashboard DeleteDashboards"),
    "cloudwatch/logGroup:LogGroup": _calls(
        "logs",
        f"CreateLogGroup DeleteLogGroup DescribeLogGroups PutRetentionPolicy AssociateKmsKey DisassociateKmsKey {_TAGS}",
    ),
    "cloudwatch/metricAlarm:MetricAlarm": _calls(
        "cloudwatch", f"PutMetricAlarm DescribeAlarms DeleteAlarms {_TAGS}"
    ),
    "costexplorer/anomalyMonitor:AnomalyMonitor": _calls(
        "ce", f"CreateAnomalyMonitor GetAnomalyMonitors UpdateAnomalyMonitor {_TAGS}"
    ),
    "costexplorer/anomalySubscription:AnomalySubscription": _calls(
        "ce", f"CreateAnomalySubscription GetAnomalySubscriptions UpdateAnomalySubscription {_TAGS}"
    ),
    "costexplorer/costAllocationTag:CostAllocationTag": _calls(
        "ce", "ListCostAllocationTags UpdateCostAllocationTagsStatus"
    ),
    "dynamodb/table:Table": _calls(
        "dynamodb",
        "CreateTable DescribeTable UpdateTable DescribeContinuousBackups UpdateContinuousBackups DescribeTimeToLive "
        "UpdateTimeToLive ListTagsOfResource TagResource UntagResource",
    ),
    "ebs/volume:Volume": _calls(
        "ec2", f"CreateVolume ModifyVolume DescribeVolumes DescribeVolumesModifications {_EC2_TAGS}"
    ),
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": _calls(
        "ec2", f"DescribeSecurityGroups RevokeSecurityGroupIngress RevokeSecurityGroupEgress {_EC2_TAGS}"
    ),
    "ec2/eip:Eip": _calls(
        "ec2",
        f"AllocateAddress ReleaseAddress DescribeAddresses DescribeAddressesAttribute DisassociateAddress {_EC2_TAGS}",
    ),
    "ec2/flowLog:FlowLog": (
        *_calls("ec2", f"CreateFlowLogs DeleteFlowLogs DescribeFlowLogs {_EC2_TAGS}"),
        *_calls("iam", "PassRole"),
    ),
    "ec2/internetGateway:InternetGateway": _calls(
        "ec2",
        "CreateInternetGateway AttachInternetGateway DetachInternetGateway DeleteInternetGateway DescribeInternetGateways "
        f"DescribeNetworkInterfaces {_EC2_TAGS}",
    ),
    "ec2/launchTemplate:LaunchTemplate": _calls(
        "ec2",
        "CreateLaunchTemplate CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate DescribeLaunchTemplates "
        f"DescribeLaunchTemplateVersions {_EC2_TAGS}",
    ),
    "ec2/natGateway:NatGateway": _calls(
        "ec2", f"CreateNatGateway DeleteNatGateway DescribeNatGateways {_EC2_TAGS}"
    ),
    "ec2/route:Route": _calls("ec2", "CreateRoute ReplaceRoute DeleteRoute DescribeRouteTables"),
    "ec2/routeTable:RouteTable": _calls(
        "ec2", f"CreateRouteTable DeleteRouteTable DescribeRouteTables {_EC2_TAGS}"
    ),
    "ec2/routeTableAssociation:RouteTableAssociation": _calls(
        "ec2", "AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation DescribeRouteTables"
    ),
    "ec2/securityGroup:SecurityGroup": _calls(
        "ec2",
        "CreateSecurityGroup DeleteSecurityGroup DescribeSecurityGroups DescribeNetworkInterfaces AuthorizeSecurityGroupEgress "
        f"RevokeSecurityGroupEgress {_EC2_TAGS}",
    ),
    "ec2/subnet:Subnet": _calls(
        "ec2",
        f"CreateSubnet DeleteSubnet ModifySubnetAttribute DescribeSubnets DescribeNetworkInterfaces {_EC2_TAGS}",
    ),
    "ec2/vpc:Vpc": _calls(
        "ec2",
        "CreateVpc DeleteVpc ModifyVpcAttribute DescribeVpcs DescribeVpcAttribute DescribeNetworkAcls DescribeRouteTables "
        f"DescribeSecurityGroups {_EC2_TAGS}",
    ),
    "ec2/vpcEndpoint:VpcEndpoint": _calls(
        "ec2",
        "CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints DescribeVpcEndpoints DescribeVpcEndpointServices "
        f"DescribePrefixLists {_EC2_TAGS}",
    ),
    "ecr/lifecyclePolicy:LifecyclePolicy": _calls("ecr", "PutLifecyclePolicy GetLifecyclePolicy"),
    "ecr/pullThroughCacheRule:PullThroughCacheRule": _calls(
        "ecr", "CreatePullThroughCacheRule DescribePullThroughCacheRules"
    ),
    "ecr/repository:Repository": _calls(
        "ecr",
        f"CreateRepository DescribeRepositories PutImageTagMutability PutImageScanningConfiguration {_TAGS}",
    ),
    "eks/accessEntry:AccessEntry": _calls(
        "eks",
        "CreateAccessEntry DescribeAccessEntry UpdateAccessEntry DeleteAccessEntry TagResource UntagResource",
    ),
    "eks/accessPolicyAssociation:AccessPolicyAssociation": _calls(
        "eks", "AssociateAccessPolicy DisassociateAccessPolicy ListAssociatedAccessPolicies"
    ),
    "eks/addon:Addon": (
        *_calls(
            "eks",
            "CreateAddon DescribeAddon UpdateAddon DeleteAddon DescribeAddonVersions DescribeAddonConfiguration DescribeUpdate "
            "TagResource UntagResource CreatePodIdentityAssociation UpdatePodIdentityAssociation DeletePodIdentityAssociation "
            "DescribePodIdentityAssociation",
        ),
        *_calls("iam", "PassRole"),
    ),
    "eks/nodeGroup:NodeGroup": (
        *_calls(
            "eks",
            "CreateNodegroup DescribeNodegroup UpdateNodegroupConfig UpdateNodegroupVersion DeleteNodegroup DescribeUpdate "
            "TagResource UntagResource",
        ),
        *_calls("ec2", "RunInstances CreateTags DescribeSubnets DescribeLaunchTemplateVersions"),
        *_calls("iam", "PassRole GetRole ListAttachedRolePolicies CreateServiceLinkedRole"),
    ),
    "eks/podIdentityAssociation:PodIdentityAssociation": (
        *_calls(
            "eks",
            "CreatePodIdentityAssociation DescribePodIdentityAssociation UpdatePodIdentityAssociation "
            "DeletePodIdentityAssociation TagResource UntagResource",
        ),
        *_calls("iam", "PassRole GetRole"),
    ),
    # The component's child, aws:eks/cluster:Cluster.
    "eks:index:Cluster": (
        *_calls(
            "eks",
            "CreateCluster DescribeCluster UpdateClusterConfig UpdateClusterVersion AssociateEncryptionConfig DeleteCluster "
            "DescribeUpdate TagResource UntagResource",
        ),
        *_calls("iam", "PassRole CreateServiceLinkedRole"),
        *_calls("kms", "CreateGrant DescribeKey"),
    ),
    "iam/instanceProfile:InstanceProfile": _calls(
        "iam",
        "CreateInstanceProfile GetInstanceProfile AddRoleToInstanceProfile RemoveRoleFromInstanceProfile DeleteInstanceProfile "
        "TagInstanceProfile UntagInstanceProfile PassRole GetRole",
    ),
    "iam/openIdConnectProvider:OpenIdConnectProvider": _calls("iam", "GetOpenIDConnectProvider"),
    "iam/policy:Policy": _calls("iam", "GetPolicy GetPolicyVersion ListPolicyVersions"),
    "iam/role:Role": _calls(
        "iam",
        "CreateRole GetRole UpdateRole DeleteRole TagRole UntagRole ListRolePolicies ListAttachedRolePolicies "
        "ListInstanceProfilesForRole PutRolePermissionsBoundary",
    ),
    "iam/rolePolicy:RolePolicy": _calls("iam", "PutRolePolicy GetRolePolicy DeleteRolePolicy"),
    "iam/rolePolicyAttachment:RolePolicyAttachment": _calls(
        "iam", "AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies"
    ),
    "kms/alias:Alias": _calls("kms", "CreateAlias UpdateAlias ListAliases"),
    "kms/key:Key": _calls(
        "kms",
        "CreateKey DescribeKey UpdateKeyDescription EnableKeyRotation GetKeyRotationStatus GetKeyPolicy PutKeyPolicy "
        "ListResourceTags TagResource UntagResource",
    ),
    "lambda/function:Function": (
        *_calls(
            "lambda",
            "CreateFunction GetFunction GetFunctionCodeSigningConfig ListVersionsByFunction UpdateFunctionCode "
            "UpdateFunctionConfiguration DeleteFunction TagResource UntagResource ListTags",
        ),
        *_calls("iam", "PassRole"),
    ),
    "lambda/permission:Permission": _calls("lambda", "AddPermission GetPolicy RemovePermission"),
    "lb/listener:Listener": _calls(
        "elasticloadbalancing",
        "CreateListener DescribeListeners DescribeListenerAttributes ModifyListener ModifyListenerAttributes DeleteListener "
        f"{_ELB_TAGS}",
    ),
    "lb/listenerRule:ListenerRule": _calls(
        "elasticloadbalancing",
        f"CreateRule DescribeRules ModifyRule SetRulePriorities DeleteRule {_ELB_TAGS}",
    ),
    "lb/loadBalancer:LoadBalancer": (
        *_calls(
            "elasticloadbalancing",
            "CreateLoadBalancer DescribeLoadBalancers DescribeLoadBalancerAttributes ModifyLoadBalancerAttributes "
            "DescribeCapacityReservation SetSecurityGroups SetSubnets SetIpAddressType DeleteLoadBalancer "
            f"{_ELB_TAGS}",
        ),
        *_calls("ec2", "DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets DescribeVpcs"),
        *_calls("iam", "CreateServiceLinkedRole"),
    ),
    "lb/targetGroup:TargetGroup": _calls(
        "elasticloadbalancing",
        "CreateTargetGroup DescribeTargetGroups DescribeTargetGroupAttributes ModifyTargetGroup ModifyTargetGroupAttributes "
        f"DeleteTargetGroup {_ELB_TAGS}",
    ),
    "mwaa/environment:Environment": (
        *_calls(
            "airflow",
            "CreateEnvironment GetEnvironment UpdateEnvironment DeleteEnvironment TagResource UntagResource",
        ),
        *_calls(
            "ec2", "CreateVpcEndpoint DescribeSubnets DescribeSecurityGroups DescribeVpcs DescribeRouteTables"
        ),
        *_calls("s3", "GetEncryptionConfiguration"),
        *_calls("iam", "PassRole CreateServiceLinkedRole"),
    ),
    "rds/instance:Instance": (
        *_calls(
            "rds",
            "CreateDBInstance RestoreDBInstanceFromDBSnapshot DescribeDBInstances ModifyDBInstance RebootDBInstance "
            "DeleteDBInstance CreateDBSnapshot AddTagsToResource RemoveTagsFromResource ListTagsForResource",
        ),
        *_calls("secretsmanager", "CreateSecret TagResource"),
        *_calls("kms", "CreateGrant DescribeKey GenerateDataKey Decrypt"),
        *_calls("iam", "CreateServiceLinkedRole"),
    ),
    "rds/parameterGroup:ParameterGroup": _calls(
        "rds",
        "CreateDBParameterGroup DescribeDBParameterGroups DescribeDBParameters ModifyDBParameterGroup ResetDBParameterGroup "
        "DeleteDBParameterGroup AddTagsToResource RemoveTagsFromResource ListTagsForResource",
    ),
    "rds/subnetGroup:SubnetGroup": _calls(
        "rds",
        "CreateDBSubnetGroup DescribeDBSubnetGroups ModifyDBSubnetGroup DeleteDBSubnetGroup AddTagsToResource "
        "RemoveTagsFromResource ListTagsForResource",
    ),
    "route53/record:Record": _calls(
        "route53", "ChangeResourceRecordSets ListResourceRecordSets GetHostedZone GetChange"
    ),
    "s3/bucket:Bucket": _calls(
        "s3",
        "CreateBucket ListBucket GetBucketLocation GetBucketPolicy GetBucketAcl GetBucketCORS GetBucketWebsite "
        "GetBucketVersioning GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging GetLifecycleConfiguration "
        "GetReplicationConfiguration GetEncryptionConfiguration GetBucketObjectLockConfiguration GetBucketTagging "
        f"PutBucketTagging {_TAGS}",
    ),
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _calls(
        "s3", "PutLifecycleConfiguration GetLifecycleConfiguration"
    ),
    "s3/bucketOwnershipControls:BucketOwnershipControls": _calls(
        "s3", "PutBucketOwnershipControls GetBucketOwnershipControls"
    ),
    "s3/bucketPolicy:BucketPolicy": _calls("s3", "PutBucketPolicy GetBucketPolicy"),
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _calls(
        "s3", "PutBucketPublicAccessBlock GetBucketPublicAccessBlock"
    ),
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _calls(
        "s3", "PutEncryptionConfiguration GetEncryptionConfiguration"
    ),
    "s3/bucketVersioning:BucketVersioning": _calls("s3", "PutBucketVersioning GetBucketVersioning"),
    "secretsmanager/secret:Secret": _calls(
        "secretsmanager",
        "CreateSecret DescribeSecret GetResourcePolicy UpdateSecret TagResource UntagResource",
    ),
    "sns/topic:Topic": _calls("sns", f"CreateTopic GetTopicAttributes SetTopicAttributes {_TAGS}"),
    "sns/topicPolicy:TopicPolicy": _calls("sns", "GetTopicAttributes SetTopicAttributes"),
    "sns/topicSubscription:TopicSubscription": _calls(
        "sns", "Subscribe GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe"
    ),
    "sqs/queue:Queue": _calls(
        "sqs",
        "CreateQueue GetQueueAttributes SetQueueAttributes GetQueueUrl DeleteQueue ListQueueTags TagQueue UntagQueue",
    ),
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": _calls(
        "ec2",
        "AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress ModifySecurityGroupRules DescribeSecurityGroupRules "
        f"{_EC2_TAGS}",
    ),
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": _calls(
        "ec2",
        "AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress ModifySecurityGroupRules DescribeSecurityGroupRules "
        f"{_EC2_TAGS}",
    ),
    "wafv2/webAcl:WebAcl": (
        *_calls("wafv2", f"CreateWebACL GetWebACL UpdateWebACL DeleteWebACL {_TAGS}"),
        *_calls("iam", "CreateServiceLinkedRole"),
    ),
    "wafv2/webAclAssociation:WebAclAssociation": (
        *_calls("wafv2", "AssociateWebACL DisassociateWebACL GetWebACLForResource"),
        *_calls("elasticloadbalancing", "SetWebAcl"),
    ),
}


def needed(kind: str) -> tuple[str, ...]:
    """Raises: KeyError for a type that nobody has looked up yet."""
    return CALLS[kind.removeprefix("aws:")]
