"""The way in: one load balancer that Pulumi owns, from its listeners down to the scaling groups it sends to."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import autoscaling, ec2, lb, vpc

from infra.cluster.behind import Behind
from infra.cluster.login import CLOSED, signing_in
from infra.cluster.network import Network
from infra.cluster.pools import MAIN
from infra.doors import Door, doors
from infra.naming import short
from infra.stack import Stack

# A streamed answer pings every 15 s, but a slow model may think longer than the default 60 s before its first word.
IDLE_TIMEOUT_S = 300
# The default of 300 s would be most of a destroy.
DRAIN_S = 30
# Set 2026-11-27. A working day; a browser that comes back later begins anew wherever there is room.
STICKS_S = 43_200
# Set 2026-11-27. TLS 1.3, and of TLS 1.2 only what keeps recorded traffic closed when a key is lost later.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
# Rules are tried from the lowest number; what nobody may see comes before what an app gets.
HIDDEN_FROM, LOGINS_FROM, NAMES_FROM, PATHS_FROM = 10, 100, 200, 300

NOTHING = "Nothing answers here; the stack's output `pages` says where"

Actions = list[Any]


class Entrance(pulumi.ComponentResource):
    """An application load balancer -> target group -> port of the machines, for each door. Internal until addresses are listed.

    `url` is the address that all paths share, `pages` that of each door with a name or port of its own.
    """

    def __init__(
        self,
        name: str,
        stack: Stack,
        network: Network,
        behind: Mapping[str, Behind],
        *,
        certificate: pulumi.Output[str] | None,
        logs: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:Entrance", name, None, opts)
        self.stack, self.child = stack, pulumi.ResourceOptions(parent=self)
        self.name, self.behind, self.certificate = name, behind, certificate
        self.doors = [door for door in doors(stack) if door.behind in behind]
        group = self._security_group(network)
        self.balancer = lb.LoadBalancer(
            short(stack.prefix, name),
            load_balancer_type="application",
            internal=stack.internal,
            subnets=network.private_ids if stack.internal else network.public_ids,
            security_groups=[group.id],
            idle_timeout=IDLE_TIMEOUT_S,
            drop_invalid_header_fields=True,
            # Who asked for what, and how it ended. They outlive a pause, so an incident can be looked into during one.
            access_logs={"bucket": logs, "enabled": True},
            tags=stack.tags.rented(),
            # Its public addresses hold the internet gateway, as the NAT's does.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[network.gateway]),
        )
        self.targets = {door.app: self._target(door, network) for door in self.doors}
        listener = self._shared_listener()
        for number, door in enumerate(self._own):
            if stack.domain:
                self._own_name(number, door, listener)
            else:
                self._own_listener(door)
        scheme = "https" if stack.secure else "http"
        self.host: pulumi.Output[str] = self.balancer.dns_name
        self.host_zone: pulumi.Output[str] = self.balancer.zone_id
        self.url: pulumi.Output[str] = self.host.apply(lambda host: f"{scheme}://{stack.domain or host}")
        self.pages: dict[str, pulumi.Output[str]] = {door.app: self._page(door) for door in self._own}
        self.register_outputs({"url": self.url})

    @property
    def _own(self) -> list[Door]:
        """Those with a name or port of their own, as they have no base path."""
        return [door for door in self.doors if door.path is None]

    def _page(self, door: Door) -> pulumi.Output[str]:
        if self.stack.domain:
            return pulumi.Output.from_input(f"https://{door.host(self.stack.domain)}")
        return pulumi.Output.concat(self.url, ":", str(door.own_port))

    # ---- who gets as far as the load balancer, and how far it gets

    def _security_group(self, network: Network) -> ec2.SecurityGroup:
        stack, name = self.stack, self.name
        group = ec2.SecurityGroup(
            name,
            description="Load balancer: listed addresses in, node ports out",
            vpc_id=network.vpc_id,
            tags=stack.tags.rented(f"{stack.prefix}-{name}"),
            opts=self.child,
        )
        ports = [80, 443] if stack.secure else [80]
        ports += [] if stack.domain else [door.own_port or 0 for door in self._own]
        for port in ports:
            for cidr in stack.allowed_cidrs or (stack.vpc_cidr,):
                vpc.SecurityGroupIngressRule(
                    f"{name}-{port}-{cidr}",
                    description="Who may come in",
                    security_group_id=group.id,
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    **({"cidr_ipv6": cidr} if ":" in cidr else {"cidr_ipv4": cidr}),
                    tags=stack.tags.rented(),
                    opts=self.child,
                )
        for door in self.doors:
            self._let_through(door, group)
        if stack.login:
            # Itself redeems what the provider gave the browser; a provider's addresses change.
            vpc.SecurityGroupEgressRule(
                "login-out",
                description="To the identity provider",
                security_group_id=group.id,
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                cidr_ipv4="0.0.0.0/0",
                tags=stack.tags.rented(),
                opts=self.child,
            )
        return group

    def _let_through(self, door: Door, group: ec2.SecurityGroup) -> None:
        """Out of the load balancer's group and into the machines', on this one port."""
        inside = self.behind[door.behind].security_group_id
        span: Any = {
            "ip_protocol": "tcp",
            "from_port": door.node_port,
            "to_port": door.node_port,
            "description": f"Load balancer to {door.app}",
            "tags": self.stack.tags.rented(),
        }
        vpc.SecurityGroupEgressRule(
            f"{door.app}-out",
            security_group_id=group.id,
            referenced_security_group_id=inside,
            **span,
            opts=self.child,
        )
        vpc.SecurityGroupIngressRule(
            f"{door.app}-in",
            security_group_id=inside,
            referenced_security_group_id=group.id,
            **span,
            opts=self.child,
        )

    def _target(self, door: Door, network: Network) -> lb.TargetGroup:
        target = lb.TargetGroup(
            short(self.stack.prefix, door.app),
            port=door.node_port,
            protocol="HTTP",
            target_type="instance",
            vpc_id=network.vpc_id,
            deregistration_delay=DRAIN_S,
            **({"stickiness": {"type": "lb_cookie", "cookie_duration": STICKS_S}} if door.sticky else {}),
            # Liveness, not readiness: Kubernetes keeps unready pods out already, and a target group without a healthy
            # target sends to all of them anyway.
            health_check={
                "path": door.health_path,
                "port": "traffic-port",
                "matcher": "200",
                "interval": 15,
                "timeout": 5,
            },
            tags=self.stack.tags.rented(),
            opts=self.child,
        )
        for pool, scaling_group in self.behind[door.behind].scaling_groups.items():
            autoscaling.Attachment(
                door.app if pool in (MAIN, door.app) else f"{door.app}-{pool}",
                autoscaling_group_name=scaling_group,
                lb_target_group_arn=target.arn,
                opts=self.child,
            )
        return target

    # ---- what it does with a request

    def _shared_listener(self) -> lb.Listener:
        """The address that all paths share; `/` takes what no other path took. Without Kubernetes nobody has a path."""
        by_path = [door for door in self.doors if door.path is not None]
        root = next((door for door in by_path if door.path == "/"), None)
        otherwise = self._forward(root) if root else answer(404, NOTHING)
        listener = self._listener(f"{self.name}-http", 80, self._redirected() or otherwise)
        if self.certificate is not None:
            listener = self._listener(f"{self.name}-https", 443, otherwise, tls=True)
        for number, door in enumerate(by_path):
            # Counts and times are read inside the cluster; outside they only tell how busy we are.
            hidden = on_path(f"{(door.path or '').rstrip('/')}/metrics")
            self._rule(
                f"{door.app}-metrics", listener, HIDDEN_FROM + number, hidden, answer(404, "Not found")
            )
            if door is not root:
                number += PATHS_FROM
                taken = on_path(*door.patterns)
                self._rule(door.app, listener, number, taken, self._forward(door), **rewriting(door.rewrite))
        return listener

    def _own_name(self, number: int, door: Door, listener: lb.Listener) -> None:
        """A name below the domain. Guarded, it stays closed until the rule that signs people in stands before this one."""
        host = door.host(self.stack.domain or "")
        where = [{"host_header": {"values": [host]}}]
        self._rule(door.app, listener, NAMES_FROM + number, where, self._unguarded(door))
        self._guard(door, listener, priority=LOGINS_FROM + number, host=host)

    def _own_listener(self, door: Door) -> None:
        """The same by a port, where there is no domain."""
        tls = self.certificate is not None
        listener = self._listener(door.app, door.own_port or 0, self._unguarded(door), tls=tls)
        self._guard(door, listener, priority=LOGINS_FROM, host=None)

    def _unguarded(self, door: Door) -> Actions:
        return answer(503, CLOSED) if door.people and self.stack.login else self._forward(door)

    def _guard(self, door: Door, listener: lb.Listener, *, priority: int, host: str | None) -> None:
        if door.people and self.stack.login:
            signing_in(
                door.app,
                self.stack,
                listener=listener.arn,
                target=self.targets[door.app].arn,
                priority=priority,
                host=host,
                opts=self.child,
            )

    def _forward(self, door: Door) -> Actions:
        return [{"type": "forward", "target_group_arn": self.targets[door.app].arn}]

    def _redirected(self) -> Actions:
        if self.certificate is None:
            return []
        where = {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}
        return [{"type": "redirect", "redirect": where}]

    def _listener(self, name: str, port: int, actions: Actions, *, tls: bool = False) -> lb.Listener:
        secured: Any = {"ssl_policy": TLS_POLICY, "certificate_arn": self.certificate}
        return lb.Listener(
            name,
            load_balancer_arn=self.balancer.arn,
            port=port,
            protocol="HTTPS" if tls else "HTTP",
            **(secured if tls else {}),
            default_actions=actions,
            tags=self.stack.tags.rented(),
            opts=self.child,
        )

    def _rule(
        self, name: str, listener: lb.Listener, priority: int, where: Actions, actions: Actions, **more: Any
    ) -> None:
        lb.ListenerRule(
            name,
            listener_arn=listener.arn,
            priority=priority,
            conditions=where,
            actions=actions,
            **more,
            tags=self.stack.tags.rented(),
            opts=self.child,
        )


def on_path(*patterns: str) -> Actions:
    return [{"path_pattern": {"values": list(patterns)}}]


def rewriting(change: tuple[str, str] | None) -> dict[str, Any]:
    if change is None:
        return {}
    regex, replace = change
    config = {"rewrite": {"regex": regex, "replace": replace}}
    return {"transforms": [{"type": "url-rewrite", "url_rewrite_config": config}]}


def answer(status: int, text: str) -> Actions:
    """The load balancer's own answer; no app hears of the request."""
    said = {"content_type": "text/plain", "message_body": text, "status_code": str(status)}
    return [{"type": "fixed-response", "fixed_response": said}]
