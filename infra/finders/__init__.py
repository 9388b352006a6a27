"""One question for each durable thing: is it in the account under its name, and is it this stack's?"""

from collections.abc import Callable, Mapping
from functools import partial

from infra.asking import Clients
from infra.finders import alerts, names, stores
from infra.naming import IMAGES, Names

Finder = Callable[[Clients, Names], str | None]

# A finder for each key of infra/durable/kinds.py: it returns the id to import, None to create, and raises Stop.
FINDERS: Mapping[str, Finder] = {
    "data_bucket": partial(stores.bucket, holds="data"),
    "models_bucket": partial(stores.bucket, holds="models"),
    "logs_bucket": partial(stores.bucket, holds="logs"),
    **{f"{app}_images": partial(stores.repository, app=app) for app in IMAGES},
    "records": stores.table,
    "api_keys": stores.secret,
    "control_plane_logs": partial(alerts.log_group, named=lambda names: names.control_plane_logs),
    "container_logs": partial(alerts.log_group, named=lambda names: names.container_logs),
    "certificate": names.certificate,
    "alerts": alerts.topic,
    "budget": alerts.budget,
    "cost_tag": alerts.cost_tag,
    "anomaly_monitor": alerts.anomaly_monitor,
    "anomaly_subscription": alerts.anomaly_subscription,
}
