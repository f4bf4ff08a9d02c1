"""Breaking what one question of the register asks turns the rows it answers red, and no other."""

import copy
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection

from central.register.register import QUERIES, Register, register
from central.register.standing import State
from central.register.table import rows
from central.reports.monthly_report import KIND as MONTHLY
from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    Decision,
    Delivery,
    Emergency,
    EmergencyStep,
    Enrollment,
    Meeting,
    Student,
    StudyAgreement,
    TeachingCredential,
    Track,
)
from tests.fakes import every_row, healthy_school
from tests.fakes.healthy_school import AS_OF, HealthySchool, Kind, mondays
from tests.fakes.school import FIRST_DAY, at, place, taught

Break = Callable[[HealthySchool], object]
KING_DAY = date(2025, 1, 20)
"""A Monday off."""


class Kept:
    """The healthy school as it was first built: its rows are written again for each test, in milliseconds."""

    def __init__(self) -> None:
        self.made: HealthySchool | None = None
        self.rows: every_row.Rows = {}
        self.states: dict[str, State] = {}

    def school(self) -> HealthySchool:
        if self.made is None:
            made = healthy_school.build()
            self.rows = every_row.taken()
            self.states = states(made)
            self.made = made
        else:
            every_row.put(self.rows)
        return copy.deepcopy(self.made)


KEPT = Kept()


@pytest.fixture
def school(db: None) -> HealthySchool:
    del db
    return KEPT.school()


def states(school: HealthySchool, as_of: date = AS_OF) -> dict[str, State]:
    return {found.row.key: found.answer.state for found in now(school, as_of).rows}


def now(school: HealthySchool, as_of: date = AS_OF) -> Register:
    small = school.small
    small.year.refresh_from_db()
    return register(small.school, as_of, small.year)


def answered_by(query: str) -> set[str]:
    """Name the row a question answers, and those that are the same as it."""
    every = rows().values()
    keys = {row.key for row in every if row.query == query}
    return keys | {row.key for row in every if row.same_as in keys}


def tracks_like_a(school: HealthySchool, codes: str, days: list[date]) -> None:
    for code in codes:
        track = Track.objects.create(school_year=school.small.year, code=code)
        CalendarDay.objects.bulk_create(
            CalendarDay(track=track, on=on, is_taught=True, kind="regular") for on in days
        )


def forget(kind: str, of: str = "ana") -> Break:
    return lambda school: school.fact(
        school.gus if of == "gus" else school.small.students[of],
        kind,
        date(2021, 7, 1) if of == "gus" else healthy_school.SINCE,
        is_withdrawn=True,
    )


def minutes(**figures: int) -> Break:
    return lambda _school: CalendarDay.objects.filter(track__code="A", is_taught=True).update(**figures)


def an_emergency_nobody_reviewed(school: HealthySchool) -> None:
    """Let an emergency of a day without school be over, announced and not reviewed."""
    day = date(2024, 12, 25)
    row = Emergency.objects.create(
        school_year=school.small.year,
        code="E1",
        cause="e",
        scope="school",
        nature="Storm",
        first_day=day,
        expected_end=day,
        by=school.small.teacher,
        at=at(day, "08:00"),
    )
    EmergencyStep.objects.create(
        emergency=row, kind="ended", on=day, says="calm", by=school.small.leader, at=at(day, "20:00")
    )


def unclose(kind: str, revision: int = 1) -> Break:
    """Take a closed report out of the file behind the program's back; it has no way of its own."""

    def run(_school: HealthySchool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM store_reportsnapshot WHERE kind = %s AND revision = %s", [kind, revision]
            )

    return run


def end_a_track_early(school: HealthySchool) -> None:
    days = CalendarDay.objects.filter(track=school.small.track_b, is_taught=True)
    some = [day.pk for day in days.order_by("-on") if day.on.weekday() != 0]
    CalendarDay.objects.filter(pk__in=some[: days.count() - 174]).update(is_taught=False)


def enrol_where_nothing_is_taught(school: HealthySchool) -> None:
    track = Track.objects.create(school_year=school.small.year, code="C")
    Enrollment.objects.create(
        student=school.small.ana, track=track, grade="9", programme="47612.1", since=FIRST_DAY
    )


def sign_a_presence_later(_school: HealthySchool) -> None:
    record = AttendanceRecord.objects.filter(mark="present").order_by("pk")[:1].get()
    last = record.decisions.latest("pk")
    Decision.objects.create(
        record=record,
        stage_from="certified",
        stage_to="certified",
        mark="present",
        by=last.by,
        at=last.at + timedelta(days=3),
        is_same_day=False,
        certification=last.certification,
    )


def teach_on_a_day_off(school: HealthySchool) -> None:
    small = school.small
    for student in (small.ana, small.ben, small.chloe, school.gus):
        school.register.certified(small.algebra, student, [KING_DAY])


def leave_unconfirmed(school: HealthySchool) -> None:
    record = AttendanceRecord.objects.order_by("pk")[:1].get()
    AttendanceRecord.objects.filter(pk=record.pk).update(stage="submitted")
    Delivery.objects.create(
        record=record, key="k", mark="present", file_sha256="", sent_by=school.small.clerk,
        sent_at=at(date(2025, 7, 1), "12:00"),
    )  # fmt: skip


