"""Messages to people as log lines, where no channel is configured."""

import logging
import sys
from typing import Literal

_log = logging.getLogger("genai.notify")
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class LogNotify:
    """The Notify port on the process log; subject and body stay one line each."""

    async def send(
        self, *, subject: str, body: str, severity: Literal["info", "warning", "error"] = "info"
    ) -> None:
        try:
            _log.log(_LEVELS[severity], "%s: %s", " ".join(subject.split()), " ".join(body.split()))
        except OSError:  # the log's own disk is full: telling people must not fail what it tells of
            sys.stderr.write("A notification could not be logged.\n")
