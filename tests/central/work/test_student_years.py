"""A student's year in bits says at every moment what the records say, whoever changed them and how."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from central.domain.calendar import SchoolYear
from central.domain.day_bits import days_of, from_bytes
from central.law.counting import Measure, count, recount
from central.law.day_planes import StudentRow, track_masks
from central.store.models import CalendarDay, Enrollment, Meeting, Section, Staff, StudentYear
from central.store.queries.calendars import track_calendars
from central.work import student_years
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from tests.fakes import school as schools
from tests.fakes.one_class import absent, everybody_marked, provisional, signed
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db

YEAR = SchoolYear(schools.YEAR)
WEEK = [MONDAY + timedelta(days=index) for index in range(5)]
TWO_WEEKS = [*WEEK, *(on + timedelta(days=7) for on in WEEK)]
SATURDAY = MONDAY + timedelta(days=5)
LATER = at(MONDAY + timedelta(days=30), "09:00")


@pytest.fixture
def unprojected() -> SmallSchool:
    return schools.build()


@pytest.fixture
def small(unprojected: SmallSchool) -> SmallSchool:
    student_years.rebuild(unprojected.year)
    return unprojected


def days(small: SmallSchool, name: str, plane: str) -> list[date]:
    found = StudentYear.objects.filter(student=small.students[name])
    return sorted(on for row in found for on in days_of(from_bytes(bytes(getattr(row, plane))), YEAR))


def agrees(small: SmallSchool) -> bool:
    return list(student_years.differences(small.year)) == []


def again(by: Staff) -> Signature:
    return Signature(by, LATER, late_reason="looked at again", reason="corrected")


def mark(student_id: int, action: Action) -> Change:
    return Change(student_id, action, "seen on the sheet")


def test_a_signature_writes_the_day_of_everybody_it_is_about(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    assert days(small, "ana", "attended") == [MONDAY]
    assert days(small, "ben", "absent") == [MONDAY]
    assert days(small, "ben", "attended") == days(small, "ana", "absent") == []
    assert agrees(small)


def test_a_correction_moves_the_day(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    changes = [mark(small.ben.pk, Action.PRESENT), mark(small.ana.pk, Action.ABSENT)]
    certify_session(small.algebra, MONDAY, again(small.teacher), changes)
    assert (days(small, "ana", "attended"), days(small, "ana", "absent")) == ([], [MONDAY])
    assert (days(small, "ben", "attended"), days(small, "ben", "absent")) == ([MONDAY], [])
    assert agrees(small)


def test_what_is_not_certified_is_in_no_plane(small: SmallSchool) -> None:
    provisional(small, small.ana)
    student_years.rebuild(small.year)
    assert days(small, "ana", "attended") == days(small, "ana", "absent") == []


def test_days_of_enrolment_are_there_without_any_record(small: SmallSchool) -> None:
    Enrollment.objects.filter(student=small.ana).update(until=date(2025, 1, 10))
    student_years.rebuild(small.year)
    enrolled = days(small, "ana", "enrolled")
    assert (enrolled[0], enrolled[-1]) == (schools.FIRST_DAY, date(2025, 1, 10))
    assert days(small, "ben", "enrolled")[-1] == YEAR.ends_on


def test_who_was_never_projected_is_projected_whole(unprojected: SmallSchool) -> None:
    small = unprojected
    Register(small).certified(small.algebra, small.ben, [date(2024, 8, 12)])
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    assert days(small, "ben", "attended") == [date(2024, 8, 12)]


def test_a_day_corrected_gives_the_weekend_class_of_its_week_back(small: SmallSchool) -> None:
    CalendarDay.objects.create(track=small.track_a, on=SATURDAY, is_taught=True, kind="make-up")
    Meeting.objects.create(section=small.algebra, weekday=5, starts=time(8, 30), ends=time(10))
    Register(small).certified(small.algebra, small.ana, [*WEEK, SATURDAY])
    Register(small).certified(small.algebra, small.ben, WEEK)
    Register(small).certified(small.algebra, small.chloe, WEEK)
    student_years.rebuild(small.year)
    assert days(small, "ana", "attended") == WEEK
    certify_session(small.algebra, MONDAY, again(small.teacher), [mark(small.ana.pk, Action.ABSENT)])
    assert days(small, "ana", "attended") == [*WEEK[1:], SATURDAY]
    assert agrees(small)


def test_a_signature_without_credential_counts_nothing_until_somebody_else_signs(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    small.teacher.teaching_credentials.all().delete()
    student_years.rebuild(small.year)
    assert days(small, "ana", "attended") == []
    schools.assign(small.other_teacher, small.algebra)
    certify_session(small.algebra, MONDAY, again(small.other_teacher))
    assert days(small, "ana", "attended") == [MONDAY]
    assert agrees(small)


def test_a_grade_changed_parts_the_year_in_two_cells(small: SmallSchool) -> None:
    Enrollment.objects.filter(student=small.ana).update(until=date(2024, 12, 20), grade="8")
    Enrollment.objects.create(student=small.ana, track=small.track_a, grade="9", since=date(2024, 12, 21))
    Register(small).certified(small.algebra, small.ana, [MONDAY, date(2025, 1, 13)])
    student_years.rebuild(small.year)
    cells = StudentYear.objects.filter(student=small.ana).order_by("span").values_list("span", "attended")
    assert [(span, list(days_of(from_bytes(bytes(plane)), YEAR))) for span, plane in cells] == [
        ("7-8", [MONDAY]),
        ("9-12", [date(2025, 1, 13)]),
    ]


def test_every_difference_is_told_by_number_and_day(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    StudentYear.objects.filter(student=small.ana).update(attended=bytes(46))
    StudentYear.objects.filter(student=small.ben).delete()
    StudentYear.objects.filter(student=small.chloe).update(span="7-8")
    told = sorted(student_years.differences(small.year))
    where = "the year of student {} in track A, {}, classroom"
    assert told == [
        f"{where.format('001001', '9-12')} is wrong of 1 days attended, the first of them {MONDAY}",
        f"{where.format('001002', '9-12')} is missing",
        f"{where.format('001003', '7-8')} stands there, and the records know nothing of it",
        f"{where.format('001003', '9-12')} is missing",
    ]
    assert student_years.rebuild(small.year) == 4
    assert agrees(small)


def test_a_decision_asks_the_records_of_its_own_students_and_week_alone(small: SmallSchool) -> None:
    register = Register(small)
    with CaptureQueriesContext(connection) as few:
        student_years.refresh(small.year, [small.ana.pk], [MONDAY])
    register.certified(small.algebra, small.ana, schools.taught("A")[:60])
    register.certified(small.english, small.dan, schools.taught("B")[:60])
    with CaptureQueriesContext(connection) as many:
        student_years.refresh(small.year, [small.ana.pk], [MONDAY])
    assert len(many) <= len(few) + 2


def all_sections(small: SmallSchool) -> Sequence[Section]:
    """Let Ana sit in both tracks and Ben in two classes of a day."""
    geometry = schools.add_section(small.algebra, "GEO-01", ("12:30", "14:00"))
    schools.assign(small.teacher, geometry)
    for student in (small.ana, small.ben):
        schools.place(student, geometry)
    Enrollment.objects.create(student=small.ana, track=small.track_b, grade="9", since=schools.FIRST_DAY)
    schools.place(small.ana, small.english)
    student_years.refresh(small.year, [small.ana.pk])
    return (small.algebra, geometry, small.english)


def corrections(
    small: SmallSchool, sections: Sequence[Section], random: Random, number: int
) -> Iterator[set[int]]:
    """Certify three sections on ten days, then correct a few students in one of them again and again."""
    for section in sections:
        for on in TWO_WEEKS:
            here = {place.student_id for place in section.placements.all()}
            marks = [Change(student, Action.ABSENT) for student in sorted(here)]
            certify_session(
                section, on, Signature(_teacher(small, section), LATER, late_reason="late"), marks
            )
            yield here
    for _ in range(number):
        section = random.choice(sections)
        seats = sorted(place.student_id for place in section.placements.all())
        some = random.sample(seats, random.choice([1, 1, 2]))
        on = random.choice(TWO_WEEKS)
        changes = [mark(student, random.choice([Action.PRESENT, Action.ABSENT])) for student in some]
        certify_session(section, on, again(_teacher(small, section)), changes)
        yield set(some)


def _teacher(small: SmallSchool, section: Section) -> Staff:
    return small.other_teacher if section == small.english else small.teacher


@pytest.mark.parametrize(
    "number", [80, pytest.param(2_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
)
def test_bits_and_counts_kept_through_random_corrections_are_those_of_a_rebuild(
    small: SmallSchool, number: int
) -> None:
    masks = {code: track_masks(calendar) for code, calendar in track_calendars(small.school.pk, YEAR).items()}
    numbers = {student.pk: student.number for student in small.students.values()}
    sections = all_sections(small)
    Enrollment.objects.update(since=WEEK[0], until=TWO_WEEKS[-1])
    student_years.rebuild(small.year)
    before = list(student_years.rows(small.year))
    counts = count(before, masks)
    for touched in corrections(small, sections, Random(4), number):  # noqa: S311  dice, not secrets
        after = list(student_years.rows(small.year))
        theirs = {numbers[student] for student in touched}
        recount(counts, _of(before, theirs), _of(after, theirs), masks)
        before = after
    assert counts == count(student_years.rows(small.year), masks)
    assert any(measure is Measure.CHRONIC for _, measure, _ in counts)
    assert agrees(small)
    assert student_years.rebuild(small.year) == 0


def _of(rows: Sequence[StudentRow], students: set[str]) -> list[StudentRow]:
    return [row for row in rows if row.student in students]


def test_absence_in_one_class_and_presence_in_another_is_a_day_attended(small: SmallSchool) -> None:
    sections = all_sections(small)
    for section, changes in ((sections[1], absent(small.ana, small.ben)), (sections[0], [])):
        if section == sections[0]:
            for student in (small.ana, small.ben, small.chloe):
                provisional(small, student)
        certify_session(section, MONDAY, signed(small, at(MONDAY, "15:00")), changes)
    assert days(small, "ana", "attended") == [MONDAY]
    assert days(small, "ana", "absent") == []
    assert agrees(small)
