from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.attendance import AttendanceDay, Mark, RecordedMark, Stage
from central.domain.enrolment import EnrolledSpan, Grade, GradeSpan, Modality, Programme
from central.domain.finding import Finding, Severity
from central.law.ada import (
    ada_by_grade_span,
    attendance_days,
    attendance_share,
    average_daily_attendance,
    enrolment_in_force,
)
from central.law.errors import LawError
from tests.fakes.school_days import calendar_of, some_weekdays, spread

DAYS = some_weekdays(10)
CALENDARS = {"A": calendar_of(DAYS[:8], "A"), "B": calendar_of(DAYS[2:], "B")}
SPANS = [
    EnrolledSpan("S1", "A", Grade.G9, Programme.PARTNERSHIP, DAYS[0]),
    EnrolledSpan("S1", "B", Grade.G9, Programme.PARTNERSHIP, DAYS[4]),
    EnrolledSpan("S2", "B", Grade.G12, Programme.PARTNERSHIP, DAYS[0], DAYS[6]),
]

marks = st.lists(
    st.builds(
        RecordedMark,
        student=st.sampled_from(["S1", "S2", "S3"]),
        on=st.sampled_from(DAYS),
        track=st.sampled_from(["A", "B"]),
        mark=st.sampled_from(Mark),
        stage=st.sampled_from(Stage),
    ),
    max_size=60,
)


@given(marks)
def test_nobody_earns_more_than_one_day_a_date(given_marks: list[RecordedMark]) -> None:
    claim = attendance_days(given_marks, SPANS, CALENDARS)
    assert len({(day.student, day.on) for day in claim.days}) == len(claim.days)


