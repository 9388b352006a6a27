"""Which IP addresses belong to the public internet, whatever form they are wrapped in."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

# Listed here and not left to `is_global`: its answer differs between Python releases, and it lets multicast through.
# Source: IANA special-purpose registries for IPv4 and IPv6, read 2026-11.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared space: pods of some clusters, and Alibaba's metadata at 100.100.100.200
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host, in public space
        "169.254.0.0/16",  # metadata at .169.254, pod identity at .170.23, task credentials at .170.2
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata at 192.0.0.192
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",  # the limited broadcast too
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
)  # outside 2000::/3, among others: fc00::/7 with fd00:ec2::254 and fd00:ec2::23, fe80::/10, fec0::/10, ff00::/8

# Prefixes after which an IPv4 address stands in the last 32 bits.
_CARRY_V4 = (
    IPv6Network("::/96"),  # compatible
    IPv6Network("::ffff:0:0/96"),  # mapped
    IPv6Network("::ffff:0:0:0/96"),  # translated (SIIT)
    IPv6Network("64:ff9b::/96"),  # NAT64
)
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_ISATAP = (
    0x00005EFE,
    0x02005EFE,
)  # the interface part of an address ends with one of these and an IPv4 address


def is_public(address: Address) -> bool:
    """Whether the address and every address inside it can be reached by anybody, and belongs to no cloud's own services."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    inside = _inside(address)
    if inside:
        return all(is_public(found) for found in inside)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


# Where organisations have their own servers. Not among them: loopback, link-local with the clouds' metadata, shared space.
_OWN_4 = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_OWN_6 = IPv6Network("fc00::/7")
_METADATA_6 = IPv6Network("fd00:ec2::/32")  # of AWS, in the space of organisations


def is_own(address: Address) -> bool:
    """Whether the address is one of a private network in which somebody's own servers stand (RFC 1918, RFC 4193)."""
    if isinstance(address, IPv4Address):
        return any(address in network for network in _OWN_4)
    return address in _OWN_6 and address not in _METADATA_6


def _inside(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that a packet to this one may end at."""
    bits = int(address)
    low = IPv4Address(bits & 0xFFFFFFFF)
    if any(address in network for network in _CARRY_V4):
        return [low]
    if address in _SIX_TO_FOUR:
        return [IPv4Address(bits >> 80 & 0xFFFFFFFF)]
    if address in _TEREDO:  # its server, and its client with every bit turned over
        return [IPv4Address(bits >> 64 & 0xFFFFFFFF), IPv4Address(~bits & 0xFFFFFFFF)]
    if bits >> 32 & 0xFFFFFFFF in _ISATAP and address in _PUBLIC_6:
        return [low]
    return []
