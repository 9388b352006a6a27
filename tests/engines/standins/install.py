"""Writes the four plugin programs and kubectl into a folder, each a two-line shell script around this interpreter.

usage: python tests/engines/standins/install.py FOLDER, then put FOLDER first on PATH for the engine.
"""

import shlex
import sys
from pathlib import Path

PLUGINS = {
    "pulumi-language-python": "language",
    "pulumi-resource-aws": "aws",
    "pulumi-resource-kubernetes": "kubernetes",
    "pulumi-resource-eks": "eks",
    "kubectl": "kubectl",
}


def install(folder: Path) -> Path:
    """Returns: the folder, ready to be put first on PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    start = Path(__file__).resolve().with_name("start.py")
    for program, module in PLUGINS.items():
        path = folder / program
        path.write_text(
            f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(start))} {module} "$@"\n'
        )
        path.chmod(0o755)
    return folder


if __name__ == "__main__":
    install(Path(sys.argv[1]))
