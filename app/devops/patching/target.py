"""The file that a patch is for, with the places that templates ask for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.devops.checking.nodes import Node

Path = tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """`fields` and `log` come from the diagnosis; `root` is the first document."""

    text: str
    root: Node
    documents: tuple[Node, ...]
    fields: Mapping[str, str]
    log: str

    def field(self, *names: str) -> str:
        return next((self.fields[name] for name in names if self.fields.get(name)), "")

    def jobs(self) -> Iterator[tuple[Path, Node]]:
        """The jobs of a workflow; the one that the fields name alone, when they name one that is there."""
        wanted = self.field("job")
        found = [(("jobs", key.value), job) for key, job in self.root.mapped("jobs") if job.kind == "map"]
        named = [
            (path, job)
            for path, job in found
            if wanted and wanted.lower() in (path[1].lower(), job.text("name").lower())
        ]
        yield from named or found

    def steps(self) -> Iterator[tuple[Path, Node, int, Node]]:
        """Path of the steps, their list, the position and the step."""
        for path, job in self.jobs():
            steps = job.get("steps")
            if steps is not None and steps.kind == "list":
                for position, step in enumerate(steps.items):
                    if step.kind == "map":
                        yield (*path, "steps"), steps, position, step

    def using(self, *actions: str) -> Iterator[tuple[Path, Node, int, Node]]:
        for path, steps, position, step in self.steps():
            if step.text("uses").partition("@")[0].lower() in actions:
                yield path, steps, position, step

    def running(self, pattern: str) -> Iterator[tuple[Path, Node, int, Node]]:
        """Steps whose script matches."""
        for path, steps, position, step in self.steps():
            if re.search(pattern, step.text("run")):
                yield path, steps, position, step
