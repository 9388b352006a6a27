"""One question to a platform's API, with what its answer means for whoever waits."""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.devops.bodies import decoded
from app.kernel.errors import Forbidden, NotFound, Unavailable
from app.kernel.ports.pages import FetchedPage, Pages
from app.kernel.ports.posts import Posted

JSON_TYPES = ("application/json", "/+json")
LOG_TYPES = ("text/plain", "application/octet-stream", "text/html")
# Of what is listed: as many at once as both platforms give, and not without end.
PER_PAGE = 100
MOST_PAGES = 5
_SHA = re.compile(r"[0-9a-f]{7,64}")


async def ask(
    pages: Pages, url: str, headers: Mapping[str, str], *, accept: tuple[str, ...] = JSON_TYPES
) -> FetchedPage:
    """The answer when it is one. The headers stay at this address: a redirect elsewhere goes without them."""
    page = await pages.fetch(url, accept=accept, secrets=headers, robots=False)
    check(page.status, page.headers.get("retry-after", ""), page.headers.get("x-ratelimit-remaining", ""))
    return page


async def ask_json(pages: Pages, url: str, headers: Mapping[str, str]) -> Any:
    page = await ask(pages, url, headers)
    try:
        return json.loads(page.body)
    except (ValueError, RecursionError):
        raise Unavailable("The platform's API did not answer with JSON.") from None


async def ask_log(pages: Pages, url: str, headers: Mapping[str, str]) -> str:
    return decoded((await ask(pages, url, headers, accept=LOG_TYPES)).body)


def check(status: int, retry_after: str = "", remaining: str = "") -> None:
    """Raises what a status means. Neither address nor answer is told: both may hold what only we may know."""
    if status < 400:
        return
    wait_s = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None
    if status == 429 or status >= 500 or (status == 403 and (wait_s is not None or remaining == "0")):
        raise Unavailable(f"The other side answered {status}.", retry_after_s=wait_s)
    if status in (401, 403):
        raise Forbidden(
            f"The other side answered {status}; look whether the connection's token is valid and may do this.",
            code="token_refused",
        )
    raise NotFound(f"The other side answered {status}; what was asked for may be gone.", code="gone")


def check_posted(posted: Posted) -> Posted:
    check(posted.status, str(int(posted.retry_after_s)) if posted.retry_after_s is not None else "")
    if posted.status >= 300:
        raise NotFound(
            "What was sent is wanted elsewhere; look whether the address in the connection still holds.",
            code="gone",
        )
    return posted


def is_sha(text: str) -> bool:
    return bool(_SHA.fullmatch(text))
