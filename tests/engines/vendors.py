"""The service as machines share it: two replicas and a worker on S3, SQS, DynamoDB and a real OpenSearch."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.conformance.valkey_server import valkey_server
from tests.journeys.deployment import Deployment, apart, deployed
from tests.journeys.stores import aws_stores

from .opensearch_node import OpenSearchNode


@contextmanager
def on_vendors(node: OpenSearchNode, folder: Path, *, url: str = "") -> Iterator[Deployment]:
    """Ready; with answers and counters in Valkey or Redis where there is one. url: of what stands before the node."""
    with ExitStack() as stack:
        settings = stack.enter_context(aws_stores())
        settings |= {
            "GENAI_INDEX": "opensearch",
            "GENAI_OPENSEARCH_URL": url or node.url,
            "GENAI_OPENSEARCH_NAME": stack.enter_context(node.name()),
        }
        if shutil.which("valkey-server") or shutil.which("redis-server"):
            cache = stack.enter_context(valkey_server(folder))
            settings |= {"GENAI_CACHE": "valkey", "GENAI_CACHE_URL": cache.url}
        yield stack.enter_context(deployed(apart(folder, **settings)))
