"""`make policies`: checkov over the whole program, as a Terraform plan and as Kubernetes objects; no cloud, no credentials.

Fails on a finding that no skip explains, and on a skip that nothing needs any more.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from infra import adopt, rehearsal
from infra.plan.making import EXAMPLE_ACCOUNT
from infra.project import configuration, project
from infra.rehearsal import Declared, whole
from scripts.policies import terraform
from scripts.policies.scanner import Finding, Report, ScannerFailed, scan
from scripts.policies.skips import SKIPS, Skip
from scripts.policies.variants import VARIANTS, Variant

_EXAMPLES = """examples:
  python -m scripts.policies                    dev, prod, and chat machines alone and beside the cluster
  python -m scripts.policies --stack prod --all every explained finding with its reason
  python -m scripts.policies --write out        keep plan.json and objects.yaml of each stack
"""
FRAMEWORKS = ("terraform_plan", "kubernetes")
# Must be found, or the scanner reads something else than we think: a bucket open to everyone, a pod that owns its machine.
_PLANTED = {"terraform_plan": "CKV_AWS_54", "kubernetes": "CKV_K8S_16"}


def declared(variant: Variant) -> list[Declared]:
    """What the program declares in an account with every image and value it waits for."""
    name = str(project()["name"])
    changes = {f"{name}:{key}": value for key, value in variant.changes.items()}
    return rehearsal.rehearse(
        configuration(variant.stack) | changes,
        project=name,
        stack=variant.stack,
        found=lambda chosen: adopt.nothing(chosen.account or EXAMPLE_ACCOUNT),
    )[1]


def write(things: Sequence[Declared], folder: Path) -> None:
    """Both forms of the program, each in a folder of its own."""
    for framework in FRAMEWORKS:
        (folder / framework).mkdir(parents=True, exist_ok=True)
    plan = terraform.plan([*things, *_planted_bucket()])
    (folder / "terraform_plan" / "plan.json").write_text(json.dumps(plan, indent=1))
    bodies = [whole(thing.inputs) for thing in things if thing.kind.startswith("kubernetes:")]
    (folder / "kubernetes" / "objects.yaml").write_text(yaml.safe_dump_all([*bodies, _planted_pod()]))


def _planted_bucket() -> list[Declared]:
    access = {"bucket": "planted", "blockPublicPolicy": False}
    kind = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    return [
        Declared(
            kind=kind, name="planted", urn="planted", parent="", inputs=access, import_id="", retained=False,
            dependencies=(), ignored=(), references={},
        )
    ]  # fmt: skip


def _planted_pod() -> dict[str, Any]:
    container = {"name": "planted", "image": "planted", "securityContext": {"privileged": True}}
    metadata = {"name": "planted", "namespace": "planted"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


def without_planted(found: Report, framework: str) -> tuple[Finding, ...]:
    """The findings of the program. Raises: ScannerFailed when the planted fault was not seen."""
    if not any(one.check == _PLANTED[framework] and "planted" in one.resource for one in found.findings):
        raise ScannerFailed(
            f"checkov did not find the planted {_PLANTED[framework]} in {framework}: it reads nothing."
        )
    return tuple(one for one in found.findings if "planted" not in one.resource)


def explain(
    findings: Iterable[Finding], *, stack: str, skips: Sequence[Skip] = SKIPS
) -> tuple[list[Finding], list[tuple[Skip, list[Finding]]]]:
    """The findings that no skip covers, and for each skip (the first that fits) those it does."""
    explained: dict[int, list[Finding]] = {}
    open_findings = []
    for one in findings:
        for number, skip in enumerate(skips):
            if skip.covers(stack=stack, check=one.check, resource=one.resource):
                explained.setdefault(number, []).append(one)
                break
        else:
            open_findings.append(one)
    return open_findings, [(skips[number], found) for number, found in sorted(explained.items())]


def check(stack: str, folder: Path, *, tell_all: bool) -> tuple[int, set[Skip]]:
    """Scan one stack and print what came out. Returns: how many findings are open, and the skips that were needed."""
    write(declared(VARIANTS[stack]), folder)
    unexplained, used = 0, set[Skip]()
    for framework in FRAMEWORKS:
        found = scan(folder / framework, framework=framework)
        open_findings, explained = explain(without_planted(found, framework), stack=stack)
        accepted = sum(len(each) for _, each in explained)
        print(
            f"{stack:5} {framework:15} {found.passed:4} passed, {accepted:3} explained, {len(open_findings)} open",
            flush=True,
        )
        for one in open_findings:
            print(f"  OPEN {one.check} {one.resource}: {one.title}")
        if tell_all:
            for skip, each in explained:
                print(f"  {skip.check} {', '.join(one.resource for one in each)}\n      {skip.reason}")
        unexplained += len(open_findings)
        used |= {skip for skip, _ in explained}
    return unexplained, used


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.policies", description=__doc__, epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--stack", action="append", choices=list(VARIANTS), help="default: all")
    parser.add_argument("--all", action="store_true", help="also what is explained, with the reasons")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="keep what was scanned there")
    given = parser.parse_args(arguments)
    stacks = given.stack or list(VARIANTS)
    unexplained, used = 0, set[Skip]()
    with tempfile.TemporaryDirectory() as scratch:
        for stack in stacks:
            try:
                count, needed = check(stack, (given.write or Path(scratch)) / stack, tell_all=given.all)
            except (ScannerFailed, terraform.NotTranslated) as error:
                print(error, file=sys.stderr)
                return 2
            unexplained, used = unexplained + count, used | needed
    idle = [skip for skip in SKIPS if skip not in used] if set(stacks) == set(VARIANTS) else []
    for skip in idle:
        print(f"  IDLE {skip.check} {skip.resources}: nothing needs this skip any more; remove it.")
    print(f"{unexplained} unexplained findings, {len(idle)} idle skips.")
    return 1 if unexplained or idle else 0


if __name__ == "__main__":
    sys.exit(main())
