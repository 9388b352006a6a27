"""What a diagnosis asks for and what comes back.

    propose(Proposal("github-permissions", {"scope": "id-token"}, "permission_or_secret", log), yaml, "github")
    -> Patch("diff", "--- a/workflow.yml\\n+++ b/workflow.yml\\n...", (Check("parses", True, ""), ...)) or None

`template` is an id of `templates.TEMPLATES`; a signature names it and fills `fields` from the log (the named groups of its
pattern). Missing fields are no error: a template that cannot work without them answers None. Without `yaml`, or where
the change has no place in it, the answer is a snippet. None means that nothing in YAML mends this: the fault is in the code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PatchKind = Literal["diff", "snippet"]
FileKind = Literal["github", "gitlab", "kubernetes", "compose", "cloudformation", "iam"]


@dataclass(frozen=True)
class Proposal:
    """One change by its template, the words from the log that fill it, and the category of the diagnosis.

    `log` is the extracted text of the failure; templates that need names (a bucket, a principal) read them there.
    """

    template: str
    fields: Mapping[str, str] = field(default_factory=dict)
    category: str = "unknown"
    log: str = ""


@dataclass(frozen=True)
class Check:
    """One question that the patch had to answer. `detail` says what was wrong, or what was looked at."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Patch:
    """A unified diff against the given YAML, or a snippet to place; `checks` tell what it went through.

    `language` is yaml or json, for whoever shows a snippet.
    """

    kind: PatchKind
    text: str
    checks: tuple[Check, ...]
    language: Literal["yaml", "json"] = "yaml"

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)
