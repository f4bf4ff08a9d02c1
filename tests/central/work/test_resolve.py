"""Taps become provisional records: once each, whatever the order, and never over a person's head."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import connection

from central.store.evidence import Evidence
from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    Credential,
    Decision,
    Enrollment,
    Placement,
    ProjectorPosition,
    StationTimeline,
    Student,
    Tap,
)
from central.work import project
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.resolve import Resolved, resolve
from tests.fakes import school as schools
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, SentBatch
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
Outcome, Stage = Tap.Outcome, AttendanceRecord.Stage
EVENING = at(MONDAY, "18:00")
DAY = timedelta(days=1)


@pytest.fixture
def small() -> SmallSchool:
    return schools.build()


class Morning:
    """Writes taps whose times are proven, as the projector leaves them."""

    def __init__(self, small: SmallSchool) -> None:
        self.small = small
        self.count = 0

    def tap(
        self,
        who: Student | bytes | None,
        clock: str,
        *,
        room: str = "101",
        on: date = MONDAY,
        width_s: float = 0.2,
        **flags: int,
    ) -> Tap:
        self.count += 1
        token = self.small.token(who) if isinstance(who, Student) else who
        earliest = at(on, clock)
        return Tap.objects.create(
            school=self.small.school,
            station=self.small.station_101 if room == "101" else self.small.station_102,
            server_sequence=1,
            position=self.count,
            epoch=1,
            sequence=self.count,
            leaf=self.count.to_bytes(32, "big"),
            token=token,
            reader="nfc",
            flags=flags,
            earliest_at=earliest,
            latest_at=earliest + timedelta(seconds=width_s),
            time_quality="T1",
            on=on,
        )


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
    assert connection.vendor == "sqlite"


def _week(small: SmallSchool) -> list[list[SentBatch]]:
    """Return what two stations send in a week: late beacons, power cuts, repeats, strangers."""
    sent: list[list[SentBatch]] = []
    for station, students, hours in (
        (small.station_101, [small.ana, small.ben, small.chloe, small.dan], ("08:20", "09:50")),
        (small.station_102, [small.dan, small.eva, small.ana], ("10:20", "11:55")),
    ):
        random = Random(station.code)  # noqa: S311  the same week every time
        room = JournallingStation(station.code, at(MONDAY, "06:00"))
        batches = [room.exchange(at(MONDAY, "06:01"))]
        for day in range(5):
            on = MONDAY + day * DAY
            if random.random() < 0.4:
                room.reboot(at(on, "07:00"))
            for clock in hours:
                now = at(on, clock)
                for student in random.sample(students, len(students)):
                    now += timedelta(seconds=random.randrange(1, 240))
                    room.tap(now, small.token(student))
                    if random.random() < 0.3:
                        now += timedelta(seconds=20)
                        room.tap(now, small.token(student), repeat=1)
                room.tap(now + timedelta(seconds=5), b"stranger's token")
                if random.random() < 0.6:
                    batches.append(room.exchange(now + timedelta(minutes=1), limit=7))
        end = at(MONDAY + 5 * DAY, "16:00")
        batches += [room.exchange(end + timedelta(minutes=minute)) for minute in range(8)]
        sent.append(batches)
    return sent


def _what_is_known() -> tuple[list[object], list[object]]:
    records = AttendanceRecord.objects.exclude(stage=Stage.REMOVED).order_by("student", "section", "on")
    shown = "student section on mark stage source first_in_at last_out_at is_tardy left_early".split()
    taps = Tap.objects.order_by("station", "sequence")
    timed = "station sequence token earliest_at latest_at time_quality on outcome".split()
    return list(records.values_list(*shown)), list(taps.values_list(*timed))


def _forget() -> None:
    Tap.objects.all().delete()
    Decision.objects.all()._raw_delete("default")
    AttendanceRecord.objects.all().delete()
    StationTimeline.objects.all().delete()
    ProjectorPosition.objects.all().delete()


def _shuffled(sent: list[list[SentBatch]], random: Random) -> list[SentBatch]:
    """Mix the stations' batches as networks do: each station's own stay in order."""
    turns = [number for number, batches in enumerate(sent) for _ in batches]
    random.shuffle(turns)
    queues = [iter(batches) for batches in sent]
    return [next(queues[turn]) for turn in turns]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_week_gives_the_same_records_in_whatever_order_and_portions_it_arrives(
    small: SmallSchool, tmp_path: Path, seed: int
) -> None:
    sent = _week(small)
    whole = EvidenceFile(tmp_path)
    whole.receive(*[batch for batches in sent for batch in batches])
    _run(whole)
    expected = _what_is_known()
    assert len(expected[0]) > 20

    _forget()
    random = Random(seed)  # noqa: S311  the same shuffle every time
    (tmp_path / "again").mkdir()
    mixed = EvidenceFile(tmp_path / "again")
    for batch in _shuffled(sent, random):
        mixed.receive(batch)
        if random.random() < 0.5:
            _run(mixed)
    _run(mixed)
    assert _what_is_known() == expected


def _run(evidence: EvidenceFile, now: datetime = EVENING) -> Resolved:
    project.project(Evidence(evidence.path), SERVER_KEY.verify_key)
    return resolve(now)
