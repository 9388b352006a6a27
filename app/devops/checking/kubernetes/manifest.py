"""A whole manifest: fields first, then every rule for every object."""

from app.devops.checking.findings import Report
from app.devops.checking.kubernetes.access import RULES as ACCESS
from app.devops.checking.kubernetes.availability import RULES as AVAILABILITY
from app.devops.checking.kubernetes.containers import RULES as CONTAINERS
from app.devops.checking.kubernetes.fields import check_fields
from app.devops.checking.kubernetes.objects import Manifest, things
from app.devops.checking.kubernetes.pods import RULES as PODS
from app.devops.checking.kubernetes.references import RULES as REFERENCES
from app.devops.checking.kubernetes.rules import apply
from app.devops.checking.nodes import Stream

# Each object is held against all others.
MOST_OBJECTS = 1_000


def check_manifest(stream: Stream, report: Report) -> None:
    """Every rule for every object of every document."""
    manifest = Manifest(tuple(things(stream)))
    if len(manifest.things) > MOST_OBJECTS:
        line = manifest.things[MOST_OBJECTS].line
        report.error(line, "too-many-objects", f"objects from here on are not checked; {MOST_OBJECTS} are")
        manifest = Manifest(manifest.things[:MOST_OBJECTS])
    for document in stream.documents:
        if document.kind != "map" and not document.empty:
            report.error(
                document.line, "structure", "a document of a manifest is a map with apiVersion: and kind:"
            )
    if not manifest.things and all(document.empty for document in stream.documents):
        report.error(1, "structure", "the manifest is empty")
    for thing in manifest.things:
        check_fields(thing, report)
        for rules in (CONTAINERS, PODS, REFERENCES, ACCESS, AVAILABILITY):
            apply(rules, thing, manifest, report)
