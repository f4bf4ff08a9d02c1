"""Evidence becomes taps with proven times, once each, however it arrives."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from central.store.evidence import Evidence
from central.store.models import ProjectorPosition, Station, StationTimeline, Tap
from central.work import journal_times, lines, project
from central.work.project import Projected
from sync_agent.signing import SigningKey
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, SentBatch, deliver
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
EARLY = at(MONDAY, "06:00")


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


def run(evidence: EvidenceFile) -> Projected:
    return project.project(Evidence(evidence.path), SERVER_KEY.verify_key)


def station(small: SmallSchool) -> JournallingStation:
    return JournallingStation(small.station_101.code, EARLY)


def test_a_tap_between_two_exchanges_is_timed_to_the_second(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = station(small)
    deliver(room, evidence, [at(MONDAY, "08:00")])
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])
    assert run(evidence).taps == 1

    tap = Tap.objects.get()
    assert tap.earliest_at is not None
    assert tap.latest_at is not None
    assert tap.earliest_at <= at(MONDAY, "08:25") <= tap.latest_at
    assert (tap.time_quality, tap.on, tap.outcome) == ("T1", MONDAY, Tap.Outcome.PENDING)
    assert bytes(tap.token or b"") == small.token(small.ana)


def test_running_again_adds_nothing(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = station(small)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])
    run(evidence)
    before = list(Tap.objects.values())
    assert run(evidence) == Projected()
    assert list(Tap.objects.values()) == before


def test_before_anything_came_in_there_is_nothing_to_do(small: SmallSchool, tmp_path: Path) -> None:
    del small
    assert project.project(Evidence(tmp_path / "not-yet.sqlite"), SERVER_KEY.verify_key) == Projected()


def test_a_tap_without_any_proof_of_time_is_not_dated(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = station(small)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    evidence.receive(room.exchange(at(MONDAY, "08:26")))
    run(evidence)
    tap = Tap.objects.get()
    assert (tap.time_quality, tap.on, tap.earliest_at) == ("R", None, None)


def test_a_beacon_that_comes_later_dates_the_taps_before_it(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = station(small)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    evidence.receive(room.exchange(at(MONDAY, "08:26")))
    run(evidence)
    evidence.receive(room.exchange(at(MONDAY, "08:27")))
    assert run(evidence).retimed == 1
    tap = Tap.objects.get()
    assert (tap.time_quality, tap.on, tap.outcome) == ("T1", MONDAY, Tap.Outcome.PENDING)


def test_a_beacon_somebody_else_signed_proves_nothing(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = JournallingStation(small.station_101.code, EARLY, server_key=SigningKey(bytes(32)))
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])
    run(evidence)
    assert Tap.objects.get().on is None


def test_a_beacon_made_for_another_station_proves_nothing(small: SmallSchool, evidence: EvidenceFile) -> None:
    other = JournallingStation(small.station_102.code, EARLY)
    other.exchange(at(MONDAY, "08:26"))
    room = station(small)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    room.write_bytes(other._bodies[-1])
    evidence.receive(room.exchange(at(MONDAY, "08:27")))
    run(evidence)
    assert Tap.objects.get().on is None


@pytest.mark.invariant(11, 12)
@pytest.mark.fault("S5")
def test_what_cannot_be_read_is_kept_and_shown_and_holds_nothing_up(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    room = station(small)
    room.write_bytes(b"\xff\xfe not an entry")
    room.write(at(MONDAY, "08:24"), "tap", ["too", "short"])
    room.write(at(MONDAY, "08:24"), "hologram", {"from": "the future"})
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])
    run(evidence)
    outcomes = list(Tap.objects.order_by("sequence").values_list("outcome", flat=True))
    assert outcomes == [Tap.Outcome.UNPARSED, Tap.Outcome.UNPARSED, Tap.Outcome.PENDING]
    assert Tap.objects.latest("sequence").time_quality == "T1"
    timeline = StationTimeline.objects.get()
    assert timeline.not_taps == {"genesis": 1, "hologram": 1, "beacon": 1}


def test_entries_sent_again_keep_their_place(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = station(small)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    first = room.exchange(at(MONDAY, "08:26"))
    evidence.receive(first)
    bens = room.tap(at(MONDAY, "08:27"), small.token(small.ben))
    evidence.receive(room.exchange(at(MONDAY, "08:28"), again=2), adds_from=first.last + 1)
    assert run(evidence).taps == 2
    late = Tap.objects.latest("sequence")
    assert (late.sequence, bytes(late.token or b"")) == (bens, small.token(small.ben))
    # Its place counts from the first entry in the bytes, where it can be found again.
    assert late.position == 3


def test_a_damaged_batch_is_counted_and_the_next_one_read(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = station(small)
    evidence.receive(room.exchange(at(MONDAY, "08:00")))
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26")])
    evidence.overwrite(1, b"rubbish")
    assert run(evidence).unreadable == 1
    assert Tap.objects.count() == 1


def test_a_station_the_records_do_not_know_yet_loses_nothing(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    stranger = JournallingStation("st-r999", EARLY)
    stranger.tap(at(MONDAY, "08:25"), small.token(small.ana))
    evidence.receive(stranger.exchange(at(MONDAY, "08:26")))
    room = station(small)
    room.tap(at(MONDAY, "08:30"), small.token(small.ben))
    evidence.receive(room.exchange(at(MONDAY, "08:31")))
    done = run(evidence)
    assert (done.taps, done.unknown_stations) == (1, {"st-r999"})
    Station.objects.create(
        code="st-r999",
        school=small.school,
        room=small.school.rooms.create(name="R999"),
        commissioned_at=EARLY,
    )
    assert run(evidence).taps == 1
    assert set(Tap.objects.values_list("station_id", flat=True)) == {"st-r999", "st-r101"}


@pytest.mark.invariant(16)
def test_a_station_that_says_its_taps_again_in_a_new_epoch_is_not_counted_twice(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    for epoch in (5, 6):
        room = JournallingStation(small.station_101.code, EARLY, epoch=epoch)
        room.tap(at(MONDAY, "08:25"), small.token(small.ana))
        evidence.receive(room.exchange(at(MONDAY, "08:26")))
    run(evidence)
    assert Tap.objects.count() == 1


def test_two_stations_that_write_the_same_bytes_have_two_taps(
    small: SmallSchool, evidence: EvidenceFile
) -> None:
    for code in (small.station_101.code, small.station_102.code):
        room = JournallingStation(code, EARLY)
        room.tap(at(MONDAY, "08:25"), small.token(small.ana))
        evidence.receive(room.exchange(at(MONDAY, "08:26")))
    run(evidence)
    assert Tap.objects.count() == 2


def test_the_position_moves_only_with_what_was_written(
    small: SmallSchool, evidence: EvidenceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = station(small)
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    deliver(room, evidence, [at(MONDAY, "08:26"), at(MONDAY, "08:27")])

    class PowerCutError(Exception):
        pass

    def cut(*_args: object, **_kw: object) -> None:
        raise PowerCutError

    ProjectorPosition.objects.create(pk=1)
    with monkeypatch.context() as patched:
        patched.setattr(ProjectorPosition, "save", cut)
        with pytest.raises(PowerCutError):
            run(evidence)
    assert not Tap.objects.exists()
    assert not StationTimeline.objects.exists()
    assert run(evidence).taps == 1


def test_a_long_life_is_read_in_tails_and_comes_out_as_if_read_at_once(
    small: SmallSchool, evidence: EvidenceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = station(small)
    batches: list[SentBatch] = []
    now = at(MONDAY, "08:00")
    for _ in range(25):
        for _ in range(3):
            now += timedelta(seconds=20)
            room.tap(now, small.token(small.ana))
        now += timedelta(seconds=20)
        batches.append(room.exchange(now))
    opened = 0
    real = lines.lines

    def counting(*args: object) -> object:
        nonlocal opened
        opened += 1
        return real(*args)  # type: ignore[arg-type]  # passes on what it was given

    monkeypatch.setattr(journal_times, "lines", counting)
    for batch in batches:
        evidence.receive(batch)
        run(evidence)
    # Reading everything anew each time would open 25 * 26 / 2 batches.
    assert opened <= 3 * len(batches)
    piecemeal = list(_times())
    Tap.objects.all().delete()
    StationTimeline.objects.all().delete()
    ProjectorPosition.objects.all().delete()
    run(evidence)
    assert list(_times()) == piecemeal
    assert {quality for *_, quality in piecemeal} == {"T1"}


def _times() -> list[tuple[int, datetime | None, datetime | None, str]]:
    return list(
        Tap.objects.order_by("sequence").values_list("sequence", "earliest_at", "latest_at", "time_quality")
    )


@pytest.mark.invariant(24)
@pytest.mark.fault("T2")
@pytest.mark.parametrize(
    ("back_on", "quality", "day"),
    [(MONDAY + timedelta(days=2), "R", None), (MONDAY, "D", MONDAY)],
)
def test_a_tap_before_a_power_cut_without_exchange_is_dated_only_within_one_day(
    small: SmallSchool, evidence: EvidenceFile, back_on: date, quality: str, day: date | None
) -> None:
    room = station(small)
    deliver(room, evidence, [at(MONDAY, "08:00"), at(MONDAY, "08:01")])
    room.reboot(at(MONDAY, "08:20"))
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    room.reboot(at(back_on, "20:00"))
    deliver(room, evidence, [at(back_on, "20:10"), at(back_on, "20:11")])
    run(evidence)
    tap = Tap.objects.get()
    assert (tap.time_quality, tap.on) == (quality, day)
    assert tap.earliest_at is not None
    assert tap.latest_at is not None
    assert tap.earliest_at <= at(MONDAY, "08:25") <= tap.latest_at


def test_a_tap_known_to_its_bell_period_says_so(small: SmallSchool, evidence: EvidenceFile) -> None:
    room = station(small)
    deliver(room, evidence, [at(MONDAY, "08:35"), at(MONDAY, "08:36")])
    room.reboot(at(MONDAY, "08:40"))
    room.tap(at(MONDAY, "08:45"), small.token(small.ana))
    room.reboot(at(MONDAY, "09:50"))
    deliver(room, evidence, [at(MONDAY, "09:51"), at(MONDAY, "09:52")])
    run(evidence)
    assert Tap.objects.get().time_quality == "P"
