"""Which actions of IAM a piece of code calls for: Python by boto3's methods, shell by the `aws` command. Read, never run."""

import ast
import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import botocore.session
from botocore import xform_name

# Where IAM's name is not the operation's: Service Authorization Reference, 2026-11-27. S3's transfer methods are no operations.
NAMED_OTHERWISE: dict[str, tuple[str, ...]] = {
    "head_bucket": ("s3:ListBucket",),
    "list_objects_v2": ("s3:ListBucket",),
    "list_object_versions": ("s3:ListBucketVersions",),
    "head_object": ("s3:GetObject",),
    "download_file": ("s3:GetObject",),
    "upload_file": ("s3:PutObject",),
    # By version, as all code here deletes.
    "delete_object": ("s3:DeleteObjectVersion",),
    "delete_objects": ("s3:DeleteObjectVersion",),
}
# What a call may ask for besides: S3's API reference says of each deletion that it needs this one too, and what goes up in
# parts is given up in one when it fails.
BESIDES: dict[str, tuple[str, ...]] = {
    "delete_object": ("s3:DeleteObject",),
    "delete_objects": ("s3:DeleteObject",),
    "upload_file": ("s3:AbortMultipartUpload",),
}
WITH_ARGUMENT: dict[tuple[str, str], str] = {("put_object", "Tagging"): "s3:PutObjectTagging"}
# Of langchain-aws, which calls the client that it is given: Converse and InvokeModel are one right each, with and without stream.
CONSTRUCTED: dict[str, tuple[str, ...]] = {
    "BedrockEmbeddings": ("bedrock:InvokeModel",),
    "ChatBedrockConverse": ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"),
}
# What `aws s3` does with each: the direction is not told by the command's name.
SHELL: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "cp": ((), ("s3:GetObject", "s3:PutObject")),
    "sync": (("s3:ListBucket",), ("s3:GetObject", "s3:PutObject")),
}
_AWS = re.compile(r"\baws (s3|s3api|secretsmanager|autoscaling|sts) ([a-z0-9-]+)")
_PREFIXES = {"bedrock-runtime": "bedrock"}


@dataclass(frozen=True)
class Called:
    """`needed`: without these the code fails; `besides`: it may ask for these too."""

    needed: frozenset[str] = frozenset()
    besides: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        return self.needed | self.besides

    def __or__(self, other: "Called") -> "Called":
        return Called(self.needed | other.needed, self.besides | other.besides)


def together(several: Iterable[Called]) -> Called:
    return functools.reduce(Called.__or__, several, Called())


def of_python(*sources: str, deed: str = "") -> Called:
    """Of sources that share their clients. With `deed`: of what that key of the module's table of deeds leads to, and no more."""
    trees = [ast.parse(source) for source in sources]
    methods = {
        name: action for tree in trees for service in _services(tree) for name, action in _methods(service)
    }
    nodes = [node for tree in trees for node in (_reached(tree, deed) if deed else ast.walk(tree))]
    return together(_call(node, methods) for node in nodes if isinstance(node, ast.Call))


def of_shell(text: str) -> Called:
    found = []
    for service, command in _AWS.findall(text):
        if service == "s3":
            needed, besides = SHELL[command]
            found.append(Called(frozenset(needed), frozenset(besides)))
        else:
            name = command.replace("-", "_")
            methods = dict(_methods(service.removesuffix("api")))
            found.append(_named(name, methods))
    return together(found)


def _call(node: ast.Call, methods: dict[str, str]) -> Called:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name == "get_paginator" and isinstance(node.args[0], ast.Constant):
        name = str(node.args[0].value)
    if name in CONSTRUCTED:
        return Called(frozenset(CONSTRUCTED[name]))
    found = _named(name, methods)
    given = {keyword.arg for keyword in node.keywords}
    more = {
        action for (method, argument), action in WITH_ARGUMENT.items() if method == name and argument in given
    }
    return found | Called(frozenset(more)) if found.needed else found


def _named(name: str, methods: dict[str, str]) -> Called:
    if name not in methods:
        return Called()
    needed = NAMED_OTHERWISE.get(name, (methods[name],))
    return Called(frozenset(needed), frozenset(BESIDES.get(name, ())))


def _services(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        made = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "client"
        )
        if made and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


@functools.cache
def _methods(service: str) -> Sequence[tuple[str, str]]:
    model = botocore.session.get_session().get_service_model(service)
    prefix = _PREFIXES.get(service, service)
    found = [(xform_name(operation), f"{prefix}:{operation}") for operation in model.operation_names]
    return found + ([(name, "") for name in NAMED_OTHERWISE] if service == "s3" else [])


def _reached(tree: ast.Module, deed: str) -> Iterator[ast.AST]:
    """All nodes of the functions that a deed leads to, by the names that they mention."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    todo, seen = [_deed(tree, deed)], set[str]()
    while todo:
        name = todo.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for node in ast.walk(functions[name]):
            yield node
            if isinstance(node, ast.Name):
                todo.append(node.id)
            elif isinstance(node, ast.Attribute):
                todo.append(node.attr)


def _deed(tree: ast.Module, deed: str) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == deed and isinstance(value, ast.Name):
                    return value.id
    raise LookupError(f"No table of deeds of this module knows {deed!r}.")
