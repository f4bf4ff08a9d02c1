"""Papers as plain text of at most 92 characters a line, for a terminal and for a printer."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from central.reports.render_text import WIDTH, wrapped

_GAP: Final = 2
_NARROWEST: Final = 5


def heading(title: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield a title between rules and what is said under it."""
    yield "=" * WIDTH
    yield from wrapped(title, "")
    yield "=" * WIDTH
    for line in lines:
        yield from wrapped(line, "")


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int], most: int = WIDTH
) -> Iterator[str]:
    """Yield a table whose cells wrap within their columns; numbers stand to the right."""
    widths = _widths(columns, rows, most - 2)
    yield from _row(columns, widths, numbers)
    yield "  " + "  ".join("-" * width for width in widths)
    for row in rows:
        yield from _row(row, widths, numbers)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the width of each column: what it asks for, the widest giving way until all fit."""
    asked = [
        max(_NARROWEST, len(name), *(len(row[at]) for row in rows)) if rows else len(name)
        for at, name in enumerate(columns)
    ]
    room -= _GAP * (len(columns) - 1)
    while sum(asked) > room and max(asked) > _NARROWEST:
        over, widest = sum(asked) - room, max(asked)
        next_widest = max((each for each in asked if each < widest), default=_NARROWEST)
        at_widest = asked.count(widest)
        step = max(1, min(widest - max(next_widest, _NARROWEST), -(-over // at_widest)))
        asked = [each - step if each == widest else each for each in asked]
    return asked


def _row(cells: Sequence[str], widths: Sequence[int], numbers: frozenset[int]) -> Iterator[str]:
    parts = [
        [cell] if len(cell) <= width and "\n" not in cell else _wrapped(cell, width)
        for cell, width in zip(cells, widths, strict=True)
    ]
    for line in range(max(map(len, parts), default=0)):
        shown = [
            _placed(part[line] if line < len(part) else "", width, is_number=at in numbers)
            for at, (part, width) in enumerate(zip(parts, widths, strict=True))
        ]
        yield ("  " + "  ".join(shown)).rstrip()


def _wrapped(cell: str, width: int) -> list[str]:
    return textwrap.wrap(cell, width, break_on_hyphens=False) or [""]


def _placed(text: str, width: int, *, is_number: bool) -> str:
    return text.rjust(width) if is_number else text.ljust(width)
