"""The configuration of a laptop's stack: a named context, and nothing of AWS beside it."""

from typing import Any

import pytest

from infra.choices.local import CHOSEN
from infra.choices.refused import key_of
from infra.project import project
from infra.stack import ConfigRefused

from ..program import load

REFUSED = {
    "no context": ([("kubeContext", "")], ["kubeContext is ''", "kubectl config get-contexts"]),
    "a database of AWS": (
        [("database", "rds"), ("databaseGb", "20")],
        ["database is 'rds'", "databaseGb is 20", "kubeContext is 'kind-kind'"],
    ),
    "one that needs AWS's volume": ([("database", "cluster")], ["database is 'cluster'", "'kind-kind'"]),
    "cards": (
        [("gpu", "spot"), ("autoscaler", "true")],
        ["gpu is 'spot'", "autoscaler is true", "kubeContext"],
    ),
    "a model of AWS": ([("chatModel", "nova-2-lite")], ["chatModel is 'nova-2-lite'", "kubeContext"]),
    "a domain": ([("domain", "a.example.org")], ["domain is 'a.example.org'", "kubeContext is 'kind-kind'"]),
    "an account": ([("account", "111122223333")], ["account is '111122223333'", "kubeContext"]),
    "a queue": ([("search", "opensearch")], ["search is 'opensearch'", "kubeContext"]),
    "a list": ([("zones", '["a", "b", "c"]')], ["zones is ['a', 'b', 'c']", "kubeContext"]),
    "a region": ([("aws:region", "eu-west-1")], ["aws:region is 'eu-west-1'", "kubeContext is 'kind-kind'"]),
    "a profile": ([("aws:profile", "work")], ["aws:profile is 'work'", "kubeContext is 'kind-kind'"]),
    "a registry with a scheme": ([("imageRegistry", "http://localhost:5001")], ["'http://localhost:5001'"]),
}


@pytest.mark.parametrize(("changes", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_work_is_refused_naming_both_values(changes: list[tuple[str, str]], words: list[str]):
    with pytest.raises(ConfigRefused) as refused:
        load(*changes, stack="local")
    assert [word for word in words if word not in str(refused.value)] == []


@pytest.mark.parametrize(
    ("key", "value"), [("kubeContext", "kind-kind"), ("imageRegistry", "localhost:5001")]
)
def test_a_stack_in_aws_names_neither_a_context_nor_a_registry(key: str, value: str):
    with pytest.raises(ConfigRefused) as refused:
        load((key, value))
    assert f"{key} is {value!r}" in str(refused.value) and "compute is 'eks'" in str(refused.value)


def other(key: str, spec: dict[str, Any]) -> str:
    """A value that is not the default."""
    # Those whose form is read before they are compared.
    formed = {"account": "111122223333", "deployFrom": '[{"github": "acme/genai-ops", "branch": "main"}]'}
    if key in formed:
        return formed[key]
    default = spec["default"]
    values = {"string": "x", "array": '["x"]', "boolean": "false" if default else "true"}
    return values.get(spec["type"]) or str(default + 1)


def test_every_other_key_of_the_project_is_refused_once_it_differs():
    chosen = {key_of(field) for field in CHOSEN}
    for key, spec in project()["config"].items():
        if key not in chosen:
            with pytest.raises(ConfigRefused, match=rf"{key} is .* while kubeContext is 'kind-kind'"):
                load((key, other(key, spec)), stack="local")


def test_what_a_laptop_may_choose_is_read():
    stack = load(
        ("apps", '["coldmail", "devops"]'),
        ("imageRegistry", "localhost:5001"),
        ("imageTag", "0.2.0"),
        ("keepData", "false"),
        ("kubeContext", "minikube"),
        ("paused", "true"),
        stack="local",
    )
    assert stack.local and stack.kube_context == "minikube" and not stack.kubernetes
