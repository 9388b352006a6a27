"""The durable room: what survives a pause, costs cents a month and holds data."""

from dataclasses import replace

import pulumi

from infra.adopt import Found
from infra.durable.alerts import Alerts
from infra.durable.anomalies import Anomalies
from infra.durable.api_keys import ApiKeys
from infra.durable.app_secrets import AppSecrets
from infra.durable.bucket import DATA, LOGS, MODELS, Bucket
from infra.durable.certificate import certificate
from infra.durable.database import DatabasePasswords, DatabaseVolume
from infra.durable.deploy.role import DeployRole
from infra.durable.encryption import EncryptionKey
from infra.durable.image_cache import ImageCache
from infra.durable.images import Images
from infra.durable.keeping import Keeping
from infra.durable.logs import Logs
from infra.durable.records import Records
from infra.durable.spending import Spending
from infra.durable.stop import Stop
from infra.durable.workflow_keys import WorkflowKeys
from infra.stack import Stack


class Durable:
    """The durable room of one stack."""

    def __init__(self, stack: Stack, found: Found, *, opts: pulumi.ResourceOptions) -> None:
        keeping = Keeping(
            names=stack.names(found.account),
            tags=stack.tags,
            ids={**found.ids, **found.former_key},
            keep=stack.keep_data,
        )
        held = (
            EncryptionKey("encryption-key", keeping, opts=opts) if stack.own_key or found.former_key else None
        )
        # With `encryptionKey` back at aws nothing new is put under it, and what it encrypted is still read by it.
        self.key = held if stack.own_key else None
        self.former_key = held if not stack.own_key else None
        if self.key is not None:
            keeping = replace(keeping, key=self.key.arn)
        self.data = Bucket(DATA, keeping, opts=opts)
        self.models = Bucket(MODELS, keeping, opts=opts)
        self.logs = Bucket(LOGS, keeping, opts=opts)
        self.images = Images("images", keeping, deployed=stack.image_tag, opts=opts)
        if stack.image_cache:
            ImageCache("image-cache", keeping, registries=stack.image_cache, opts=opts)
        self.records = Records("records", keeping, opts=opts)
        self.api_keys = ApiKeys("api-keys", keeping, opts=opts)
        if stack.apps:
            self.app_secrets = AppSecrets("app-secrets", keeping, stack, opts=opts)
        if stack.database != "none":
            self.passwords = DatabasePasswords("database-passwords", keeping, stack, opts=opts)
        if stack.airflow == "cluster":
            self.workflow_keys = WorkflowKeys("workflow-keys", keeping, opts=opts)
        if stack.database == "cluster":
            self.volume = DatabaseVolume("database-volume", keeping, stack, opts=opts)
        self.messages = Logs("messages", keeping, days=stack.log_days, opts=opts)
        self.certificate = certificate(stack, keeping, opts=opts)
        self.alerts = Alerts("alerts", keeping, email=stack.alert_email, opts=opts)
        self.stop = Stop("stop", keeping, opts=opts) if stack.cost_guard == "stop-gpu" else None
        self.spending = Spending(
            "spending",
            keeping,
            limit_usd=stack.monthly_budget_usd,
            email=stack.alert_email,
            topic=self.alerts.arn,
            stop=self.stop.arn if self.stop else None,
            opts=opts,
        )
        self.deploy = DeployRole("deploy", keeping, stack, opts=opts) if stack.deploy_from else None
        if stack.anomaly_alert_usd and found.tag_missing:
            pulumi.warn(
                f"Unusual costs are not watched: {found.tag_missing}. `pulumi up` a day later; in an organization the account "
                f"that pays has to activate the tag."
            )
        elif stack.anomaly_alert_usd:
            self.anomalies = Anomalies(
                "anomalies", keeping, above_usd=stack.anomaly_alert_usd, topic=self.alerts.arn, opts=opts
            )
