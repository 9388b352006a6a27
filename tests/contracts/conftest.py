"""The contracts rehearse the program as tests/infra does."""

from tests.infra.conftest import an_event_loop

__all__ = ["an_event_loop"]
