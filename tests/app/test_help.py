"""Every program says what it is for and how to call it, and names the value that it cannot take."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

PROGRAMS = ("app", "app.rag", "app.coldmail", "app.devops", "app.console", "app.rendering", "app.waker")


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_is_an_answer_and_never_a_service_that_starts(
    program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("streamlit" if program == "app.console" else "argparse")
    with pytest.raises(SystemExit) as ended:
        import_module(f"{program}.__main__").main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"usage: python -m {program} " in said
    assert "examples:" in said or "docs/guide/" in said


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_option_that_is_not_known_is_named(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        import_module(f"{program}.__main__").main(["--bogus"])
    assert ended.value.code == 2
    assert "--bogus" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("program", "arguments"), [("app.coldmail", ["none.html"]), ("app.devops", ["analyze", "none.log"])]
)
def test_a_file_that_is_not_there_is_one_line_with_its_name_and_what_to_do(
    program: str,
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENAI_DATA_DIR", str(tmp_path / "data"))
    assert import_module(f"{program}.__main__").main(arguments) == 2
    said = capsys.readouterr().err
    assert repr(arguments[-1]) in said and "check the path" in said and "Errno" not in said
    assert len(said.strip().splitlines()) == 1


def test_a_reader_that_has_had_enough_ends_the_program_without_a_word(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    log.write_text("npm error code ERESOLVE\n")
    with subprocess.Popen(
        [sys.executable, "-m", "app.devops", "analyze", str(log)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stdout and program.stderr
        program.stdout.close()
        said = program.stderr.read()
        assert (program.wait(60), said) == (141, b"")
