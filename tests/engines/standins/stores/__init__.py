"""Resource types whose bytes live in moto: what the provider makes is what boto3 sees, and the other way round."""

from .acm import Certificate, CertificateValidation
from .budgets import Budget
from .costexplorer import AnomalyMonitor, AnomalySubscription, CostAllocationTag
from .dynamodb import Table
from .ebs import Volume
from .ecr import LifecyclePolicy, PullThroughCacheRule, Repository
from .iam import OpenIdConnectProvider, Policy, Role, RolePolicyAttachment
from .kms import Alias, Key
from .logs import LogGroup
from .route53 import Record
from .s3 import SATELLITES, Bucket
from .secretsmanager import Secret
from .sns import Topic, TopicPolicy, TopicSubscription
from .store import Store

STORES: dict[str, type[Store]] = {
    store.token: store
    for store in (
        *(Bucket, *SATELLITES, Table, Repository, LifecyclePolicy, Secret, Budget, LogGroup),
        *(Topic, TopicPolicy, TopicSubscription, CostAllocationTag, AnomalyMonitor, AnomalySubscription),
        *(PullThroughCacheRule, Volume, Certificate, CertificateValidation, Record, Key, Alias),
        *(OpenIdConnectProvider, Policy, Role, RolePolicyAttachment),
    )
}
