"""Reading the stack files as the engine does."""

from pathlib import Path

import pytest

from infra.project import ProjectRefused, configuration, stacks

PROJECT = """
name: p
config:
  flag: {type: boolean, default: false}
  list: {type: array, default: [a]}
  text: {type: string, default: x}
"""


def files(folder: Path, stack: str) -> Path:
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "Pulumi.s.yaml").write_text(stack)
    return folder


def test_values_of_the_stack_go_over_defaults_and_all_are_text(tmp_path):
    root = files(tmp_path, "config: {p:flag: true, aws:region: r}")
    assert configuration("s", root=root) == {
        "p:flag": "true",
        "p:list": '["a"]',
        "p:text": "x",
        "aws:region": "r",
    }


def test_encrypted_values_are_left_out(tmp_path):
    root = files(tmp_path, "config: {p:password: {secure: v1:abc}}")
    assert "v1:abc" not in str(configuration("s", root=root))


@pytest.mark.parametrize("content", ["", "- a\n", "config: [\n"])
def test_a_file_that_is_no_stack_file_is_named(tmp_path, content: str):
    with pytest.raises(ProjectRefused, match=r"Pulumi\.s\.yaml"):
        configuration("s", root=files(tmp_path, content))


def test_a_stack_that_is_not_there_is_answered_with_those_that_are(tmp_path):
    with pytest.raises(ProjectRefused, match=r"no Pulumi\.t\.yaml; the stacks of this project are: s\."):
        configuration("t", root=files(tmp_path, "config: {}"))
    assert stacks(tmp_path) == ["s"]
