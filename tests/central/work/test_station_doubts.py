"""Where two histories came in under one station's key, its taps wait for a person, and nothing is lost."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from central.errors import RefusedError
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, AuditEvent, Decision, ProjectorPosition, StationDoubt, Tap
from central.work import doubts
from central.work.certify import certify_session
from central.work.changes import Action, Change
from central.work.commission import Commission, commission
from central.work.doubts import aside, clear, read_doubts
from central.work.project import project
from central.work.resolve import resolve
from sync_agent.signing import SigningKey
from tests.fakes import school as schools
from tests.fakes.doubtful import EPOCH, set_aside
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation
from tests.fakes.one_class import signed
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
Outcome = Tap.Outcome
EVENING = at(MONDAY, "18:00")


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


@pytest.fixture
def room(small: SmallSchool, evidence: EvidenceFile) -> JournallingStation:
    """Ana tapped at 08:25 and central knew of it before 08:40."""
    station = JournallingStation(small.station_101.code, at(MONDAY, "06:00"))
    evidence.receive(station.exchange(at(MONDAY, "08:00")))
    station.tap(at(MONDAY, "08:25"), small.token(small.ana))
    evidence.receive(station.exchange(at(MONDAY, "08:30")))
    return station


def bring_up(evidence: EvidenceFile, *, only_new: bool = False) -> None:
    """Do what the projector does in one round."""
    read = Evidence(evidence.path)
    project(read, SERVER_KEY.verify_key)
    read_doubts(read, again=not only_new)
    resolve(EVENING, only_new=only_new, evidence=read)


def tap_of_ben(small: SmallSchool, room: JournallingStation, evidence: EvidenceFile, clock: str) -> None:
    room.tap(at(MONDAY, clock), small.token(small.ben))
    evidence.receive(room.exchange(at(MONDAY, clock) + timedelta(minutes=1)))
    evidence.receive(room.exchange(at(MONDAY, clock) + timedelta(minutes=2)))


def outcomes(small: SmallSchool) -> dict[str, str]:
    names = {small.token(student): name for name, student in small.students.items()}
    return {names[bytes(tap.token or b"")]: tap.outcome for tap in Tap.objects.all()}


def present() -> set[str]:
    standing = AttendanceRecord.objects.exclude(stage=AttendanceRecord.Stage.REMOVED)
    return {record.student.given_name for record in standing.select_related("student")}


@pytest.mark.invariant(10, 17)
@pytest.mark.fault("C1")
@pytest.mark.parametrize("reason", ["fork", "rollback", "clone"])
def test_what_a_station_brings_after_a_copy_was_seen_waits_and_what_it_brought_before_stands(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation, reason: str
) -> None:
    bring_up(evidence)
    set_aside(evidence.path, room.code, reason, at(MONDAY, "08:40"))
    tap_of_ben(small, room, evidence, "08:45")
    bring_up(evidence, only_new=True)
    assert outcomes(small) == {"ana": Outcome.RECORDED, "ben": Outcome.DOUBTED_STATION}
    assert present() == {"Ana"}
    doubt = StationDoubt.objects.get()
    assert (doubt.station, doubt.reason, doubt.epoch) == (small.station_101, reason, EPOCH)
    assert doubt.since_at == at(MONDAY, "08:40")
    assert (doubt.cleared_at, doubts.waiting()) == (None, {room.code: 1})


@pytest.mark.fault("C1")
def test_the_other_rooms_station_is_not_doubted_with_it(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation
) -> None:
    set_aside(evidence.path, small.station_102.code, "clone", at(MONDAY, "07:00"))
    tap_of_ben(small, room, evidence, "08:45")
    bring_up(evidence)
    assert present() == {"Ana", "Ben"}


@pytest.mark.invariant(18, 20)
@pytest.mark.parametrize("reason", ["revoked", "broken-chain"])
def test_a_message_that_shows_no_second_history_doubts_no_tap_and_is_counted(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation, reason: str
) -> None:
    set_aside(evidence.path, room.code, reason, at(MONDAY, "08:01"))
    set_aside(evidence.path, room.code, reason, at(MONDAY, "08:03"))
    bring_up(evidence)
    assert outcomes(small) == {"ana": Outcome.RECORDED}
    assert not StationDoubt.objects.exists()
    (line,) = aside(Evidence(evidence.path))[room.code]
    assert (line.reason, line.count) == (reason, 2)
    assert (line.first_at, line.last_at) == (at(MONDAY, "08:01"), at(MONDAY, "08:03"))


@pytest.mark.invariant(18, 21)
def test_without_a_message_set_aside_no_doubt_ever_arises(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation
) -> None:
    tap_of_ben(small, room, evidence, "08:45")
    bring_up(evidence)
    bring_up(evidence)
    assert not StationDoubt.objects.exists()
    assert present() == {"Ana", "Ben"}


@pytest.mark.invariant(34)
def test_a_person_clears_the_station_by_name_and_then_its_taps_count(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation
) -> None:
    set_aside(evidence.path, room.code, "clone", at(MONDAY, "08:40"))
    tap_of_ben(small, room, evidence, "08:45")
    bring_up(evidence)
    assert clear(small.station_101, small.staff["it"], "  the spare card was\nin the drawer ", EVENING) == 1
    bring_up(evidence)
    assert present() == {"Ana", "Ben"}
    doubt = StationDoubt.objects.get()
    assert (doubt.cleared_at, doubt.cleared_by) == (EVENING, small.staff["it"])
    assert doubt.cleared_why == "the spare card was in the drawer"
    event = AuditEvent.objects.get(verb="clear-station")
    assert (event.by, event.subject, event.detail["doubts"]) == (small.staff["it"].number, room.code, 1)
    with pytest.raises(RefusedError, match="not in doubt"):
        clear(small.station_101, small.staff["it"], "again", EVENING)


def test_a_copy_seen_again_after_the_clearing_doubts_the_station_anew(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation
) -> None:
    set_aside(evidence.path, room.code, "clone", at(MONDAY, "08:40"))
    bring_up(evidence)
    clear(small.station_101, small.clerk, "the card was destroyed", at(MONDAY, "08:42"))
    set_aside(evidence.path, room.code, "clone", at(MONDAY, "08:43"))
    tap_of_ben(small, room, evidence, "08:45")
    bring_up(evidence)
    assert present() == {"Ana"}
    assert StationDoubt.objects.filter(cleared_at=None).count() == 1


@pytest.mark.parametrize("who", ["teacher", "paraeducator", "auditor"])
def test_nobody_else_clears_a_station_and_nobody_without_a_reason(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation, who: str
) -> None:
    set_aside(evidence.path, room.code, "fork", at(MONDAY, "08:40"))
    bring_up(evidence)
    with pytest.raises(RefusedError, match="may not change stations; ask the admin"):
        clear(small.station_101, small.staff[who], "it is fine", EVENING)
    with pytest.raises(RefusedError, match="needs a reason"):
        clear(small.station_101, small.clerk, "  ", EVENING)
    with pytest.raises(RefusedError, match="say it in 255"):
        clear(small.station_101, small.clerk, "x" * 256, EVENING)
    assert StationDoubt.objects.filter(cleared_at=None).exists()
    assert not AuditEvent.objects.exists()


def test_a_station_set_up_anew_with_its_own_key_is_in_doubt_no_more(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation
) -> None:
    set_aside(evidence.path, room.code, "clone", at(MONDAY, "08:40"))
    tap_of_ben(small, room, evidence, "08:45")
    bring_up(evidence)
    key = SigningKey(bytes(range(32))).verify_key
    commission(Commission(room.code, "R101", key.public.hex(), replaces_key=True), EVENING, "root")
    bring_up(evidence)
    assert present() == {"Ana", "Ben"}
    assert StationDoubt.objects.get().cleared_why == f"set up anew with the key {key.kid}"


@pytest.mark.fault("C5")
def test_one_key_on_two_boards_is_refused_and_both_are_named(small: SmallSchool) -> None:
    key = schools.signing_key(small.station_101.code).verify_key
    wish = Commission("st-gym", "Gym", key.public.hex(), may_make_room=True)
    with pytest.raises(RefusedError, match=r"st-r101 has the key .* st-gym is a copy of its disk"):
        commission(wish, EVENING, "root")


@pytest.mark.fault("C5")
def test_a_second_board_under_the_same_name_is_told_of_with_both_of_its_journals(
    evidence: EvidenceFile, room: JournallingStation, caplog: pytest.LogCaptureFixture
) -> None:
    set_aside(evidence.path, room.code, "clone", at(MONDAY, "08:40"), epoch=EPOCH)
    set_aside(evidence.path, room.code, "clone", at(MONDAY, "08:41"), epoch=4242)
    with caplog.at_level(logging.ERROR):
        bring_up(evidence)
    assert set(StationDoubt.objects.values_list("station_id", "epoch")) == {
        (room.code, EPOCH),
        (room.code, 4242),
    }
    said = [line.getMessage() for line in caplog.records if "station.doubted" in line.getMessage()]
    assert said == [f"station.doubted station={room.code} epoch={n} reason=clone" for n in (EPOCH, 4242)]


def test_a_certified_record_is_not_touched_by_a_doubt_read_later(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation
) -> None:
    set_aside(evidence.path, room.code, "clone", at(MONDAY, "07:00"))
    read = Evidence(evidence.path)
    project(read, SERVER_KEY.verify_key)
    resolve(EVENING, evidence=read)
    changes = [Change(student.pk, Action.ABSENT) for student in (small.ben, small.chloe)]
    certify_session(small.algebra, MONDAY, signed(small), changes)
    before = list(AttendanceRecord.objects.values()), Decision.objects.count()
    bring_up(evidence)
    assert (list(AttendanceRecord.objects.values()), Decision.objects.count()) == before
    assert outcomes(small) == {"ana": Outcome.RECORDED}


@pytest.mark.invariant(45)
def test_a_provisional_record_made_before_the_doubt_was_read_is_withdrawn(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation
) -> None:
    set_aside(evidence.path, room.code, "clone", at(MONDAY, "08:10"))
    read = Evidence(evidence.path)
    project(read, SERVER_KEY.verify_key)
    resolve(EVENING, evidence=read)
    assert present() == {"Ana"}
    bring_up(evidence, only_new=True)
    assert outcomes(small) == {"ana": Outcome.DOUBTED_STATION}
    assert present() == set()
    clear(small.station_101, small.clerk, "no copy exists", EVENING)
    bring_up(evidence)
    assert present() == {"Ana"}


def test_another_tap_of_the_day_does_not_bring_the_doubted_one_in_with_it(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation
) -> None:
    set_aside(evidence.path, room.code, "clone", at(MONDAY, "08:40"))
    tap_of_ben(small, room, evidence, "08:45")
    bring_up(evidence)
    elsewhere = JournallingStation(small.station_102.code, at(MONDAY, "06:00"), epoch=5)
    elsewhere.tap(at(MONDAY, "11:00"), small.token(small.ben))
    evidence.receive(elsewhere.exchange(at(MONDAY, "11:01")), elsewhere.exchange(at(MONDAY, "11:02")))
    bring_up(evidence, only_new=True)
    assert Outcome.DOUBTED_STATION in set(Tap.objects.values_list("outcome", flat=True))
    assert present() == {"Ana"}


@pytest.mark.usefixtures("small")
def test_a_doubt_about_a_station_not_on_record_is_made_when_it_is(evidence: EvidenceFile) -> None:
    set_aside(evidence.path, "st-gym", "fork", at(MONDAY, "08:40"))
    read = Evidence(evidence.path)
    assert read_doubts(read) == 0
    assert ProjectorPosition.objects.get().quarantine_id == 1
    key = SigningKey(bytes(range(32))).verify_key.public.hex()
    commission(Commission("st-gym", "Gym", key, may_make_room=True), EVENING, "root")
    assert read_doubts(read) == 0
    assert read_doubts(read, again=True) == 1
    assert read_doubts(read, again=True) == 0


def test_taps_whose_arrival_nobody_can_tell_wait_with_the_rest(
    small: SmallSchool, evidence: EvidenceFile, room: JournallingStation
) -> None:
    set_aside(evidence.path, room.code, "fork", at(MONDAY, "17:00"))
    read = Evidence(evidence.path)
    project(read, SERVER_KEY.verify_key)
    read_doubts(read)
    resolve(EVENING)
    assert outcomes(small) == {"ana": Outcome.DOUBTED_STATION}
    resolve(EVENING, evidence=read)
    assert outcomes(small) == {"ana": Outcome.RECORDED}
