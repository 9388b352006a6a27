"""The pool of chat machines that a stack's choices need, as plain values."""

from dataclasses import dataclass

from infra.stack import Stack

NAME = "chat-machines"


@dataclass(frozen=True, kw_only=True)
class ChatPool:
    """`warm`: how many more are kept booted and stopped. `spot_percent`: of those above none, how many are spare capacity."""

    instance_types: tuple[str, ...]
    least: int
    wanted: int
    most: int
    warm: int
    spot_percent: int
    disk_gb: int

    @property
    def alone(self) -> bool:
        """Whether there is never a second one: accounts and chats are then in a file of its own, carried by way of S3."""
        return self.most == 1


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
    )
