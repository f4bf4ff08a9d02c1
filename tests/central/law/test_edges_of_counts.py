"""Where a count begins and ends: school months, agreements, evaluations, bands and recovered days."""

from datetime import date, timedelta
from fractions import Fraction

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.attendance import AttendanceDay
from central.domain.calendar import DateSpan
from central.domain.enrolment import EnrolledSpan, Grade, Programme
from central.domain.independent_study import Signer, StudyAgreement, StudyCase, StudyWork
from central.domain.operator import TeacherCredential
from central.law.calpads import AbsenceSummary, findings_on_absence_summaries
from central.law.independent_study import is_judged, minutes_that_count
from central.law.membership import month_windows
from central.law.monthly import NOT_CERTIFIED, MonthCell, MonthGround, month_cells
from central.law.nonclassroom import funding_determination
from central.law.study_agreement import days_agreed, signers_needed
from tests.fakes.school_days import calendar_of, weekdays_between

ON = date(2024, 7, 1)
FIRST, LAST = date(2025, 8, 4), date(2025, 10, 24)  # twelve weeks: three school months
CALENDAR = calendar_of(weekdays_between(FIRST, LAST))
SECOND_MONTH = date(2025, 9, 1)
SATURDAY = date(2025, 9, 6)


def enrolment(student: str, since: date = FIRST, until: date | None = None) -> EnrolledSpan:
    return EnrolledSpan(student, "A", Grade.G9, Programme.ORDINARY_CHARTER, since, until)


def counted(
    *spans: EnrolledSpan,
    attended: tuple[date, ...] = (),
    missed: tuple[date, ...] = (),
    lost: dict[tuple[str, date, str], str] | None = None,
) -> tuple[MonthCell, ...]:
    ground = MonthGround(
        spans=spans,
        calendars={"A": CALENDAR},
        attended=[AttendanceDay("S1", on, "A", Grade.G9) for on in attended],
        absences=[FullDayAbsence("S1", on, AbsenceReason.UNEXCUSED) for on in missed],
        lost=lost or {},
        until=LAST,
    )
    return month_cells(ground)


def test_a_window_ends_the_day_before_the_next_month_and_the_last_one_with_the_count() -> None:
    windows = month_windows(CALENDAR, LAST)
    assert [(found.month.number, found.ends_on) for found in windows] == [
        (1, date(2025, 8, 31)),
        (2, date(2025, 9, 28)),
        (3, LAST),
    ]
    assert [found.month.number for found in month_windows(CALENDAR, SECOND_MONTH)] == [1, 2]
    assert [found.month.number for found in month_windows(CALENDAR, date(2025, 8, 31))] == [1]


def test_every_day_is_counted_in_the_month_it_lies_in_in_whatever_order_the_days_come() -> None:
    of_no_month = date(2025, 12, 6)
    sunday = SATURDAY + timedelta(days=1)
    second = date(2025, 9, 3)
    found = counted(enrolment("S1"), attended=(of_no_month, SATURDAY, second, sunday))
    months = {cell.key.month: (cell.attended, cell.on_weekends, cell.earned) for cell in found}
    assert months == {1: (0, 0, 0), 2: (1, 2, 3), 3: (0, 0, 0)}


def test_absences_are_summed_and_what_is_lost_says_why() -> None:
    absent = (date(2025, 8, 5), date(2025, 8, 6))
    held_back = date(2025, 8, 7)
    (first, _, _) = counted(enrolment("S1"), missed=absent, lost={("S1", held_back, "A"): "no proof of age"})
    assert first.absent == {AbsenceReason.UNEXCUSED: 2}
    assert first.lost == {NOT_CERTIFIED: 17, "no proof of age": 1}
    assert (first.since, first.until, first.days_taught) == (FIRST, date(2025, 8, 31), 20)


def test_a_student_is_counted_in_a_month_from_the_day_before_it_to_its_last_day() -> None:
    before, at_the_end = SECOND_MONTH - timedelta(days=1), date(2025, 9, 28)
    left = counted(enrolment("S1", until=before))
    assert [(cell.key.month, cell.at_start, cell.exits, cell.at_end) for cell in left] == [
        (1, 0, 0, 1),
        (2, 1, 1, 0),
    ]
    assert [cell.key.month for cell in counted(enrolment("S1", until=before - timedelta(days=1)))] == [1]
    came = counted(enrolment("S1", since=at_the_end))
    assert [(cell.key.month, cell.entries, cell.at_end) for cell in came] == [(2, 1, 1), (3, 0, 1)]


