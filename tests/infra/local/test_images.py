"""How images get into a laptop's cluster."""

import pytest

from infra.local.images import loading, needed

from ..program import load


@pytest.mark.parametrize(
    ("context", "command"),
    [
        ("kind-kind", "kind load docker-image i:1 --name kind"),
        ("kind-two-words", "kind load docker-image i:1 --name two-words"),
        ("k3d-dev", "k3d image import i:1 --cluster dev"),
        ("minikube", "minikube image load i:1 --profile minikube"),
    ],
)
def test_the_command_goes_by_who_made_the_cluster(context: str, command: str):
    assert loading(context, "i:1") == command.split()


def test_a_cluster_of_unknown_make_has_no_command():
    assert loading("docker-desktop", "i:1") is None


def test_only_what_the_stack_runs_is_needed():
    assert needed(load(stack="local")) == ["rag", "console"]
    assert needed(load(("consoleTenant", ""), ("apps", '["devops"]'), stack="local")) == ["rag", "devops"]
