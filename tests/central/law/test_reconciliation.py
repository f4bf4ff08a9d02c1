"""Whatever happened in a year, its months, periods and days agree; and what does not is found."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.attendance import Mark, RecordedMark, Stage
from central.domain.calendar import monday_of
from central.domain.enrolment import EnrolledSpan, Grade, Modality, Programme
from central.domain.period import Line, PeriodKind, line_of
from central.law.absence import full_day_absences
from central.law.ada import attendance_days, average_daily_attendance
from central.law.errors import LawError
from central.law.monthly import MonthCell, MonthGround, ada_to_date, month_cells
from central.law.months import school_months
from central.law.periods import divisor_days, months_in
from central.law.reconciliation import (
    findings_on_absences,
    findings_on_months,
    findings_on_period,
    findings_on_projection,
    findings_on_total,
)
from central.law.weekend import countable_calendar
from tests.fakes.school_days import calendar_of, some_weekdays

# Five school months: two of them in P-1, all of them in P-2.
DAYS = some_weekdays(100, date(2024, 11, 4))
SATURDAYS = [DAYS[4] + timedelta(days=1), DAYS[64] + timedelta(days=1)]
CALENDARS = {"A": calendar_of([*DAYS, *SATURDAYS], "A"), "B": calendar_of(DAYS[::2], "B")}
# Marks crowd into three weeks, so that they meet on dates, weekends and a change of months.
CROWDED = [*DAYS[:8], *DAYS[18:24], SATURDAYS[0]]

few = settings(max_examples=30)

spans = st.lists(
    st.builds(
        lambda student, track, grade, since, length, modality: EnrolledSpan(
            student,
            track,
            grade,
            Programme.PARTNERSHIP,
            since,
            None if length is None else since + timedelta(days=length),
            modality,
        ),
        student=st.sampled_from(["S1", "S2"]),
        track=st.sampled_from(["A", "B"]),
        grade=st.sampled_from([Grade.G8, Grade.G9, Grade.G10]),
        since=st.sampled_from([DAYS[0], DAYS[5], DAYS[20]]),
        length=st.sampled_from([None, 0, 4, 30, 80]),
        modality=st.sampled_from(Modality),
    ),
    max_size=5,
)
marks = st.lists(
    st.builds(
        RecordedMark,
        student=st.sampled_from(["S1", "S2"]),
        on=st.sampled_from(CROWDED),
        track=st.sampled_from(["A", "B"]),
        mark=st.sampled_from(Mark),
        stage=st.sampled_from([Stage.PROVISIONAL, Stage.CERTIFIED, Stage.CONFIRMED]),
    ),
    max_size=40,
)
untils = st.sampled_from([DAYS[0], DAYS[6], DAYS[21], DAYS[99]])


def months_of(
    enrolled: list[EnrolledSpan], recorded: list[RecordedMark], until: date
) -> tuple[MonthGround, tuple[MonthCell, ...]]:
    known = [mark for mark in recorded if mark.on <= until]
    ground = MonthGround(
        spans=enrolled,
        calendars=CALENDARS,
        attended=attendance_days(known, enrolled, CALENDARS).days,
        absences=full_day_absences(known, enrolled, CALENDARS, {}),
        lost={},
        until=until,
    )
    return ground, month_cells(ground)


@few
@given(spans, marks, untils)
def test_every_possible_day_is_attended_absent_or_lost_in_every_cell(
    enrolled: list[EnrolledSpan], recorded: list[RecordedMark], until: date
) -> None:
    ground, cells = months_of(enrolled, recorded, until)
    assert findings_on_months(cells) == ()
    assert findings_on_absences(len(list(ground.absences)), cells) == ()
    assert sum(cell.earned for cell in cells) == len(list(ground.attended))
    assert all(cell.since <= until for cell in cells)


@few
@given(spans, marks)
def test_the_months_of_a_period_sum_to_its_average(
    enrolled: list[EnrolledSpan], recorded: list[RecordedMark]
) -> None:
    ground, cells = months_of(enrolled, recorded, DAYS[99])
    for kind in PeriodKind:
        for code, calendar in CALENDARS.items():
            inside = countable_calendar(kind, calendar)
            months = {
                month.number for month in months_in(kind, school_months(calendar), calendar.school_year)
            }
            summed = sum(cell.earned for cell in cells if cell.key.track == code and cell.key.month in months)
            ada = average_daily_attendance(ground.attended, inside)
            assert ada == Fraction(summed, len(divisor_days(inside)))


@few
@given(spans, marks, st.randoms(use_true_random=False))
def test_the_order_of_what_is_told_changes_no_month(
    enrolled: list[EnrolledSpan], recorded: list[RecordedMark], random: Random
) -> None:
    _, cells = months_of(enrolled, recorded, DAYS[99])
    random.shuffle(recorded)
    # Of two enrolments alike in everything the law asks, either may come first.
    random.shuffle(enrolled)
    assert months_of(enrolled, recorded, DAYS[99])[1] == cells


@few
@given(spans, marks)
def test_nobody_earns_more_than_a_day_a_date_and_five_a_week(
    enrolled: list[EnrolledSpan], recorded: list[RecordedMark]
) -> None:
    days = attendance_days(recorded, enrolled, CALENDARS).days
    assert len({(day.student, day.on) for day in days}) == len(days)
    weeks = Counter((day.student, monday_of(day.on)) for day in days)
    assert all(count <= 5 for count in weeks.values())


def cell() -> MonthCell:
    span = EnrolledSpan("S1", "A", Grade.G9, Programme.PARTNERSHIP, DAYS[0])
    recorded = [RecordedMark("S1", on, "A", Mark.PRESENT, Stage.CERTIFIED) for on in DAYS[:10]]
    return months_of([span], recorded, DAYS[19])[1][0]


RIGHT = cell()


@pytest.mark.parametrize(
    "wrong",
    [
        replace(RIGHT, attended=11),
        replace(RIGHT, possible=19),
        replace(RIGHT, absent={AbsenceReason.EXCUSED: 1}),
        replace(RIGHT, lost={}),
        replace(RIGHT, at_end=0),
    ],
)
def test_a_cell_with_one_wrong_number_is_found(wrong: MonthCell) -> None:
    assert findings_on_months([RIGHT]) == ()
    (found,) = findings_on_months([wrong])
    assert (found.rule, found.blocks) == ("R-MON-01", True)
    assert "track A, school month 1, 9-12, classroom" in found.subject


def test_an_absence_outside_every_enrolment_is_missed_by_the_months_and_found() -> None:
    stray = FullDayAbsence("S9", DAYS[0], AbsenceReason.EXCUSED)
    ground = MonthGround(
        spans=[], calendars=CALENDARS, attended=[], absences=[stray], lost={}, until=DAYS[19]
    )
    (found,) = findings_on_absences(1, month_cells(ground))
    assert found.says == "1 full-day absences are on record; the months count 0"


def test_a_row_and_its_months_must_name_the_same_days_and_divisor() -> None:
    row = {"A": (40, 93)}
    assert findings_on_period("P-1", row, {"A": (40, 93), "B": (0, 92)}) == ()
    for other in ({"A": (39, 93)}, {"A": (40, 92)}, {}, {"A": (40, 93), "B": (1, 92)}):
        assert len(findings_on_period("P-1", row, other)) == 1


def test_a_total_of_fractions_says_both_sums_exactly() -> None:
    (found,) = findings_on_total("a schedule", Decimal("1.5"), [Fraction(1, 3), Fraction(1, 3)])
    assert found.says == "the total is 1.5; its lines come to 2/3"
    assert findings_on_total("a schedule", Decimal("0.40"), [Decimal("0.30"), Decimal("0.10")]) == ()


def test_many_differences_are_counted_and_a_few_shown() -> None:
    (found,) = findings_on_projection(f"student {number}" for number in range(5))
    assert "student 0; student 1; student 2 and 2 more" in found.says
    assert findings_on_projection([]) == ()


def test_months_without_a_school_day_have_no_average() -> None:
    assert ada_to_date([cell()]) == Fraction(1, 2)
    with pytest.raises(LawError, match="no school was taught in these months"):
        ada_to_date([])


def test_each_modality_has_its_line() -> None:
    assert line_of(Modality.CLASSROOM) is Line.REGULAR
    assert line_of(Modality.INDEPENDENT_STUDY) is Line.INDEPENDENT_STUDY
