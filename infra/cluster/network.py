"""The network: a VPC over two or three zones, its way out, private addresses of AWS's services, and its flow logs."""

import ipaddress
from itertools import islice

import pulumi
from pulumi_aws import ec2, vpc

from infra.cluster.flow_logs import flow_logs
from infra.stack import Stack

# A /16 VPC gives /20 subnets of 4,091 addresses: the CNI takes one per pod. The lower half is private, the upper public.
SUBNET_BITS = 4


class Network(pulumi.ComponentResource):
    """A public and a private subnet in each zone. `ready` is what anything that needs the internet must wait for, and outlive."""

    def __init__(self, name: str, stack: Stack, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:cluster:Network", name, None, opts)
        prefix = stack.prefix
        self.stack, self.prefix, self.child = stack, prefix, pulumi.ResourceOptions(parent=self)
        net = ec2.Vpc(
            name,
            cidr_block=stack.vpc_cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=stack.tags.rented(prefix),
            opts=self.child,
        )
        # AWS makes one that lets its members speak with each other and everybody; whatever forgets to name a group gets it.
        ec2.DefaultSecurityGroup(
            name,
            vpc_id=net.id,
            ingress=[],
            egress=[],
            tags=stack.tags.rented(f"{prefix}-default-closed"),
            opts=self.child,
        )
        gateway = ec2.InternetGateway(name, vpc_id=net.id, tags=stack.tags.rented(prefix), opts=self.child)
        private, public = subnet_ranges(stack.vpc_cidr, zones=len(stack.zones))
        self.public = self._subnets("public", net, public)
        self.private = self._subnets("private", net, private)
        outward = self._table("public", net)
        way_out = ec2.Route(
            f"{name}-public",
            route_table_id=outward.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=self.child,
        )
        # One table for each zone, so that a second way out is a change of routes and of nothing else.
        inward = [self._table(f"private-{zone}", net) for zone in stack.zones]
        self.vpc_id: pulumi.Output[str] = net.id
        self.private_cidrs = private
        self.public_ids = [subnet.id for subnet in self.public]
        self.private_ids = [subnet.id for subnet in self.private]
        self.gateway = gateway
        endpoints = self._gateway_endpoints(net, [outward, *inward])
        # Where S3 answers in this region. AWS adds ranges now and then; `pulumi up --refresh` takes them up.
        self.s3_ranges: pulumi.Output[list[str]] = endpoints[0].cidr_blocks
        self.ready: list[pulumi.Resource] = [
            way_out,
            *self._ways_through(name, inward, gateway),
            *self._joined("public", self.public, [outward] * len(stack.zones)),
            *self._joined("private", self.private, inward),
            *endpoints,
            *self._interface_endpoints(net),
        ]
        if stack.flow_logs:
            flow_logs(name, stack, net, opts=self.child)
        self.register_outputs({"vpcId": self.vpc_id})

    def _subnets(self, side: str, net: ec2.Vpc, ranges: list[str]) -> list[ec2.Subnet]:
        role = "kubernetes.io/role/elb" if side == "public" else "kubernetes.io/role/internal-elb"
        return [
            ec2.Subnet(
                f"{side}-{zone[-1]}",
                vpc_id=net.id,
                availability_zone=zone,
                cidr_block=cidr,
                # Nothing gets a public address by accident; NAT and load balancer bring their own.
                map_public_ip_on_launch=False,
                tags=self.stack.tags.rented(f"{self.prefix}-{side}-{zone[-1]}") | {role: "1"},
                opts=self.child,
            )
            for zone, cidr in zip(self.stack.zone_names, ranges, strict=True)
        ]

    def _table(self, name: str, net: ec2.Vpc) -> ec2.RouteTable:
        tags = self.stack.tags.rented(f"{self.prefix}-{name}")
        return ec2.RouteTable(name, vpc_id=net.id, tags=tags, opts=self.child)

    def _joined(
        self, side: str, subnets: list[ec2.Subnet], tables: list[ec2.RouteTable]
    ) -> list[pulumi.Resource]:
        return [
            ec2.RouteTableAssociation(
                f"{side}-{zone}", subnet_id=subnet.id, route_table_id=table.id, opts=self.child
            )
            for zone, subnet, table in zip(self.stack.zones, subnets, tables, strict=True)
        ]

    def _ways_through(
        self, name: str, tables: list[ec2.RouteTable], gateway: ec2.InternetGateway
    ) -> list[pulumi.Resource]:
        """`single`: one NAT gateway, in the first zone. `per_az`: one in each, for as much again."""
        places = {"none": 0, "single": 1, "per_az": len(tables)}[self.stack.nat]
        nats = [self._nat(place, gateway) for place in range(places)]
        return [
            ec2.Route(
                f"{name}-private-{zone}",
                route_table_id=table.id,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=nats[min(place, len(nats) - 1)].id,
                opts=self.child,
            )
            for place, (zone, table) in enumerate(zip(self.stack.zones, tables, strict=True))
            if nats
        ]

    def _nat(self, place: int, gateway: ec2.InternetGateway) -> ec2.NatGateway:
        # AWS refuses to detach an internet gateway while mapped public addresses exist, so both outlive nothing but it.
        after_gateway = pulumi.ResourceOptions(parent=self, depends_on=[gateway])
        name = f"nat-{self.stack.zones[place]}"
        tags = self.stack.tags.rented(f"{self.prefix}-{name}")
        address = ec2.Eip(name, domain="vpc", tags=tags, opts=after_gateway)
        return ec2.NatGateway(
            name, subnet_id=self.public[place].id, allocation_id=address.id, tags=tags, opts=after_gateway
        )

    def _gateway_endpoints(self, net: ec2.Vpc, tables: list[ec2.RouteTable]) -> list[ec2.VpcEndpoint]:
        """S3 first. Free, and they keep the traffic of the data bucket off the NAT gateway, which bills by the gigabyte."""
        return [
            ec2.VpcEndpoint(
                service,
                vpc_id=net.id,
                service_name=f"com.amazonaws.{self.stack.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[table.id for table in tables],
                tags=self.stack.tags.rented(f"{self.prefix}-{service}"),
                opts=self.child,
            )
            for service in ("s3", "dynamodb")
        ]

    def _interface_endpoints(self, net: ec2.Vpc) -> list[pulumi.Resource]:
        """The service's own name resolves to an address in each private subnet, for dollars a month each."""
        if not self.stack.interface_endpoints:
            return []
        tags = self.stack.tags.rented(f"{self.prefix}-endpoints")
        group = ec2.SecurityGroup(
            "endpoints",
            description="Interface endpoints: TLS from inside the network",
            vpc_id=net.id,
            tags=tags,
            opts=self.child,
        )
        allowed = vpc.SecurityGroupIngressRule(
            "endpoints",
            description="TLS from inside the network",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            cidr_ipv4=self.stack.vpc_cidr,
            tags=tags,
            opts=self.child,
        )
        made: list[pulumi.Resource] = [
            ec2.VpcEndpoint(
                service,
                vpc_id=net.id,
                service_name=f"com.amazonaws.{self.stack.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=[subnet.id for subnet in self.private],
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags=self.stack.tags.rented(f"{self.prefix}-{service}"),
                opts=self.child,
            )
            for service in self.stack.interface_endpoints
        ]
        return [allowed, *made]


def subnet_ranges(vpc_cidr: str, *, zones: int) -> tuple[list[str], list[str]]:
    """A private and a public range for each zone; the rest of each half is left for tiers to come. A zone that is added
    later changes none of the others."""
    parts = ipaddress.ip_network(vpc_cidr).subnets(prefixlen_diff=SUBNET_BITS)
    ranges = [str(part) for part in parts]
    return list(islice(ranges, 0, zones)), list(islice(ranges, 8, 8 + zones))
