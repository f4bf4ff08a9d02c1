"""The report on absence: who missed how much, by what reason, with rates kept back where few are counted."""

import csv
import io
import json
from datetime import date, time, timedelta

import pytest

from central.domain.absence import AbsenceReason
from central.errors import CentralError
from central.reports import render_chronic
from central.reports.chronic import ChronicReport, StudentAbsence
from central.reports.chronic_report import report
from central.store.models import AttendanceRecord, Enrollment, Student
from tests.fakes import school as schools
from tests.fakes.facts import fact, note
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import FIRST_DAY, SmallSchool, at

pytestmark = pytest.mark.django_db

DAYS = schools.taught("A")
FIFTEEN = date(2009, 5, 5)


def made(small: SmallSchool, as_of: date) -> ChronicReport:
    return report(small.year, as_of, at(SUMMER, "12:00"))


def of(small: SmallSchool, student: Student, as_of: date) -> StudentAbsence:
    (row,) = [row for row in made(small, as_of).students if row.student == student.number]
    return row


def says(of: ChronicReport, rule: str) -> str:
    return " | ".join(found.says for found in of.findings if found.rule == rule)


def born(student: Student, on: date) -> None:
    student.birth_on = on
    student.save()


def attend(register: Register, student: Student, days: list[date], missed: list[date]) -> None:
    """Certify a student present on days, and absent on those missed."""
    small = register.small
    register.certified(small.algebra, student, [on for on in days if on not in missed])
    register.certified(small.algebra, student, missed, mark="absent")


def test_exactly_a_tenth_missed_is_chronic_and_a_day_less_is_not(
    small: SmallSchool, register: Register
) -> None:
    attend(register, small.ana, DAYS[:30], DAYS[3:6])
    attend(register, small.ben, DAYS[:30], DAYS[3:5])
    ana, ben = of(small, small.ana, DAYS[29]), of(small, small.ben, DAYS[29])
    assert (ana.exact, str(ana.rate), ana.is_chronic) == ("3/30", "10.0", True)
    assert (ben.exact, str(ben.rate), ben.is_chronic) == ("2/30", "6.7", False)


def test_the_report_of_a_day_knows_nothing_of_later_ones(small: SmallSchool, register: Register) -> None:
    attend(register, small.ana, DAYS[:30], [DAYS[20]])
    assert of(small, small.ana, DAYS[19]).exact == "0/20"
    assert of(small, small.ana, DAYS[20]).exact == "1/21"


def test_reasons_are_told_apart_and_in_school_suspension_is_presence(
    small: SmallSchool, register: Register
) -> None:
    attend(register, small.ana, DAYS[:20], DAYS[1:6])
    for on, code in zip(
        DAYS[1:5], ("excused", "suspension", "in-school suspension", "immunization"), strict=True
    ):
        note(small.ana, on, code)
    row = of(small, small.ana, DAYS[19])
    assert row.missed == 4
    assert row.days == {
        AbsenceReason.EXCUSED: 1,
        AbsenceReason.SUSPENSION: 1,
        AbsenceReason.IN_SCHOOL_SUSPENSION: 1,
        AbsenceReason.IMMUNIZATION: 1,
        AbsenceReason.UNEXCUSED: 1,
    }
    assert "1 students were sent home" in says(made(small, DAYS[19]), "R-CHR-02")


def test_a_note_made_after_the_day_of_the_report_is_not_known_then(
    small: SmallSchool, register: Register
) -> None:
    attend(register, small.ana, DAYS[:20], [DAYS[1]])
    note(small.ana, DAYS[1], "excused", at(DAYS[15], "10:00"))
    assert of(small, small.ana, DAYS[14]).days == {AbsenceReason.UNEXCUSED: 1}
    assert of(small, small.ana, DAYS[15]).days == {AbsenceReason.EXCUSED: 1}


def test_days_without_a_certified_record_are_expected_not_missed_and_told(
    small: SmallSchool, register: Register
) -> None:
    attend(register, small.ana, DAYS[:10], [])
    register.provisional(small.algebra, small.ana, DAYS[10])
    row = of(small, small.ana, DAYS[12])
    assert (row.expected, row.missed, row.unrecorded) == (13, 0, 3)
    assert "on 3 days students were expected no certified record" in says(made(small, DAYS[12]), "R-CHR-01")


