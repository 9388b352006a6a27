"""One served service for each file of tests, with a document of each tenant."""

from collections.abc import Iterator

import pytest

from tests.app.rag.openai_wire.serving import NORWAY, Served, served


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("wire")) as service:
        service.upload(NORWAY)
        yield service
