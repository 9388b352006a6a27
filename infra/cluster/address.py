"""The stack's name in DNS, pointing at this run's load balancer; the certificate for it is in the durable room."""

import pulumi
from pulumi_aws import route53

from infra.cluster.entrance import Entrance
from infra.stack import Stack


class Address(pulumi.ComponentResource):
    """The domain and every name right below it, as aliases of the load balancer. They go with it, or they would lead nowhere."""

    def __init__(
        self, name: str, stack: Stack, entrance: Entrance, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:cluster:Address", name, None, opts)
        for host in (stack.domain or "", f"*.{stack.domain}"):
            route53.Record(
                host,
                zone_id=stack.hosted_zone or "",
                name=host,
                type="A",
                aliases=[
                    {
                        "name": entrance.host,
                        "zone_id": entrance.host_zone,
                        # One balancer: with nothing to fail over to, health only takes the name away.
                        "evaluate_target_health": False,
                    }
                ],
                # A killed run may have left one that points at a balancer of before, and records carry no tags to know it by.
                allow_overwrite=True,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
