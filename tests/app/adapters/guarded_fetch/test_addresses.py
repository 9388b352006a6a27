"""Which addresses are public."""

from ipaddress import ip_address

import pytest

from app.adapters.guarded_fetch.addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "93.184.215.14", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "2606:4700:4700::1111",
        "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:0101:0101::1", "2a00:1450:4001:80b::200e",
    ],
)  # fmt: skip
def test_what_anybody_can_reach_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.53", "168.63.129.16", "169.254.169.254",
        "169.254.170.2", "169.254.170.23", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.168.1.1", "198.18.0.1",
        "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fd00:ec2::254", "fd00:ec2::23", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
        "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1.1.1.1",
        "2002:7f00:1::1", "2002:a9fe:a9fe::", "2001:0:a9fe:a9fe::1", "2001:0:101:101:0:0:80ff:fffe",
        "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:127.0.0.1", "3fff::1",
    ],
)  # fmt: skip
def test_what_belongs_to_a_network_of_somebody_is_not_however_it_is_wrapped(address: str) -> None:
    assert not is_public(ip_address(address))
