"""Published: the school year as a calendar, each day shaded by the share of students who attended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from central.domain.calendar import SATURDAY, monday_of
from central.reports.charts.chart import Chart, Say
from central.reports.charts.svg import hover, label, picture, shaded
from central.reports.rounding import percent

NAME: Final = "calendar"
_BOX, _STEP, _LEFT, _TOP = 14, 17, 34, 24
_BOUNDS: Final = (Fraction(80, 100), Fraction(90, 100), Fraction(95, 100))
_WEEKS: Final = 44
"""How many weeks there is always room for: from August to the end of May."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day taught: the students enrolled on tracks taught that day, and those who attended."""

    on: date
    enrolled: int
    attended: int

    @property
    def share(self) -> Fraction:
        """How many of those enrolled attended."""
        return Fraction(self.attended, self.enrolled) if self.enrolled else Fraction(0)


def calendar_heat(days: Sequence[DayCount], say: Say) -> Chart:
    """Draw a column a week and a row a weekday; a weekend class stands with Friday's row below it."""
    title = say("Attendance day by day")
    about = say("A column a week, a row a weekday. The fuller the shade, the fewer students were missing.")
    columns = [say("day"), say("students enrolled"), say("students attending"), say("percent")]
    rows = [(day.on.isoformat(), day.enrolled, day.attended, _percent(day)) for day in days]
    first = monday_of(days[0].on) if days else None
    weeks = (monday_of(days[-1].on) - first).days // 7 + 1 if days and first else 1
    size = (_LEFT + max(weeks, _WEEKS) * _STEP + 8, _TOP + 7 * _STEP + 40)
    inside = [*_weekdays(say), *_boxes(days), *_months(days), *_legend(say, size[1] - 18)]
    return Chart(title, about, picture(NAME, size, (title, about), inside), columns, rows)


def shade_of(day: DayCount) -> int:
    """Return the shade of a day: four steps, up to 80, 90, 95 and 100 percent."""
    return 1 + sum(day.share >= bound for bound in _BOUNDS) if day.enrolled else 0


def _percent(day: DayCount) -> str:
    return f"{percent(day.share, 1)}"


def _boxes(days: Sequence[DayCount]) -> Iterator[str]:
    for day in days:
        x, y = _place(day.on, days[0].on)
        told = f"{day.on:%m/%d/%Y}: {day.attended}/{day.enrolled}, {_percent(day)} %"
        yield hover(shaded(NAME, shade_of(day), (x, y, _BOX, _BOX)), told)


def _place(on: date, first: date) -> tuple[int, int]:
    week = (monday_of(on) - monday_of(first)).days // 7
    return _LEFT + week * _STEP, _TOP + on.weekday() * _STEP


def _weekdays(say: Say) -> Iterator[str]:
    names = (say("Mon"), say("Tue"), say("Wed"), say("Thu"), say("Fri"))
    for row, name in enumerate(names[:SATURDAY]):
        yield label(0, _TOP + row * _STEP + 11, name, class_="small")


def _months(days: Sequence[DayCount]) -> Iterator[str]:
    seen: set[tuple[int, int]] = set()
    for day in days:
        month = (day.on.year, day.on.month)
        if month not in seen:
            seen.add(month)
            yield label(_place(day.on, days[0].on)[0], 14, f"{day.on:%m/%y}", class_="small")


def _legend(say: Say, y: int) -> Iterator[str]:
    told = (say("below 80 %"), say("80 % and more"), say("90 % and more"), say("95 % and more"))
    for step, text in enumerate(told):
        x = _LEFT + step * 130
        yield shaded(NAME, step + 1, (x, y - 11, _BOX, _BOX))
        yield label(x + 20, y, text, class_="small")
