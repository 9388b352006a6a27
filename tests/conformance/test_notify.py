"""What every way to tell people must do, whichever it is."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pytest
from pydantic import SecretStr

from app.adapters.embedded.notify import LogNotify
from app.adapters.slack import SlackNotify
from app.kernel.errors import Unavailable
from app.kernel.ports.notify import Notify
from app.kernel.ports.posts import Posted

pytestmark = pytest.mark.anyio


@dataclass
class Channel:
    """An adapter, what arrived through it as (severity, line), and a way to break it."""

    notify: Notify
    arrived: Callable[[], list[tuple[str, str]]]
    break_it: Callable[[], None]


class _Broken(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise OSError("no space left on device")


class _Slack:
    """Takes what Slack takes, and tells it in the words of a log."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.broken = False

    async def send(self, method: str, url: str, *, content: bytes, headers: Mapping[str, str]) -> Posted:
        if self.broken:
            raise Unavailable("'hooks.slack.com' did not take a message (ConnectError).")
        text = json.loads(content)["text"]
        sign, _, line = text.partition(" ")
        signs = {":information_source:": "info", ":warning:": "warning", ":red_circle:": "error"}
        self.told.append((signs[sign], line))
        return Posted(200)


def _on_slack() -> Channel:
    slack = _Slack()
    return Channel(
        SlackNotify(SecretStr("https://hooks.slack.com/services/x"), slack),
        lambda: slack.told,
        lambda: setattr(slack, "broken", True),
    )


@pytest.fixture(params=["log", "slack"])
def channel(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Channel:
    if request.param == "slack":
        return _on_slack()
    caplog.set_level(logging.INFO)

    def break_it() -> None:
        monkeypatch.setattr(logging.getLogger(), "handlers", [_Broken()])

    return Channel(
        LogNotify(),
        lambda: [(record.levelname.lower(), record.getMessage()) for record in caplog.records],
        break_it,
    )


@pytest.mark.parametrize("severity", ["info", "warning", "error"])
async def test_subject_and_body_arrive_with_their_severity(
    channel: Channel, severity: Literal["info", "warning", "error"]
) -> None:
    await channel.notify.send(subject="Job failed", body="job_1 gave up after 3 attempts", severity=severity)
    [(arrived, line)] = channel.arrived()
    assert arrived == severity
    assert "Job failed" in line and "job_1 gave up after 3 attempts" in line


async def test_a_message_without_severity_is_information(channel: Channel) -> None:
    await channel.notify.send(subject="Started", body="ready")
    [(arrived, _)] = channel.arrived()
    assert arrived == "info"


async def test_a_message_cannot_pretend_to_be_two(channel: Channel) -> None:
    await channel.notify.send(subject="a\nERROR forged", body="b\r\nERROR forged\u2028ERROR forged %s %d")
    [(_, line)] = channel.arrived()
    assert len(line.splitlines()) == 1
    assert "%s %d" in line


async def test_an_empty_or_huge_message_is_no_error(channel: Channel) -> None:
    await channel.notify.send(subject="", body="")
    await channel.notify.send(subject="x" * 10_000, body="文😀" * 100_000)
    assert len(channel.arrived()) == 2


async def test_a_channel_that_fails_does_not_fail_the_work(channel: Channel) -> None:
    channel.break_it()
    await channel.notify.send(subject="Job failed", body="job_1", severity="error")
