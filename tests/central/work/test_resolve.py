"""Taps become provisional records: once each, whatever the order, and never over a person's head."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    Credential,
    Decision,
    Enrollment,
    Placement,
    Tap,
)
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.resolve import resolve
from tests.fakes import school as schools
from tests.fakes.morning import Morning
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
Outcome, Stage = Tap.Outcome, AttendanceRecord.Stage
EVENING = at(MONDAY, "18:00")
DAY = timedelta(days=1)


@pytest.fixture
def morning(small: SmallSchool) -> Morning:
    return Morning(small)


def outcome(tap: Tap) -> str:
    tap.refresh_from_db()
    return tap.outcome


def the_record(**where: object) -> AttendanceRecord:
    return AttendanceRecord.objects.get(**where)


def test_a_tap_in_ones_own_class_makes_a_provisional_record(small: SmallSchool, morning: Morning) -> None:
    came, left = morning.tap(small.ana, "08:25"), morning.tap(small.ana, "09:58")
    assert resolve(EVENING).records == 1
    record = the_record()
    assert (record.student, record.section, record.on) == (small.ana, small.algebra, MONDAY)
    assert (record.mark, record.stage, record.source) == ("present", "provisional", "tap")
    assert record.first_in_at == at(MONDAY, "08:25") + timedelta(seconds=0.2)
    assert record.last_out_at == at(MONDAY, "09:58")
    assert outcome(came) == outcome(left) == Outcome.RECORDED
    assert set(record.taps.all()) == {came, left}
    decision = Decision.objects.get()
    assert (decision.by_process, decision.by, decision.stage_from) == ("resolve", None, "")


def test_no_tap_ever_makes_more_than_a_provisional_record(small: SmallSchool, morning: Morning) -> None:
    for minute in range(25, 55, 2):
        morning.tap(small.ana, f"08:{minute}")
    resolve(EVENING)
    resolve(EVENING)
    assert list(AttendanceRecord.objects.values_list("stage", flat=True)) == [Stage.PROVISIONAL]


def test_resolving_again_changes_nothing(small: SmallSchool, morning: Morning) -> None:
    morning.tap(small.ana, "08:25")
    morning.tap(b"x" * 16, "08:26")
    resolve(EVENING)
    before = list(Tap.objects.values()), list(AttendanceRecord.objects.values()), Decision.objects.count()
    again = resolve(EVENING)
    assert (again.taps, again.records) == (0, 0)
    assert before == (
        list(Tap.objects.values()),
        list(AttendanceRecord.objects.values()),
        Decision.objects.count(),
    )


def test_a_later_tap_renews_the_provisional_record(small: SmallSchool, morning: Morning) -> None:
    morning.tap(small.ana, "08:25")
    resolve(EVENING)
    morning.tap(small.ana, "09:30")
    resolve(EVENING)
    assert the_record().left_early
    assert Decision.objects.count() == 1


@pytest.mark.invariant(39)
def test_a_card_nobody_holds_waits_for_the_import_that_names_its_holder(
    small: SmallSchool, morning: Morning
) -> None:
    Credential.objects.filter(student=small.ana).delete()
    tap = morning.tap(small.ana, "08:25")
    assert resolve(EVENING).waiting == 1
    assert outcome(tap) == Outcome.UNKNOWN_CREDENTIAL
    schools.give_card(small.ana)
    resolve(EVENING)
    assert outcome(tap) == Outcome.RECORDED
    assert the_record().student == small.ana


def test_a_card_counts_for_whoever_held_it_that_day(small: SmallSchool, morning: Morning) -> None:
    Credential.objects.filter(student=small.ana).update(until=MONDAY - DAY)
    Credential.objects.create(
        school=small.school,
        student=small.ben,
        token=small.token(small.ana),
        key_id="k1",
        kind="uid",
        since=MONDAY,
    )
    morning.tap(small.ana, "08:25")
    resolve(EVENING)
    assert the_record().student == small.ben


def test_a_card_in_two_hands_at_once_is_not_guessed_about(small: SmallSchool, morning: Morning) -> None:
    Credential.objects.filter(student=small.ana).update(until=MONDAY)
    Credential.objects.create(
        school=small.school,
        student=small.ben,
        token=small.token(small.ana),
        key_id="k1",
        kind="uid",
        since=MONDAY,
    )
    tap = morning.tap(small.ana, "08:25")
    resolve(EVENING)
    assert outcome(tap) == Outcome.AMBIGUOUS
    assert not AttendanceRecord.objects.exists()


def test_two_cards_of_one_student_make_one_record(small: SmallSchool, morning: Morning) -> None:
    Credential.objects.create(
        school=small.school, student=small.ana, token=b"n" * 16, key_id="k1", kind="em", since=MONDAY
    )
    morning.tap(small.ana, "08:25")
    morning.tap(b"n" * 16, "09:55")
    resolve(EVENING)
    assert the_record().last_out_at == at(MONDAY, "09:55")


def test_a_student_at_two_stations_in_one_session_has_one_record(
    small: SmallSchool, morning: Morning
) -> None:
    morning.tap(small.ana, "08:25")
    elsewhere = morning.tap(small.ana, "08:40", room="102")
    resolve(EVENING)
    assert AttendanceRecord.objects.count() == 1
    assert outcome(elsewhere) == Outcome.NO_SESSION


def test_a_tap_in_somebody_elses_class_makes_no_record(small: SmallSchool, morning: Morning) -> None:
    tap = morning.tap(small.ana, "10:35", room="102")
    resolve(EVENING)
    assert outcome(tap) == Outcome.NOT_ENROLLED
    assert not AttendanceRecord.objects.exists()


def test_a_student_who_is_placed_but_not_enrolled_has_no_record(small: SmallSchool, morning: Morning) -> None:
    Enrollment.objects.filter(student=small.ana).update(until=MONDAY - DAY)
    tap = morning.tap(small.ana, "08:25")
    resolve(EVENING)
    assert outcome(tap) == Outcome.NOT_ENROLLED
    Enrollment.objects.filter(student=small.ana).update(until=MONDAY)
    resolve(EVENING)
    assert outcome(tap) == Outcome.RECORDED


def test_there_is_no_attendance_on_a_day_not_taught(small: SmallSchool, morning: Morning) -> None:
    tap = morning.tap(small.ana, "08:25", on=LABOR_DAY)
    resolve(EVENING)
    assert outcome(tap) == Outcome.NO_SESSION
    CalendarDay.objects.filter(track=small.track_a, on=LABOR_DAY).update(is_taught=True)
    resolve(EVENING)
    assert outcome(tap) == Outcome.RECORDED


def test_a_repeat_is_kept_beside_the_record_and_changes_nothing(small: SmallSchool, morning: Morning) -> None:
    morning.tap(small.ana, "08:25")
    again = morning.tap(small.ana, "08:25:30", repeat=1)
    resolve(EVENING)
    assert outcome(again) == Outcome.REPEAT
    assert the_record().last_out_at is None
    assert again.record == the_record()


def test_a_staff_card_is_known_for_what_it_is(small: SmallSchool, morning: Morning) -> None:
    Credential.objects.create(
        school=small.school, staff=small.teacher, token=b"t" * 16, key_id="k1", kind="uid", since=MONDAY
    )
    tap = morning.tap(b"t" * 16, "08:25")
    resolve(EVENING)
    assert outcome(tap) == Outcome.STAFF


def test_an_unproven_time_goes_to_a_person_and_is_never_dated(small: SmallSchool, morning: Morning) -> None:
    tap = morning.tap(small.ana, "08:25")
    Tap.objects.update(on=None, time_quality="R", earliest_at=None)
    resolve(EVENING)
    assert outcome(tap) == Outcome.TIME_REVIEW
    assert tap.on is None
    assert not AttendanceRecord.objects.exists()


def test_a_tap_that_turns_out_unproven_takes_its_provisional_record_back(
    small: SmallSchool, morning: Morning
) -> None:
    tap = morning.tap(small.ana, "08:25")
    resolve(EVENING)
    tap.refresh_from_db()
    tap.earliest_at, tap.latest_at, tap.outcome = at(MONDAY, "06:00"), at(MONDAY, "12:00"), Outcome.PENDING
    tap.save()
    resolve(EVENING)
    assert outcome(tap) == Outcome.TIME_REVIEW
    assert tap.record is None
    assert the_record().stage == Stage.REMOVED
    assert Decision.objects.latest("pk").reason == "no tap supports it any longer"
    tap.latest_at, tap.earliest_at, tap.outcome = at(MONDAY, "08:26"), at(MONDAY, "08:26"), Outcome.PENDING
    tap.save()
    resolve(EVENING)
    assert the_record().stage == Stage.PROVISIONAL


def certify(small: SmallSchool, *changes: Change) -> None:
    others = [Change(student.pk, Action.ABSENT) for student in (small.ben, small.chloe)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, at(MONDAY, "10:05")), [*others, *changes])


def test_a_tap_that_comes_in_after_the_signature_changes_nothing_and_is_not_lost(
    small: SmallSchool, morning: Morning
) -> None:
    first = morning.tap(small.ana, "08:25")
    resolve(EVENING)
    certify(small)
    before = AttendanceRecord.objects.values().order_by("pk")
    kept = list(before)
    late_out, absent_bens = morning.tap(small.ana, "09:20"), morning.tap(small.ben, "08:31")
    resolve(EVENING)
    assert list(before.all()) == kept
    assert outcome(first) == Outcome.RECORDED
    assert outcome(late_out) == outcome(absent_bens) == Outcome.AFTER_DECISION
    assert absent_bens.record == the_record(student=small.ben)


def test_a_record_the_teacher_removed_does_not_come_back_by_itself(
    small: SmallSchool, morning: Morning
) -> None:
    morning.tap(small.ana, "08:25")
    resolve(EVENING)
    Placement.objects.filter(student=small.ana).update(until=MONDAY - DAY)
    certify(small, Change(small.ana.pk, Action.REMOVE, "moved last week"))
    Placement.objects.filter(student=small.ana).update(until=None)
    morning.tap(small.ana, "08:40")
    resolve(EVENING)
    assert the_record(student=small.ana).stage == Stage.REMOVED


def test_a_time_that_becomes_clearer_after_the_signature_leaves_the_tap_with_its_record(
    small: SmallSchool, morning: Morning
) -> None:
    tap = morning.tap(small.ana, "08:25")
    resolve(EVENING)
    certify(small)
    Tap.objects.update(outcome=Outcome.PENDING)
    resolve(EVENING)
    assert outcome(tap) == Outcome.RECORDED


def test_looking_at_new_taps_only_leaves_those_that_wait(small: SmallSchool, morning: Morning) -> None:
    Credential.objects.filter(student=small.ana).delete()
    tap = morning.tap(small.ana, "08:25")
    resolve(EVENING)
    schools.give_card(small.ana)
    resolve(EVENING, only_new=True)
    assert outcome(tap) == Outcome.UNKNOWN_CREDENTIAL


def test_a_day_costs_a_number_of_queries_that_does_not_grow_with_its_taps(
    small: SmallSchool, morning: Morning, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(40):
        student = schools.enrol(f"s{number}", small.algebra, number=f"X{number:03d}")
        morning.tap(student, "08:25")
        morning.tap(student, "09:55")
    with django_assert_max_num_queries(30):  # type: ignore[attr-defined]  # a context manager of the plugin
        assert resolve(EVENING).records == 40