@given(marks, st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_marks_change_nothing(
    given_marks: list[RecordedMark], random: Random
) -> None:
    shuffled = [*given_marks, *given_marks]
    random.shuffle(shuffled)
    assert attendance_days(shuffled, SPANS, CALENDARS) == attendance_days(given_marks, SPANS, CALENDARS)


@given(marks)
def test_every_day_claimed_was_certified_present_enrolled_and_taught(
    given_marks: list[RecordedMark],
) -> None:
    for day in attendance_days(given_marks, SPANS, CALENDARS).days:
        assert day.on in CALENDARS[day.track].days_taught
        assert any(
            span.student == day.student and span.track == day.track and span.holds(day.on) for span in SPANS
        )
        assert any(
            (found.student, found.on, found.track) == (day.student, day.on, day.track)
            and found.mark is Mark.PRESENT
            and found.stage.counts
            for found in given_marks
        )


@given(marks)
def test_a_present_mark_that_counts_becomes_a_day_or_a_finding(given_marks: list[RecordedMark]) -> None:
    claim = attendance_days(given_marks, SPANS, CALENDARS)
    settled = {(day.student, day.on) for day in claim.days} | {
        (finding.subject, finding.on) for finding in claim.findings
    }
    for found in given_marks:
        if found.mark is Mark.PRESENT and found.stage.counts:
            assert (found.student, found.on) in settled


@given(marks)
def test_no_student_is_more_than_one_ada_in_a_track(given_marks: list[RecordedMark]) -> None:
    claim = attendance_days(given_marks, SPANS, CALENDARS)
    for calendar in CALENDARS.values():
        assert average_daily_attendance(claim.days, calendar) <= 3


def test_days_outside_the_calendar_and_of_other_tracks_earn_nothing() -> None:
    calendar = calendar_of(DAYS[:4], "A")
    inside = spread(4, DAYS[:4], "A")
    outside = [AttendanceDay("S0", DAYS[7], "A", Grade.G9), AttendanceDay("S9", DAYS[0], "B", Grade.G9)]
    assert average_daily_attendance([*inside, *outside], calendar) == 1


def test_one_day_told_in_two_grades_is_one_day() -> None:
    told = [AttendanceDay("S0", DAYS[0], "A", grade) for grade in (Grade.G8, Grade.G9)]
    assert average_daily_attendance(told, calendar_of(DAYS[:4], "A")) == Fraction(1, 4)


def test_a_saturday_class_earns_a_day_and_divides_by_none() -> None:
    saturday = date(2024, 8, 10)
    calendar = calendar_of([*DAYS[:5], saturday], "A")
    days = [AttendanceDay("S0", saturday, "A", Grade.G9), AttendanceDay("S0", DAYS[0], "A", Grade.G9)]
    assert average_daily_attendance(days, calendar) == Fraction(2, 5)


def test_a_student_attends_no_more_days_than_were_possible() -> None:
    assert attendance_share(12_345, 95 * 142) == Fraction(12_345, 13_490)
    for attended, possible in ((3, 2), (0, 0), (-1, 5)):
        with pytest.raises(LawError, match="is no share"):
            attendance_share(attended, possible)


def test_grade_spans_add_up_to_the_whole() -> None:
    calendar = calendar_of(DAYS, "A")
    days = [*spread(30, DAYS, grade=Grade.K), *(spread(25, DAYS, grade=Grade.G12))]
    days = [AttendanceDay(f"{day.grade}{day.student}", day.on, day.track, day.grade) for day in days]
    spans = ada_by_grade_span(days, calendar)
    assert spans == {
        GradeSpan.TK_3: Fraction(3),
        GradeSpan.G4_6: Fraction(0),
        GradeSpan.G7_8: Fraction(0),
        GradeSpan.G9_12: Fraction(5, 2),
    }
    assert sum(spans.values()) == average_daily_attendance(days, calendar)


def bar_first_day(span: EnrolledSpan, on: date) -> Sequence[Finding]:
    if on > DAYS[1]:
        return ()
    severity = Severity.BLOCKING if on == DAYS[0] else Severity.WARNING
    return [Finding("R-AGE-01", "EC 47612(b)", span.student, on, "no proof", "file it", severity)]


def test_a_day_that_is_barred_is_not_claimed_and_a_warning_does_not_bar() -> None:
    present = [RecordedMark("S1", on, "A", Mark.PRESENT, Stage.CERTIFIED) for on in DAYS[:3]]
    claim = attendance_days(present, SPANS, CALENDARS, bar_first_day)
    assert {day.on for day in claim.days} == {DAYS[1], DAYS[2]}
    assert [finding.on for finding in claim.findings] == [DAYS[0], DAYS[1]]


def test_a_day_barred_in_one_track_is_claimed_in_the_other() -> None:
    def bar_track_a(span: EnrolledSpan, on: date) -> Sequence[Finding]:
        if span.track == "B":
            return ()
        return [Finding("R-AGE-03", "EC 47612.1", span.student, on, "barred", "wait", Severity.BLOCKING)]

    present = [RecordedMark("S1", DAYS[5], track, Mark.PRESENT, Stage.CERTIFIED) for track in "AB"]
    claim = attendance_days(present, SPANS, CALENDARS, bar_track_a)
    assert [day.track for day in claim.days] == ["B"]


def test_the_younger_of_two_enrolments_in_a_track_says_the_grade() -> None:
    spans = [
        EnrolledSpan("S1", "A", Grade.G10, Programme.PARTNERSHIP, DAYS[1]),
        EnrolledSpan("S1", "A", Grade.G9, Programme.PARTNERSHIP, DAYS[0]),
    ]
    present = [RecordedMark("S1", DAYS[2], "A", Mark.PRESENT, Stage.CERTIFIED)]
    (day,) = attendance_days(present, spans, CALENDARS).days
    assert day.grade is Grade.G10


@pytest.mark.parametrize("is_turned", [False, True])
def test_of_two_enrolments_alike_the_one_that_asks_more_says_what_is_true(*, is_turned: bool) -> None:
    def enrolled(modality: Modality, programme: Programme) -> EnrolledSpan:
        return EnrolledSpan("S1", "A", Grade.G9, programme, DAYS[0], modality=modality)

    study = enrolled(Modality.INDEPENDENT_STUDY, Programme.PARTNERSHIP)
    ordinary = enrolled(Modality.CLASSROOM, Programme.ORDINARY_CHARTER)
    partner = enrolled(Modality.CLASSROOM, Programme.PARTNERSHIP)
    turn = -1 if is_turned else 1
    assert enrolment_in_force([study, ordinary][::turn], "A", DAYS[0]) is study
    assert enrolment_in_force([partner, ordinary][::turn], "A", DAYS[0]) is ordinary
    assert enrolment_in_force([study], "B", DAYS[0]) is None


def test_a_track_without_a_calendar_is_an_error_not_a_zero() -> None:
    present = [RecordedMark("S1", DAYS[0], "Z", Mark.PRESENT, Stage.CERTIFIED)]
    with pytest.raises(LawError, match="track Z has attendance but no calendar"):
        attendance_days(present, SPANS, CALENDARS)