BREAKS: dict[str, Break] = {
    "residents": lambda school: school.fact(school.small.ben, Kind.RESIDENCY, until=date(2024, 12, 31)),
    "no_diplomas": lambda school: school.fact(school.small.ben, Kind.DIPLOMA, date(2025, 1, 15)),
    "old_enough": lambda school: Student.objects.filter(pk=school.small.ana.pk).update(birth_on="2003-01-01"),
    "ages_allowed": lambda school: school.agreement(is_withdrawn=True),
    "enrolled_without_break": forget(Kind.UNBROKEN_SINCE_19, "gus"),
    "progress_made": forget(Kind.PROGRESS, "gus"),
    "unduplicated_countable": forget(Kind.FREE_OR_REDUCED_MEALS),
    "english_learners_identified": forget(Kind.ENGLISH_LEARNER),
    "aebg_determined": forget(Kind.AEBG),
    "wioa_determined": forget(Kind.WIOA),
    "minutes_offered": minutes(minutes_offered=300, minutes_on_site=300, minutes_required=300),
    "offered_on_site": minutes(minutes_on_site=200),
    "required_on_site": minutes(minutes_required=200),
    "few_tracks": lambda school: tracks_like_a(school, "CDEF", taught("A")),
    "enough_days": end_a_track_early,
    "enough_before_april": lambda school: tracks_like_a(school, "C", taught("A")[-60:]),
    "tracks_apart": enrol_where_nothing_is_taught,
    "closures_requested": lambda _school: CalendarDay.objects.filter(on=KING_DAY).update(kind="closure"),
    "emergencies_settled": an_emergency_nobody_reviewed,
    "teachers_certificated": lambda school: TeachingCredential.objects.filter(
        staff=school.small.teacher
    ).update(until="2024-12-31"),
    "sessions_signed": lambda school: Meeting.objects.create(
        section=school.small.algebra, weekday=2, starts="08:30", ends="10:00"
    ),
    "recorded_the_same_day": sign_a_presence_later,
    "only_days_taught": teach_on_a_day_off,
    "one_day_a_date": lambda school: school.register.certified(
        school.small.english, school.small.ana, mondays("B")[:1]
    ),
    "attendance_is_positive": lambda school: place(school.small.dan, school.small.algebra),
    "mostly_in_classrooms": lambda school: school.study(taught("A")[5:120]),
    "submissions_confirmed": leave_unconfirmed,
    "periods_closed": unclose("P-1"),
    "annual_closed": unclose("Annual"),
    "months_reported": unclose(MONTHLY, 3),
    "study_under_agreement": lambda _school: StudyAgreement.objects.update(missing="course credits"),
    "study_is_staffed": lambda school: school.staff_study(0),
    "recovery_signed": lambda school: school.recover(90),
}
# A track of 175 weekdays has 55 percent of them before April 15 whatever its calendar: no more than 55
# weekdays follow. So the share fails only in a track that is too short as well.
ALSO = {"enough_before_april": "enough_days"}


def test_every_question_is_asked_by_one_row_and_broken_by_one_test() -> None:
    asked = [row.query for row in rows().values() if row.query]
    assert sorted(asked) == sorted(set(asked)) == sorted(QUERIES) == sorted(BREAKS)


def test_a_school_with_nothing_amiss_meets_all_its_records_can_answer_for(school: HealthySchool) -> None:
    found = {found.row.key: found.answer for found in now(school).rows if found.due is None}
    assert {key: answer.reason for key, answer in found.items() if answer.state is not State.MET} == {}
    assert len(found) == len(set().union(*(answered_by(query) for query in QUERIES)))


@pytest.mark.parametrize("query", sorted(QUERIES))
def test_breaking_what_a_row_rests_on_turns_exactly_that_row_red(query: str, school: HealthySchool) -> None:
    before = KEPT.states
    BREAKS[query](school)
    after = states(school)
    red = answered_by(query) | (answered_by(ALSO[query]) if query in ALSO else set())
    assert {key for key in after if after[key] is not before[key]} == red
    assert {after[key] for key in red} == {State.BROKEN}


def test_a_period_that_is_due_within_the_month_is_at_risk(school: HealthySchool) -> None:
    unclose("Annual")(school)
    assert states(school, date(2025, 6, 30))["item-annual"] is State.AT_RISK
    assert states(school, date(2025, 5, 1))["item-annual"] is State.MET


def test_where_no_facts_are_kept_the_rows_about_students_need_evidence(school: HealthySchool) -> None:
    small = school.small
    small.year.school.facts_kept_since = None
    found = {row.row.query: row.answer.state for row in register(small.school, AS_OF, small.year).rows}
    assert found["residents"] is State.NEEDS_EVIDENCE
    assert found["few_tracks"] is State.MET


def test_where_no_year_is_known_every_row_needs_evidence(school: HealthySchool) -> None:
    found = register(school.small.school, AS_OF, None)
    assert {row.answer.state for row in found.rows} == {State.NEEDS_EVIDENCE}
    assert all(row.answer.reason for row in found.rows)
