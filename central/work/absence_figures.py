"""How each student's absence stands today, read from the bits of the year: what a call rests on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from central.domain.absence import AbsenceReason
from central.domain.calendar import SchoolMonth, TrackCalendar
from central.domain.calendar import SchoolYear as Year
from central.domain.day_bits import bits_between, bits_of, days_of, from_bytes
from central.domain.student import StudentFacts
from central.law import truancy
from central.law.chronic import absence_rate, is_chronic_absentee
from central.law.months import school_months
from central.law.periods import divisor_days
from central.store.models import SchoolYear, Student, StudentYear
from central.store.queries.absences import noted_reasons
from central.store.queries.calendars import track_calendars
from central.store.queries.missed_minutes import missed_minutes
from central.work.policies import Policies

_EVER: Final = datetime.max.replace(tzinfo=UTC)
_LOOKED_BACK: Final = 40
"""How many days a run of absences is looked for."""
_FEW: Final = 10
"""A school month says something of a student from so many days on."""
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A school month so far: days expected, and those not missed altogether."""

    since: date
    expected: int
    present: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One student's year so far; what is None or empty calls for nothing."""

    student: str
    is_minor: bool
    year_since: date
    run: tuple[date, ...]
    month: MonthFigures | None
    missed: int
    expected: int
    is_chronic: bool
    unexcused: int
    occasions: int
    is_truant: bool

    @property
    def percent(self) -> int:
        """The share of the expected days missed, in whole percent rounded down."""
        return int(absence_rate(self.missed, self.expected) * _WHOLE) if self.expected else 0


@dataclass(frozen=True, slots=True)
class _Track:
    taught: int
    months: tuple[SchoolMonth, ...]


@dataclass(slots=True)
class _Days:
    """One student's days of all tracks, as bits."""

    expected: int = 0
    attended: int = 0
    absent: int = 0
    months: tuple[SchoolMonth, ...] = ()


def figures(year: SchoolYear, today: date) -> Iterator[Figures]:
    """Yield the figures of every student who missed a day, in no order.

    Only certified records speak. Days before the first one attended are expected of nobody.
    """
    named = Year(year.name)
    policies = Policies.of(year.school)
    least_run = policies.value("absent_days_in_a_row", today)
    least_percent = policies.value("month_attendance_percent", today)
    students = dict(Student.objects.filter(school=year.school_id).values_list("number", "birth_on"))
    days = {number: held for number, held in _days(year, named, today).items() if held.absent}
    minors = {number for number in days if _is_minor(number, students.get(number), today)}
    reasons = noted_reasons(year, _EVER)
    occasions = _occasions(year, sorted(minors), today, reasons)
    for number, held in days.items():
        expected = _since_first(held)
        missed = (held.absent & expected).bit_count()
        unexcused = sum(
            reasons.get((number, on), AbsenceReason.UNEXCUSED) is AbsenceReason.UNEXCUSED
            for on in days_of(held.absent & held.expected, named)
        )
        away = occasions.get(number, 0)
        yield Figures(
            student=number,
            is_minor=number in minors,
            year_since=named.starts_on,
            run=_run(held, least_run, named),
            month=_month(held, least_percent, named, today),
            missed=missed,
            expected=expected.bit_count(),
            is_chronic=bool(expected) and is_chronic_absentee(missed, expected.bit_count(), today),
            unexcused=unexcused,
            occasions=away,
            is_truant=truancy.is_truant(unexcused, away, today),
        )


def _days(year: SchoolYear, named: Year, today: date) -> dict[str, _Days]:
    so_far = bits_between(named.starts_on, today, named)
    calendars = track_calendars(year.school_id, named)
    tracks = {
        code: _track(calendar, named, so_far)
        for code, calendar in calendars.items()
        if calendar.weekdays_taught
    }
    found: dict[str, _Days] = {}
    rows = StudentYear.objects.filter(school_year=year)
    columns = ("student__number", "track__code", "enrolled", "attended", "absent")
    for student, track, enrolled, attended, absent in rows.values_list(*columns).iterator(chunk_size=5_000):
        if track not in tracks:
            continue
        held = found.setdefault(student, _Days())
        held.expected |= from_bytes(bytes(enrolled)) & tracks[track].taught
        held.attended |= from_bytes(bytes(attended)) & so_far
        held.absent |= from_bytes(bytes(absent)) & so_far
        held.months = tracks[track].months
    return found


def _track(calendar: TrackCalendar, named: Year, so_far: int) -> _Track:
    return _Track(bits_of(divisor_days(calendar), named) & so_far, tuple(school_months(calendar)))


def _since_first(held: _Days) -> int:
    """Return the days expected from the first one attended on; of who never came, none."""
    first = held.attended & -held.attended
    return held.expected & -first if first else 0


def _run(held: _Days, least: int, named: Year) -> tuple[date, ...]:
    """Return the newest run of absences long enough; days nobody has certified yet are passed over."""
    known = held.expected & (held.attended | held.absent)
    run: list[date] = []
    for on in reversed(list(days_of(known, named))[-_LOOKED_BACK:]):
        if held.absent & bits_of([on], named):
            run.append(on)
        elif len(run) >= least:
            break
        else:
            run.clear()
    return tuple(reversed(run)) if len(run) >= least else ()


def _month(held: _Days, least_percent: int, named: Year, today: date) -> MonthFigures | None:
    """Return the newest school month long enough to say something, where it is below the school's share."""
    for month in reversed(held.months):
        if month.starts_on > today:
            continue
        expected = bits_between(month.starts_on, month.ends_on, named) & _since_first(held)
        days = expected.bit_count()
        if days >= _FEW:
            present = days - (held.absent & expected).bit_count()
            is_low = present * _WHOLE < least_percent * days
            return MonthFigures(month.starts_on, days, present) if is_low else None
    return None


def _is_minor(number: str, born_on: date | None, today: date) -> bool:
    facts = StudentFacts(student=number, born_on=born_on)
    return bool(truancy.is_under_compulsory_education(facts, today))


def _occasions(
    year: SchoolYear, minors: list[str], today: date, reasons: Mapping[tuple[str, date], AbsenceReason]
) -> dict[str, int]:
    """Count the days on which minors missed too much of a class and nobody noted an excuse."""
    found: dict[str, int] = {}
    for (student, on), minutes in missed_minutes(year, minors, today).items():
        is_excused = reasons.get((student, on), AbsenceReason.UNEXCUSED) is not AbsenceReason.UNEXCUSED
        if not is_excused and truancy.is_occasion(minutes, on):
            found[student] = found.get(student, 0) + 1
    return found
