"""Shapes of the picture as SVG text: boxes, chips, words, arrows. Colours are classes, so that a dark page has its own."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

# Widths of letters as parts of the font's size: those of DejaVu Sans, the widest that a reader is likely to have.
_WIDTHS = {"ijlI.,:;'|": 0.31, "frt()/- ": 0.41, "mwMW%—…": 0.98}
_UPPER, _OTHER, _BOLD, _FIXED = 0.7, 0.62, 1.13, 0.61
FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
STYLE = """\
text { font-family: FONT; font-size: 13px; fill: #57606a; }
.page { fill: #ffffff; stroke: #d0d7de; }
.title { font-weight: 600; font-size: 14px; fill: #1f2328; }
.word { font-weight: 700; font-size: 15px; letter-spacing: 2px; fill: #ffffff; }
.head { font-size: 14px; fill: #1f2328; }
.strong { font-weight: 700; fill: #1f2328; }
.path { font-size: 12px; font-weight: 600; fill: #1f2328; }
.chip { font-size: 13px; fill: #1f2328; }
.for { font-size: 12px; }
.code { font-family: ui-monospace, monospace; font-size: 13px; font-weight: 700; fill: #1f2328; }
.box { fill: #ffffff; stroke-width: 1.5; }
.choice { stroke-dasharray: 5 3; }
.line { stroke: #57606a; stroke-width: 1.6; fill: none; }
.tip { fill: #57606a; }
.cut { stroke: #57606a; stroke-width: 1.5; stroke-dasharray: 2 5; stroke-linecap: round; }
.cluster.room { fill: #fff6e5; stroke: #d4a72c; } .cluster.tab { fill: #9a6700; } .cluster.box { stroke: #bf8700; }
.workloads.room { fill: #eaf3ff; stroke: #80b3ff; } .workloads.tab { fill: #0969da; } .workloads.box { stroke: #0969da; }
.durable.room { fill: #e9f8ed; stroke: #6fc585; } .durable.tab { fill: #1a7f37; } .durable.box { stroke: #1a7f37; }
.outside.box { fill: none; stroke: #8c959f; }
@media (prefers-color-scheme: dark) {
text { fill: #adb6c0; }
.page { fill: #0d1117; stroke: #30363d; }
.title, .head, .strong, .path, .chip, .code { fill: #f0f3f6; }
.word { fill: #0d1117; }
.box { fill: #161b22; }
.line, .cut { stroke: #9ea7b3; } .tip { fill: #9ea7b3; }
.cluster.room { fill: #241c0a; stroke: #7d5e10; } .cluster.tab { fill: #e3b341; } .cluster.box { stroke: #d29922; }
.workloads.room { fill: #0c1d33; stroke: #1f4a85; } .workloads.tab { fill: #79b8ff; } .workloads.box { stroke: #4493f8; }
.durable.room { fill: #0b2113; stroke: #1f6b35; } .durable.tab { fill: #56d364; } .durable.box { stroke: #3fb950; }
.outside.box { fill: none; stroke: #768390; }
}"""


def width(words: str, kind: str = "") -> float:
    """At most how wide words of this kind are drawn, in pixels."""
    size = {"title": 14, "head": 14, "for": 12, "path": 12}.get(kind, 13)
    if kind == "code":
        return len(words) * _FIXED * size
    return sum(_letter(one) for one in words) * size * (_BOLD if kind in ("title", "path") else 1)


def _letter(letter: str) -> float:
    for letters, part in _WIDTHS.items():
        if letter in letters:
            return part
    return _UPPER if letter.isupper() else _OTHER


def wrapped(words: str, wide: float) -> list[str]:
    """In lines that are no wider, broken between words where that is possible."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer) <= wide:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def text(x: float, y: float, words: str, kind: str = "", *, anchor: str = "start", turn: int = 0) -> str:
    turned = f' transform="rotate({turn} {x:g} {y:g})"' if turn else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    sort = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{sort}{place}{turned}>{escape(words)}</text>'


def box(x: float, y: float, wide: float, high: float, kind: str, *, round_: float = 8) -> str:
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="{round_:g}"/>'


def tab(x: float, y: float, wide: float, high: float, room: str, word: str) -> str:
    """The room's name, read from below, on its left edge."""
    middle, centre = x + wide / 2 + 5, y + high / 2
    shape = (
        f'<path class="{room} tab" d="M{x + wide:g} {y:g} H{x + 10:g} a10 10 0 0 0 -10 10 V{y + high - 10:g} '
        f'a10 10 0 0 0 10 10 H{x + wide:g} Z"/>'
    )
    return shape + "\n" + text(middle, centre, word, "word", anchor="middle", turn=-90)


def line(*points: tuple[float, float]) -> str:
    start, *others = points
    path = f"M{start[0]:g} {start[1]:g}" + "".join(f" L{x:g} {y:g}" for x, y in others)
    return f'<path class="line" d="{path}"/>'


def arrow(x: float, top: float, bottom: float) -> str:
    """Straight down, with its tip at `bottom`."""
    tip = f"M{x:g} {bottom:g} l-4.5 -8 h9 Z"
    return line((x, top), (x, bottom - 7)) + f'\n<path class="tip" d="{tip}"/>'


def document(wide: float, high: float, *, title: str, told: str, shapes: Iterable[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" height="{high:g}" '
        f'role="img" aria-labelledby="title told">'
    )
    lines = [
        head,
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="told">{escape(told)}</desc>',
        f"<style>\n{STYLE.replace('FONT', FONT)}\n</style>",
        *shapes,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
