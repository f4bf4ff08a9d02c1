"""A tap that can only come in inside another journal is one tap, with the time of its own journal."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from central.store.evidence import Evidence
from central.store.models import StationTimeline, Tap
from central.work import project
from central.work.project import Projected
from station.tap import Kind
from tests.fakes.carrying import copy_of, go_on, payload_of
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, deliver
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
EARLY = at(MONDAY, "06:00")
NEXT = 5_000_000_000_000_000_000


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


def run(evidence: EvidenceFile) -> Projected:
    return project.project(Evidence(evidence.path), SERVER_KEY.verify_key)


def is_right(tap: Tap, truth: datetime) -> bool:
    assert tap.earliest_at is not None
    assert tap.latest_at is not None
    return tap.earliest_at <= truth <= tap.latest_at


@pytest.mark.invariant(15, 16)
def test_a_tap_of_a_parted_journal_is_dated_by_the_boot_that_went_on(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    deliver(room, evidence, [at(MONDAY, "06:01")])
    room.reboot(at(MONDAY, "08:00"))
    tapped = room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    after = go_on(room, at(MONDAY, "09:00"), NEXT)
    (place,) = after.carry(at(MONDAY, "09:01"), room, [tapped])
    deliver(after, evidence, [at(MONDAY, "09:02"), at(MONDAY, "09:03")])
    assert run(evidence).taps == 1
    tap = Tap.objects.get()
    assert (tap.epoch, tap.sequence, tap.carried_from) == (NEXT, place, room.epoch)
    assert (tap.time_quality, tap.on) == ("T1", MONDAY)
    assert is_right(tap, at(MONDAY, "08:25"))
    # Central first saw it in a batch of the new journal, and no signature bounds it from below.
    assert tap.provable_latest_at is not None
    assert tap.provable_latest_at >= at(MONDAY, "09:02")


def test_beacons_that_are_carried_too_count_where_they_stood(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    deliver(room, evidence, [at(MONDAY, "08:00")])
    first = room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    room.exchange(at(MONDAY, "08:26"))
    room.reboot(at(MONDAY, "20:00"))
    after = go_on(room, at(MONDAY, "20:30"), NEXT)
    after.carry(at(MONDAY, "20:31"), room, range(2, first + 3))
    deliver(after, evidence, [at(MONDAY, "20:32"), at(MONDAY, "20:33")])
    run(evidence)
    tap = Tap.objects.get()
    assert (tap.time_quality, tap.on) == ("T1", MONDAY)
    assert is_right(tap, at(MONDAY, "08:25"))
    timeline = StationTimeline.objects.get(carried_in=NEXT)
    assert timeline.epoch == room.epoch
    assert timeline.settled_sequence > 0
    assert timeline.not_taps == {"beacon": 2, "boot": 1}


def test_what_the_signatures_prove_of_a_carried_tap_is_bounded_by_its_prefix_and_its_carrier(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    deliver(room, evidence, [at(MONDAY, "08:00"), at(MONDAY, "08:10")])
    tapped = room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    after = go_on(room, at(MONDAY, "09:00"), NEXT)
    after.carry(at(MONDAY, "09:01"), room, [tapped - 1, tapped])
    deliver(after, evidence, [at(MONDAY, "09:02"), at(MONDAY, "09:03")])
    run(evidence)
    tap = Tap.objects.get()
    assert tap.provable_earliest_at is not None
    assert tap.provable_latest_at is not None
    assert at(MONDAY, "08:09") < tap.provable_earliest_at < at(MONDAY, "08:25")
    assert at(MONDAY, "09:02") < tap.provable_latest_at < at(MONDAY, "09:03")


def test_behind_a_hole_nothing_is_provable_from_below(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    deliver(room, evidence, [at(MONDAY, "08:00"), at(MONDAY, "08:10")])
    lost = room.tap(at(MONDAY, "08:20"), small.token(small.ben))
    tapped = room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    after = go_on(room, at(MONDAY, "09:00"), NEXT)
    after.carry(at(MONDAY, "09:01"), room, [tapped])
    deliver(after, evidence, [at(MONDAY, "09:02"), at(MONDAY, "09:03")])
    run(evidence)
    tap = Tap.objects.get()
    assert tapped == lost + 1
    assert (tap.time_quality, tap.provable_earliest_at) == ("T1", None)
    assert is_right(tap, at(MONDAY, "08:25"))


@pytest.mark.invariant(16)
def test_a_tap_that_came_in_by_itself_and_was_carried_by_two_boards_is_one_row(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    deliver(room, evidence, [at(MONDAY, "08:00")])
    tapped = room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    boards = [go_on(copy_of(room), at(MONDAY, "09:00"), NEXT + n) for n in (0, 1)]
    for board in boards:
        board.carry(at(MONDAY, "09:01"), room, [tapped])
        board.carry(at(MONDAY, "09:05"), room, [tapped])
        deliver(board, evidence, [at(MONDAY, "09:06"), at(MONDAY, "09:07")])
        run(evidence)
    carried = Tap.objects.get()
    assert (carried.epoch, carried.carried_from) == (NEXT, room.epoch)
    deliver(room, evidence, [at(MONDAY, "09:30"), at(MONDAY, "09:31")])
    assert run(evidence).taps == 0
    direct = Tap.objects.get()
    assert (direct.epoch, direct.sequence, direct.carried_from) == (room.epoch, tapped, 0)
    assert direct.pk == carried.pk
    assert direct.server_sequence == 6
    assert is_right(direct, at(MONDAY, "08:25"))


@pytest.mark.invariant(23)
def test_a_carried_tap_that_does_not_hang_together_is_kept_and_not_dated(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    deliver(room, evidence, [at(MONDAY, "08:00")])
    room.tap(at(MONDAY, "08:24"), small.token(small.ana))
    forged = room.tap(at(MONDAY, "08:25"), small.token(small.ben))
    after = go_on(room, at(MONDAY, "09:00"), NEXT)
    after.carry(at(MONDAY, "09:01"), room, [2, 3])
    other = copy_of(room)
    other.tap(at(MONDAY, "08:30"), small.token(small.chloe))
    after.write(
        at(MONDAY, "09:01:30"), Kind.CARRY, {**payload_of(other, forged + 1), "seq": forged, "h": "ab" * 32}
    )
    deliver(after, evidence, [at(MONDAY, "09:02"), at(MONDAY, "09:03")])
    run(evidence)
    grades = {bytes(tap.token or b""): (tap.time_quality, tap.on) for tap in Tap.objects.all()}
    assert grades[small.token(small.ana)] == ("T1", MONDAY)
    assert grades[small.token(small.chloe)] == ("R", None)


@pytest.mark.invariant(11)
@pytest.mark.fault("S5")
def test_a_carrier_nobody_can_take_apart_is_shown_and_holds_nothing_up(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    room.write(at(MONDAY, "08:00"), Kind.CARRY, {"epoch": "which?"})
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])
    run(evidence)
    outcomes = list(Tap.objects.order_by("sequence").values_list("outcome", flat=True))
    assert outcomes == [Tap.Outcome.UNPARSED, Tap.Outcome.PENDING]


def test_what_was_carried_twice_over_is_still_found(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    tapped = room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    middle = go_on(room, at(MONDAY, "09:00"), NEXT)
    (place,) = middle.carry(at(MONDAY, "09:01"), room, [tapped])
    last = go_on(room, at(MONDAY, "09:30"), NEXT + 1)
    last.carry(at(MONDAY, "09:31"), middle, [1, place])
    deliver(last, evidence, [at(MONDAY, "09:32"), at(MONDAY, "09:33")])
    run(evidence)
    tap = Tap.objects.get()
    assert (tap.carried_from, tap.time_quality, tap.on) == (room.epoch, "T1", MONDAY)


def test_entries_that_belong_further_up_and_come_later_find_their_place(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    taps = [room.tap(at(MONDAY, f"08:{minute}"), small.token(small.ana)) for minute in (20, 25, 30)]
    room.exchange(at(MONDAY, "08:31"))
    after = go_on(room, at(MONDAY, "09:00"), NEXT)
    after.carry(at(MONDAY, "09:01"), room, range(taps[2], taps[2] + 2))
    deliver(after, evidence, [at(MONDAY, "09:02"), at(MONDAY, "09:03")])
    run(evidence)
    after.carry(at(MONDAY, "09:04"), room, range(1, taps[2]))
    deliver(after, evidence, [at(MONDAY, "09:05"), at(MONDAY, "09:06")])
    run(evidence)
    found = Tap.objects.order_by("earliest_at")
    assert [tap.time_quality for tap in found] == ["T1"] * 3
    for tap, minute in zip(found, (20, 25, 30), strict=True):
        assert is_right(tap, at(MONDAY, f"08:{minute}"))


def test_a_long_drain_of_carried_entries_is_not_read_anew_each_time(
    small: SmallSchool, evidence: EvidenceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    now = at(MONDAY, "07:00")
    for _ in range(60):
        now += timedelta(seconds=30)
        room.tap(now, small.token(small.ana))
        room.exchange(now + timedelta(seconds=5))
    after = go_on(room, at(MONDAY, "09:00"), NEXT)
    deliver(after, evidence, [at(MONDAY, "09:01"), at(MONDAY, "09:02"), at(MONDAY, "09:03")])
    run(evidence)
    read = 0
    real = Evidence.journal

    def counting(*args: object, **named: object) -> object:
        nonlocal read
        found = real(*args, **named)  # type: ignore[arg-type]  # passes on what it was given
        read += len(found)
        return found

    monkeypatch.setattr(Evidence, "journal", counting)
    for turn in range(30):
        after.carry(at(MONDAY, "10:00") + timedelta(minutes=turn), room, range(4 * turn + 2, 4 * turn + 6))
        deliver(after, evidence, [at(MONDAY, "10:00:30") + timedelta(minutes=turn)])
        run(evidence)
    assert Tap.objects.filter(time_quality="T1").count() == 60
    # All of it each time would be more than 30 * 30 / 2, three times over.
    assert read < 600


@pytest.mark.invariant(25, 45)
def test_what_comes_in_by_itself_after_the_carrier_still_bounds_what_stood_behind_it(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = JournallingStation(small.station_101.code, EARLY)
    own = [room.exchange(at(MONDAY, "08:00")), room.exchange(at(MONDAY, "08:01"))]
    room.reboot(at(MONDAY, "08:10"))
    tapped = room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    room.reboot(at(MONDAY, "20:00"))
    after = go_on(room, at(MONDAY, "20:01"), NEXT)
    after.carry(at(MONDAY, "20:02"), room, [tapped - 1, tapped])
    deliver(after, evidence, [at(MONDAY, "20:03"), at(MONDAY, "20:04"), at(MONDAY, "20:05")])
    run(evidence)
    assert (Tap.objects.get().time_quality, Tap.objects.get().on) == ("R", None)
    evidence.receive(*own)
    run(evidence)
    tap = Tap.objects.get()
    assert (tap.time_quality, tap.on) == ("D", MONDAY)
    assert is_right(tap, at(MONDAY, "08:25"))
