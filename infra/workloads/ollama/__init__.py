"""What runs inside the pods around Ollama: one script carries models between it and S3, the other pulls what S3 lacks."""

from collections.abc import Mapping
from pathlib import Path

SCRIPTS_DIR = "/scripts"
CARRY, PULL = "models.py", "pull.sh"


def scripts() -> Mapping[str, str]:
    """By file name, as a ConfigMap brings them into a pod."""
    return {name: Path(__file__).with_name(name).read_text(encoding="utf-8") for name in (CARRY, PULL)}
