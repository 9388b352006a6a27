"""Where the stack is, in the words of IAM: the ARNs and conditions by which its own things are told from those of others."""

from dataclasses import dataclass

from infra.naming import Names
from infra.stack import Stack
from infra.statements import Condition
from infra.tags import STACK_TAG


@dataclass(frozen=True)
class Place:
    """One stack in its account. What AWS names after us is told by its name, what it numbers by its tag."""

    stack: Stack
    names: Names

    def arn(self, service: str, *things: str) -> list[str]:
        """In the stack's region and account."""
        return [f"arn:aws:{service}:{self.names.region}:{self.names.account}:{thing}" for thing in things]

    def iam(self, *things: str) -> list[str]:
        return [f"arn:aws:iam::{self.names.account}:{thing}" for thing in things]

    @property
    def buckets(self) -> list[str]:
        return [f"arn:aws:s3:::{self.names.bucket(holds)}" for holds in ("data", "models", "logs")]

    @property
    def roles(self) -> list[str]:
        """All that the program makes: their names begin with the stack's."""
        return self.iam(f"role/{self.names.prefix}-*")

    @property
    def boundary(self) -> str:
        return self.iam(f"policy/{self.names.boundary}")[0]

    @property
    def own(self) -> Condition:
        """Of what is there and carries the stack's tag."""
        return {"StringEquals": {f"aws:ResourceTag/{STACK_TAG}": self.names.owner}}

    @property
    def marked(self) -> Condition:
        """Of what is made with the stack's tag."""
        return {"StringEquals": {f"aws:RequestTag/{STACK_TAG}": self.names.owner}}

    def during(self, key: str, *calls: str) -> Condition:
        """Tags given by the call that makes the thing. Else whoever may tag could call the things of others the stack's."""
        return {"StringEquals": {f"aws:RequestTag/{STACK_TAG}": self.names.owner, key: list(calls)}}
