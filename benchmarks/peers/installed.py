"""How much disk packages take with all they require: `python -m benchmarks.peers.installed NAME...`, in any environment."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True)
class Weight:
    """`version` of the package asked for, and the disk that it takes with all it requires."""

    version: str
    mb: float
    packages: int


def closure(wanted: Iterable[str]) -> dict[str, Distribution]:
    """Installed distributions by name. What is required but was left out on purpose is not among them."""
    found: dict[str, Distribution] = {}
    done: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(text) for text in wanted]
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in done:
            continue
        done.add((name, extras))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        for text in found[name].requires or ():
            needed = Requirement(text)
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in extras | {""}
            ):
                waiting.append(needed)
    return found


def size_mb(distributions: Iterable[Distribution]) -> float:
    """Files as they were installed; bytecode, which each machine makes itself, is not counted."""
    total = 0
    for one in distributions:
        for file in one.files or ():
            path = Path(str(file.locate()))
            if path.suffix != ".pyc" and path.is_file():
                total += path.stat().st_size
    return total / 1e6


def main() -> int:
    """Print the Weight of these names together, with the version of the first."""
    names = sys.argv[1:]
    found = closure(names)
    first = found[canonicalize_name(Requirement(names[0]).name)]
    print(json.dumps(asdict(Weight(first.version, size_mb(found.values()), len(found)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
