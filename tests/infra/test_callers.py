"""Every permission of the program is used by somebody who has a name, and everybody who is named uses one."""

import base64
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from infra import adopt, rehearsal
from infra.project import ROOT
from infra.rehearsal import Declared
from infra.workloads.permissions import KEEPERS

from . import aws_calls
from .aws_calls import Called
from .callers import (
    ACCOUNT,
    ADAPTERS,
    CODE,
    JUDGED_BY,
    KEY_STATEMENT,
    MANAGED,
    OTHERS,
    REFUSED,
    SENDERS,
    TAKEN_BY,
    TAKERS,
)
from .program import ACCOUNT as NUMBER
from .program import CHAT_MACHINES, NAME, RDS, SEVERAL, WIDEST, config

ROLE, ROLE_POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
ATTACHMENT, PROFILE = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/instanceProfile:InstanceProfile",
)
# What people may choose, so that each statement is in one of them at least.
PROGRAMS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "dev": ("dev", ()),
    "prod": ("prod", ()),
    "widest": ("dev", WIDEST),
    "widest on RDS": ("dev", (*WIDEST, *RDS)),
    "managed Airflow": ("dev", (("airflow", "mwaa"), ("nat", "single"))),
    "chat machines alone": ("dev", CHAT_MACHINES),
    "several of them": ("dev", SEVERAL),
}


@functools.cache
def declared(title: str) -> tuple[Declared, ...]:
    """With every secret that an app may have of its own: each brings a statement."""
    stack, changes = PROGRAMS[title]
    found = replace(adopt.nothing(NUMBER), app_secrets_set=frozenset({"coldmail", "devops"}))
    things = rehearsal.rehearse(config(stack, *changes), project=NAME, stack=stack, found=lambda _: found)[1]
    return tuple(sorted(things, key=lambda thing: thing.urn))


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Statement:
    """One permission: of a role, or of a bucket, topic or key for somebody."""

    role: str
    sid: str
    actions: frozenset[str]
    resources: tuple[str, ...]
    body: Any


def statements(title: str) -> Iterator[Statement]:
    """Of all roles."""
    things = {thing.urn: thing for thing in declared(title)}
    for thing in things.values():
        if thing.kind == ROLE_POLICY:
            role = things[thing.references["role"][0]]
            for body in json.loads(thing.inputs["policy"])["Statement"]:
                yield Statement(
                    short(role),
                    body["Sid"],
                    frozenset(as_list(body["Action"])),
                    tuple(as_list(body.get("Resource", []))),
                    body,
                )


def short(role: Declared) -> str:
    """Its name without those of project and stack."""
    return role.name.split("-", 3)[3] if role.name.startswith(f"{NAME}-") else role.name


def roles(title: str) -> dict[str, Declared]:
    return {short(thing): thing for thing in declared(title) if thing.kind == ROLE}


def all_statements() -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for title in PROGRAMS:
        for one in statements(title):
            key = (one.role, one.sid)
            found[key] = found.get(key, frozenset()) | one.actions
    return found


# ---- what a role's pods run


def pod_specs(thing: Declared) -> Iterator[tuple[str, Any]]:
    """(namespace, spec of the pods) of a workload or a schedule."""
    spec = thing.inputs.get("spec")
    if thing.kind.startswith("kubernetes:") and isinstance(spec, dict):
        spec = spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec
        if "template" in spec:
            yield thing.inputs["metadata"]["namespace"], spec["template"]["spec"]


def pods_of(title: str, role: str) -> list[Any]:
    """The specs of the pods whose service account is tied to the role."""
    things = declared(title)
    urn = roles(title)[role].urn
    seats = {
        (thing.inputs["namespace"], thing.inputs["serviceAccount"])
        for thing in things
        if "PodIdentityAssociation" in thing.kind and urn in thing.references["roleArn"]
    }
    found = [pod for thing in things for pod in pod_specs(thing)]
    return [spec for space, spec in found if (space, spec.get("serviceAccountName")) in seats]


def containers(title: str, role: str) -> list[Any]:
    return [
        one for pod in pods_of(title, role) for one in (*pod.get("initContainers", []), *pod["containers"])
    ]


def scripts(title: str) -> dict[str, str]:
    """What the program mounts, by name."""
    return {
        name: text
        for thing in declared(title)
        if thing.kind == "kubernetes:core/v1:ConfigMap"
        for name, text in thing.inputs.get("data", {}).items()
    }


def boot_scripts(title: str, role: str) -> Iterator[str]:
    """What machines of the role are brought at their first boot."""
    things = declared(title)
    urn = roles(title)[role].urn
    profiles = {one.urn for one in things if one.kind == PROFILE and urn in one.references["role"]}
    for thing in things:
        if profiles & set(thing.references.get("iamInstanceProfile", ())):
            config = base64.b64decode(thing.inputs["userData"]).decode().split("\n", 1)[1]
            yield from (one["content"] for one in json.loads(config)["write_files"])


