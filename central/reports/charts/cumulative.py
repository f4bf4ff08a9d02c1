"""Published: average daily attendance from the first day of school to each day, with the periods' ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from central.reports.charts.chart import Chart, Say
from central.reports.charts.svg import element, hover, label, picture

NAME: Final = "cumulative"
_WIDE, _HIGH, _LEFT, _TOP = 700, 220, 64, 34
_LINES: Final = 4
_GAP: Final = 70


@dataclass(frozen=True, slots=True)
class AdaToDate:
    """The average daily attendance from the first day to this one, printed."""

    on: date
    ada: Decimal


def cumulative(points: Sequence[AdaToDate], ends: Sequence[tuple[str, date]], say: Say) -> Chart:
    """Draw a line over the year; `ends` are the periods' names and last days."""
    title = say("ADA to date")
    about = say("Average daily attendance from the first day to each day; dotted lines end P-1 and P-2.")
    columns = [say("day"), "ADA", say("period ends")]
    rows = [
        (point.on.isoformat(), str(point.ada), ", ".join(name for name, on in ends if on == point.on))
        for point in points
    ]
    size = (_LEFT + _WIDE + 40, _TOP + _HIGH + 40)
    inside = list(_Scale(points).drawn(ends)) if points else []
    return Chart(title, about, picture(NAME, size, (title, about), inside), columns, rows)


class _Scale:
    """Where a day and a number stand; the scale begins well below the lowest number and says where."""

    def __init__(self, points: Sequence[AdaToDate]) -> None:
        self._points = points
        low, high = min(point.ada for point in points), max(point.ada for point in points)
        room = max((high - low) / 4, Decimal("0.5"))
        self._low, self._high = max(low - room, Decimal(0)), high + room
        self._first, self._last = points[0].on, max(points[-1].on, points[0].on)

    def drawn(self, ends: Sequence[tuple[str, date]]) -> Iterator[str]:
        """Yield the lines, the year's curve on top."""
        yield from self._grid()
        placed: list[float] = []
        for name, on in ends:
            if self._first <= on <= self._last:
                x = self._x(on)
                yield element(
                    "path",
                    class_="axis dotted",
                    d=f"M{x:g} {_TOP - 8}V{_TOP + _HIGH}",
                    stroke_dasharray="3 4",
                )
                up = 12 if any(abs(x - other) < _GAP for other in placed) else 0
                placed.append(x)
                text = f"{name} {on:%m/%d}"
                yield label(x, _TOP - 12 - up, text, class_="small", text_anchor="middle")
        where = " ".join(f"{self._x(point.on):.1f},{self._y(point.ada):.1f}" for point in self._points)
        yield element("polyline", class_="line", points=where, fill="none")
        last = self._points[-1]
        dot = element("circle", class_="ink", cx=self._x(last.on), cy=self._y(last.ada), r=4)
        yield hover(dot, f"{last.on:%m/%d/%Y}: {last.ada}")
        yield label(self._x(last.on), self._y(last.ada) - 10, f"{last.ada:,}", text_anchor="end")

    def _grid(self) -> Iterator[str]:
        for step in range(_LINES + 1):
            ada = self._low + (self._high - self._low) * step / _LINES
            y = self._y(ada)
            yield element("path", class_="axis faint", d=f"M{_LEFT} {y:g}H{_LEFT + _WIDE}")
            yield label(_LEFT - 8, y + 4, f"{ada:,.1f}", class_="small", text_anchor="end")
        months = dict.fromkeys((point.on.year, point.on.month) for point in self._points)
        for year, month in months:
            x = self._x(max(date(year, month, 1), self._first))
            yield label(x, _TOP + _HIGH + 18, f"{month:02}/{year % 100:02}", class_="small")

    def _x(self, on: date) -> float:
        whole = max((self._last - self._first).days, 1)
        return _LEFT + _WIDE * (on - self._first).days / whole

    def _y(self, ada: Decimal) -> float:
        return float(_TOP + _HIGH - _HIGH * (ada - self._low) / (self._high - self._low))
