"""What staff attest at a station or decide at central dates what nothing else can, and shows that it did."""

import base64
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, Credential, Decision, Occurrence, Tap, TimeDecision
from central.timeline import RULE_VERSION
from central.work import project
from central.work.project import Projected
from central.work.resolve import resolve
from central.work.review import MOVED, inbox
from station.tap import Json, Kind
from tests.fakes import school as schools
from tests.fakes.carrying import go_on
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, deliver, ms
from tests.fakes.school import KEY_ID, MONDAY, SUMMER, SmallSchool, at, card_token

pytestmark = [pytest.mark.django_db, pytest.mark.invariant(24)]
EARLY, EVENING = at(MONDAY, "06:00"), at(MONDAY, "21:00")
WEDNESDAY = MONDAY + timedelta(days=2)
TEACHER = card_token("the teacher's card")


@pytest.fixture
def small() -> SmallSchool:
    school = schools.build()
    Credential.objects.create(
        school=school.school, staff=school.teacher, token=TEACHER, key_id=KEY_ID, kind="uid", since=SUMMER[0]
    )
    return school


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


def run(evidence: EvidenceFile) -> Projected:
    return project.project(Evidence(evidence.path), SERVER_KEY.verify_key)


def retime(evidence: EvidenceFile, room: JournallingStation) -> Projected:
    return project.retime(Evidence(evidence.path), SERVER_KEY.verify_key, room.code, room.epoch)


def anchor(room: JournallingStation, now: datetime, says: datetime, **more: Json) -> int:
    token = base64.urlsafe_b64encode(TEACHER).decode().rstrip("=")
    who: dict[str, Json] = {"token": token, "key_id": KEY_ID, "reader": "nfc", "says_ms": ms(says)}
    return room.write(now, Kind.ANCHOR, {**who, **more})


def offline_monday(small: SmallSchool, *, says: datetime | None = None, **more: Json) -> JournallingStation:
    """Return a station that was without a network from Monday to Wednesday, and rebooted in between."""
    room = JournallingStation(small.station_101.code, EARLY)
    room.exchange(at(MONDAY, "06:01"))
    room.reboot(at(MONDAY, "08:00"))
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    if says is not None:
        anchor(room, at(MONDAY, "08:40"), says, **more)
    room.reboot(at(WEDNESDAY, "07:00"))
    return room


def arrive(room: JournallingStation, evidence: EvidenceFile) -> Tap:
    room._sent = 0
    deliver(room, evidence, [at(WEDNESDAY, "07:01"), at(WEDNESDAY, "07:02")])
    run(evidence)
    return Tap.objects.get()


def decide(tap: Tap, small: SmallSchool, first: datetime, last: datetime, *, is_anchor: bool = False) -> None:
    TimeDecision.objects.create(
        station=tap.station,
        epoch=tap.epoch,
        sequence=tap.sequence,
        earliest_at=first,
        latest_at=last,
        is_anchor=is_anchor,
        by=small.teacher,
        at=EVENING,
        reason="the class list of that morning",
    )


