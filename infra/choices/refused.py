"""How a choice that cannot work is refused, the key it is set by, and the one kind of value that several subjects check."""

import ipaddress


class ConfigRefused(ValueError):
    """Configuration that cannot work; the message names every value involved and what to change."""


def cidr(value: str, *, key: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(value)
    except ValueError as error:
        raise ConfigRefused(
            f"{key} contains {value!r}, which is not an address range: {error}. Write it like 203.0.113.7/32."
        ) from error


def key_of(field: str) -> str:
    """The configuration key of a field of Stack: `vpc_cidr` is vpcCidr."""
    first, *others = field.split("_")
    return first + "".join(word.capitalize() for word in others)
