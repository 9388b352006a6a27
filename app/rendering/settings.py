"""What the rendering service is told: where it listens, which browser it starts, and how much one page may take."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.errors import SettingsError

PREFIX = "RENDERING_"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DEFAULTS = {
    "HOST": "127.0.0.1",
    "PORT": "8085",
    "BROWSER": "",
    # Chromium's own. In a pod that may not make namespaces it cannot start; the pod is the box then.
    "SANDBOX": "on",
    "PAGES": "2",
    "CONTACT": "",
}


@dataclass(frozen=True, kw_only=True)
class RenderingSettings:
    """Read once at the start, from variables with the prefix RENDERING_. `pages`: how many are drawn at once."""

    host: str
    port: int
    browser: str
    sandbox: bool
    pages: int
    contact: str


def read_settings(environment: Mapping[str, str]) -> RenderingSettings:
    """Raises: SettingsError naming the variable."""
    given = {
        name.removeprefix(PREFIX): value for name, value in environment.items() if name.startswith(PREFIX)
    }
    if unknown := sorted(given.keys() - _DEFAULTS.keys()):
        raise SettingsError(f"{PREFIX}{unknown[0]} is no setting of the rendering service; remove it.")
    found = _DEFAULTS | given
    if found["SANDBOX"] not in ("on", "off"):
        raise SettingsError(f"{PREFIX}SANDBOX is {found['SANDBOX']!r}; it is on or off.")
    browser = found["BROWSER"] or find_browser()
    if not browser:
        raise SettingsError(
            f"No Chromium is on the PATH; install one, or set {PREFIX}BROWSER to the path of its program."
        )
    return RenderingSettings(
        host=found["HOST"],
        port=_number(found, "PORT", most=65_535),
        browser=browser,
        sandbox=found["SANDBOX"] == "on",
        pages=_number(found, "PAGES", most=16),
        contact=found["CONTACT"],
    )


def find_browser() -> str:
    """$CHROME, else the first Chromium on the PATH, else empty."""
    return os.environ.get("CHROME") or next((path for name in _BROWSERS if (path := shutil.which(name))), "")


def _number(found: Mapping[str, str], name: str, *, most: int) -> int:
    value = found[name]
    if not (value.isdigit() and 1 <= int(value) <= most):
        raise SettingsError(f"{PREFIX}{name} is {value!r}; it is a number from 1 to {most:,}.")
    return int(value)
