"""What is counted from bits is what the law says of the days themselves, whatever the records are."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.attendance import AttendanceDay
from central.domain.calendar import TrackCalendar
from central.domain.day_bits import bits_between, bits_of, days_of, from_bytes, to_bytes
from central.domain.period import PeriodKind
from central.law.absence import expected_days
from central.law.ada import average_daily_attendance
from central.law.chronic import is_chronic_absentee
from central.law.counting import Counts, Measure, Recovery, count, recount
from central.law.day_planes import Cell, StudentRow, track_masks
from central.law.periods import divisor_days, period_calendar
from central.law.recovery_periods import recovery_counts_to
from central.law.weekend import countable_calendar
from tests.fakes.random_years import YEAR, RandomYear, random_year
from tests.fakes.school_days import calendar_of, some_weekdays

KINDS = list(PeriodKind)

years = st.integers(0, 2**32).map(random_year)


def dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311  dice, not secrets


def counted(year: RandomYear, recovery: Mapping[str, Recovery] | None = None) -> Counts:
    return count(year.rows, year.masks, recovery)


def only(counts: Counts, measure: Measure) -> Counts:
    return Counter({key: number for key, number in counts.items() if key[1] is measure})


def cell_of(day: AttendanceDay) -> Cell:
    return Cell(day.track, day.grade.span.value, day.modality.value)


@settings(max_examples=15, deadline=None)
@given(years)
def test_every_cell_has_the_attendance_days_and_the_ada_the_law_gives_it(year: RandomYear) -> None:
    counts = counted(year)
    days = year.claim.days
    for kind in KINDS:
        for code, calendar in year.calendars.items():
            countable = countable_calendar(kind, calendar)
            divisor = len(divisor_days(countable))
            for cell in {cell_of(day) for day in days if day.track == code}:
                here = [day for day in days if cell_of(day) == cell]
                numerator = counts[cell, Measure.ATTENDED, kind]
                assert Fraction(numerator, divisor) == average_daily_attendance(here, countable)
    counted_on = {
        (code, kind): countable_calendar(kind, calendar).days_taught
        for code, calendar in year.calendars.items()
        for kind in KINDS
    }
    assert sum(only(counts, Measure.ATTENDED).values()) == sum(
        day.on in counted_on[day.track, kind] for day in days for kind in KINDS
    )


@settings(max_examples=15, deadline=None)
@given(years)
def test_every_full_day_absence_is_counted_once_in_a_track_taught_that_day(year: RandomYear) -> None:
    found = only(counted(year), Measure.ABSENT)
    missed = year.absences
    annual = sum(number for (_, _, kind), number in found.items() if kind is PeriodKind.ANNUAL)
    assert annual == len(missed)
    for row in year.rows:
        days = set(days_of(from_bytes(row.absent), YEAR))
        assert days <= divisor_days(year.calendars[row.cell.track])
        assert days.isdisjoint(days_of(from_bytes(row.attended), YEAR))


@settings(max_examples=15, deadline=None)
@given(years)
def test_what_was_possible_is_at_least_what_was_attended_and_missed(year: RandomYear) -> None:
    counts = counted(year)
    for cell, _, kind in list(counts):
        calendar = period_calendar(kind, year.calendars[cell.track])
        days = bits_of(calendar.days_taught, YEAR)
        attended = sum((from_bytes(row.attended) & days).bit_count() for row in year.rows if row.cell == cell)
        absent = counts[cell, Measure.ABSENT, kind]
        assert attended + absent <= counts[cell, Measure.POSSIBLE, kind]


def until(calendar: TrackCalendar, kind: PeriodKind) -> TrackCalendar:
    last = recovery_counts_to(kind, calendar)
    return calendar.within({on for on in calendar.days_taught if last and on <= last})


@settings(max_examples=15, deadline=None)
@given(years)
def test_students_are_expected_and_chronically_absent_as_the_law_says(year: RandomYear) -> None:
    counts = counted(year)
    missed = year.absences
    for kind in KINDS:
        calendars = {code: until(calendar, kind) for code, calendar in year.calendars.items()}
        expected = chronic = 0
        for student in {span.student for span in year.spans}:
            theirs = [span for span in year.spans if span.student == student]
            came = [day.on for day in year.claim.days if day.student == student]
            days = expected_days(theirs, calendars, came, YEAR.ends_on)
            absent = days & {absence.on for absence in missed if absence.student == student}
            expected += bool(days)
            chronic += bool(days) and is_chronic_absentee(len(absent), len(days), YEAR.starts_on)
        assert total(counts, Measure.STUDENTS, kind) == expected
        assert total(counts, Measure.CHRONIC, kind) == chronic


def total(counts: Counts, measure: Measure, kind: PeriodKind) -> int:
    return sum(number for key, number in counts.items() if key[1:] == (measure, kind))


@settings(max_examples=15, deadline=None)
@given(years, st.integers(0, 2**32))
def test_recovered_days_are_capped_by_days_earned_ten_and_absences_of_each_period(
    year: RandomYear, seed: int
) -> None:
    random = dice(seed)
    some_days = sorted(next(iter(year.calendars.values())).days_taught)
    earned = {name: random.sample(some_days, random.choice([1, 4, 30])) for name in ("S0", "S1", "S2")}
    barred = {name: random.sample(some_days, 60) for name in earned}
    accounts = {
        name: Recovery(bits_of(earned[name], YEAR), random.choice([0, 3, 10]), bits_of(barred[name], YEAR))
        for name in earned
    }
    counts = counted(year, accounts)
    for kind in KINDS:
        used = 0
        for name, account in accounts.items():
            cells = {row.cell for row in year.rows if row.student == name}
            ends = [recovery_counts_to(kind, year.calendars[cell.track]) for cell in cells]
            # Of several tracks the earliest: one whose period has no month holds the rest back.
            last = min((end for end in ends if end), default=None) if all(ends) else None
            absences = [
                on
                for row in year.rows
                if row.student == name
                for on in days_of(from_bytes(row.absent), YEAR)
                if last and on <= last and on not in barred[name]
            ]
            completed = [on for on in earned[name] if last and on <= last]
            used += min(len(completed), account.allowed, len(absences))
        assert total(counts, Measure.RECOVERED, kind) == used


@settings(max_examples=20, deadline=None)
@given(years, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_nothing(year: RandomYear, random: Random) -> None:
    rows = year.rows
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert count(shuffled, year.masks) == count(rows, year.masks)


def test_more_students_than_are_counted_abreast_are_all_counted() -> None:
    year = random_year(5, students=3)
    rows = year.rows
    many = [row._replace(student=f"{row.student}-{copy}") for copy in range(300) for row in rows]
    once = count(rows, year.masks)
    assert count(many, year.masks) == Counter({key: 300 * number for key, number in once.items()})


def test_a_recovered_day_stands_where_the_oldest_absence_was() -> None:
    year = next(
        found
        for seed in range(500)
        if len((found := random_year(seed, students=1)).rows) == 2
        and all(row.absent != bytes(46) for row in found.rows)
    )
    first, second = sorted(year.rows, key=lambda row: min(days_of(from_bytes(row.absent), YEAR)))
    counts = counted(year, {"S0": Recovery(1, 1)})
    assert counts[first.cell, Measure.RECOVERED, PeriodKind.ANNUAL] == 1
    assert counts[second.cell, Measure.RECOVERED, PeriodKind.ANNUAL] == 0


@pytest.mark.parametrize(("missed", "chronic"), [(0, 0), (2, 0), (3, 1), (4, 1), (30, 0)])
def test_exactly_a_tenth_of_thirty_days_makes_a_chronic_absentee(missed: int, chronic: int) -> None:
    days = some_weekdays(30, date(2025, 8, 11))
    masks = {"A": track_masks(calendar_of(days))}
    enrolled, absent = bits_of(days, YEAR), bits_of(days[len(days) - missed :], YEAR)
    # In one row, and parted into two by a change of grade: each is counted in its own way.
    row = StudentRow("S", "A", "9-12", "classroom", *map(to_bytes, (enrolled, enrolled & ~absent, absent)))
    first = bits_of(days[:10], YEAR)
    parted = [
        StudentRow("S", "A", span, "classroom", *(to_bytes(from_bytes(plane) & part) for plane in row[4:]))
        for span, part in (("7-8", first), ("9-12", enrolled & ~first))
    ]
    for rows in ([row], parted):
        counts = count(rows, masks)
        assert total(counts, Measure.CHRONIC, PeriodKind.ANNUAL) == chronic
        # Who missed every day never came, and is expected on none.
        assert total(counts, Measure.STUDENTS, PeriodKind.ANNUAL) == (missed < 30)


def test_a_student_is_counted_in_the_cell_of_the_last_day_taught() -> None:
    days = some_weekdays(30, date(2025, 8, 11))
    masks = {"A": track_masks(calendar_of(days))}
    saturday = bits_between(days[4] + timedelta(days=1), days[4] + timedelta(days=1), YEAR)
    came = to_bytes(bits_of(days[:5], YEAR))
    rows = [
        StudentRow("S", "A", "7-8", "classroom", came, came, to_bytes(0)),
        StudentRow("S", "A", "9-12", "classroom", to_bytes(saturday), to_bytes(0), to_bytes(0)),
    ]
    counts = count(rows, masks)
    assert counts[rows[0].cell, Measure.STUDENTS, PeriodKind.ANNUAL] == 1
    assert counts[rows[1].cell, Measure.STUDENTS, PeriodKind.ANNUAL] == 0


def test_a_row_of_a_track_without_a_calendar_counts_nothing() -> None:
    year = random_year(1)
    assert count(year.rows, {}) == Counter()


CORRECTIONS = 1_000


def correct(year: RandomYear, corrections: int) -> None:
    """Change one student's day at a time, and hold the counts kept beside to a full count in the end."""
    random = dice(11)
    accounts = {f"S{index}": Recovery(random.getrandbits(365), 10) for index in range(0, 40, 3)}
    theirs: dict[str, list[StudentRow]] = {}
    for row in year.rows:
        theirs.setdefault(row.student, []).append(row)
    counts = count(year.rows, year.masks, accounts)
    names = sorted(theirs)
    for _ in range(corrections):
        name = random.choice(names)
        before = theirs[name]
        changed = random.randrange(len(before))
        row = before[changed]
        held = [*days_of(from_bytes(row.enrolled), YEAR)]
        bit = bits_of([random.choice(held)], YEAR) if held else 0
        attended, absent = from_bytes(row.attended), from_bytes(row.absent)
        is_attended = random.random() < 0.5
        attended, absent = (attended & ~bit, absent & ~bit)
        attended, absent = (attended | bit, absent) if is_attended else (attended, absent | bit)
        after = [*before]
        after[changed] = row._replace(attended=to_bytes(attended), absent=to_bytes(absent))
        recount(counts, before, after, year.masks, {name: accounts[name]} if name in accounts else None)
        theirs[name] = after
    assert counts == count([row for rows in theirs.values() for row in rows], year.masks, accounts)


def test_counts_corrected_one_by_one_are_those_of_a_full_count() -> None:
    correct(random_year(7, students=40), CORRECTIONS)


@pytest.mark.soak
def test_twenty_thousand_corrections_leave_the_counts_of_a_full_count() -> None:
    correct(random_year(9, students=200), 20_000)
