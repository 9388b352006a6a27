"""Questions that a newcomer can click, each with the sample document that answers it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """`document` is a part of the sample's file name; the question is offered while such a document is there."""

    question: str
    document: str


EXAMPLES: tuple[Example, ...] = (
    Example("What does pausing keep, and what does it cost?", document="pause-and-resume"),
    Example("How much may a hotel cost per night?", document="travel-policy"),
    Example("How do I descale the machine?", document="coffee-machine"),
)
