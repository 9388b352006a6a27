"""Which version of the apps runs."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused


@dataclass(frozen=True, kw_only=True)
class AppChoices:
    image_tag: str

    def check(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", self.image_tag):
            raise ConfigRefused(
                f"imageTag is {self.image_tag!r}; a tag has letters, digits, '.', '_' and '-'."
            )
        if self.image_tag == "latest":
            raise ConfigRefused(
                "imageTag is 'latest' while the repositories' tags are immutable: it could be pushed once. Use a version."
            )
