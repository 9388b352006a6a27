"""The fetcher before a small web: what it takes, what it refuses, and how it behaves as a guest."""

import gzip
import zlib

import pytest

from app.adapters.guarded_fetch import Limits
from app.kernel.errors import UrlRefused, UrlUnreachable
from tests.sites.internet import PUBLIC, Names, pages_on
from tests.sites.site import Site

pytestmark = pytest.mark.anyio


async def test_a_page_comes_with_its_address_its_type_and_our_name_in_the_request(site: Site) -> None:
    site.put("/jobs", "<h1>Jobs</h1>", kind="text/html; charset=utf-8")
    pages, _, wires = pages_on(site, version="1.2", contact="https://example.org/us")
    page = await pages.fetch("http://careers.example.com/jobs")
    assert (page.status, page.content_type, page.body) == (200, "text/html; charset=utf-8", b"<h1>Jobs</h1>")
    assert page.final_url == "http://careers.example.com/jobs"
    asked = site.asked[-1].headers
    assert asked["host"] == "careers.example.com"
    assert asked["user-agent"] == "genai-ops/1.2 (+https://example.org/us)"
    assert {address for address, _ in wires.dialled} == {PUBLIC}


async def test_an_error_page_is_a_page_too(site: Site) -> None:
    site.put("/jobs", b"\x89PNG", kind="image/png", status=403)
    pages, *_ = pages_on(site)
    assert (await pages.fetch("http://example.com/jobs")).status == 403


async def test_a_name_with_one_private_address_among_public_ones_is_not_connected_to(site: Site) -> None:
    pages, _, wires = pages_on(site, names=Names({"twofaced.example.com": [[PUBLIC, "10.0.0.7"]]}))
    with pytest.raises(UrlRefused, match=r"10\.0\.0\.7 is not a public address"):
        await pages.fetch("http://twofaced.example.com/")
    assert not wires.dialled


async def test_a_name_is_judged_and_connected_to_in_one_look_up(site: Site) -> None:
    names = Names({"rebind.example.com": [[PUBLIC], ["127.0.0.1"]]})
    pages, _, wires = pages_on(site, names=names)
    site.put("/", "hello", Connection="close")
    # The first connection is for robots.txt and stays open: the page comes over the address that was judged.
    await pages.fetch("http://rebind.example.com/")
    assert wires.dialled == [(PUBLIC, 80)] and names.asked == ["rebind.example.com"]
    await pages.aclose()


async def test_a_second_visit_after_the_name_was_pointed_home_is_refused(site: Site) -> None:
    names = Names({"rebind.example.com": [[PUBLIC], ["127.0.0.1"]]})
    pages, _, wires = pages_on(site, names=names)
    await pages.fetch("http://rebind.example.com/")
    await pages._pool.aclose()
    with pytest.raises(UrlRefused, match=r"127\.0\.0\.1"):
        await pages.fetch("http://rebind.example.com/")
    assert wires.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_each_is_judged_anew(site: Site, code: int) -> None:
    site.put("/end", "there")
    pages, *_ = pages_on(site)
    page = await pages.fetch(f"http://a.example.com/redir?code={code}&to=//b.example.com/end")
    assert (page.url, page.final_url) == (
        f"http://a.example.com/redir?code={code}&to=//b.example.com/end",
        "http://b.example.com/end",
    )
    for inside in (
        "http://169.254.169.254/latest/",
        "file:///etc/passwd",
        "http://[::1]/",
        "http://db:5432/",
    ):
        with pytest.raises(UrlRefused):
            await pages.fetch(f"http://a.example.com/redir?code={code}&to={inside}")


async def test_a_sixth_redirect_is_not_followed(site: Site) -> None:
    pages, *_ = pages_on(site)
    with pytest.raises(UrlRefused, match="more than 5 times"):
        await pages.fetch("http://example.com/redir-loop")
    assert site.paths().count("/redir-loop") == 6


@pytest.mark.parametrize("path", ["/10GB", "/bomb"])
async def test_what_is_too_large_on_the_wire_or_unpacked_is_dropped_early(site: Site, path: str) -> None:
    pages, *_ = pages_on(site, limits=Limits(pause_s=0, max_bytes=1_000_000))
    with pytest.raises(UrlRefused, match="larger than 1 MB"):
        await pages.fetch(f"http://example.com{path}")


async def test_an_announced_length_is_enough_to_refuse(site: Site) -> None:
    site.put("/big", b"x" * 2_000)
    pages, *_ = pages_on(site, limits=Limits(pause_s=0, max_bytes=1_000))
    with pytest.raises(UrlRefused):
        await pages.fetch("http://example.com/big")


async def test_an_answer_that_drips_ends_with_the_time_for_all_of_it(site: Site) -> None:
    pages, *_ = pages_on(site, limits=Limits(pause_s=0, whole_s=0.3))
    with pytest.raises(UrlUnreachable, match=r"longer than 0\.3 s"):
        await pages.fetch("http://example.com/drip")


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello", wbits=-15)),
    ],
)
async def test_packed_answers_are_unpacked(site: Site, encoding: str, packed: bytes) -> None:
    site.put("/", packed, content_encoding=encoding)
    pages, *_ = pages_on(site)
    assert (await pages.fetch("http://example.com/")).body == b"hello"


