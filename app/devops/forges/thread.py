"""The comments below one pull or merge request: ours is found by its marker and written over, never doubled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.devops.forges.asking import MOST_PAGES, PER_PAGE, ask_json, check_posted
from app.devops.incoming.fields import items, number
from app.kernel.errors import NotFound
from app.kernel.ports.pages import Pages
from app.kernel.ports.posts import Posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """`new` takes a new comment and lists all, oldest first, with `order` in the query; `written` with an id behind it is one.

    `rewrite`: the method that writes over a comment.
    """

    pages: Pages
    posts: Posts
    headers: Mapping[str, str]
    new: str
    written: str
    rewrite: Literal["PUT", "PATCH"]
    order: str = ""

    async def put(self, body: str, *, marker: str, known: str) -> str:
        """Write the comment that begins with the marker; `known`: its id as last told. Returns: its id."""
        if known:
            try:
                return await self._write(self.rewrite, f"{self.written}/{int(known)}", body)
            except NotFound:
                pass  # somebody deleted it
        found = await self._marked(marker)
        if found and found != known:
            return await self._write(self.rewrite, f"{self.written}/{int(found)}", body)
        return await self._write("POST", self.new, body)

    async def _marked(self, marker: str) -> str:
        """The oldest one: whoever copies the marker comes later."""
        for page in range(1, MOST_PAGES + 1):
            url = f"{self.new}?{self.order}per_page={PER_PAGE}&page={page}"
            found = items({"comments": await ask_json(self.pages, url, self.headers)}, "comments")
            for comment in found:
                if str(comment.get("body") or "").startswith(marker):
                    return str(number(comment, "id"))
            if len(found) < PER_PAGE:
                break
        return ""

    async def _write(self, method: Literal["POST", "PUT", "PATCH"], url: str, body: str) -> str:
        content = json.dumps({"body": body}).encode()
        posted = check_posted(await self.posts.send(method, url, content=content, headers=self.headers))
        return str(number(posted.body, "id"))
