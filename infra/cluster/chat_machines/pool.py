"""The pool of chat machines that a stack's choices need, as plain values."""

from dataclasses import dataclass

from infra.adopt import Found
from infra.stack import Stack

NAME = "chat-machines"
# The one of infra/naming.py's images that carries what speaks with AWS and PostgreSQL in the cluster.
RAG = "rag"


@dataclass(frozen=True, kw_only=True)
class ChatPool:
    """`warm`: how many more are kept booted and stopped. `spot_percent`: of those above none, how many are spare capacity.

    `shared`: whether accounts and chats are in PostgreSQL. Else there is never a second one, and they are in a file of its own,
    carried by way of S3.
    """

    instance_types: tuple[str, ...]
    least: int
    wanted: int
    most: int
    warm: int
    spot_percent: int
    disk_gb: int
    shared: bool


def missing(stack: Stack, found: Found) -> list[str]:
    """What the account still lacks before machines can share accounts, each with the command that brings it."""
    lacks = []
    if stack.chat_shared and stack.kubernetes and RAG not in found.images:
        lacks.append(
            f"image {RAG}:{stack.image_tag}, in which the job runs that makes their database, is not in the registry yet; "
            f"run `make images STACK={stack.name}`"
        )
    if stack.chat_shared and not found.passwords_set:
        lacks.append(
            f"the password of their database has no value yet; run `make secrets STACK={stack.name}`"
        )
    return lacks


def namespace(stack: Stack) -> str:
    """Of CloudWatch: one of the pool's own, which the machines' role is bound to."""
    return f"{stack.prefix}/{NAME}"


def chat_pool(stack: Stack) -> ChatPool:
    # EC2 keeps machines warm for one type only.
    kinds = stack.gpu_instance_types[:1] if stack.chat_machine_warm_count else stack.gpu_instance_types
    return ChatPool(
        instance_types=kinds,
        least=1,
        wanted=stack.chat_machine_count,
        most=stack.chat_machine_max_count,
        warm=stack.chat_machine_warm_count,
        spot_percent=stack.chat_machine_spot_percent,
        disk_gb=stack.gpu_disk_gb,
        shared=stack.chat_shared,
    )
