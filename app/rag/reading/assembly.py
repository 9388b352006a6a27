"""Puts the blocks of a document together into one text with exact offsets, within limits."""

from app.kernel.documents import Block, BlockKind, ExtractedText
from app.kernel.errors import LimitExceeded
from app.rag.reading.cleaning import clean, one_line

# 20 million characters are some 10,000 pages. Text, blocks and their JSON then stay within the worker's memory.
MAX_CHARS = 20_000_000
MAX_BLOCKS = 200_000
_TITLE_CHARS = 300


class Assembly:
    """Takes blocks in reading order and knows where each of them ends up."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0

    def add(
        self, text: str, *, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0, page: int | None = None
    ) -> None:
        """Append a block; one without visible text is left out. Raises: LimitExceeded (too_much_text)."""
        text = clean(text)
        text = text.rstrip().lstrip("\n") if kind is BlockKind.CODE else text.strip()
        if not text.strip():
            return
        gap = self._gap(kind)
        start = self._length + len(gap)
        self._length = start + len(text)
        if self._length > MAX_CHARS or len(self._blocks) >= MAX_BLOCKS:
            raise too_much_text()
        self._parts += (gap, text)
        self._blocks.append(Block(start, self._length, kind, level=level, page=page))

    def extracted(
        self, *, title: str | None = None, pages: int | None = None, warnings: tuple[str, ...] = ()
    ) -> ExtractedText:
        """The document; `title` falls back to the first heading of level 1, and no text at all is a warning."""
        text = "".join(self._parts)
        title = one_line(clean(title or "")) or self._first_heading(text)
        if not self._blocks:
            warnings = (*warnings, "no_text")
        return ExtractedText(text, tuple(self._blocks), pages, title[:_TITLE_CHARS] or None, warnings)

    def _gap(self, kind: BlockKind) -> str:
        if not self._blocks:
            return ""
        return "\n" if kind is BlockKind.LIST_ITEM and self._blocks[-1].kind is kind else "\n\n"

    def _first_heading(self, text: str) -> str:
        for block in self._blocks[:20]:
            if block.kind is BlockKind.HEADING and block.level == 1:
                return one_line(text[block.start : block.end])
        return ""


def too_much_text() -> LimitExceeded:
    return LimitExceeded(
        f"The document has more than {MAX_CHARS:,} characters or {MAX_BLOCKS:,} paragraphs; split it.",
        code="too_much_text",
    )
