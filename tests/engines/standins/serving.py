"""How a stand-in lives: it prints its port, serves until the engine is gone, and never outlives it."""

import os
import threading
import time
from collections.abc import Callable
from concurrent import futures

import grpc

_LIMIT_BYTES = 400 << 20  # the engine's own message limit


def serve(add: Callable[[grpc.Server], None], *, workers: int = 32) -> None:
    """Serve until the parent process ends. A SIGKILL of the engine must not leave providers that go on making things."""
    limits = [
        ("grpc.max_receive_message_length", _LIMIT_BYTES),
        ("grpc.max_send_message_length", _LIMIT_BYTES),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(workers), options=limits)
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    leave_with_parent()
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        # The engine asks its plugins to leave this way. At once: a program that waits for an answer would keep the process.
        os._exit(0)


def leave_with_parent() -> None:
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
