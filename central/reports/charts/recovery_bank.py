"""Published: the recovery bank of students as a bar chart in SVG, against the days a year allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_ROW: Final = 26
_BAR: Final = 16
_LABELS: Final = 190
_PLOT: Final = 400
_TOP: Final = 26
_RIGHT: Final = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """One student's days: those used, and those earned that wait for an absence."""

    label: str
    used: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Words:
    """What the chart says, in the reader's language."""

    title: str
    used: str
    waiting: str
    cap: str


def recovery_bank(bars: Sequence[Bar], cap: int, words: Words) -> str:
    """Return the chart as an SVG element: a row a student, days used, days waiting, a line at the cap.

    Days are whole; the scale reaches to the cap or the longest bar. Styled by classes alone: `used`
    is filled, `waiting` only outlined, so that they are told apart in black and white.
    """
    most = max([cap, 1, *(bar.used + bar.waiting for bar in bars)])
    unit = _PLOT / most
    height = _TOP + _ROW * len(bars) + 8
    width = _LABELS + _PLOT + _RIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bank" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{_text(words.title)}</title>",
        *_axis(most, unit, height),
        *(part for row, bar in enumerate(bars) for part in _row(row, bar, unit, words)),
        *_cap(cap, unit, height, words),
        "</svg>",
    ]
    return "\n".join(lines)


def _axis(most: int, unit: float, height: int) -> Iterator[str]:
    step = 1 if most <= 2 * 10 else 10
    for days in range(0, most + 1, step):
        x = _at(days, unit)
        yield f'<line class="grid" x1="{x}" y1="{_TOP - 4}" x2="{x}" y2="{height - 4}"/>'
        yield f'<text class="tick" x="{x}" y="{_TOP - 10}" text-anchor="middle">{days}</text>'


def _row(row: int, bar: Bar, unit: float, words: Words) -> Iterator[str]:
    top = _TOP + row * _ROW + (_ROW - _BAR) // 2
    told = f"{bar.label}: {bar.used} {words.used}, {bar.waiting} {words.waiting}"
    yield f"<g><title>{_text(told)}</title>"
    x, y = _LABELS - 8, top + _BAR - 4
    yield f'<text class="label" x="{x}" y="{y}" text-anchor="end">{_text(bar.label)}</text>'
    for kind, since, days in (("used", 0, bar.used), ("waiting", bar.used, bar.waiting)):
        if days:
            yield (
                f'<rect class="{kind}" x="{_at(since, unit)}" y="{top}" width="{round(days * unit, 1)}" '
                f'height="{_BAR}"/>'
            )
    end = _at(bar.used + bar.waiting, unit)
    yield f'<text class="value" x="{end + 5}" y="{top + _BAR - 4}">{bar.used + bar.waiting}</text></g>'


def _cap(cap: int, unit: float, height: int, words: Words) -> Iterator[str]:
    x = _at(cap, unit)
    told = f"<title>{_text(words.cap)}</title>"
    yield f'<line class="cap" x1="{x}" y1="{_TOP - 6}" x2="{x}" y2="{height - 4}">{told}</line>'


def _at(days: int, unit: float) -> float:
    return round(_LABELS + days * unit, 1)


def _text(words: str) -> str:
    return escape(words, quote=True)
