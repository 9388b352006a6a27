"""Import rules that a list of layers cannot say; the others are contracts in .importlinter."""

import sys
from pathlib import Path

import pytest

from tests.shape.project import imported, modules, shown


def _strangers(path: Path, *known: str) -> set[str]:
    return {
        name
        for name in imported(path, at_run_time=True)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not any(name == room or name.startswith(room + ".") for room in known)
    }


def _of(room: str) -> list[Path]:
    found = [path for path in modules("app") if shown(path).startswith(room)]
    assert found, room
    return found


@pytest.mark.parametrize("room", ["app/kernel/", "app/settings.py"])
def test_the_kernel_and_the_settings_know_the_standard_library_and_pydantic_only(room: str) -> None:
    strangers = {
        shown(path): _strangers(path, "pydantic", "pydantic_core", "app.kernel") for path in _of(room)
    }
    assert not {path: names for path, names in strangers.items() if names}


def test_the_console_knows_nothing_of_the_apps_but_settings_and_errors() -> None:
    allowed = ("app.console", "app.settings", "app.kernel.errors")
    strangers = {
        shown(path): {name for name in _strangers(path, *allowed) if name.partition(".")[0] == "app"}
        for path in _of("app/console/")
    }
    assert not {path: names for path, names in strangers.items() if names}


def test_only_wiring_imports_adapters() -> None:
    knowing = {
        shown(path)
        for path in modules("app")
        if any(name == "app.adapters" or name.startswith("app.adapters.") for name in imported(path))
    }
    assert {path.rsplit("/", 1)[0] for path in knowing if not path.startswith("app/adapters/")} == {
        "app/wiring"
    }


# What can open a connection to any address. Who imports it talks to services of the settings, and is named here.
_WAYS_OUT = (
    "httpx", "httpcore", "requests", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "websockets",
    "ftplib", "smtplib", "telnetlib", "playwright", "anyio",
)  # fmt: skip
_TALK_TO_SERVICES = {
    "app/adapters/openai_compatible/": "the model of GENAI_CHAT_URL",
    "app/adapters/bedrock/": "Amazon Bedrock",
    "app/adapters/aws_errors.py": "names of what boto3 raises",
    "app/adapters/posts.py": "the APIs, Slack and ticket systems of GENAI_DEVOPS_CONNECTIONS",
    "app/adapters/s3.py": "names of what boto3 raises",
    "app/console/": "the API of GENAI_API_URL",
    "app/launch.py": "the processes it started",
    "app/server.py": "the socket it was given",
    "app/supervisor.py": "the sockets it binds",
    "app/adapters/rendering_service.py": "the rendering service of GENAI_RENDER_URL",
    "app/rendering/": "a browser whose every request it answers with the guarded adapter",
    "app/rag/importing.py": "the API of GENAI_API_URL",
    "app/rag/reach.py": "the API of GENAI_API_URL",
    "app/rag/mcp_server/": "the API of GENAI_API_URL",
    "app/rag/model.py": "one pinned download",
    "app/rag/samples/": "the API that was just started",
    "app/waker/": "the server it wakes and the Kubernetes API",
}


def test_an_address_that_somebody_sends_is_fetched_by_the_guarded_adapter_only() -> None:
    others = {
        shown(path): sorted(ways)
        for path in modules("app")
        if not shown(path).startswith(("app/adapters/guarded_fetch/", *_TALK_TO_SERVICES))
        and (
            ways := {name for name in imported(path) for way in _WAYS_OUT if f"{name}.".startswith(f"{way}.")}
        )
    }
    assert not others


def test_the_halves_import_neither_each_other_nor_the_other_ones_vendors() -> None:
    wrong = {
        shown(path): name
        for path in modules("app", "infra")
        for name in imported(path)
        if (shown(path).startswith("app/") and name.split(".")[0].startswith(("infra", "pulumi")))
        or (shown(path).startswith("infra/") and name.split(".")[0] == "app")
    }
    assert not wrong
