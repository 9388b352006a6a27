"""The namespaces of a laptop: those of the apps, and the one that keeps the stand-ins' data."""

from infra.local.kept import SPACE
from infra.stack import Stack
from infra.workloads.namespaces import SYSTEM, Space, spaces


def local_spaces(stack: Stack) -> list[Space]:
    """Without the privileged one: there is nothing of ours on every machine."""
    return [SPACE, *(space for space in spaces(stack) if space.name != SYSTEM)]
