"""Keys for an API: over TLS with the name that was asked for, and never to another origin."""

import datetime
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.kernel.errors import UrlRefused, UrlUnreachable
from tests.sites.internet import PUBLIC, pages_on
from tests.sites.site import Site, serving

pytestmark = pytest.mark.anyio

KEY = {"Authorization": "Bearer s3cret"}


def certificate(folder: Path, *names: str) -> Path:
    """A self-signed certificate for these names, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "site.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[tuple[Site, ssl.SSLContext]]:
    file = certificate(tmp_path, "api.example.com", "store.example.com")
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(file)
    ours = ssl.create_default_context(cafile=str(file))
    async with serving(theirs) as site:
        yield site, ours


async def test_the_certificate_is_checked_for_the_name_though_the_address_is_dialled(
    secure: tuple[Site, ssl.SSLContext],
) -> None:
    site, tls = secure
    site.put("/", "x")
    pages, _, wires = pages_on(site, tls=tls)
    assert (await pages.fetch("https://api.example.com/")).body == b"x"
    assert set(wires.dialled) == {(PUBLIC, 443)}
    with pytest.raises(UrlUnreachable):
        await pages.fetch("https://other.example.com/")


async def test_a_key_goes_to_its_origin_and_stays_behind_on_a_redirect(
    secure: tuple[Site, ssl.SSLContext],
) -> None:
    site, tls = secure
    site.put("/back", "log")
    pages, *_ = pages_on(site, tls=tls)
    way = "https://api.example.com/redir?to=/redir?to=https://store.example.com/redir?to=https://api.example.com/back"
    await pages.fetch(way, secrets=KEY, robots=False)
    keyed = [(asked.headers["host"], "authorization" in asked.headers) for asked in site.asked]
    assert keyed == [
        ("api.example.com", True),
        ("api.example.com", True),
        ("store.example.com", False),
        ("api.example.com", False),
    ]


async def test_a_key_does_not_go_from_https_to_http(secure: tuple[Site, ssl.SSLContext]) -> None:
    site, tls = secure
    pages, *_ = pages_on(site, tls=tls)
    await pages.fetch("https://api.example.com/redir?to=http://api.example.com/", secrets=KEY, robots=False)
    assert "authorization" not in site.asked[-1].headers


async def test_a_key_is_not_sent_in_the_clear_and_replaces_none_of_our_headers(site: Site) -> None:
    pages, *_ = pages_on(site)
    for url, secrets in (
        ("http://api.example.com/", KEY),
        ("https://api.example.com/", {"Host": "db.internal"}),
    ):
        with pytest.raises(UrlRefused):
            await pages.fetch(url, secrets=secrets)
    assert not site.asked