def test_one_agreement_that_reaches_a_day_is_enough_and_a_gap_between_two_ends_neither() -> None:
    days = weekdays_between(date(2025, 9, 1), date(2025, 9, 5))
    signed = ((Signer.STUDENT, days[0]), (Signer.SUPERVISOR, days[0]))

    def agreement(name: str, since: date, until: date) -> StudyAgreement:
        return StudyAgreement(agreement=name, student="S1", since=since, until=until, signed_on=signed)

    case = StudyCase(
        student="S1",
        born_on=date(1990, 1, 1),
        agreements=(agreement("A1", days[0], days[0]), agreement("A2", days[2], days[3])),
    )
    agreed = days_agreed(case, days, CALENDAR.school_year)
    assert agreed.days == {days[0], days[2], days[3]}
    assert set(agreed.against) == {days[1], days[4]}
    assert {found.says for found in agreed.against.values()} == {"no agreement reaches this day of study"}


def test_special_education_on_the_last_or_first_day_of_an_agreement_needs_its_signature() -> None:
    since, until = date(2025, 9, 1), date(2025, 9, 5)
    agreement = StudyAgreement(agreement="A1", student="S1", since=since, until=until, signed_on=())
    for known, is_needed in (
        (DateSpan(until, None), True),
        (DateSpan(until + timedelta(days=1), None), False),
        (DateSpan(date(2024, 9, 1), since), True),
        (DateSpan(date(2024, 9, 1), since - timedelta(days=1)), False),
    ):
        case = StudyCase(student="S1", born_on=date(1990, 1, 1), special_education=(known,))
        assert (Signer.SPECIAL_EDUCATION in signers_needed(case, agreement)) is is_needed


def test_work_is_judged_by_who_evaluated_it_with_a_document_valid_that_day() -> None:
    work = StudyWork(
        student="S1",
        on=FIRST,
        work_minutes=60,
        synchronous_minutes=30,
        is_engaged=True,
        evaluated_by="T1",
        evaluated_on=FIRST,
        due_on=FIRST,
        handed_in_on=FIRST + timedelta(days=1),
    )
    valid, expired = DateSpan(FIRST, None), DateSpan(date(2024, 8, 1), FIRST - timedelta(days=1))
    assert is_judged(work, [TeacherCredential("T1", valid)])
    assert not is_judged(work, [TeacherCredential("T2", valid)])
    assert not is_judged(work, [TeacherCredential("T1", expired)])
    assert not is_judged(work, [TeacherCredential("T2", valid), TeacherCredential("T1", expired)])
    assert minutes_that_count(work) == 30


def test_a_school_that_spends_nothing_is_denied_and_a_band_ends_before_its_upper_share() -> None:
    nothing, some = Fraction(0), Fraction(20)
    assert funding_determination(nothing, Fraction(9, 10), some, ON).funded == 0
    assert funding_determination(Fraction(9, 10), nothing, some, ON).funded == 0
    assert funding_determination(Fraction(2, 5), Fraction(3, 5), some, ON).funded is None
    assert funding_determination(Fraction(1, 2), Fraction(9, 10), Fraction(1), ON).funded == 1


def test_recovered_days_of_several_schools_are_held_together_only_where_each_is_allowed() -> None:
    def summary(school: str, recovered: int | None) -> AbsenceSummary:
        return AbsenceSummary(
            student="S1",
            school=school,
            days_expected=180,
            days_attended=160,
            unexcused=20,
            days_recovered=recovered,
        )

    def rejected(*recovered: int | None) -> list[str]:
        rows = [summary(str(index), days) for index, days in enumerate(recovered)]
        return [found.citation.rpartition(" ")[2] for found in findings_on_absence_summaries(rows, FIRST)]

    assert rejected(10, 0) == []
    assert rejected(10, None) == []
    assert rejected(9, 1) == []
    assert rejected(10, 1) == ["STAS0740E1"]
    assert rejected(9, 2) == ["STAS0740E1"]
