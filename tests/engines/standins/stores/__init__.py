"""Resource types whose bytes live in moto: what the provider makes is what boto3 sees, and the other way round."""

from .budgets import Budget
from .dynamodb import Table
from .ecr import LifecyclePolicy, Repository
from .s3 import SATELLITES, Bucket
from .secretsmanager import Secret
from .store import Store

STORES: dict[str, type[Store]] = {
    store.token: store for store in (Bucket, *SATELLITES, Table, Repository, LifecyclePolicy, Secret, Budget)
}