def called(title: str, role: str) -> Called:
    """By the code that the role's pods or machines run, or by the code that CODE names."""
    found = [_of_container(title, one) for one in containers(title, role)]
    found += [aws_calls.of_shell(text) for text in boot_scripts(title, role)]
    if role in CODE:
        text = (ROOT / CODE[role]).read_text(encoding="utf-8")
        found.append(aws_calls.of_shell(text) if CODE[role].endswith(".sh") else aws_calls.of_python(text))
    return aws_calls.together(found)


def _of_container(title: str, container: Any) -> Called:
    found = []
    command = [str(word) for word in container.get("command", [])]
    if command[:2] == ["python", "-c"]:
        found.append(aws_calls.of_python(command[2], deed="".join(command[3:4])))
    elif command[:1] == ["python"] and command[1].startswith("/scripts/"):
        script = scripts(title)[command[1].rsplit("/", 1)[1]]
        found.append(aws_calls.of_python(script, deed="".join(command[2:3])))
    settings = {item["name"]: str(item.get("value", "")) for item in container.get("env", [])}
    for (name, value), files in ADAPTERS.items():
        if name in settings and value in ("", settings[name]):
            found.append(aws_calls.of_python(*((ROOT / "app/adapters" / file).read_text() for file in files)))
    return aws_calls.together(found)


# ---- statements


@pytest.mark.parametrize("title", PROGRAMS)
def test_every_action_of_every_role_is_called_by_its_code_or_by_a_named_program(title: str):
    unused = []
    for one in statements(title):
        if one.role in JUDGED_BY or one.sid == KEY_STATEMENT:
            continue
        others = OTHERS.get((one.role, one.sid))
        users = called(title, one.role).all | frozenset(others.actions if others else ())
        if one.actions - users:
            unused.append(f"{one.role} {one.sid}: nobody calls {', '.join(sorted(one.actions - users))}")
    assert unused == []


@pytest.mark.parametrize("title", PROGRAMS)
def test_every_call_of_our_code_is_allowed_to_its_role(title: str):
    missing = []
    for role in roles(title):
        allowed = {action for one in statements(title) if one.role == role for action in one.actions}
        lacking = called(title, role).needed - allowed - REFUSED.keys()
        missing += [f"{role} may not {action}, which its code calls" for action in sorted(lacking)]
    assert missing == []


def test_everybody_who_is_named_has_a_statement_and_uses_all_that_the_name_is_there_for():
    found = all_statements()
    idle = {
        key: sorted(set(others.actions) - found.get(key, frozenset()))
        for key, others in OTHERS.items()
        if set(others.actions) - found.get(key, frozenset())
    }
    assert idle == {}


def test_what_is_refused_is_called_and_allowed_nowhere():
    everything = {action for actions in all_statements().values() for action in actions}
    calls = {call for title in PROGRAMS for role in roles(title) for call in called(title, role).needed}
    assert set(REFUSED) <= calls
    assert not set(REFUSED) & everything


@pytest.mark.parametrize("title", PROGRAMS)
def test_the_key_is_used_by_way_of_the_services_that_the_role_asks_and_for_what_these_do(title: str):
    for one in (one for one in statements(title) if one.sid == KEY_STATEMENT):
        asked = {
            action.split(":")[0]
            for other in statements(title)
            if other.role == one.role
            for action in other.actions
        } & KEEPERS.keys()
        by = {name.split(".")[0] for name in one.body["Condition"]["StringEquals"]["kms:ViaService"]}
        assert by == asked, one.role
        assert one.actions == {action for keeper in asked for action in KEEPERS[keeper]}, one.role


@pytest.mark.parametrize("title", PROGRAMS)
def test_every_secret_that_a_pod_may_read_is_named_to_the_pod(title: str):
    for one in statements(title):
        told = json.dumps([container.get("env", []) for container in containers(title, one.role)])
        if one.actions == {"secretsmanager:GetSecretValue"} and pods_of(title, one.role):
            assert all(secret in told for secret in one.resources), f"{one.role} {one.sid}"


# ---- who takes a role


@pytest.mark.parametrize("title", PROGRAMS)
def test_every_role_is_taken_by_something_that_the_program_declares(title: str):
    things = declared(title)
    for role, thing in roles(title).items():
        if role in JUDGED_BY:
            continue
        for trust in json.loads(thing.inputs["assumeRolePolicy"])["Statement"]:
            if role in TAKEN_BY:
                assert trust["Principal"] == {"AWS": f"arn:aws:iam:::{roles(title)[TAKEN_BY[role]].name}"}
                may = [one for one in statements(title) if one.role == TAKEN_BY[role]]
                assert [one.sid for one in may if one.resources == (f"arn:aws:iam:::{thing.name}",)], role
                continue
            for service in as_list(trust["Principal"]["Service"]):
                takers = [
                    one.kind
                    for one in things
                    if one.kind in TAKERS[service]
                    and thing.urn in {u for us in one.references.values() for u in us}
                ]
                assert takers, f"{role} trusts {service}, but nothing gives it the role"


