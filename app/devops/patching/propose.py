"""From what a diagnosis asks for to a patch that passed every check, or to none."""

import json

from app.devops.checking.nodes import Node, read
from app.devops.patching import cloudformation, iam
from app.devops.patching.shapes import FileKind, Patch, Proposal
from app.devops.patching.surgery import Edit, applied, block, unified
from app.devops.patching.target import Target
from app.devops.patching.templates import TEMPLATES, Template
from app.devops.patching.verify import verify_diff, verify_snippet

# The code is wrong there; a change of the pipeline would only hide it.
_FAULTS_OF_CODE = frozenset(("test_assertion", "snapshot_diff", "compile_error", "type_error", "lint_error"))
_NAMES: dict[FileKind, str] = {
    "github": ".github/workflows/workflow.yml",
    "gitlab": ".gitlab-ci.yml",
    "kubernetes": "manifest.yaml",
    "compose": "compose.yaml",
    "cloudformation": "template.yaml",
}


def propose(diagnosis: Proposal, yaml: str | None, kind: FileKind | None = None) -> Patch | None:
    """A diff against `yaml` where it has the place, else a snippet, else None. Only what passed all checks comes back.

    `kind` is what the file is; without it the file's own keys tell.
    Raises: LimitExceeded for a file over a million characters.
    """
    template = TEMPLATES.get(diagnosis.template)
    if template is None or diagnosis.category in _FAULTS_OF_CODE:
        return None
    if template.kind == "iam":
        return _granted(diagnosis, yaml, kind) or _policy(diagnosis)
    if yaml is not None and yaml.strip():
        found = kind_of(yaml) if kind is None else kind
        if found == template.kind:
            patch = _diff(diagnosis, template, yaml)
            if patch is not None or template.edits is not None:
                return patch
    return _snippet(diagnosis, template)


def kind_of(yaml: str) -> FileKind | None:
    """What a file is by its top-level keys; None for a text that is no map."""
    documents = [document for document in read(yaml).documents if document.kind == "map"]
    if not documents:
        return None
    names = {key.value for key, _ in documents[0].pairs}
    if "AWSTemplateFormatVersion" in names:
        return "cloudformation"
    if {"apiVersion", "kind"} <= names:
        return "kubernetes"
    if "jobs" in names and names & {"on", "name", "env", "permissions"}:
        return "github"
    services = documents[0].get("services")
    if services is not None and services.kind == "map":
        return "compose"
    if "Resources" in names:
        return "cloudformation"
    return "gitlab"


def _diff(diagnosis: Proposal, template: Template, text: str) -> Patch | None:
    stream = read(text)
    if (
        template.edits is None
        or stream.problem is not None
        or not stream.documents
        or stream.documents[0].kind != "map"
    ):
        return None
    target = _target(diagnosis, text, stream.documents)
    edits = template.edits(target)
    new = applied(text, edits)
    if not edits or new == text:
        return None
    diff = unified(text, new, _NAMES[template.kind])
    checks = verify_diff(text, new, diff, _rooted(edits, template), template.kind)
    patch = Patch("diff", diff, checks)
    return patch if patch.passed else None


def _rooted(edits: list[Edit], template: Template) -> list[Edit]:
    """Paths begin with the document: manifests name it, the others have one."""
    if template.kind == "kubernetes":
        return edits
    return [Edit(edit.start, edit.end, edit.text, ("0", *edit.path)) for edit in edits]


def _target(diagnosis: Proposal, text: str, documents: list[Node]) -> Target:
    return Target(text, documents[0], tuple(documents), diagnosis.fields, diagnosis.log)


def _snippet(diagnosis: Proposal, template: Template) -> Patch | None:
    if template.snippet is None:
        return None
    data = template.snippet(_target(diagnosis, "", [Node("map", 1, 1, 0, 0, 1)]))
    if not data:
        return None
    documents = data if isinstance(data, list) and template.kind == "kubernetes" else [data]
    text = "---\n".join(block(document) for document in documents)
    patch = Patch("snippet", text, verify_snippet(text, "yaml", template.kind))
    return patch if patch.passed else None


def _granted(diagnosis: Proposal, yaml: str | None, kind: FileKind | None) -> Patch | None:
    """In the template that the role stands in, where it was given."""
    if yaml is None or not yaml.strip() or (kind or kind_of(yaml)) != "cloudformation":
        return None
    return _diff(diagnosis, Template("cloudformation", cloudformation.grant), yaml)


def _policy(diagnosis: Proposal) -> Patch | None:
    document = iam.statement(diagnosis.log, diagnosis.fields)
    if document is None:
        return None
    text = json.dumps(document, indent=2) + "\n"
    patch = Patch("snippet", text, verify_snippet(text, "json", "iam"), "json")
    return patch if patch.passed else None
