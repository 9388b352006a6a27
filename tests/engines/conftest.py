"""Engines for this folder's tests, each skipped with a reason where it is missing."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from . import kube
from .bench import Bench, engines
from .fake_aws import FakeAws
from .opensearch_node import OpenSearchNode

HINT = "run `make engines`"


@pytest.fixture(scope="session")
def pulumi() -> Path:
    """The engine that `make engines` built, or one on PATH."""
    built = engines() / "bin" / "pulumi"
    found = str(built) if built.exists() else shutil.which("pulumi")
    if found is None:
        pytest.skip(f"no Pulumi engine at {built} and none on PATH: {HINT}")
    return Path(found)


@pytest.fixture(scope="session")
def aws_server() -> Iterator[FakeAws]:
    server = FakeAws()
    yield server
    server.stop()


@pytest.fixture
def aws(aws_server: FakeAws) -> FakeAws:
    """An empty account."""
    aws_server.reset()
    return aws_server


@pytest.fixture
def bench(tmp_path: Path, pulumi: Path, aws: FakeAws) -> Bench:
    """This repository's program as the stack `dev` in an empty account, not yet up."""
    return Bench(tmp_path, pulumi=pulumi, aws=aws).init()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kube.Kube]:
    """A real control plane with one node of the size the platform asks for, and nothing that another file left there."""
    with kube.control_plane(
        tmp_path_factory.mktemp("kube"), name="engines", node="node-1", cpu="2", memory="4Gi"
    ) as started:
        yield started


@pytest.fixture(scope="session")
def opensearch_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearchNode]:
    node = OpenSearchNode.available(tmp_path_factory.mktemp("opensearch"))
    yield node
    node.stop()


@pytest.fixture
def opensearch(opensearch_node: OpenSearchNode) -> OpenSearchNode:
    """The one node, running, with its k-NN plugin: a test that stopped it leaves it to be started here again."""
    return opensearch_node.start()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def program(tmp_path: Path, pulumi: Path, aws: FakeAws) -> Callable[[str], Bench]:
    """A stack of a program given as text, for tests of the engine and the stand-ins themselves."""

    def build(source: str) -> Bench:
        folder = tmp_path / "source"
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text("name: small\nruntime: python\nmain: main.py\n")
        (folder / "main.py").write_text(source)
        return Bench(tmp_path, pulumi=pulumi, aws=aws, source=folder).init(aws__region="us-east-1")

    return build