@pytest.mark.parametrize("title", PROGRAMS)
def test_every_role_of_a_service_account_has_pods(title: str):
    # The driver's pods are the add-on's own.
    for role, thing in roles(title).items():
        if "pods.eks.amazonaws.com" in thing.inputs["assumeRolePolicy"] and role != "disks":
            assert pods_of(title, role), f"no pod of the program has the service account of {role}"


def test_every_instance_profile_is_on_a_machine():
    used = {
        urn for title in PROGRAMS for one in declared(title) for us in one.references.values() for urn in us
    }
    assert {one.urn for title in PROGRAMS for one in declared(title) if one.kind == PROFILE} <= used


def test_every_service_that_is_trusted_takes_a_role_in_some_program():
    trusted = {
        service
        for title in PROGRAMS
        for role, thing in roles(title).items()
        if role not in JUDGED_BY and role not in TAKEN_BY
        for trust in json.loads(thing.inputs["assumeRolePolicy"])["Statement"]
        for service in as_list(trust["Principal"]["Service"])
    }
    assert trusted == TAKERS.keys()


def test_managed_policies_are_those_that_somebody_is_named_for():
    attached = {
        thing.inputs["policyArn"].rsplit("/", 1)[1]
        for title in PROGRAMS
        for thing in declared(title)
        # Those of the account's own belong to a role that is judged elsewhere.
        if thing.kind == ATTACHMENT and thing.room != "durable"
    }
    assert attached == MANAGED.keys()


# ---- what buckets, topics and keys admit


def admissions(title: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for thing in declared(title):
        text = thing.inputs.get("policy")
        if thing.kind not in (ROLE_POLICY, POLICY) and isinstance(text, str):
            for body in json.loads(text).get("Statement", []):
                if body["Effect"] == "Allow":
                    yield f"{thing.name} {body['Sid']}", body


def test_whoever_a_bucket_a_topic_or_a_key_admits_comes_for_something_that_the_program_declares():
    kinds = {thing.kind for title in PROGRAMS for thing in declared(title)}
    admitted = set()
    for title in PROGRAMS:
        for where, body in admissions(title):
            if body["Sid"] in ACCOUNT:
                assert body["Principal"] == {"AWS": f"arn:aws:iam::{NUMBER}:root"}, where
                continue
            for service in as_list(body["Principal"]["Service"]):
                admitted.add(service)
                assert set(SENDERS[service]) & kinds, f"{where} admits {service}, which comes for nothing"
    assert admitted == SENDERS.keys()
    assert {body["Sid"] for title in PROGRAMS for _, body in admissions(title)} >= ACCOUNT.keys()


def test_whoever_judges_a_role_is_there():
    assert all((ROOT / path).is_file() for path in JUDGED_BY.values())
    assert JUDGED_BY.keys() <= {role for title in PROGRAMS for role in roles(title)}


# ---- the reading of code


def test_a_call_is_read_with_the_client_it_is_made_on():
    source = "import boto3\nboto3.client('sqs').send_message(MessageBody='x')\nprint('x'.split())"
    assert aws_calls.of_python(source).all == {"sqs:SendMessage"}
    assert aws_calls.of_python("queue.send_message(MessageBody='x')").all == frozenset()


def test_iams_own_names_are_used_where_they_differ():
    source = "s3 = boto3.client('s3')\ns3.put_object(Tagging='a=b')\ns3.get_paginator('list_object_versions')"
    assert aws_calls.of_python(source).needed == {
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:ListBucketVersions",
    }


def test_of_a_table_of_deeds_only_the_one_that_runs_counts():
    source = (
        "s3 = boto3.client('s3')\n"
        "def read(): s3.get_object()\n"
        "def write(): s3.put_object()\n"
        "DEEDS = {'read': read, 'write': write}\n"
    )
    assert aws_calls.of_python(source, deed="read").all == {"s3:GetObject"}
    with pytest.raises(LookupError, match="'erase'"):
        aws_calls.of_python(source, deed="erase")


def test_the_aws_command_is_read_too():
    text = 'aws s3 sync "$a" "$b"\naws autoscaling complete-lifecycle-action --x\necho aws s3\naws sts assume-role --y'
    assert aws_calls.of_shell(text).needed == {
        "s3:ListBucket",
        "autoscaling:CompleteLifecycleAction",
        "sts:AssumeRole",
    }
