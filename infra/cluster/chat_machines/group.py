"""The scaling group of the chat machines: spread over all zones, closed to all but the load balancer, replaced one by one."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import autoscaling, ec2, iam, vpc

from infra import versions
from infra.cluster.chat_machines import permissions
from infra.cluster.chat_machines.boot import CARD, DIMENSION, Settings, user_data
from infra.cluster.chat_machines.pool import NAME, chat_pool, namespace
from infra.cluster.chat_machines.sharing import Sharing
from infra.cluster.network import Network
from infra.cluster.rds import Rds
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads.identity import key_rights

# Where each machine answers; infra/doors.py leads the load balancer there.
PORT = 8080
# Set 2026-11-27. A model of 5 GB comes at 60 MB/s from Ollama's library and at 125 from the disk into the card: five minutes.
MODEL_LOAD_S = 600
# After the machine has said that it is ready: the load balancer's first looks, and a card that was just switched on.
GRACE_S = MODEL_LOAD_S + 300
# From the start of the machine to the word that it is ready: images, drivers and models. Then it is given up for another.
READY_S = 1800
HOOK = "chat-ready"
# Set 2026-11-27. The share of the cards' time that one more machine is started for. By the cards, not by requests: one question
# keeps a card busy for half a minute and a look at a page for nothing. At 60 a card has an answer to write most of the time, and
# the ten minutes until the next machine is there are short enough to wait through.
BUSY_PERCENT = 60


class ChatMachines(pulumi.ComponentResource):
    """`scaling_groups`: the one there is, by the pool's name, for the load balancer, schedules and the cost guard.

    With a `database` machines share accounts there. `after`: what must stand before the first machine starts.
    """

    def __init__(
        self,
        name: str,
        stack: Stack,
        network: Network,
        durable: Durable,
        *,
        account: str,
        database: Rds | None = None,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:ChatMachines", name, None, opts)
        self.stack, self.pool, self.child = stack, chat_pool(stack), pulumi.ResourceOptions(parent=self)
        # Fixed, so that the machines' own role can name it; a group that a killed run left is found by its tag.
        self.name = f"{stack.prefix}-{name}"
        inside = self._security_group(network)
        self.security_group_id: pulumi.Output[str] = inside.id
        role = self._role()
        self.sharing = (
            Sharing(stack, durable, database, machines=role, group=inside, opts=self.child)
            if database is not None
            else None
        )
        profile, allowed = self._profile(role, durable, account=account)
        template = self._template(profile, durable)
        shared = self.sharing.ready if self.sharing else []
        group = self._group(name, template, network, before=[allowed, *network.ready, *shared, *after])
        self.scaling_groups: Mapping[str, pulumi.Output[str]] = {name: group.name}
        if self.pool.most > self.pool.least:
            self._grow(name, group)
        self.register_outputs({"scalingGroups": self.scaling_groups})

    def _security_group(self, network: Network) -> ec2.SecurityGroup:
        """The entrance adds the one way in. Outwards TLS only: registries, Ollama's library and AWS have no fixed addresses."""
        tags = self.stack.tags.rented(self.name)
        group = ec2.SecurityGroup(
            self.name,
            description="Chat machines: from the load balancer in, TLS out",
            vpc_id=network.vpc_id,
            tags=tags,
            opts=self.child,
        )
        vpc.SecurityGroupEgressRule(
            f"{NAME}-tls-out",
            description="To registries and AWS",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            cidr_ipv4="0.0.0.0/0",
            tags=tags,
            opts=self.child,
        )
        return group

    # ---- who a machine is

    def _role(self) -> iam.Role:
        return iam.Role(
            self.name,
            assume_role_policy=json.dumps(permissions.TRUST),
            tags=self.stack.tags.rented(),
            opts=self.child,
        )

    def _profile(
        self, role: iam.Role, durable: Durable, *, account: str
    ) -> tuple[iam.InstanceProfile, iam.RolePolicy]:
        allowed = iam.RolePolicy(
            NAME,
            role=role.name,
            policy=pulumi.Output.json_dumps(
                {"Version": "2012-10-17", "Statement": self._statements(durable, account=account)}
            ),
            opts=self.child,
        )
        profile = iam.InstanceProfile(
            self.name, role=role.name, tags=self.stack.tags.rented(), opts=self.child
        )
        return profile, allowed

    def _statements(self, durable: Durable, *, account: str) -> list[Any]:
        p, region = permissions, self.stack.region
        found: list[Any] = [
            durable.models.arn.apply(lambda arn: p.list_below("ListModels", arn, p.MODELS_PREFIX)),
            durable.models.arn.apply(lambda arn: p.keep_below("KeepModels", arn, p.MODELS_PREFIX)),
            *(self.sharing.statements if self.sharing else self._own_accounts(durable)),
            p.read_own(self.stack.open_webui_secret_arn or ""),
            p.send_figures(namespace(self.stack)),
            p.say_ready(self.name, region=region, account=account),
        ]
        if self.stack.ship_logs:
            found.append(durable.messages.containers.arn.apply(p.write_lines))
        return [*found, *key_rights(durable, region=region, by=("s3", "secretsmanager"))]

    def _own_accounts(self, durable: Durable) -> list[Any]:
        """Of an only machine: what it saves to the data bucket and begins with."""
        p = permissions
        return [
            durable.data.arn.apply(lambda arn: p.list_below("ListAccounts", arn, p.ACCOUNTS_PREFIX)),
            durable.data.arn.apply(lambda arn: p.keep_below("KeepAccounts", arn, p.ACCOUNTS_PREFIX)),
        ]

    # ---- what a machine is

    def _template(self, profile: iam.InstanceProfile, durable: Durable) -> ec2.LaunchTemplate:
        tags = self.stack.tags.rented(self.name)
        return ec2.LaunchTemplate(
            self.name,
            # EC2 resolves it at each launch, so a machine is as new as its start, while the template, and with it the next
            # `up`, does not change whenever AWS publishes an image. `pulumi up` never replaces a machine for that.
            image_id=f"resolve:ssm:{versions.CHAT_MACHINE_IMAGE}",
            instance_type=self.pool.instance_types[0],
            iam_instance_profile={"arn": profile.arn},
            vpc_security_group_ids=[self.security_group_id],
            user_data=self._user_data(durable),
            update_default_version=True,
            # Hop limit 1: a request for the machine's credentials dies at the containers' network.
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
            },
            block_device_mappings=[
                {
                    "device_name": "/dev/xvda",
                    "ebs": {
                        "volume_type": "gp3",
                        "volume_size": self.pool.disk_gb,
                        "encrypted": "true",
                        "delete_on_termination": "true",
                    },
                }
            ],
            # The group's own tags stop at the group; machines and disks are billed, and found after a killed run, by these.
            tag_specifications=[
                {"resource_type": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")
            ],
            tags=tags,
            opts=self.child,
        )

    def _user_data(self, durable: Durable) -> pulumi.Output[str]:
        stack = self.stack
        shared = pulumi.Output.from_input(self.sharing.settings if self.sharing else {})
        return pulumi.Output.all(
            models=durable.models.name,
            data=durable.data.name,
            lines=durable.messages.containers.name,
            shared=shared,
        ).apply(
            lambda known: user_data(
                Settings(
                    region=stack.region,
                    chat_name=self.name,
                    hook=HOOK,
                    port=PORT,
                    ollama_image=versions.OLLAMA_IMAGE,
                    open_webui_image=versions.OPEN_WEBUI_IMAGE,
                    chat_models=" ".join(stack.ollama_models),
                    model_bucket=known["models"],
                    model_prefix=permissions.MODELS_PREFIX,
                    data_bucket=known["data"],
                    accounts_key=f"{permissions.ACCOUNTS_PREFIX}accounts.tar.gz",
                    own_secret=stack.open_webui_secret_arn or "",
                    admin=stack.open_webui_admin or "",
                    signup="true" if stack.open_webui_signup else "false",
                    log_group=known["lines"] if stack.ship_logs else "",
                    packages=" ".join(
                        versions.CHAT_MACHINE_PACKAGES
                        + (versions.SHARED_CHAT_PACKAGES if self.sharing else ())
                    ),
                    **known["shared"],
                ),
                namespace=namespace(stack),
            )
        )

    # ---- how many, and how they come and go

    def _group(
        self, name: str, template: ec2.LaunchTemplate, network: Network, *, before: list[pulumi.Resource]
    ) -> autoscaling.Group:
        pool, tags = self.pool, self.stack.tags.rented(self.name)
        return autoscaling.Group(
            name,
            name=self.name,
            min_size=pool.least,
            desired_capacity=pool.wanted,
            max_size=pool.most,
            # Cards are scarce: each zone more is one more place where there may be one.
            vpc_zone_identifiers=network.private_ids,
            **self._launching(template),
            # The load balancer's word: a machine whose card or page hangs still runs.
            health_check_type="ELB",
            health_check_grace_period=GRACE_S,
            default_instance_warmup=MODEL_LOAD_S,
            initial_lifecycle_hooks=[
                {
                    "name": HOOK,
                    "lifecycle_transition": "autoscaling:EC2_INSTANCE_LAUNCHING",
                    "heartbeat_timeout": READY_S,
                    "default_result": "ABANDON",
                }
            ],
            # `up` ends when the first machine is ready, or tells why there is none: quotas and scarcity show here.
            wait_for_capacity_timeout=f"{READY_S // 60 + 5}m",
            instance_refresh={"strategy": "Rolling", "preferences": self._replacing()},
            # A second machine beside an only one, to even out the zones, would start from accounts that are minutes old.
            suspended_processes=[] if pool.shared else ["AZRebalance"],
            force_delete_warm_pool=True,
            tags=[
                {"key": key, "value": value, "propagate_at_launch": False}
                for key, value in sorted(tags.items())
            ],
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=before,
                # Schedules and the tracking of the cards move the sizes; the next `up` must not move them back.
                ignore_changes=["min_size", "desired_capacity", "max_size"],
            ),
        )

    def _launching(self, template: ec2.LaunchTemplate) -> dict[str, Any]:
        """By its number, not "latest": a new version is then a change that replaces the machines."""
        which: dict[str, Any] = {"version": template.latest_version.apply(str)}
        if self.pool.warm:
            # Without the second number AWS keeps as many warm as the group may ever have.
            warm = {
                "min_size": self.pool.warm,
                "max_group_prepared_capacity": self.pool.least + self.pool.warm,
                "pool_state": "Stopped",
            }
            return {"launch_template": {"id": template.id, **which}, "warm_pool": warm}
        return {
            "mixed_instances_policy": {
                "instances_distribution": {
                    "on_demand_base_capacity": 0,
                    "on_demand_percentage_above_base_capacity": 100 - self.pool.spot_percent,
                    "on_demand_allocation_strategy": "prioritized",
                    "spot_allocation_strategy": "price-capacity-optimized",
                },
                "launch_template": {
                    "launch_template_specification": {"launch_template_id": template.id, **which},
                    "overrides": [{"instance_type": kind} for kind in self.pool.instance_types],
                },
            }
        }

    def _replacing(self) -> dict[str, Any]:
        """With accounts of its own a machine goes before the next comes, which begins with what it saved; else that is first."""
        if self.pool.shared:
            return {"min_healthy_percentage": 100, "max_healthy_percentage": 200}
        return {"min_healthy_percentage": 0, "max_healthy_percentage": 100}

    def _grow(self, name: str, group: autoscaling.Group) -> None:
        autoscaling.Policy(
            name,
            autoscaling_group_name=group.name,
            policy_type="TargetTrackingScaling",
            target_tracking_configuration={
                "target_value": BUSY_PERCENT,
                "customized_metric_specification": {
                    "namespace": namespace(self.stack),
                    "metric_name": CARD,
                    "statistic": "Average",
                    "metric_dimensions": [{"name": DIMENSION, "value": self.name}],
                },
            },
            opts=self.child,
        )
