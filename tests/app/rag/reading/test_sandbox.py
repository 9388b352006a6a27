"""No document takes the service's time, memory or life: the child that reads it is limited, watched and replaced."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.kernel.documents import ExtractedText
from app.kernel.errors import LimitExceeded, UnreadableDocument, UnsupportedDocument
from app.rag.reading.sandbox import Reader
from tests.app.rag.reading.papers import lines, pages

REPO = Path(__file__).resolve().parents[4]
TEXT = b"The warranty lasts 24 months."
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def new_reader(runner: asyncio.Runner) -> Iterator[Callable[..., Reader]]:
    readers: list[Reader] = []

    def make(**limits: int) -> Reader:
        readers.append(Reader(**{"cpu_s": 60, "memory_mb": 384, "max_pages": 5_000} | limits))
        return readers[-1]

    yield make
    for reader in readers:
        runner.run(reader.aclose())


def child() -> psutil.Process:
    (found,) = [one for one in psutil.Process().children() if "app.rag.reading.child" in one.cmdline()]
    return found


async def begun() -> psutil.Process:
    """The child of a read that goes on in another task."""
    while True:
        await asyncio.sleep(0.01)
        for one in psutil.Process().children():
            if "app.rag.reading.child" in one.cmdline():
                return one


async def read_while(reader: Reader, act: Callable[[int], None]) -> ExtractedText:
    """Read with a child that stands still, from before it was asked until after `act` has been done to it."""
    start = asyncio.create_subprocess_exec

    async def standing(*command: str, **pipes: Any) -> asyncio.subprocess.Process:
        process = await start(*command, **pipes)
        os.kill(process.pid, signal.SIGSTOP)
        # The next turn of the loop comes once the reader waits for an answer.
        asyncio.get_running_loop().call_soon(act, process.pid)
        return process

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "create_subprocess_exec", standing)
        return await reader.read(TEXT, filename="a.txt")


def test_a_document_comes_back_as_text_and_the_child_stays_warm(
    runner: asyncio.Runner, new_reader: Callable[..., Reader]
) -> None:
    reader = new_reader()
    assert runner.run(reader.read(TEXT, filename="a.txt")).text == TEXT.decode()
    first = child().pid
    assert runner.run(reader.read("ünï 👍".encode(), filename="a.md")).text == "ünï 👍"
    assert child().pid == first


def test_a_refusal_keeps_its_kind_and_code(runner: asyncio.Runner, new_reader: Callable[..., Reader]) -> None:
    with pytest.raises(UnsupportedDocument, match=r"'a\.pdf' is a PNG image") as refused:
        runner.run(new_reader().read(b"\x89PNG\r\n\x1a\n", filename="a.pdf"))
    assert refused.value.code == "not_a_document"


def test_a_warm_child_that_died_is_replaced_unseen(
    runner: asyncio.Runner, new_reader: Callable[..., Reader]
) -> None:
    reader = new_reader()
    runner.run(reader.read(TEXT, filename="a.txt"))
    child().kill()
    assert runner.run(reader.read(TEXT, filename="a.txt")).text == TEXT.decode()


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_crash_is_an_unreadable_document_and_the_next_one_is_read(
    runner: asyncio.Runner, new_reader: Callable[..., Reader], how: signal.Signals
) -> None:
    reader = new_reader()

    def crash(pid: int) -> None:
        os.kill(pid, how)
        os.kill(pid, signal.SIGCONT)

    with pytest.raises(UnreadableDocument) as refused:
        runner.run(read_while(reader, crash))
    assert refused.value.code == "reader_crashed"
    assert runner.run(reader.read(TEXT, filename="a.txt")).text == TEXT.decode()


def test_a_child_that_used_up_its_processor_time_is_a_time_out(
    runner: asyncio.Runner, new_reader: Callable[..., Reader]
) -> None:
    def out_of_time(pid: int) -> None:
        os.kill(pid, signal.SIGXCPU)
        os.kill(pid, signal.SIGCONT)

    with pytest.raises(LimitExceeded) as refused:
        runner.run(read_while(new_reader(), out_of_time))
    assert refused.value.code == "extract_timeout"


def test_a_child_that_stands_still_is_killed_after_the_wall_clock_limit(
    runner: asyncio.Runner, new_reader: Callable[..., Reader]
) -> None:
    reader = new_reader(cpu_s=1)
    with pytest.raises(LimitExceeded) as refused:
        runner.run(read_while(reader, lambda pid: None))
    assert refused.value.code == "extract_timeout"
    runner.run(reader.aclose())
    assert not [one for one in psutil.Process().children() if one.status() == psutil.STATUS_STOPPED]


def test_the_kernel_stops_a_child_over_its_processor_time() -> None:
    code = (
        "from app.rag.reading.confine import limit_task\n"
        "limit_task(cpu_s=0.5, memory_mb=64, address_bytes=2**40)\n"
        "while True: pass"
    )
    assert _python(code).returncode == -signal.SIGXCPU


def test_a_document_over_its_memory_is_refused_and_the_next_one_is_read(
    runner: asyncio.Runner, new_reader: Callable[..., Reader]
) -> None:
    reader = new_reader(memory_mb=128)
    many = b"<p>a</p>" * 600_000
    with pytest.raises((LimitExceeded, UnreadableDocument)) as refused:
        runner.run(reader.read(many, filename="a.html"))
    assert refused.value.code in ("extract_memory", "too_much_text", "reader_crashed")
    assert runner.run(reader.read(TEXT, filename="a.txt")).text == TEXT.decode()


def test_a_cancelled_read_leaves_no_child_at_work(
    runner: asyncio.Runner, new_reader: Callable[..., Reader]
) -> None:
    reader = new_reader()

    async def cancelled() -> None:
        reading = asyncio.create_task(reader.read(TEXT, filename="a.txt"))
        process = await begun()
        process.suspend()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert (await reader.read(TEXT, filename="a.txt")).text == TEXT.decode()
        assert child().pid != process.pid

    runner.run(cancelled())


@linux_only
def test_the_child_knows_no_secret_and_holds_no_file_of_the_service(
    runner: asyncio.Runner, new_reader: Callable[..., Reader], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GENAI_CHAT_KEY", "sk-not-for-children")
    secret = (tmp_path / "open").open("w")
    os.set_inheritable(secret.fileno(), True)
    runner.run(new_reader().read(TEXT, filename="a.txt"))
    process = child()
    assert "sk-not-for-children" not in str(process.environ())
    opened = [str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir()]
    assert {name for name in opened if not name.startswith("pipe:")} <= {os.devnull}
    secret.close()


@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
    ],
)
def test_a_confined_process_reaches_no_network_and_starts_no_program(act: str) -> None:
    code = f"import os, sys\nfrom app.rag.reading.confine import confine\nconfine(parent=os.getppid())\n{act}"
    ended = _python(code)
    assert ended.returncode == 1
    assert b"PermissionError: Reading a document may not do" in ended.stderr


@linux_only
def test_the_child_dies_with_its_parent() -> None:
    code = (
        "import asyncio, os, signal, psutil\n"
        "from app.rag.reading.sandbox import Reader\n"
        "async def main():\n"
        "    await Reader(cpu_s=9, memory_mb=99, max_pages=9).read(b'x', filename='a.txt')\n"
        "    child, = psutil.Process().children()\n"
        "    child.suspend()\n"
        "    print(child.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())"
    )
    pid = int(_python(code).stdout)
    try:
        psutil.Process(pid).wait(timeout=10)
    except psutil.NoSuchProcess:
        return


def test_a_thousand_pages_take_less_than_300_mb(
    runner: asyncio.Runner, new_reader: Callable[..., Reader]
) -> None:
    content = pages(
        [lines([f"Line {at} of page {page} speaks of pumps." for at in range(50)]) for page in range(1000)]
    )
    reader = new_reader()

    async def peak() -> tuple[ExtractedText, int]:
        most, reading = 0, asyncio.create_task(reader.read(content, filename="a.pdf"))
        process = await begun()
        while not reading.done():
            try:
                most = max(most, process.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            await asyncio.sleep(0.01)
        return await reading, most

    extracted, most = runner.run(peak())
    assert extracted.pages == 1000
    assert extracted.blocks[-1].page == 1000
    assert 0 < most < 300 * 2**20


def _python(code: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, capture_output=True, timeout=60, check=False
    )
