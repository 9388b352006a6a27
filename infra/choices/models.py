"""Which models embed and answer: those inside the image, or Amazon Bedrock's."""

import re
from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

EMBEDDERS = ("wordllama", "bedrock")
# A provider and a model, with or without the geography of an inference profile before them.
_MODEL = re.compile(r"(?:[a-z-]+\.)?[a-z0-9]+\.[a-z0-9-]+(?:-v[0-9]+)?(?::[0-9]+)?")


@dataclass(frozen=True, kw_only=True)
class ModelChoices:
    chat_model: str
    embedder: str
    region: str

    def check(self) -> None:
        if self.embedder not in EMBEDDERS:
            raise ConfigRefused(f"embedder is {self.embedder!r}; it must be one of {list(EMBEDDERS)}.")
        if self.chat_model == "nova-2-pro" and not self.region.startswith("us-"):
            raise ConfigRefused(
                f"chatModel is 'nova-2-pro' while aws:region is {self.region!r}: it is a preview in the United States alone. "
                f"Set chatModel to 'nova-2-lite', or make a stack in a region there."
            )
        if self.chat_model in ("extractive", "nova-2-lite", "nova-2-pro", "ollama"):
            return
        if not _MODEL.fullmatch(self.chat_model):
            raise ConfigRefused(
                f"chatModel is {self.chat_model!r}; it must be 'extractive', 'ollama', 'nova-2-lite', 'nova-2-pro' or a Bedrock "
                f"model or profile by its id, like us.amazon.nova-lite-v1:0. An ARN does not say which models it leads to: the "
                f"permissions could not name them."
            )
