"""A school month of one track, grade span and modality: enrolled, possible, attended, missed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.attendance import AttendanceDay
from central.domain.calendar import TrackCalendar, monday_of
from central.domain.enrolment import EnrolledSpan, GradeSpan, Modality
from central.law.errors import LawError
from central.law.membership import Membership, MonthWindow, memberships, month_windows

NOT_CERTIFIED = "not certified"
OTHER_TRACK = "counted on another track"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """One school month of one track, grade span and modality."""

    track: str
    month: int
    span: GradeSpan
    modality: Modality


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCell:
    """What one cell of the monthly report counts.

    `at_start` are students enrolled the day before the month begins, `at_end` those on its last
    day, the weekends and vacation weeks after it included. The other counts are of student-days:
    `possible`, `attended`, `absent` and `lost` are each counted from their own source, so that
    holding them together shows a mistake. `on_weekends` was attended beside what is possible;
    `lost` is neither attended nor absent, by the reason it may not be claimed.
    """

    key: CellKey
    since: date
    until: date
    at_start: int
    entries: int
    exits: int
    at_end: int
    days_taught: int
    possible: int
    attended: int
    on_weekends: int
    absent: Mapping[AbsenceReason, int]
    lost: Mapping[str, int]

    @property
    def earned(self) -> int:
        """The days attendance is counted for, weekend classes included."""
        return self.attended + self.on_weekends


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthGround:
    """What the months are counted from, up to a date; `lost` says why, for student, date and track."""

    spans: Iterable[EnrolledSpan]
    calendars: Mapping[str, TrackCalendar]
    attended: Iterable[AttendanceDay]
    absences: Iterable[FullDayAbsence]
    lost: Mapping[tuple[str, date, str], str]
    until: date


@dataclass(slots=True)
class _Tally:
    at_start: int = 0
    entries: int = 0
    exits: int = 0
    at_end: int = 0
    possible: int = 0
    attended: int = 0
    on_weekends: int = 0
    absent: Counter[AbsenceReason] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


def month_cells(ground: MonthGround) -> tuple[MonthCell, ...]:
    """Count every school month begun by a date, cell by cell, in order.

    A day is possible where a student was enrolled and the track was taught; two tracks on one date
    are possible in both, and attended or absent in one: of an absence, the older enrolment's.

    Cites: attendance reports to the authorizer; EC 37201; 5 CCR 11960(a) (R-MON-01, R-CAL-02).
    """
    windows = {code: month_windows(calendar, ground.until) for code, calendar in ground.calendars.items()}
    tallies: dict[CellKey, _Tally] = defaultdict(_Tally)
    days = list(ground.attended)
    _count_attended(days, windows, tallies)
    counted_in: dict[str, dict[date, str]] = defaultdict(dict)
    for day in days:
        counted_in[day.student][day.on] = day.track
    missed: dict[str, dict[date, AbsenceReason]] = defaultdict(dict)
    for absence in ground.absences:
        missed[absence.student][absence.on] = absence.reason
    for member in memberships(ground.spans):
        for window in windows.get(member.track, ()):
            if member.since <= window.ends_on and member.until >= window.month.starts_on - _DAY:
                tally = tallies[CellKey(member.track, window.month.number, member.span, member.modality)]
                _count_member(member, window, tally)
                known = (counted_in[member.student], missed[member.student], ground)
                _count_missed(member, window, known, tally)
    by_month = {(code, found.month.number): found for code, kept in windows.items() for found in kept}
    return tuple(_cell(key, by_month[key.track, key.month], tallies[key]) for key in sorted(tallies))


def ada_to_date(cells: Iterable[MonthCell]) -> Fraction:
    """Return the average daily attendance of some months of one cell's track, span and modality.

    Raises LawError when no school was taught in them.

    Cites: 5 CCR 11960(a); attendance reports to the authorizer (R-MON-01, R-ADA-01).
    """
    kept = list(cells)
    taught = sum(cell.days_taught for cell in kept)
    if not taught:
        msg = "no school was taught in these months, so they have no ADA"
        raise LawError(msg)
    return Fraction(sum(cell.earned for cell in kept), taught)


def _count_attended(
    days: Iterable[AttendanceDay],
    windows: Mapping[str, Iterable[MonthWindow]],
    tallies: Mapping[CellKey, _Tally],
) -> None:
    """Count each day where it says it belongs, whatever the enrolments say."""
    of_day = {(code, on): found for code, kept in windows.items() for found in kept for on in found.taught}
    of_week = {
        (code, week): found for code, kept in windows.items() for found in kept for week in found.month.weeks
    }
    for day in days:
        on_weekday = of_day.get((day.track, day.on))
        window = on_weekday or of_week.get((day.track, monday_of(day.on)))
        if window is None:
            continue
        tally = tallies[CellKey(day.track, window.month.number, day.grade.span, day.modality)]
        if on_weekday:
            tally.attended += 1
        else:
            tally.on_weekends += 1


def _count_member(member: Membership, window: MonthWindow, tally: _Tally) -> None:
    starts_on = window.month.starts_on
    tally.at_start += member.holds(starts_on - _DAY)
    tally.at_end += member.holds(window.ends_on)
    tally.entries += starts_on <= member.since <= window.ends_on
    tally.exits += starts_on - _DAY <= member.until < window.ends_on
    tally.possible += len(member.days(window.taught))


def _count_missed(
    member: Membership,
    window: MonthWindow,
    known: tuple[dict[date, str], dict[date, AbsenceReason], MonthGround],
    tally: _Tally,
) -> None:
    """Count the possible days not attended here: an absence once, anything else with why it is lost."""
    counted_in, missed, ground = known
    for on in member.days(window.taught):
        reason = missed.pop(on, None)
        if reason is not None:
            tally.absent[reason] += 1
            counted_in.setdefault(on, member.track)
        elif on not in counted_in:
            tally.lost[ground.lost.get((member.student, on, member.track), NOT_CERTIFIED)] += 1
        elif counted_in[on] != member.track:
            tally.lost[OTHER_TRACK] += 1


def _cell(key: CellKey, window: MonthWindow, tally: _Tally) -> MonthCell:
    return MonthCell(
        key=key,
        since=window.month.starts_on,
        until=window.ends_on,
        at_start=tally.at_start,
        entries=tally.entries,
        exits=tally.exits,
        at_end=tally.at_end,
        days_taught=len(window.taught),
        possible=tally.possible,
        attended=tally.attended,
        on_weekends=tally.on_weekends,
        absent=dict(tally.absent),
        lost=dict(sorted(tally.lost.items())),
    )
