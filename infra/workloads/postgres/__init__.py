"""What runs inside the pods of PostgreSQL: scripts of its own tools, and the one that carries files to and from AWS."""

from collections.abc import Mapping
from pathlib import Path

SCRIPTS_DIR = "/scripts"
CARRY = "carry.py"


def scripts() -> Mapping[str, str]:
    """By file name, as a ConfigMap brings them into a pod."""
    found = (*Path(__file__).parent.glob("*.sh"), Path(__file__).with_name(CARRY))
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(found)}