@pytest.mark.parametrize(
    ("encoding", "packed"), [("br", b"\x0b\x02"), ("gzip, gzip", b""), ("gzip", b"no gzip")]
)
async def test_packing_that_was_not_asked_for_or_is_broken_is_an_error_of_the_site(
    site: Site, encoding: str, packed: bytes
) -> None:
    site.put("/", packed, content_encoding=encoding)
    pages, *_ = pages_on(site)
    with pytest.raises(UrlUnreachable, match="pack"):
        await pages.fetch("http://example.com/")


async def test_packing_that_two_lines_of_the_head_tell_is_that_of_both(site: Site) -> None:
    site.put("/", b"", content_encoding="gzip", Content_Encoding="gzip")
    pages, *_ = pages_on(site)
    with pytest.raises(UrlUnreachable, match="pack"):
        await pages.fetch("http://example.com/")


@pytest.mark.parametrize(
    ("kind", "taken"), [("application/pdf", False), ("application/feed+json", True), ("", True)]
)
async def test_only_what_can_be_a_page_is_read(site: Site, kind: str, taken: bool) -> None:
    site.put("/", "x", kind=kind)
    pages, *_ = pages_on(site)
    if taken:
        assert (await pages.fetch("http://example.com/")).status == 200
    else:
        with pytest.raises(UrlRefused, match="no page to read"):
            await pages.fetch("http://example.com/")
        assert (await pages.fetch("http://example.com/", accept=(kind,))).body == b"x"


async def test_robots_txt_is_asked_once_and_obeyed(site: Site) -> None:
    site.put("/robots.txt", "User-agent: genai-ops\nDisallow: /private\n", kind="text/plain")
    site.put("/jobs", "x")
    pages, *_ = pages_on(site)
    for _ in range(2):
        await pages.fetch("http://example.com/jobs")
    with pytest.raises(UrlRefused, match=r"robots\.txt"):
        await pages.fetch("http://example.com/private/jobs")
    assert site.paths() == ["/robots.txt", "/jobs", "/jobs"]


async def test_a_mark_of_the_encoding_before_robots_txt_hides_none_of_its_lines(site: Site) -> None:
    site.put("/robots.txt", b"\xef\xbb\xbfUser-agent: *\nDisallow: /private\n", kind="text/plain")
    pages, *_ = pages_on(site)
    with pytest.raises(UrlRefused, match=r"robots\.txt"):
        await pages.fetch("http://example.com/private/jobs")


@pytest.mark.parametrize("packed", [False, True])
async def test_of_a_long_robots_txt_the_whole_lines_at_its_beginning_count(site: Site, packed: bool) -> None:
    head = b"User-agent: *\nDisallow: /private\n#"
    text = head + b"x" * (512_000 - len(head) - 13) + b"\nDisallow: /jobs/closed\n" + b"#\n" * 400_000
    sent = {"content_encoding": "gzip"} if packed else {}
    site.put("/robots.txt", gzip.compress(text) if packed else text, kind="text/plain", **sent)
    site.put("/jobs", "x")
    pages, *_ = pages_on(site)
    assert (await pages.fetch("http://example.com/jobs")).body == b"x"
    with pytest.raises(UrlRefused, match=r"robots\.txt"):
        await pages.fetch("http://example.com/private/jobs")


async def test_a_site_that_cannot_say_what_is_allowed_is_left_alone(site: Site) -> None:
    site.put("/robots.txt", "", status=503)
    pages, *_ = pages_on(site)
    with pytest.raises(UrlUnreachable, match="status 503"):
        await pages.fetch("http://example.com/jobs")


async def test_robots_txt_of_a_private_place_is_not_asked_either(site: Site) -> None:
    pages, _, wires = pages_on(site, names=Names({"inside.example.com": [["10.0.0.1"]]}))
    with pytest.raises(UrlRefused):
        await pages.fetch("http://inside.example.com/robots.txt")
    assert not wires.dialled


async def test_visits_at_one_host_wait_for_their_turn(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 4\n", kind="text/plain")
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    pages, *_ = pages_on(
        site, limits=Limits(pause_s=1.0, longest_wait_s=10.0), clock=lambda: 100.0, sleep=sleep
    )
    for host in ("a", "a", "b", "a"):
        await pages.fetch(f"http://{host}.example.com/")
    assert waits == [4.0, 8.0]
    with pytest.raises(UrlUnreachable, match="12 s") as far:
        await pages.fetch("http://a.example.com/")
    assert far.value.retry_after_s == 12.0


async def test_a_name_that_is_not_there_or_does_not_answer_is_unreachable(site: Site) -> None:
    pages, *_ = pages_on(site)
    with pytest.raises(UrlUnreachable, match="cannot be found"):
        await pages.fetch("http://www.nowhere.example/")
    site.port = 1
    with pytest.raises(UrlUnreachable, match="does not answer"):
        await pages.fetch("http://example.com/")


async def test_proxies_of_the_environment_are_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://10.0.0.1:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    pages, _, wires = pages_on(site)
    await pages.fetch("http://example.com/")
    assert set(wires.dialled) == {(PUBLIC, 80)}
