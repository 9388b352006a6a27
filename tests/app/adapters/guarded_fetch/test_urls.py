"""Which addresses are read, and as what."""

import pytest

from app.adapters.guarded_fetch.urls import read_target
from app.kernel.errors import UrlRefused


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://example.com", "https://example.com/"),
        ("  HTTPS://EXAMPLE.com.:443/Jobs?q=a%20b#top ", "https://example.com/Jobs?q=a%20b"),
        ("http://example.com:80/", "http://example.com/"),
        ("https://bücher.example/ü?q=ä", "https://xn--bcher-kva.example/%C3%BC?q=%C3%A4"),
        ("https://example。com/", "https://example.com/"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
        ("https://[2606:4700:4700::1111]/x", "https://[2606:4700:4700::1111]/x"),
        ("https://localhost.example.com/", "https://localhost.example.com/"),
        ("https://internal.example.com/svc/local", "https://internal.example.com/svc/local"),
        ("https://example.com/?next=http://127.0.0.1/@a", "https://example.com/?next=http://127.0.0.1/@a"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("http://example.com#@127.0.0.1/", "http://example.com/"),
    ],
)
def test_what_is_public_is_read_in_one_form(given: str, read: str) -> None:
    assert read_target(given).url == read


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("example.com", "only http"),
        ("gopher://example.com/", "only http"),
        ("javascript:alert(1)", "only http"),
        ("https:///path", "no host"),
        ("https://user:pw@example.com/", "user name"),
        ("https://example.com:8080/", "port 8080"),
        ("https://example.com:99999999/", "port cannot be read"),
        ("https://exa\u200bmple.com/", "a blank, a control"),
        ("https://example.com\\@127.0.0.1/", "backslash"),
        ("https://example.com/\r\nHost: a", "a blank, a control"),
        ("https://intranet/", "without a dot"),
        ("https://printer.local/", "private network"),
        ("https://a.default.svc.cluster.example/", "private network"),
        ("https://kubernetes.default/", "private network"),
        ("https://me.resolver.arpa/", "private network"),
        ("https://-/", "without a dot"),
        ("https://a..b/", "no valid name"),
        ("https://" + "a" * 64 + ".example/", "no valid name"),
        ("https://xn--a.example/", "no valid name"),
        ("http://0177.0.0.1/", "four decimal"),
        ("http://2130706433/", "four decimal"),
        ("http://0x7f000001/", "four decimal"),
        ("http://93.184.55054/", "four decimal"),
        ("http://۱۲۷.۰.۰.۱/", "four decimal"),
        ("http://1.2.3.4.5/", "four decimal"),
        ("http://[fe80::1%25eth0]/", "percent"),
        ("http://[v1.x]/", "no IPv6 address"),
        ("http://[::1", "cannot be read"),
        ("https://example.com/" + "a" * 5_000, "longer than"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_with_the_reason(given: str, reason: str) -> None:
    with pytest.raises(UrlRefused, match=reason):
        read_target(given)


def test_a_refusal_does_not_repeat_a_password() -> None:
    with pytest.raises(UrlRefused) as refused:
        read_target("ftp://me:s3cret@example.com/")
    assert "s3cret" not in refused.value.detail
