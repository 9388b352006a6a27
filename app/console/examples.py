"""What a newcomer can click: questions with the sample document that answers each, a posting, a failed job's log."""

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

POSTING = """Python Engineer at Harbour Lights
Location: Porto, Portugal
We keep lighthouses lit with data.
Requirements
- Python and PostgreSQL
- Pipelines on AWS
"""

LOG = """$ npm ci
npm error code ERESOLVE
npm error ERESOLVE unable to resolve dependency tree
npm error While resolving: shop@2.4.0
npm error Found: react@19.0.0
npm error Could not resolve dependency:
npm error peer react@"^18.0.0" from date-picker@4.1.2
Process exited with code 1
"""
