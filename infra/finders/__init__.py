"""One question for each durable thing: is it in the account under its name, and is it this stack's?"""

from collections.abc import Callable, Mapping
from functools import partial

from infra.asking import Clients
from infra.finders import alerts, identities, keys, names, stores, volumes
from infra.naming import DEPLOY_PARTS, IMAGES, MORE_APPS, PLATFORMS, ROLES, Names
from infra.registries import CACHED

Finder = Callable[[Clients, Names], str | None]


def _secret_of(role: str) -> Callable[[Names], str]:
    return lambda names: names.database_secret(role)


def _secret_of_app(app: str) -> Callable[[Names], str]:
    return lambda names: names.app_secret(app)


def _policy_of(part: str) -> Callable[[Names], str]:
    return lambda names: names.deploy_policy(part)


# A finder for each key of infra/durable/kinds.py: it returns the id to import, None to create, and raises Stop.
FINDERS: Mapping[str, Finder] = {
    "data_bucket": partial(stores.bucket, holds="data"),
    "models_bucket": partial(stores.bucket, holds="models"),
    "logs_bucket": partial(stores.bucket, holds="logs"),
    **{f"{app}_images": partial(stores.repository, app=app) for app in IMAGES},
    **{
        f"cache_{prefix}": partial(stores.cache_rule, registry=registry)
        for registry, prefix in CACHED.items()
    },
    "records": stores.table,
    "api_keys": partial(stores.secret, named=lambda names: names.api_keys_secret),
    **{f"app_secret_{app}": partial(stores.secret, named=_secret_of_app(app)) for app in MORE_APPS},
    **{f"database_secret_{role}": partial(stores.secret, named=_secret_of(role)) for role in ROLES},
    "workflow_keys": partial(stores.secret, named=lambda names: names.workflow_secret),
    "database_volume": volumes.volume,
    "control_plane_logs": partial(alerts.log_group, named=lambda names: names.control_plane_logs),
    "container_logs": partial(alerts.log_group, named=lambda names: names.container_logs),
    "key": keys.key,
    "key_alias": keys.alias,
    "certificate": names.certificate,
    "alerts": partial(alerts.topic, named=lambda names: names.alerts),
    "stop": partial(alerts.topic, named=lambda names: names.stop),
    "budget": alerts.budget,
    "cost_tag": alerts.cost_tag,
    "anomaly_monitor": alerts.anomaly_monitor,
    "anomaly_subscription": alerts.anomaly_subscription,
    **{f"{platform}_identity": partial(identities.provider, platform=platform) for platform in PLATFORMS},
    "boundary": partial(identities.policy, named=lambda names: names.boundary),
    "deploy_role": identities.role,
    **{f"deploy_{part}": partial(identities.policy, named=_policy_of(part)) for part in DEPLOY_PARTS},
}
