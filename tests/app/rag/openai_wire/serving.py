"""The service on a real socket of this machine, beside the test, so that the official client talks HTTP to it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from openai import OpenAI
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.app.rag.running import Running, running

NORWAY = "Oslo is the capital of Norway. The city lies at the end of a fjord and has an opera house."
TRAINS = "Employees travel by train in second class. Journeys over four hours may be booked in first class."
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
QUESTION = "What is the capital of Norway?"


class Injected:
    """Answers the next requests itself, as a proxy or an overloaded service would: (status, headers)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.queue: list[tuple[int, dict[str, str]]] = []
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.paths.append(f"{scope['method']} {scope['path']}")
            if self.queue:
                status, headers = self.queue.pop(0)
                raw = [(name.encode(), value.encode()) for name, value in headers.items()]
                await send({"type": "http.response.start", "status": status, "headers": raw})
                await send({"type": "http.response.body", "body": b'{"error": {"message": "busy"}}'})
                return
        await self._app(scope, receive, send)


class Served:
    """`client` speaks for the tenant acme, `other` for globex; both are the official one."""

    def __init__(self, port: int, rag: Running, injected: Injected, loop: asyncio.AbstractEventLoop) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.rag = rag
        self.injected = injected
        self._loop = loop
        self.client = self.connect("key-of-acme")
        self.other = self.connect("key-of-globex")
        self.http = httpx.Client(
            base_url=self.url, headers={"Authorization": "Bearer key-of-acme"}, timeout=60, trust_env=False
        )

    def connect(self, key: str, *, max_retries: int = 0) -> OpenAI:
        return OpenAI(base_url=f"{self.url}/v1", api_key=key, max_retries=max_retries, timeout=60)

    def upload(self, text: str, *, filename: str = "norway.txt", client: OpenAI | None = None) -> str:
        """The id of a file that is ready."""
        api = client or self.client
        file = api.files.create(file=(filename, text.encode()), purpose="assistants")
        assert api.files.wait_for_processing(file.id, poll_interval=0.05).status == "processed"
        return file.id

    def run(self, coroutine: Any) -> Any:
        """Something of the service's own, in its event loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def close(self) -> None:
        self.client.close()
        self.other.close()
        self.http.close()


@contextmanager
def served(folder: Path, *, working: bool = True, **options: Any) -> Iterator[Served]:
    """`working=False`: nobody ingests, so files stay as they were uploaded."""
    ready = threading.Event()
    found: list[Served] = []
    stop: list[asyncio.Event] = []
    loop = asyncio.new_event_loop()

    async def main() -> None:
        async with running(folder, **options) as rag:
            injected = Injected(rag.app)
            config = uvicorn.Config(injected, host="127.0.0.1", port=0, log_level="error", lifespan="off")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            stop.append(asyncio.Event())
            port = server.servers[0].sockets[0].getsockname()[1]
            found.append(Served(port, rag, injected, loop))
            ready.set()
            if working:
                async with rag.working():
                    await stop[0].wait()
            else:
                await stop[0].wait()
            server.should_exit = True
            await serving

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
    thread.start()
    assert ready.wait(60), "The service did not start."
    try:
        yield found[0]
    finally:
        found[0].close()
        loop.call_soon_threadsafe(stop[0].set)
        thread.join(60)
        loop.close()
