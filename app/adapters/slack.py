"""The Notify port on a Slack channel. Source: docs.slack.dev, "Sending messages using incoming webhooks"."""

import json
import logging
from typing import Literal

from pydantic import SecretStr

from app.kernel.errors import GenaiError
from app.kernel.ports.posts import Posts

_log = logging.getLogger("genai.notify")
_SIGNS = {"info": ":information_source:", "warning": ":warning:", "error": ":red_circle:"}
_MOST_CHARS = 3_000


class SlackNotify:
    """The address is the secret: whoever knows it may write, so it is neither logged nor told in an error."""

    def __init__(self, url: SecretStr, posts: Posts) -> None:
        self._url = url
        self._posts = posts

    async def send(
        self, *, subject: str, body: str, severity: Literal["info", "warning", "error"] = "info"
    ) -> None:
        line = f"{escaped(' '.join(subject.split()))}: {escaped(' '.join(body.split()))}"[:_MOST_CHARS]
        content = json.dumps({"text": f"{_SIGNS[severity]} {line}"}).encode()
        try:
            posted = await self._posts.send("POST", self._url.get_secret_value(), content=content, headers={})
        except GenaiError as error:
            _log.warning("Slack was not told of %r: %s", subject[:100], error.detail)
            return
        if posted.status >= 300:
            _log.warning("Slack was not told of %r: it answered %d", subject[:100], posted.status)

    async def aclose(self) -> None:
        if close := getattr(self._posts, "aclose", None):
            await close()


def escaped(text: str) -> str:
    """The only signs that call somebody or link. Source: Slack, "Formatting message text"."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
