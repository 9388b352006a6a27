"""Installs what one image carries into a folder of its own and weighs it: the RAG service's environment stays under 350 MB."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

REPO = Path(__file__).parents[1]
LIMITS_MB = {"rag": 350, "devops": 250, "coldmail": 350, "console": 500, "render": 250}


def install(extra: str, *, into: Path) -> None:
    """The same command as in the Dockerfile."""
    uv = subprocess.run(
        (REPO / "scripts/env.sh", "uv"), stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
    command = (
        uv,
        "sync",
        "--quiet",
        "--frozen",
        "--no-dev",
        "--no-editable",
        "--extra",
        extra,
        "--python",
        sys.executable,
    )
    subprocess.run(command, cwd=REPO, env=os.environ | {"UV_PROJECT_ENVIRONMENT": str(into)}, check=True)


def sizes_mb(environment: Path) -> Counter[str]:
    """{top-level name in site-packages: MB}; what lies beside it counts as the environment's own."""
    weighed: Counter[str] = Counter()
    for path in environment.rglob("*"):
        if path.is_file() and not path.is_symlink():
            parts = path.relative_to(environment).parts
            at = parts.index("site-packages") + 1 if "site-packages" in parts else 0
            weighed[parts[at] if at else "(scripts)"] += path.stat().st_size
    return Counter({name: round(size / 1e6) for name, size in weighed.items()}) + Counter(
        {"(all)": round(weighed.total() / 1e6)}
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extras", nargs="*", default=["rag"], help="extras of pyproject.toml; default: rag")
    over = False
    for extra in parser.parse_args().extras:
        with tempfile.TemporaryDirectory(prefix="genai-env-") as folder:
            install(extra, into=Path(folder) / "venv")
            sizes = sizes_mb(Path(folder) / "venv")
        total, limit = sizes.pop("(all)"), LIMITS_MB[extra]
        largest = ", ".join(f"{name} {size}" for name, size in sizes.most_common(6))
        print(f"{extra}: {total} MB of at most {limit} MB; largest: {largest}.")
        over |= total > limit
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
