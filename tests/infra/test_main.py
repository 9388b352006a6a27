"""The table of contents stays one."""

from infra.project import ROOT

PROGRAM = (ROOT / "infra" / "__main__.py").read_text(encoding="utf-8")


def test_the_program_reads_as_a_table_of_contents():
    assert "pulumi_aws" not in PROGRAM
    assert len(PROGRAM.splitlines()) <= 75


def test_only_one_file_reads_the_configuration():
    readers = [
        path.name
        for path in (ROOT / "infra").rglob("*.py")
        if "pulumi.Config(" in path.read_text(encoding="utf-8")
    ]
    assert readers == ["stack.py"]