def test_a_student_is_expected_from_the_first_day_attended_and_no_shows_are_told(
    small: SmallSchool, register: Register
) -> None:
    attend(register, small.ana, DAYS[:10], DAYS[:4])
    register.certified(small.algebra, small.ben, DAYS[:4], mark="absent")
    assert of(small, small.ana, DAYS[9]).exact == "0/6"
    told = made(small, DAYS[9])
    assert [row.student for row in told.students] == [small.ana.number]
    assert "4 students are enrolled and attended on no day" in says(told, "R-MON-01")


def test_a_rate_is_published_of_eleven_students_and_kept_back_of_ten(
    small: SmallSchool, register: Register
) -> None:
    everybody = [small.ana, small.ben, small.chloe]
    everybody += [schools.enrol(f"s{n}", small.algebra, number=f"S{n:02}") for n in range(7)]
    for student in everybody:
        attend(register, student, DAYS[:31], DAYS[1:5] if student == small.ana else [])
    (school,) = [row for row in made(small, DAYS[30]).rates if row.span is None]
    assert (school.counted, school.cells) == (10, ("*", "*", "*"))
    attend(register, schools.enrol("s8", small.algebra, number="S08"), DAYS[:31], [])
    (school,) = [row for row in made(small, DAYS[30]).rates if row.span is None]
    assert school.cells == ("11", "1", "9.1")


def test_a_span_kept_back_takes_the_next_smallest_with_it(small: SmallSchool, register: Register) -> None:
    for grade, count in (("K", 11), ("5", 12), ("9", 1)):
        for n in range(count):
            student = schools.enrol(f"{grade}{n}", small.algebra, number=f"{grade}-{n}", grade=grade)
            attend(register, student, DAYS[:31], [])
    cells = {row.name: row.cells[0] for row in made(small, DAYS[30]).rates}
    assert cells == {"TK/K-3": "*", "4-6": "12", "9-12": "*", "all": "24"}


def test_thirty_days_expected_and_exempt_students_are_not_in_the_rates(
    small: SmallSchool, register: Register
) -> None:
    attend(register, small.ana, DAYS[:31], [])
    attend(register, small.ben, DAYS[:31], [])
    fact(small.ben, "absence exemption", FIRST_DAY)
    assert not of(small, small.ana, DAYS[29]).is_counted
    assert of(small, small.ana, DAYS[30]).is_counted
    ben = of(small, small.ben, DAYS[30])
    assert (ben.is_counted, ben.is_exempt) == (False, True)


def test_truancy_is_about_minors_only(small: SmallSchool, register: Register) -> None:
    for student, birthday in ((small.ana, FIFTEEN), (small.ben, date(1990, 1, 1)), (small.chloe, None)):
        attend(register, student, DAYS[:20], DAYS[1:4])
        if birthday:
            born(student, birthday)
    told = {row.student: row.truancy for row in made(small, DAYS[19]).students}
    due = told[small.ana.number]
    assert due is not None
    assert (due.unexcused, due.is_truant, due.is_chronic) == (3, True, True)
    assert told[small.ben.number] is None
    assert told[small.chloe.number] is None
    assert "1 students have no birth date" in says(made(small, DAYS[19]), "R-TRU-01")


def test_an_excuse_keeps_an_absence_out_of_truancy_but_not_out_of_the_rate(
    small: SmallSchool, register: Register
) -> None:
    born(small.ana, FIFTEEN)
    attend(register, small.ana, DAYS[:20], DAYS[1:4])
    note(small.ana, DAYS[1], "excused")
    row = of(small, small.ana, DAYS[19])
    assert row.truancy is not None
    assert (row.truancy.unexcused, row.truancy.is_truant, row.is_chronic) == (2, False, True)


