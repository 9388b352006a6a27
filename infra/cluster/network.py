"""The network: a VPC over two zones, one way out through a single NAT gateway, free gateway endpoints for S3 and DynamoDB."""

import ipaddress
from itertools import islice

import pulumi
from pulumi_aws import ec2

from infra.stack import Stack

# A /16 VPC gives /20 subnets of 4,091 addresses: the CNI takes one per pod. The lower half is private, the upper public.
SUBNET_BITS = 4


class Network(pulumi.ComponentResource):
    """Two public and two private subnets. `ready` is what anything that needs the internet must wait for, and outlive."""

    def __init__(self, name: str, stack: Stack, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:cluster:Network", name, None, opts)
        prefix = stack.prefix
        self.stack, self.prefix, self.child = stack, prefix, pulumi.ResourceOptions(parent=self)
        vpc = ec2.Vpc(
            name,
            cidr_block=stack.vpc_cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=stack.tags.rented(prefix),
            opts=self.child,
        )
        gateway = ec2.InternetGateway(name, vpc_id=vpc.id, tags=stack.tags.rented(prefix), opts=self.child)
        private, public = subnet_ranges(stack.vpc_cidr)
        self.public = self._subnets("public", vpc, public)
        self.private = self._subnets("private", vpc, private)
        outward, outward_joined = self._table("public", vpc, self.public)
        way_out = ec2.Route(
            f"{name}-public",
            route_table_id=outward.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=self.child,
        )
        nat = self._nat(gateway)
        inward, inward_joined = self._table("private", vpc, self.private)
        way_through = ec2.Route(
            f"{name}-private",
            route_table_id=inward.id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=nat.id,
            opts=self.child,
        )
        endpoints = self._endpoints(vpc, [outward, inward])
        self.vpc_id: pulumi.Output[str] = vpc.id
        self.private_cidrs = private
        self.public_ids = [subnet.id for subnet in self.public]
        self.private_ids = [subnet.id for subnet in self.private]
        self.gateway = gateway
        self.ready: list[pulumi.Resource] = [
            way_out,
            way_through,
            *outward_joined,
            *inward_joined,
            *endpoints,
        ]
        self.register_outputs({"vpcId": self.vpc_id})

    def _subnets(self, side: str, vpc: ec2.Vpc, ranges: list[str]) -> list[ec2.Subnet]:
        role = "kubernetes.io/role/elb" if side == "public" else "kubernetes.io/role/internal-elb"
        return [
            ec2.Subnet(
                f"{side}-{zone[-1]}",
                vpc_id=vpc.id,
                availability_zone=zone,
                cidr_block=cidr,
                # Nothing gets a public address by accident; NAT and load balancer bring their own.
                map_public_ip_on_launch=False,
                tags=self.stack.tags.rented(f"{self.prefix}-{side}-{zone[-1]}") | {role: "1"},
                opts=self.child,
            )
            for zone, cidr in zip(self.stack.zone_names, ranges, strict=True)
        ]

    def _table(
        self, side: str, vpc: ec2.Vpc, subnets: list[ec2.Subnet]
    ) -> tuple[ec2.RouteTable, list[pulumi.Resource]]:
        """The route table of one side, and what joins its subnets to it."""
        tags = self.stack.tags.rented(f"{self.prefix}-{side}")
        table = ec2.RouteTable(side, vpc_id=vpc.id, tags=tags, opts=self.child)
        joined: list[pulumi.Resource] = [
            ec2.RouteTableAssociation(
                f"{side}-{zone}", subnet_id=subnet.id, route_table_id=table.id, opts=self.child
            )
            for zone, subnet in zip(self.stack.zones, subnets, strict=True)
        ]
        return table, joined

    def _nat(self, gateway: ec2.InternetGateway) -> ec2.NatGateway:
        """One, in the first zone: a second would cost as much again and only helps while a whole zone is down."""
        # AWS refuses to detach an internet gateway while mapped public addresses exist, so both outlive nothing but it.
        after_gateway = pulumi.ResourceOptions(parent=self, depends_on=[gateway])
        tags = self.stack.tags.rented(f"{self.prefix}-nat")
        address = ec2.Eip("nat", domain="vpc", tags=tags, opts=after_gateway)
        return ec2.NatGateway(
            "nat", subnet_id=self.public[0].id, allocation_id=address.id, tags=tags, opts=after_gateway
        )

    def _endpoints(self, vpc: ec2.Vpc, tables: list[ec2.RouteTable]) -> list[pulumi.Resource]:
        """Free, and they keep the traffic of the data bucket off the NAT gateway, which bills by the gigabyte."""
        return [
            ec2.VpcEndpoint(
                service,
                vpc_id=vpc.id,
                service_name=f"com.amazonaws.{self.stack.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[table.id for table in tables],
                tags=self.stack.tags.rented(f"{self.prefix}-{service}"),
                opts=self.child,
            )
            for service in ("s3", "dynamodb")
        ]


def subnet_ranges(vpc_cidr: str) -> tuple[list[str], list[str]]:
    """Two private and two public ranges; each half leaves six of the same size for zones and tiers to come."""
    vpc = ipaddress.ip_network(vpc_cidr)
    ranges = [str(part) for part in vpc.subnets(prefixlen_diff=SUBNET_BITS)]
    return list(islice(ranges, 0, 2)), list(islice(ranges, 8, 10))
