"""What a waker is told: whom it wakes, where that answers, and after how long it may sleep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.kernel.errors import SettingsError
from app.waker.usage import TOUCH_EVERY

PREFIX = "WAKER_"
# Where Kubernetes puts a pod's token and the authority that signed the API server's certificate.
ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"
_LEAST = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class WakerSettings:
    """Read once at the start, from variables with the prefix WAKER_."""

    deployment: str
    namespace: str
    lease: str
    upstream: str
    api: str
    account_dir: Path
    host: str
    port: int
    idle: timedelta
    tick_s: float
    retry_after_s: int


_DEFAULTS = {
    "API": "https://kubernetes.default.svc",
    "ACCOUNT_DIR": ACCOUNT_DIR,
    "HOST": "127.0.0.1",
    "PORT": "8080",
    "IDLE_S": "900",
    "TICK_S": "5",
    "RETRY_AFTER_S": "30",
}


def read_settings(environment: Mapping[str, str]) -> WakerSettings:
    """Raises: SettingsError naming the variable."""
    given = {
        name.removeprefix(PREFIX): value for name, value in environment.items() if name.startswith(PREFIX)
    }
    needed = {"DEPLOYMENT", "NAMESPACE", "LEASE", "UPSTREAM"}
    if unknown := sorted(given.keys() - needed - _DEFAULTS.keys()):
        raise SettingsError(f"{PREFIX}{unknown[0]} is no setting of the waker; remove it.")
    if missing := sorted(name for name in needed if not given.get(name)):
        raise SettingsError(f"{PREFIX}{missing[0]} is not set, and the waker cannot guess it.")
    found = _DEFAULTS | given
    idle = timedelta(seconds=_number(found, "IDLE_S"))
    if idle < _LEAST:
        raise SettingsError(
            f"{PREFIX}IDLE_S is {found['IDLE_S']!r}; it must be at least {_LEAST.seconds}: use is written down every "
            f"{TOUCH_EVERY.seconds} s only."
        )
    return WakerSettings(
        deployment=found["DEPLOYMENT"],
        namespace=found["NAMESPACE"],
        lease=found["LEASE"],
        upstream=found["UPSTREAM"].rstrip("/"),
        api=found["API"].rstrip("/"),
        account_dir=Path(found["ACCOUNT_DIR"]),
        host=found["HOST"],
        port=int(_number(found, "PORT")),
        idle=idle,
        tick_s=_number(found, "TICK_S"),
        retry_after_s=int(_number(found, "RETRY_AFTER_S")),
    )


def _number(found: Mapping[str, str], name: str) -> float:
    try:
        number = float(found[name])
    except ValueError:
        number = 0
    if not 0 < number < 1e6:
        raise SettingsError(f"{PREFIX}{name} is {found[name]!r}; it must be a number above 0.")
    return number
