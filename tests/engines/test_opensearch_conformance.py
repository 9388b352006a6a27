"""What every index must do, asked of a real OpenSearch: the whole suite, nothing of it loosened."""

from collections.abc import AsyncIterator

import pytest

from app.adapters.opensearch import OpenSearchIndex
from app.kernel.ports.index import Index
from tests.conformance.corpora import DIMENSIONS, FINGERPRINT
from tests.conformance.test_index import *  # noqa: F403 - its tests and fixtures become this module's
from tests.conformance.test_index import Opener

from .opensearch_node import OpenSearchNode

pytestmark = [pytest.mark.anyio, pytest.mark.engines]  # type: ignore[assignment] # instead of the suite's own


@pytest.fixture  # type: ignore[no-redef] # as above
async def opener(opensearch: OpenSearchNode) -> AsyncIterator[Opener]:
    """Any process may write to this one."""
    opened: list[OpenSearchIndex] = []
    with opensearch.name() as name:

        def open_index(writable: bool) -> Index:
            index = opensearch.open(name, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
            opened.append(index)
            return index

        yield open_index
        for index in opened:
            await index.aclose()
