"""The way in: one load balancer that Pulumi owns, from the listener down to the scaling group it sends to."""

from typing import Any

import pulumi
from pulumi_aws import autoscaling, ec2, lb, vpc

from infra.cluster.control_plane import ControlPlane
from infra.cluster.network import Network
from infra.cluster.nodes import Nodes
from infra.naming import LIVE_PATH, NODE_PORTS, short
from infra.stack import Stack

# A streamed answer pings every 15 s, but a slow model may think longer than the default 60 s before its first word.
IDLE_TIMEOUT_S = 300
# The default of 300 s would be most of a destroy.
DRAIN_S = 30
# The oldest policy that still refuses everything before TLS 1.2.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


class Entrance(pulumi.ComponentResource):
    """An application load balancer -> target group -> NodePort. Internal until addresses are listed."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        network: Network,
        control: ControlPlane,
        nodes: Nodes,
        *,
        certificate: pulumi.Output[str] | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:Entrance", name, None, opts)
        self.stack, self.child = stack, pulumi.ResourceOptions(parent=self)
        group = self._security_group(name, network, control)
        balancer = lb.LoadBalancer(
            short(stack.prefix, name),
            load_balancer_type="application",
            internal=stack.internal,
            subnets=network.private_ids if stack.internal else network.public_ids,
            security_groups=[group.id],
            idle_timeout=IDLE_TIMEOUT_S,
            drop_invalid_header_fields=True,
            tags=stack.tags.rented(),
            # Its public addresses hold the internet gateway, as the NAT's does.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[network.gateway]),
        )
        target = self._target("rag", network, nodes)
        self._listeners(name, balancer, target, certificate)
        scheme = "https" if stack.secure else "http"
        self.host: pulumi.Output[str] = balancer.dns_name
        self.host_zone: pulumi.Output[str] = balancer.zone_id
        self.url: pulumi.Output[str] = self.host.apply(lambda host: f"{scheme}://{stack.domain or host}")
        self.register_outputs({"url": self.url})

    def _security_group(self, name: str, network: Network, control: ControlPlane) -> ec2.SecurityGroup:
        stack = self.stack
        group = ec2.SecurityGroup(
            name,
            description="Load balancer: listed addresses in, node ports out",
            vpc_id=network.vpc_id,
            tags=stack.tags.rented(f"{stack.prefix}-{name}"),
            opts=self.child,
        )
        for port in (80, 443) if stack.secure else (80,):
            for cidr in stack.allowed_cidrs or (stack.vpc_cidr,):
                vpc.SecurityGroupIngressRule(
                    f"{name}-{port}-{cidr}",
                    security_group_id=group.id,
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    **({"cidr_ipv6": cidr} if ":" in cidr else {"cidr_ipv4": cidr}),
                    tags=stack.tags.rented(),
                    opts=self.child,
                )
        for app, port in NODE_PORTS.items():
            self._let_through(app, port, group, control)
        return group

    def _let_through(self, app: str, port: int, group: ec2.SecurityGroup, control: ControlPlane) -> None:
        """Out of the load balancer's group and into the cluster's, on this one node port."""
        span: Any = {
            "ip_protocol": "tcp",
            "from_port": port,
            "to_port": port,
            "tags": self.stack.tags.rented(),
        }
        vpc.SecurityGroupEgressRule(
            f"{app}-out",
            security_group_id=group.id,
            referenced_security_group_id=control.security_group_id,
            **span,
            opts=self.child,
        )
        vpc.SecurityGroupIngressRule(
            f"{app}-in",
            security_group_id=control.security_group_id,
            referenced_security_group_id=group.id,
            **span,
            opts=self.child,
        )

    def _target(self, app: str, network: Network, nodes: Nodes) -> lb.TargetGroup:
        target = lb.TargetGroup(
            short(self.stack.prefix, app),
            port=NODE_PORTS[app],
            protocol="HTTP",
            target_type="instance",
            vpc_id=network.vpc_id,
            deregistration_delay=DRAIN_S,
            # Liveness, not readiness: Kubernetes keeps unready pods out already, and a target group without a healthy
            # target sends to all of them anyway.
            health_check={
                "path": LIVE_PATH,
                "port": "traffic-port",
                "matcher": "200",
                "interval": 15,
                "timeout": 5,
            },
            tags=self.stack.tags.rented(),
            opts=self.child,
        )
        autoscaling.Attachment(
            app,
            autoscaling_group_name=nodes.scaling_group,
            lb_target_group_arn=target.arn,
            opts=self.child,
        )
        return target

    def _listeners(
        self,
        name: str,
        balancer: lb.LoadBalancer,
        target: lb.TargetGroup,
        certificate: pulumi.Output[str] | None,
    ) -> None:
        tags = self.stack.tags.rented()
        forward: Any = [{"type": "forward", "target_group_arn": target.arn}]
        redirect: Any = [
            {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}
        ]
        lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer.arn,
            port=80,
            protocol="HTTP",
            default_actions=redirect if self.stack.secure else forward,
            tags=tags,
            opts=self.child,
        )
        if certificate is not None:
            lb.Listener(
                f"{name}-https",
                load_balancer_arn=balancer.arn,
                port=443,
                protocol="HTTPS",
                ssl_policy=TLS_POLICY,
                certificate_arn=certificate,
                default_actions=forward,
                tags=tags,
                opts=self.child,
            )