def test_coming_more_than_thirty_minutes_late_three_times_is_truancy(
    small: SmallSchool, register: Register
) -> None:
    born(small.ana, FIFTEEN)
    attend(register, small.ana, DAYS[:20], [])
    starts = time(8, 30)
    assert small.algebra.meetings.filter(starts=starts).count() == 5
    for on, clock in zip(DAYS[1:5], ("09:01", "09:01", "09:00", "09:01"), strict=True):
        AttendanceRecord.objects.filter(student=small.ana, on=on).update(first_in_at=at(on, clock))
    note(small.ana, DAYS[4], "excused")
    row = of(small, small.ana, DAYS[19])
    assert row.truancy is not None
    assert (row.truancy.occasions, row.truancy.is_truant) == (2, False)
    AttendanceRecord.objects.filter(student=small.ana, on=DAYS[6]).update(last_out_at=at(DAYS[6], "09:29"))
    row = of(small, small.ana, DAYS[19])
    assert row.truancy is not None
    assert (row.truancy.occasions, row.truancy.is_truant) == (3, True)


def test_a_class_missed_on_a_day_of_presence_is_an_occasion(small: SmallSchool, register: Register) -> None:
    born(small.ana, FIFTEEN)
    attend(register, small.ana, DAYS[:20], [])
    other = schools.add_section(small.algebra, "GEO-01", ("12:30", "14:00"))
    register.certified(other, small.ana, DAYS[1:4], mark="absent", by=small.teacher)
    row = of(small, small.ana, DAYS[19])
    assert row.missed == 0
    assert row.truancy is not None
    assert (row.truancy.occasions, row.truancy.is_truant) == (3, True)


def test_incomplete_independent_study_is_missed_where_the_office_says_so(
    small: SmallSchool, register: Register
) -> None:
    attend(register, small.ana, DAYS[:5], [])
    Enrollment.objects.filter(student=small.ana).update(until=DAYS[4])
    Enrollment.objects.create(
        student=small.ana, track=small.track_a, grade="9", since=DAYS[5], modality="independent study"
    )
    note(small.ana, DAYS[6], "incomplete study")
    row = of(small, small.ana, DAYS[9])
    assert (row.missed, row.unrecorded, row.days) == (1, 4, {AbsenceReason.INCOMPLETE_STUDY: 1})


def test_the_digest_moves_with_one_absence_and_stays_with_the_clock(
    small: SmallSchool, register: Register
) -> None:
    attend(register, small.ana, DAYS[:20], [DAYS[1]])
    first = made(small, DAYS[19])
    assert report(small.year, DAYS[19], at(SUMMER, "13:00")).digest == first.digest
    note(small.ana, DAYS[1], "excused")
    assert made(small, DAYS[19]).digest != first.digest


def test_every_form_tells_the_same_and_proves_each_day(small: SmallSchool, register: Register) -> None:
    born(small.ana, FIFTEEN)
    attend(register, small.ana, DAYS[:20], DAYS[1:4])
    attend(register, small.ben, DAYS[:20], [])
    told = made(small, DAYS[19])
    text = render_chronic.render(told, "text")[".txt"]
    assert (
        f"student {small.ana.number}: 3/20 = 15.0%, chronically absent (3 unexcused); chronic truant" in text
    )
    assert "CHRONIC OR TRUANT (1 of 2 students expected)" in text
    assert "kept back" in text
    members = json.loads(render_chronic.render(told, "json")[".json"])
    assert members["students"][0]["exact"] == "3/20"
    assert members["students"][1]["truancy"] is None
    assert len(members["proof"]) == 3
    written = render_chronic.render(told, "csv")
    (ana, ben) = csv.DictReader(io.StringIO(written[".csv"]))
    assert (ana["missed"], ana["rate"], ana["truant"], ana["unexcused"]) == ("3", "15.0", "yes", "3")
    assert (ben["missed"], ben["truant"]) == ("0", "")
    proof = list(csv.DictReader(io.StringIO(written["_proof.csv"])))
    assert [row["date"] for row in proof] == [on.isoformat() for on in DAYS[1:4]]
    assert all(row["certified_by"] == small.teacher.number and row["records"] for row in proof)
    (everybody,) = csv.DictReader(io.StringIO(written["_rates.csv"]))
    assert (everybody["grade_span"], everybody["counted"], everybody["rate"]) == ("all", "*", "*")


def test_a_day_that_has_not_come_has_no_report(small: SmallSchool) -> None:
    with pytest.raises(CentralError, match="has not come yet"):
        made(small, SUMMER + timedelta(days=1))
