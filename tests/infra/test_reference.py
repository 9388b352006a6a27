"""The generated page of the configuration is in step with Pulumi.yaml."""

import pytest

from infra import reference
from infra.stack import KEYS


def test_the_committed_page_is_what_the_generator_writes():
    assert reference.main(["--check"]) == 0


def test_every_key_has_its_section():
    page = reference.render()
    assert [key for key in KEYS if f"\n## {key}\n" not in page] == []


def test_a_page_that_fell_behind_is_reported_with_the_command(
    monkeypatch, tmp_path, capsys: pytest.CaptureFixture[str]
):
    old = tmp_path / "docs" / "config.md"
    old.parent.mkdir()
    old.write_text("old")
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    monkeypatch.setattr(reference, "PAGE", old)
    monkeypatch.setattr(reference, "render", lambda: "new")
    assert reference.main(["--check"]) == 1
    assert "python -m infra.reference" in capsys.readouterr().err
    assert reference.main([]) == 0
    assert old.read_text() == "new"
