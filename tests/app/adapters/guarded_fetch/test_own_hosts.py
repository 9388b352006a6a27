"""A forge of one's own in a private network: asked by its exact name over TLS, and nothing else comes that way."""

import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from app.adapters.guarded_fetch.addresses import is_own
from app.kernel.errors import UrlRefused, UrlUnreachable
from tests.app.adapters.guarded_fetch.test_secrets import KEY, certificate
from tests.sites.internet import PUBLIC, Names, pages_on
from tests.sites.site import Site, serving

pytestmark = pytest.mark.anyio

FORGE = "gitlab.corp"
PRIVATE = "10.1.2.3"


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[tuple[Site, ssl.SSLContext]]:
    file = certificate(tmp_path, FORGE, "api.example.com", "gitlab")
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(file)
    async with serving(theirs) as site:
        yield site, ssl.create_default_context(cafile=str(file))


def names(*answers: str, of: str = FORGE) -> Names:
    return Names({of: [[*answers]]})


@pytest.mark.parametrize("host", [FORGE, "gitlab"])
@pytest.mark.parametrize("address", [PRIVATE, "172.20.0.9", "192.168.1.1", "fd12:3456::9", PUBLIC])
async def test_it_is_asked_with_its_key(secure: tuple[Site, ssl.SSLContext], host: str, address: str) -> None:
    site, tls = secure
    site.put("/api", "log")
    pages, _, wires = pages_on(site, tls=tls, own_hosts=[host], names=names(address, of=host))
    page = await pages.fetch(f"https://{host}/api", secrets=KEY, robots=False)
    assert page.body == b"log"
    assert wires.dialled == [(str(ip_address(address)), 443)]
    assert site.asked[-1].headers["authorization"] == KEY["Authorization"]


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "100.64.0.1", "168.63.129.16",
        "192.0.0.192", "127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00:ec2::254",
        "fd00:ec2::23", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::",
    ],
)  # fmt: skip
async def test_an_address_of_metadata_or_of_the_machine_itself_stays_refused(
    secure: tuple[Site, ssl.SSLContext], address: str
) -> None:
    site, tls = secure
    for answers in ((address,), (PRIVATE, address), (address, PUBLIC)):
        pages, _, wires = pages_on(site, tls=tls, own_hosts=[FORGE], names=names(*answers))
        with pytest.raises(UrlRefused):
            await pages.fetch(f"https://{FORGE}/", secrets=KEY, robots=False)
        assert not wires.dialled


async def test_a_name_that_is_pointed_elsewhere_between_two_questions_is_judged_anew(
    secure: tuple[Site, ssl.SSLContext],
) -> None:
    site, tls = secure
    site.put("/", "x")
    turned = Names({FORGE: [[PRIVATE], ["169.254.169.254"]]})
    first, *_ = pages_on(site, tls=tls, own_hosts=[FORGE], names=turned)
    await first.fetch(f"https://{FORGE}/", robots=False)
    second, _, wires = pages_on(site, tls=tls, own_hosts=[FORGE], names=turned)
    with pytest.raises(UrlRefused):
        await second.fetch(f"https://{FORGE}/", robots=False)
    assert not wires.dialled


@pytest.mark.parametrize(
    "url",
    [
        f"http://{FORGE}/", f"http://{FORGE}:443/", f"https://{FORGE}:80/", f"https://{FORGE}:8443/",
        f"https://www.{FORGE}/", f"https://{FORGE}.evil.example/", "https://other.corp/", f"https://{PRIVATE}/",
        f"https://me@{FORGE}/", f"https://evil.example#@{FORGE}/", "https://gitlab.corp%2f.evil.example/", "https://localhost/",
    ],
)  # fmt: skip
async def test_nothing_but_this_name_over_tls_leads_inside(
    secure: tuple[Site, ssl.SSLContext], url: str
) -> None:
    site, tls = secure
    inside = Names(
        {host: [[PRIVATE]] for host in (FORGE, f"www.{FORGE}", f"{FORGE}.evil.example", "evil.example")}
    )
    pages, _, wires = pages_on(site, tls=tls, own_hosts=[FORGE], names=inside)
    with pytest.raises((UrlRefused, UrlUnreachable)):
        await pages.fetch(url, robots=False)
    assert not wires.dialled


async def test_no_redirect_from_elsewhere_leads_inside(secure: tuple[Site, ssl.SSLContext]) -> None:
    site, tls = secure
    pages, _, wires = pages_on(site, tls=tls, own_hosts=[FORGE], names=names(PRIVATE))
    with pytest.raises(UrlRefused):
        await pages.fetch(f"https://api.example.com/redir?to=https://{FORGE}/", robots=False)
    assert wires.dialled == [(PUBLIC, 443)]


async def test_its_own_redirects_are_followed_and_those_to_others_inside_are_not(
    secure: tuple[Site, ssl.SSLContext],
) -> None:
    site, tls = secure
    site.put("/log", "log")
    pages, *_ = pages_on(site, tls=tls, own_hosts=[FORGE, "gitlab"], names=names(PRIVATE))
    assert (await pages.fetch(f"https://{FORGE}/redir?to=/log", secrets=KEY, robots=False)).body == b"log"
    assert "authorization" in site.asked[-1].headers
    for elsewhere in ("https://gitlab/log", f"http://{FORGE}/log", "http://169.254.169.254/"):
        with pytest.raises(UrlRefused):
            await pages.fetch(f"https://{FORGE}/redir?to={elsewhere}", robots=False)


async def test_without_the_setting_it_is_refused_as_ever(secure: tuple[Site, ssl.SSLContext]) -> None:
    site, tls = secure
    pages, _, wires = pages_on(site, tls=tls, names=Names({"forge.example.com": [[PRIVATE]]}))
    for host in (FORGE, "forge.example.com"):
        with pytest.raises(UrlRefused):
            await pages.fetch(f"https://{host}/", robots=False)
    assert not wires.dialled


@pytest.mark.parametrize("address", ["10.0.0.1", "172.16.0.1", "192.168.0.1", "fd00::1", "fdff::1"])
def test_addresses_of_organisations(address: str) -> None:
    assert is_own(ip_address(address))


@pytest.mark.parametrize(
    "address", ["172.32.0.1", "169.254.0.1", "127.0.0.1", "100.64.0.1", "fd00:ec2::1", "fe80::1", "::1"]
)
def test_addresses_of_others(address: str) -> None:
    assert not is_own(ip_address(address))
