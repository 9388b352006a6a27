"""Three small documents of our own, so that a first question has an answer."""

import base64
import json
import urllib.request
from importlib import resources

SAMPLES = ("pause-and-resume.md", "travel-policy.md", "coffee-machine.md")
_WAIT_S = 60


def load_samples(url: str) -> None:
    """Upload the samples to the service at `url` and wait until they answer queries."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for name in SAMPLES:
        content = resources.files(__name__).joinpath(name).read_bytes()
        body = json.dumps(
            {
                "filename": name,
                "content_base64": base64.b64encode(content).decode(),
                "metadata": {"sample": True},
            }
        ).encode()
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{url}/upload?wait={_WAIT_S}", data=body, headers={"Content-Type": "application/json"}
        )
        with direct.open(request, timeout=_WAIT_S + 10):
            pass
