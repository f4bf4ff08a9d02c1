"""Published: when students come, in five-minute steps around the bell."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from central.reports.charts.chart import Chart, Say
from central.reports.charts.svg import element, hover, label, picture, shaded

NAME: Final = "arrivals"
BIN: Final = 5
"""Minutes a bar stands for."""
_FIRST, _LAST = -30, 60
_BAR, _HIGH, _LEFT, _TOP = 30, 180, 50, 24


def bin_of(minutes: int) -> int:
    """Return where the bar of an arrival begins; whoever came much earlier or later stands at the ends."""
    return min(max(minutes // BIN * BIN, _FIRST), _LAST - BIN)


def arrivals(minutes: Iterable[int], tardy_after: int, say: Say) -> Chart:
    """Draw how many arrived so many whole minutes after the bell, rounded down; before it is negative."""
    title = say("Arrivals around the bell")
    about = say("Each bar is five minutes. Zero is the bell; from the dotted line on, students are tardy.")
    counts = Counter(map(bin_of, minutes))
    starts = range(_FIRST, _LAST, BIN)
    columns = [say("minutes from the bell"), say("to"), say("students")]
    rows = [(start, start + BIN, counts[start]) for start in starts]
    size = (_LEFT + len(starts) * _BAR + 10, _TOP + _HIGH + 50)
    inside = [*_bars(counts, starts), *_axis(starts, tardy_after, max(counts.values(), default=0))]
    inside.append(label(_LEFT, size[1] - 8, say("minutes from the bell"), class_="small"))
    return Chart(title, about, picture(NAME, size, (title, about), inside), columns, rows)


def _x(minutes: int) -> int:
    return _LEFT + (minutes - _FIRST) // BIN * _BAR


def _bars(counts: Counter[int], starts: range) -> Iterator[str]:
    most = max(counts.values(), default=1)
    for start in starts:
        high = round(_HIGH * counts[start] / most)
        # Before the bell full, after it hatched: what counts is told without colour.
        bar = shaded(NAME, 4 if start < 0 else 2, (_x(start) + 2, _TOP + _HIGH - high, _BAR - 4, high))
        yield hover(bar, f"{start} to {start + BIN}: {counts[start]}")


def _axis(starts: range, tardy_after: int, most: int) -> Iterator[str]:
    base = _TOP + _HIGH
    yield element("path", class_="axis", d=f"M{_LEFT} {base}H{_x(_LAST - BIN) + _BAR}")
    yield element("path", class_="axis bell", d=f"M{_x(0)} {_TOP - 6}V{base + 6}")
    late = _LEFT + (tardy_after - _FIRST) * _BAR / BIN
    yield element("path", class_="axis dotted", d=f"M{late:g} {_TOP - 6}V{base + 6}", stroke_dasharray="3 4")
    yield label(_LEFT - 8, _TOP + 10, str(most), class_="small", text_anchor="end")
    yield label(_LEFT - 8, base, "0", class_="small", text_anchor="end")
    for start in starts[::3]:
        yield label(_x(start), base + 18, str(start), class_="small", text_anchor="middle")
