"""Reads tables by what heads their columns, whether they are drawn by table elements or by roles."""

from collections.abc import Container

from selectolax.lexbor import LexborNode

from app.coldmail.extraction import words
from app.coldmail.extraction.html_text import node_text

_CELL_CHARS = 120


def cell_below(row: LexborNode, heads: Container[str]) -> str | None:
    """The cell of a row below the head that is one of these labels."""
    at = _headed(row, heads)
    cells = list(row.iter())
    text = node_text(cells[at]) if at is not None and at < len(cells) else ""
    return text if 1 < len(text) <= _CELL_CHARS else None


def column(cell: LexborNode | None, heads: Container[str]) -> bool:
    """Whether a cell stands below a head that is one of these labels."""
    row = cell.parent if cell is not None else None
    at = _headed(row, heads) if row is not None else None
    cells = list(row.iter()) if row is not None else []
    return at is not None and at < len(cells) and cell is not None and cells[at].mem_id == cell.mem_id


def _headed(row: LexborNode, heads: Container[str]) -> int | None:
    if row.tag != "tr" and row.attributes.get("role") != "row":
        return None
    table = row.parent
    for _ in range(2):
        if table is None or table.tag == "table" or table.attributes.get("role") in ("table", "grid"):
            break
        table = table.parent
    head = table.css_first("tr, [role=row]") if table is not None else None
    cells = head.iter() if head is not None else ()
    return next((at for at, cell in enumerate(cells) if words.label(node_text(cell)) in heads), None)
