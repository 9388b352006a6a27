"""Messages to people as log lines, where no channel is configured."""

import logging
from typing import Literal

_log = logging.getLogger("genai.notify")
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class LogNotify:
    """The Notify port on the process log; subject and body stay one line each."""

    async def send(
        self, *, subject: str, body: str, severity: Literal["info", "warning", "error"] = "info"
    ) -> None:
        _log.log(_LEVELS[severity], "%s: %s", " ".join(subject.split()), " ".join(body.split()))
