"""What a waker is told, and what it refuses to begin with."""

import pytest

from app.kernel.errors import SettingsError
from app.waker.settings import read_settings

GIVEN = {
    "WAKER_DEPLOYMENT": "ollama",
    "WAKER_NAMESPACE": "chat",
    "WAKER_LEASE": "ollama",
    "WAKER_UPSTREAM": "http://ollama.chat.svc.cluster.local:11434/",
}


def test_what_is_not_said_is_what_a_pod_finds() -> None:
    found = read_settings(GIVEN | {"PATH": "/bin"})
    assert found.upstream == "http://ollama.chat.svc.cluster.local:11434"
    assert found.api == "https://kubernetes.default.svc" and found.idle.total_seconds() == 900


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"WAKER_IDEL_S": "60"}, "WAKER_IDEL_S is no setting"),
        ({"WAKER_IDLE_S": "20"}, "at least 60"),
        ({"WAKER_TICK_S": "often"}, "WAKER_TICK_S is 'often'"),
        ({"WAKER_LEASE": ""}, "WAKER_LEASE is not set"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(more: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_settings(GIVEN | more)
