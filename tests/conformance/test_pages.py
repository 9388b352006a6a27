"""What every fetcher of public pages must do, whichever it is."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from app.kernel.errors import UrlRefused, UrlUnreachable
from app.kernel.ports.pages import Pages
from tests.sites.internet import Names, pages_on
from tests.sites.site import Site, serving

pytestmark = pytest.mark.anyio


@dataclass
class Web:
    """A fetcher and the site that all its public names lead to."""

    pages: Pages
    site: Site


def _guarded(site: Site) -> Pages:
    return pages_on(site, names=Names({"home.example.com": [["127.0.0.1"]]}))[0]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=[_guarded], ids=["guarded_fetch"])
async def web(request: pytest.FixtureRequest) -> AsyncIterator[Web]:
    make: Callable[[Site], Pages] = request.param
    async with serving() as site:
        yield Web(make(site), site)


async def test_a_public_page_comes_whole_with_where_it_was_found(web: Web) -> None:
    web.site.put("/jobs", "<h1>Jobs</h1>", x_kind="a")
    page = await web.pages.fetch("http://example.com/redir?to=/jobs")
    assert (page.url, page.final_url) == (
        "http://example.com/redir?to=/jobs",
        "http://example.com/jobs",
    )
    assert (page.status, page.content_type, page.body) == (200, "text/html", b"<h1>Jobs</h1>")
    assert page.headers["x-kind"] == "a"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no address",
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "http://intranet/",
        "http://home.example.com/",
        "http://example.com:22/",
        "http://a:b@example.com/",
    ],
)
async def test_what_is_not_public_is_refused_with_a_reason_and_nobody_is_asked(web: Web, url: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        await web.pages.fetch(url)
    assert refused.value.detail and refused.value.code == "url_refused"
    assert not web.site.asked


async def test_a_name_that_nobody_knows_is_unreachable(web: Web) -> None:
    with pytest.raises(UrlUnreachable):
        await web.pages.fetch("http://www.nowhere.example/")


async def test_what_is_no_page_is_refused_unless_the_caller_reads_it(web: Web) -> None:
    web.site.put("/logs", b"PK", kind="application/zip")
    with pytest.raises(UrlRefused):
        await web.pages.fetch("http://example.com/logs")
    assert (await web.pages.fetch("http://example.com/logs", accept=("application/zip",))).body == b"PK"


async def test_robots_txt_holds_unless_the_owner_gave_us_a_key(web: Web) -> None:
    web.site.put("/robots.txt", "User-agent: *\nDisallow: /\n", kind="text/plain")
    web.site.put("/api", "{}", kind="application/json")
    with pytest.raises(UrlRefused):
        await web.pages.fetch("http://example.com/api")
    assert (await web.pages.fetch("http://example.com/api", robots=False)).body == b"{}"


async def test_a_key_is_never_sent_in_the_clear(web: Web) -> None:
    with pytest.raises(UrlRefused):
        await web.pages.fetch("http://example.com/api", secrets={"Authorization": "Bearer s3cret"})
    assert not web.site.asked


async def test_a_json_body_goes_with_post_and_is_sent_nowhere_else(web: Web) -> None:
    web.site.put("/list", "{}", kind="application/json")
    page = await web.pages.fetch("http://example.com/list", json_body='{"offset": 20}')
    assert (page.status, web.site.asked[-1].body) == (200, b'{"offset": 20}')
    with pytest.raises(UrlRefused):
        await web.pages.fetch("http://example.com/redir?to=/list", json_body='{"offset": 40}')
    assert not any(asked.path == "/list" and b"40" in asked.body for asked in web.site.asked)