def test_a_teacher_s_word_at_the_reader_dates_the_taps_of_its_boot(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    tap = arrive(offline_monday(small, says=at(MONDAY, "08:40")), evidence)
    assert (tap.time_quality, tap.on, tap.is_attested) == ("D", MONDAY, True)
    assert tap.time_rule == RULE_VERSION
    assert tap.earliest_at is not None
    assert tap.latest_at is not None
    assert tap.earliest_at <= at(MONDAY, "08:25") <= tap.latest_at
    assert tap.latest_at - tap.earliest_at < timedelta(minutes=11)
    # Without the teacher it would be anything from Monday to Wednesday.
    assert tap.provable_earliest_at is not None
    assert tap.provable_latest_at is not None
    assert tap.provable_latest_at - tap.provable_earliest_at > timedelta(days=2)


@pytest.mark.parametrize(
    "more",
    [
        {"reader": "scanner"},
        {"token": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"token": "rubbish!"},
        {"key_id": "another"},
        {"says_ms": None},
        {"says_ms": True},
        {"says_ms": 2**62},
    ],
)
def test_a_word_nobody_known_said_with_a_card_counts_for_nothing(
    small: SmallSchool, evidence: EvidenceFile, more: dict[str, Json]
) -> None:
    tap = arrive(offline_monday(small, says=at(MONDAY, "08:40"), **more), evidence)
    assert (tap.time_quality, tap.on, tap.is_attested) == ("R", None, False)


def test_a_card_handed_out_later_attests_nothing_before(small: SmallSchool, evidence: EvidenceFile) -> None:
    Credential.objects.filter(staff=small.teacher).update(since=WEDNESDAY)
    assert arrive(offline_monday(small, says=at(MONDAY, "08:40")), evidence).on is None


def test_a_word_that_proofs_deny_is_not_believed_and_stands_in_the_station_s_report(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    tap = arrive(offline_monday(small, says=at(MONDAY + timedelta(days=3), "08:40")), evidence)
    assert (tap.time_quality, tap.on, tap.is_attested) == ("R", None, False)
    assert Occurrence.objects.get(kind=Kind.ANCHOR).payload["refuted"] is True


def test_a_person_s_decision_dates_its_tap_and_leaves_the_grade_of_the_evidence(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = offline_monday(small)
    tap = arrive(room, evidence)
    assert resolve(EVENING).records == 0
    assert not AttendanceRecord.objects.exists()
    decide(tap, small, at(MONDAY, "08:20"), at(MONDAY, "08:30"))
    assert retime(evidence, room).retimed == 1
    tap.refresh_from_db()
    assert (tap.time_quality, tap.on, tap.is_attested) == ("R", MONDAY, True)
    assert (tap.earliest_at, tap.latest_at) == (at(MONDAY, "08:20"), at(MONDAY, "08:30"))
    resolve(EVENING)
    assert AttendanceRecord.objects.get().on == MONDAY
    assert retime(evidence, room).retimed == 0


def test_the_last_of_several_decisions_counts(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = offline_monday(small)
    tap = arrive(room, evidence)
    decide(tap, small, at(MONDAY, "08:20"), at(MONDAY, "08:30"))
    decide(tap, small, at(MONDAY + timedelta(days=1), "08:20"), at(MONDAY + timedelta(days=1), "08:30"))
    retime(evidence, room)
    tap.refresh_from_db()
    assert tap.on == MONDAY + timedelta(days=1)


@pytest.mark.invariant(23)
def test_a_decision_outside_of_what_is_proven_dates_nothing(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = offline_monday(small)
    tap = arrive(room, evidence)
    decide(tap, small, at(MONDAY - timedelta(days=1), "08:20"), at(MONDAY - timedelta(days=1), "08:30"))
    retime(evidence, room)
    tap.refresh_from_db()
    assert (tap.on, tap.is_attested) == (None, False)


def test_a_decision_that_is_an_anchor_dates_its_neighbours_too(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = offline_monday(small)
    later = JournallingStation(small.station_102.code, EARLY)
    later.tap(at(MONDAY, "10:40"), small.token(small.dan))
    ana = arrive(room, evidence)
    decide(ana, small, at(MONDAY, "08:20"), at(MONDAY, "08:30"), is_anchor=True)
    retime(evidence, room)
    ana.refresh_from_db()
    assert (ana.on, ana.is_attested, ana.time_quality) == (MONDAY, True, "D")


def test_a_decision_on_a_carried_tap_stays_with_it_when_it_comes_in_by_itself(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    tapped = room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    room.reboot(at(WEDNESDAY, "07:00"))
    after = go_on(room, at(WEDNESDAY, "07:01"), room.epoch + 1)
    after.carry(at(WEDNESDAY, "07:02"), room, [tapped])
    deliver(after, evidence, [at(WEDNESDAY, "07:03"), at(WEDNESDAY, "07:04")])
    run(evidence)
    tap = Tap.objects.get()
    decide(tap, small, at(MONDAY, "08:20"), at(MONDAY, "08:30"))
    retime(evidence, after)
    deliver(room, evidence, [at(WEDNESDAY, "09:00"), at(WEDNESDAY, "09:01")])
    run(evidence)
    tap.refresh_from_db()
    assert (tap.epoch, tap.carried_from) == (room.epoch, 0)
    assert (tap.on, tap.is_attested) == (MONDAY, True)
    retime(evidence, room)
    tap.refresh_from_db()
    assert tap.on == MONDAY


def test_a_tap_that_needs_no_person_is_not_moved_by_one(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])
    run(evidence)
    tap = Tap.objects.get()
    decide(tap, small, at(MONDAY, "07:00"), at(MONDAY, "07:30"))
    retime(evidence, room)
    tap.refresh_from_db()
    assert (tap.time_quality, tap.is_attested) == ("T1", False)


def test_a_tap_behind_a_certified_record_whose_day_moves_is_shown_to_a_person(
    small: SmallSchool, evidence: EvidenceFile, caplog: pytest.LogCaptureFixture
) -> None:
    room = offline_monday(small)
    tap = arrive(room, evidence)
    decide(tap, small, at(MONDAY, "08:20"), at(MONDAY, "08:30"))
    retime(evidence, room)
    resolve(EVENING)
    record = AttendanceRecord.objects.get()
    record.stage = AttendanceRecord.Stage.CERTIFIED
    record.save()
    decisions = Decision.objects.count()
    tuesday = MONDAY + timedelta(days=1)
    decide(tap, small, at(tuesday, "08:20"), at(tuesday, "08:30"))
    done = retime(evidence, room)
    assert [(each.tap.pk, each.was_on, each.tap.on) for each in done.disturbed] == [(tap.pk, MONDAY, None)]
    assert retime(evidence, room).disturbed == []
    resolve(EVENING)
    record.refresh_from_db()
    tap.refresh_from_db()
    assert (record.stage, record.on) == (AttendanceRecord.Stage.CERTIFIED, MONDAY)
    assert Decision.objects.count() == decisions
    assert (tap.outcome, tap.record_id) == (Tap.Outcome.TIME_REVIEW, record.pk)
    (line,) = inbox(small.algebra, MONDAY)
    assert line.doubts == (MOVED,)
    assert f"tap.disturbed station=st-r101 epoch={tap.epoch} sequence={tap.sequence}" in caplog.messages


def test_a_journal_nobody_has_read_is_left_alone(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    deliver(room, evidence, [at(MONDAY, "08:26")])
    assert retime(evidence, room) == Projected()
    assert project.retime(Evidence(evidence.path), SERVER_KEY.verify_key, "st-none", 1) == Projected()
