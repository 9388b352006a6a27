"""The picture of README: what the program declares, drawn room by room; `make docs` writes it, `make check` compares it."""

from scripts.picture.drawing import draw
from scripts.picture.reading import read


def architecture() -> str:
    """The picture as SVG. The same program gives the same bytes."""
    return draw(read())
