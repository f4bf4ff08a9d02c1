"""A time no rule may settle is decided by a named person, within what is proven, with a reason."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from central.errors import RefusedError
from central.store.models import (
    AttendanceRecord,
    AuditEvent,
    Occurrence,
    Staff,
    Station,
    Tap,
    TeachingCredential,
    TimeDecision,
)
from central.store.models.append_only import WrittenOnceError
from central.work import time_review
from central.work.resolve import resolve
from central.work.time_bracket import Entry, provable
from central.work.time_case import case
from central.work.time_review import Word, decide, queue
from station.tap import Kind
from tests.fakes import untimed
from tests.fakes.doubtful import EPOCH
from tests.fakes.school import MONDAY, at
from tests.fakes.untimed import EVENING, FRIDAY, UntimedRoom

pytestmark = pytest.mark.django_db
WHY = "the substitute's note says first period"
SUNDAY = MONDAY - timedelta(days=1)


@pytest.fixture
def room(tmp_path: Path) -> UntimedRoom:
    return untimed.build(tmp_path)


def word(room: UntimedRoom, since: str, until: str, *, by: Staff | None = None, why: str = WHY) -> Word:
    return Word(at(MONDAY, since), at(MONDAY, until), by or room.small.clerk, why)


def say(room: UntimedRoom, said: Word) -> TimeDecision:
    tap = room.tap
    entry = Entry(tap.station, tap.epoch, tap.sequence)
    return decide(entry, said, EVENING, room.evidence, room.retime)


def present() -> set[str]:
    records = AttendanceRecord.objects.exclude(stage=AttendanceRecord.Stage.REMOVED)
    return {record.student.given_name for record in records.select_related("student")}


@pytest.mark.invariant(24)
@pytest.mark.fault("T2")
def test_a_tap_that_may_be_of_any_of_three_days_is_nobodys_until_a_person_says(room: UntimedRoom) -> None:
    tap = room.tap
    assert (tap.time_quality, tap.on, tap.outcome) == ("R", None, Tap.Outcome.TIME_REVIEW)
    assert [waiting.pk for waiting in queue(room.small.school)] == [tap.pk]
    assert time_review.waiting(room.small.school) == 1
    assert present() == {"Ben"}


@pytest.mark.invariant(24, 34)
@pytest.mark.fault("T2")
def test_a_decided_tap_counts_on_the_day_the_person_said_and_keeps_its_grade(room: UntimedRoom) -> None:
    say(room, word(room, "08:20", "08:35"))
    resolve(EVENING)
    tap = room.tap
    assert (tap.on, tap.is_attested, tap.outcome) == (MONDAY, True, Tap.Outcome.RECORDED)
    assert (tap.time_quality, tap.earliest_at, tap.latest_at) == (
        "R",
        at(MONDAY, "08:20"),
        at(MONDAY, "08:35"),
    )
    assert present() == {"Ana", "Ben"}
    assert not queue(room.small.school).exists()


@pytest.mark.invariant(24)
def test_a_day_is_claimed_no_longer_once_its_tap_is_decided_to_be_of_another(room: UntimedRoom) -> None:
    say(room, word(room, "08:20", "08:35"))
    resolve(EVENING)
    saturday = FRIDAY + timedelta(days=1)
    moved = Word(at(saturday, "08:20"), at(saturday, "08:35"), room.small.clerk, "the roll was of Saturday")
    say(room, moved)
    resolve(EVENING, only_new=True)
    assert (room.tap.on, room.tap.outcome, room.tap.record) == (saturday, Tap.Outcome.NO_SESSION, None)
    assert present() == {"Ben"}
    say(room, word(room, "08:20", "08:35"))
    resolve(EVENING)
    assert present() == {"Ana", "Ben"}


@pytest.mark.invariant(24)
def test_a_day_is_claimed_no_longer_once_nothing_dates_its_tap(room: UntimedRoom) -> None:
    say(room, word(room, "08:20", "08:35"))
    resolve(EVENING)
    # As when a later exchange denies what was decided.
    Tap.objects.filter(pk=room.tap.pk).update(on=None, outcome=Tap.Outcome.PENDING)
    resolve(EVENING, only_new=True)
    assert (room.tap.outcome, room.tap.record) == (Tap.Outcome.TIME_REVIEW, None)
    assert present() == {"Ben"}
    assert list(queue(room.small.school)) == [room.tap]


@pytest.mark.invariant(34)
def test_a_decision_says_who_when_why_and_about_which_entry_and_stays(room: UntimedRoom) -> None:
    bytes_before = room.evidence.batch(room.tap.server_sequence)
    decision = say(room, word(room, "08:20", "08:35"))
    assert (decision.by, decision.at, decision.reason) == (room.small.clerk, EVENING, WHY)
    assert (decision.station_id, decision.epoch, decision.sequence) == ("st-r101", EPOCH, room.ana_at)
    event = AuditEvent.objects.get(verb="decide-time")
    assert (event.by, event.subject) == (room.small.clerk.number, f"st-r101/{EPOCH}/{room.ana_at}")
    assert event.detail["reason"] == WHY
    with pytest.raises(WrittenOnceError):
        decision.delete()
    say(room, word(room, "08:20", "08:30", why="the teacher remembers better"))
    assert TimeDecision.objects.count() == 2
    assert room.tap.latest_at == at(MONDAY, "08:30")
    assert room.evidence.batch(room.tap.server_sequence) == bytes_before


def test_no_word_goes_beyond_what_is_proven(room: UntimedRoom) -> None:
    proven = provable(room.tap, room.evidence)
    late = Word(at(MONDAY, "12:05"), at(MONDAY, "12:10"), room.small.clerk, WHY)
    with pytest.raises(RefusedError, match="not after 2024-09-09 12:0"):
        say(room, late)
    if proven.earliest_at is not None:
        early = at(FRIDAY, "07:30")
        with pytest.raises(RefusedError, match="not before"):
            say(room, Word(early, early, room.small.clerk, WHY))
    assert not TimeDecision.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("since", "until", "what"),
    [
        (at(SUNDAY, "23:50"), at(MONDAY, "00:10"), "must lie in one day"),
        (at(MONDAY, "08:30"), at(MONDAY, "08:20"), "begins after it ends"),
    ],
)
def test_a_word_names_one_day_and_runs_forward(
    room: UntimedRoom, since: datetime, until: datetime, what: str
) -> None:
    with pytest.raises(RefusedError, match=what):
        say(room, Word(since, until, room.small.clerk, WHY))
    assert not TimeDecision.objects.exists()


def test_a_word_without_a_reason_is_not_taken(room: UntimedRoom) -> None:
    with pytest.raises(RefusedError, match="needs a reason"):
        say(room, word(room, "08:20", "08:35", why=" \n"))
    assert not TimeDecision.objects.exists()


def _without_credential(room: UntimedRoom) -> Staff:
    TeachingCredential.objects.filter(staff=room.small.teacher).update(until=date(2024, 9, 8))
    return room.small.teacher


@pytest.mark.parametrize(
    "who",
    [
        lambda room: room.small.paraeducator,
        lambda room: room.small.staff["it"],
        lambda room: room.small.auditor,
        lambda room: room.small.leader,
        _without_credential,
    ],
)
def test_only_the_clerk_or_a_teacher_certificated_that_day_says_when_it_was(
    room: UntimedRoom, who: Callable[[UntimedRoom], Staff]
) -> None:
    with pytest.raises(RefusedError, match="ask the attendance clerk or a teacher"):
        say(room, word(room, "08:20", "08:35", by=who(room)))
    assert not TimeDecision.objects.exists()


def test_a_teacher_with_a_credential_may_say_so_too(room: UntimedRoom) -> None:
    assert say(room, word(room, "08:20", "08:35", by=room.small.teacher)).by == room.small.teacher


def test_a_proven_time_is_nobodys_to_decide(room: UntimedRoom) -> None:
    proven = Tap.objects.get(on=FRIDAY)
    entry = Entry(room.small.station_101, proven.epoch, proven.sequence)
    with pytest.raises(RefusedError, match=r"is proven \(T1\)"):
        decide(entry, word(room, "08:20", "08:35"), EVENING, room.evidence, room.retime)


def test_an_entry_that_is_no_tap_is_not_there(room: UntimedRoom) -> None:
    entry = Entry(room.small.station_101, EPOCH, 1)
    with pytest.raises(RefusedError, match="there is no tap st-r101/"):
        decide(entry, word(room, "08:20", "08:35"), EVENING, room.evidence, room.retime)


@pytest.mark.invariant(23)
def test_a_contradiction_is_for_a_person_too_and_nothing_after_its_receipt_is_taken(
    room: UntimedRoom,
) -> None:
    Tap.objects.filter(sequence=room.ana_at).update(
        time_quality="X",
        on=None,
        outcome=Tap.Outcome.PENDING,
        earliest_at=at(MONDAY, "10:00"),
        latest_at=at(MONDAY, "09:00"),
        provable_earliest_at=at(MONDAY, "10:00"),
        provable_latest_at=at(MONDAY, "09:00"),
    )
    resolve(EVENING)
    assert room.tap.outcome == Tap.Outcome.TIME_REVIEW
    assert present() == {"Ben"}
    assert provable(room.tap, room.evidence).earliest_at is None
    with pytest.raises(RefusedError, match="not after 2024-09-09 12:0"):
        say(room, word(room, "13:00", "13:01"))
    say(room, word(room, "08:20", "08:35"))
    resolve(EVENING)
    assert present() == {"Ana", "Ben"}


def test_an_anchor_is_decided_inside_its_own_bounds_and_has_the_journal_timed_anew(
    room: UntimedRoom,
) -> None:
    retimed: list[tuple[Station, int]] = []
    Occurrence.objects.create(
        station=room.small.station_101,
        epoch=EPOCH,
        sequence=room.ana_at + 90,
        kind=Kind.ANCHOR,
        payload={},
        earliest_at=at(FRIDAY, "15:00"),
        latest_at=at(MONDAY, "12:00"),
    )
    entry = Entry(room.small.station_101, EPOCH, room.ana_at + 90)
    said = Word(at(MONDAY, "08:20"), at(MONDAY, "08:25"), room.small.teacher, "I tapped then", is_anchor=True)
    too_late = Word(at(MONDAY, "12:10"), at(MONDAY, "12:11"), room.small.teacher, "then", is_anchor=True)
    with pytest.raises(RefusedError, match="not after"):
        decide(entry, too_late, EVENING, room.evidence, lambda *_: None)
    decision = decide(entry, said, EVENING, room.evidence, lambda *journal: retimed.append(journal))
    assert decision.is_anchor
    assert retimed == [(room.small.station_101, EPOCH)]
    tap_entry = Entry(room.small.station_101, EPOCH, room.ana_at)
    with pytest.raises(RefusedError, match="no staff tap that can anchor"):
        decide(tap_entry, said, EVENING, room.evidence, lambda *_: None)


def test_a_reviewer_sees_bounds_holder_neighbours_bells_and_what_the_station_reported(
    room: UntimedRoom,
) -> None:
    shown = case(room.tap, room.evidence)
    assert shown.holders == (room.small.ana,)
    assert [day.on for day in shown.days] == [FRIDAY + timedelta(n) for n in range(4)]
    assert [[bell.title for bell in day.bells] for day in shown.days] == [
        ["Algebra 1"],
        [],
        [],
        ["Algebra 1"],
    ]
    assert not shown.has_more_days
    assert [before.what for before in shown.before] == ["a tap"]
    assert [after.what for after in shown.after] == ["an error"]
    assert [str(line) for line in shown.reported] == ["error: the network is down"]
    assert shown.claim is not None
    assert (shown.claim.boot, shown.claim.is_synchronised) == (2, False)
    assert shown.proven.latest_at is not None
    assert shown.decisions == ()
    decision = say(room, word(room, "08:20", "08:35"))
    assert case(room.tap, room.evidence).decisions == (decision,)


def test_a_tap_nothing_bounds_from_below_offers_the_last_days(room: UntimedRoom) -> None:
    Tap.objects.filter(sequence=room.ana_at).update(earliest_at=None, provable_earliest_at=None)
    shown = case(room.tap, room.evidence)
    assert shown.has_more_days
    assert [day.on for day in shown.days] == [MONDAY - timedelta(n) for n in range(6, -1, -1)]
