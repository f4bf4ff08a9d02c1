"""The tables a packet's records add up to: classes, sessions, school months and the periods of the year."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from central.auditor.packet.counts import EVALUATED, session_word
from central.auditor.packet.tables import NO, YES, Cell
from central.domain.attendance import Stage
from central.domain.period import PERIODS
from central.law.monthly import MonthCell, MonthGround, month_cells
from central.law.months import school_months
from central.law.periods import divisor_days, months_in
from central.law.weekend import countable_calendar
from central.reports.packet import days
from central.reports.packet.days import Line, Span
from central.reports.rounding import half_up
from central.reports.walk import CellName

_WORDS = ("present", "absent", "not_certified", "removed")
Rows = Iterator[tuple[Cell, ...]]


class Totals:
    """Counts lines as they pass by; its tables are those of the packet."""

    def __init__(self, span: Span) -> None:
        """Begin with nothing counted."""
        self._span = span
        self._days: Counter[tuple[days.Cell, str, date]] = Counter()
        self._sessions: dict[tuple[str, date], Counter[str]] = {}
        in_period = {
            (word, code): countable_calendar(kind, calendar)
            for word, kind in PERIODS.items()
            for code, calendar in span.calendars.items()
        }
        self._counts_in = {key: found.days_taught for key, found in in_period.items()}
        self._taught = {key: len(divisor_days(found)) for key, found in in_period.items()}

    def take(self, line: Line) -> None:
        """Count one line."""
        if line.cell is not None:
            self._days[line.cell, line.section, line.on] += 1
        if line.stage != EVALUATED:
            session = self._sessions.setdefault((line.section, line.on), Counter())
            session[session_word(Stage(line.stage), line.mark)] += 1

    def sessions(self) -> Rows:
        """Yield every class and day with how its records stood."""
        for (code, on), counts in sorted(self._sessions.items()):
            yield (code, on.isoformat(), *(counts[word] for word in _WORDS))

    def classes(self) -> Rows:
        """Yield the student-days of every cell, class and day."""
        order = sorted(self._days.items(), key=lambda item: (*_key(item[0][0]), item[0][1], item[0][2]))
        for (cell, code, on), number in order:
            yield (*_named(cell), code, on.isoformat(), number)

    def months(self) -> Rows:
        """Yield every school month somebody was enrolled in, as the monthly report counts it."""
        counted: Counter[days.Cell] = Counter()
        for (cell, _, _), number in self._days.items():
            counted[cell] += number
        for month in self._cells():
            name = CellName(month.key.track, month.key.span, month.key.modality)
            number = counted[days.Cell(name, month.key.month)]
            taught = month.days_taught
            ada = half_up(Fraction(number, taught)) if taught else half_up(0)
            bounds = (month.since.isoformat(), month.until.isoformat())
            key = (name.track, month.key.month, name.span.value, name.modality.value)
            yield (*key, *bounds, taught, number, str(ada))

    def _cells(self) -> list[MonthCell]:
        ground = MonthGround(
            spans=self._span.spans,
            calendars=self._span.calendars,
            attended=[],
            absences=(),
            lost={},
            until=self._span.as_of,
        )
        return [cell for cell in month_cells(ground) if self._span.month in {None, cell.key.month}]

    def periods(self) -> Rows:
        """Yield the lines of P-1, P-2 and Annual; nothing where one month alone is looked at."""
        if self._span.month is not None:
            return
        counted: Counter[tuple[str, CellName]] = Counter()
        for (cell, _, on), number in self._days.items():
            for word in PERIODS:
                if on in self._counts_in[word, cell.name.track]:
                    counted[word, cell.name] += number
        enrolled = {CellName(each.track, each.grade.span, each.modality) for each in self._span.spans}
        names = sorted(
            enrolled | {name for _, name in counted},
            key=lambda name: (name.track, name.span.value, name.modality.value),
        )
        for word in PERIODS:
            for name in names:
                taught = self._taught.get((word, name.track), 0)
                if taught:
                    number = counted[word, name]
                    ada = half_up(Fraction(number, taught))
                    key = (word, name.track, name.span.value, name.modality.value)
                    yield (*key, self._months_of(word, name.track), number, taught, str(ada))

    def _months_of(self, word: str, track: str) -> str:
        calendar = self._span.calendars[track]
        kept = months_in(PERIODS[word], school_months(calendar), calendar.school_year)
        return " ".join(str(month.number) for month in kept)

    def calendar(self) -> Rows:
        """Yield every day a track is taught, and where its attendance counts."""
        for code, calendar in sorted(self._span.calendars.items()):
            divides = divisor_days(calendar)
            for on in sorted(calendar.days_taught):
                month = self._span.month_of(code, on)
                counts = (YES if on in self._counts_in[word, code] else NO for word in PERIODS)
                yield (code, on.isoformat(), month, YES if on in divides else NO, *counts)


def _named(cell: days.Cell) -> tuple[Cell, ...]:
    return cell.name.track, cell.month, cell.name.span.value, cell.name.modality.value


def _key(cell: days.Cell) -> tuple[str, int, str, str]:
    return cell.name.track, cell.month, cell.name.span.value, cell.name.modality.value
