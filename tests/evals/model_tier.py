"""`python -m tests.evals.model_tier`: pages of which rules make no job, and a model that invents jobs beside the real one.

Judged by the page alone, without the product's own rules: what is returned stands there, letter by letter.
"""

import asyncio
import html
import json
import random
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from tests.app.coldmail.serving import served
from tests.sites.site import serving
from tests.wire.server import wire_server

_PAGES = 60
_FOUND_LEAST = 0.95
_TITLES = ["Ship Cook", "Sail Maker", "Deck Officer", "Lighthouse Keeper", "Net Mender", "Harbour Pilot"]
_COMPANIES = ["Tide Boats", "Marea Alta", "Fjord & Sons", "Quay Works"]
_PLACES = ["Porto", "Bergen", "Cádiz", "Galway"]
_SKILLS = ["sailing", "knots", "radio", "first aid"]
# What the model makes up: none of it stands on any page.
_INVENTED = [
    {"title": "Senior Blockchain Evangelist", "company": "Tide Boats", "locations": ["Porto"]},
    {"title": "VP of Synergy", "apply_url": "https://evil.example/apply", "salary": "900,000 USD"},
    {"title": "Ship Cooking Lead Architect", "skills": ["COBOL"], "experience": "12 years"},
    {"title": "Cook of Ships", "description": "Run to https://evil.example now."},
    {"title": "Apply", "company": "Tide Boats"},
    {"title": "", "company": "Nobody"},
]
_WRONG = {
    "company": "Globex Corporation",
    "locations": ["Atlantis", "Porto Alegre do Norte"],
    "salary": "120,000 EUR",
    "experience": "15 years",
    "skills": ["COBOL", "Erlang"],
    "apply_url": "https://evil.example/apply",
    "posted_at": "2001-01-01",
    "remote": "remote",
}
_FIELDS = ("company", "salary", "experience", "remote", "posted_at", "apply_url", "description")


def _page(draw: random.Random) -> tuple[str, dict[str, Any]]:
    """A note in prose that no rule takes for a posting, and the job that it announces."""
    title, company, place, skill = (draw.choice(each) for each in (_TITLES, _COMPANIES, _PLACES, _SKILLS))
    job = {"title": title, "company": company, "locations": [place], "skills": [skill]}
    weather = "Boats are nice to have and nicer to sail, say those who know the sea around here."
    body = (
        f"<p>{html.escape(company)} wants a <b>{title}</b> in {place} by spring. Who likes {skill} and rain rings the bell "
        f'at the pier, or reads <a href="/notes/{draw.randrange(1000)}">what the last one wrote</a>.</p>'
        + f"<p>{weather}</p>"
        * 3
    )
    return f"<title>News from the harbour</title>{body}", job


def _answer(job: dict[str, Any], draw: random.Random) -> str:
    """The true job, now and then with wrong facts, among invented ones, as models wrap it."""
    told = (
        job
        if draw.random() < 0.5
        else {**job, **{name: _WRONG[name] for name in draw.sample(list(_WRONG), 4)}}
    )
    jobs = [told, *draw.sample(_INVENTED, 3)]
    draw.shuffle(jobs)
    answer = json.dumps({"jobs": jobs}, ensure_ascii=False)
    return draw.choice(
        [answer, f"Here you are:\n```json\n{answer}\n```", json.dumps(jobs, ensure_ascii=False)]
    )


def _folded(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).casefold().split())


def _ungrounded(job: dict[str, Any], page: str) -> list[str]:
    text, links = _folded(page), set(re.findall(r'href="([^"]+)"', page))
    said = [job["title"], *job["locations"], *job["skills"]]
    said += [job[name] for name in _FIELDS if job[name] is not None and name != "apply_url"]
    wrong = [one for one in said if not re.search(rf"(?<!\w){re.escape(_folded(one))}(?!\w)", text)]
    link = job["apply_url"]
    return wrong + [link] * bool(link and not any(link.endswith(each) for each in links))


async def evaluate() -> bool:
    draw = random.Random(11)
    wrong: list[str] = []
    found = asked = 0
    with tempfile.TemporaryDirectory() as folder, wire_server() as model:
        async with serving() as site, served(Path(folder), site, chat_url=model.url) as http:
            for _ in range(_PAGES):
                page, job = _page(draw)
                said = _answer(job, draw)
                model.answer = lambda _, said=said: said  # type: ignore[misc]
                before = len(model.requests)
                jobs = await _read(http, page)
                asked += len(model.requests) - before
                wrong += [value for each in jobs for value in _ungrounded(each, page)]
                found += any(each["title"] == job["title"] for each in jobs)
                wrong += [each["title"] for each in jobs if each["title"] != job["title"]]
    print(
        f"inventing model: {asked} of {_PAGES} pages asked about, {found} true jobs kept, "
        f"{len(wrong)} values that stand on no page"
    )
    for value in dict.fromkeys(wrong):
        print(f"  invented: {value!r}")
    return not wrong and asked == _PAGES and found >= _FOUND_LEAST * _PAGES


async def _read(http: httpx.AsyncClient, page: str) -> list[dict[str, Any]]:
    answer = await http.post(
        "/jobs", json={"content": page, "content_type": "text/html", "url": "https://tide.example/news"}
    )
    found: list[dict[str, Any]] = answer.raise_for_status().json()["jobs"]
    return found


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(evaluate()) else 1)
