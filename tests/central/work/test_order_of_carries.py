"""Boards with one card, epochs that carry each other, people's words: any order gives the same rows."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.store.evidence import Evidence
from central.store.models import Occurrence, ProjectorPosition, StationTimeline, Tap, TimeDecision
from central.work import project
from station.tap import Kind
from tests.fakes.carrying import copy_of, go_on
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, SentBatch
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)
_SHOWN = (
    "epoch sequence carried_from token earliest_at latest_at provable_earliest_at provable_latest_at "
    "time_quality on is_attested outcome flags"
).split()


def _story(small: SmallSchool) -> list[list[SentBatch]]:
    """Return what came in of each epoch: one board that went on, a copy of it, and a salvage with a hole."""
    cards = [small.token(student) for student in (small.ana, small.ben, small.chloe)]
    first = JournallingStation(small.station_101.code, at(MONDAY, "06:00"))
    sent = [first.exchange(at(MONDAY, "06:01")), first.exchange(at(MONDAY, "06:02"))]
    for turn, card in enumerate(cards):
        first.tap(at(MONDAY, f"08:2{turn}"), card)
    sent.append(first.exchange(at(MONDAY, "08:30")))
    first.reboot(at(MONDAY, "12:00"))
    for turn, card in enumerate(cards):
        first.tap(at(MONDAY, f"12:3{turn}"), card)
    second = copy_of(first)
    sent += [first.exchange(at(MONDAY, "13:00")), first.exchange(at(MONDAY, "13:01"))]
    first.tap(at(MONDAY, "14:00"), cards[0])
    sent += [first.exchange(at(MONDAY, "14:01")), first.exchange(at(MONDAY, "14:02"))]

    second.reboot(at(MONDAY, "18:00"))
    second.tap(at(MONDAY, "18:05"), cards[0])
    second.reboot(at(TUESDAY, "07:00"))
    second.tap(at(TUESDAY, "07:30"), cards[1])
    copied = go_on(second, at(TUESDAY, "08:00"), first.epoch + 10)
    last = len(second._bodies)
    copied.carry(at(TUESDAY, "08:01"), second, range(last - 6, last + 1))
    others = [copied.exchange(at(TUESDAY, "08:02"))]
    copied.carry(at(TUESDAY, "08:03"), second, range(4, last - 6))
    copied.tap(at(TUESDAY, "08:20"), cards[2])
    others += [copied.exchange(at(TUESDAY, f"08:3{n}")) for n in range(3)]

    salvaged = go_on(second, at(TUESDAY, "09:00"), first.epoch + 20)
    place = len(copied._bodies) - 2
    salvaged.carry(at(TUESDAY, "09:01"), second, [last - 3, last - 1, last])
    salvaged.carry(at(TUESDAY, "09:02"), copied, range(2, place))
    salvaged.write(at(TUESDAY, "09:03"), Kind.ERR, {"what": "a hole"})
    rest = [salvaged.exchange(at(TUESDAY, f"09:1{n}"), limit=9) for n in range(4)]
    return [sent, others, rest]


def _known() -> tuple[list[object], list[object]]:
    taps = Tap.objects.order_by("epoch", "sequence")
    reports = Occurrence.objects.order_by("epoch", "sequence")
    told = "epoch sequence kind payload earliest_at latest_at".split()
    return list(taps.values_list(*_SHOWN)), list(reports.values_list(*told))


def _forget() -> None:
    for model in (Tap, Occurrence, StationTimeline, ProjectorPosition):
        model.objects.all().delete()


def _mixed(sent: list[list[SentBatch]], dice: Random) -> list[SentBatch]:
    turns = [number for number, batches in enumerate(sent) for _ in batches]
    dice.shuffle(turns)
    queues = [iter(batches) for batches in sent]
    return [next(queues[turn]) for turn in turns]


def _run(evidence: EvidenceFile) -> None:
    project.project(Evidence(evidence.path), SERVER_KEY.verify_key)


def _decide(small: SmallSchool, tap: Tap, *, is_anchor: bool) -> Callable[[], TimeDecision]:
    return lambda: TimeDecision.objects.create(
        station=tap.station,
        epoch=tap.epoch,
        sequence=tap.sequence,
        earliest_at=at(MONDAY, "18:00"),
        latest_at=at(MONDAY, "18:10"),
        is_anchor=is_anchor,
        by=small.teacher,
        at=at(TUESDAY, "18:00"),
        reason="the class list",
    )


def _decided(small: SmallSchool, dice: Random, *, is_anchor: bool) -> None:
    """Compare what is known when all came at once with any other order, a person deciding somewhere in it."""
    sent = _story(small)
    with TemporaryDirectory() as folder:
        _forget()
        TimeDecision.objects.all()._raw_delete("default")
        whole = EvidenceFile(Path(folder))
        whole.receive(*[batch for batches in sent for batch in batches])
        _run(whole)
        assert Tap.objects.count() == 10
        # Nothing but a person's word dates the tap of the evening.
        decide = _decide(small, Tap.objects.get(on=None), is_anchor=is_anchor)
        decide()
        _retime(whole, sent)
        assert Tap.objects.filter(on=MONDAY, is_attested=True).count() == 1
        expected = _known()
        TimeDecision.objects.all()._raw_delete("default")

        _forget()
        (Path(folder) / "mixed").mkdir()
        mixed = EvidenceFile(Path(folder) / "mixed")
        arrivals = _mixed(sent, dice)
        decided_after = dice.randrange(len(arrivals))
        for turn, batch in enumerate(arrivals):
            mixed.receive(batch)
            if dice.random() < 0.5:
                _run(mixed)
            if turn == decided_after:
                decide()
                _retime(mixed, sent)
        _run(mixed)
        assert _known() == expected


def _retime(evidence: EvidenceFile, sent: list[list[SentBatch]]) -> None:
    for batches in sent:
        one = batches[0]
        project.retime(Evidence(evidence.path), SERVER_KEY.verify_key, one.station, one.epoch)


def _projected(small: SmallSchool, dice: Random) -> None:
    """Compare two orders of arrival, read in whatever portions."""
    sent = _story(small)
    with TemporaryDirectory() as folder:
        known = []
        for part in ("one", "two"):
            _forget()
            (Path(folder) / part).mkdir()
            evidence = EvidenceFile(Path(folder) / part)
            for batch in _mixed(sent, dice):
                evidence.receive(batch)
                if dice.random() < 0.5:
                    _run(evidence)
            _run(evidence)
            known.append(_known())
        assert known[0] == known[1]


@pytest.mark.invariant(16, 25, 45)
@pytest.mark.fault("M1")
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(dice=st.randoms(use_true_random=False), is_anchor=st.booleans())
def test_any_order_of_epochs_batches_runs_and_decisions_gives_the_same_rows(
    small: SmallSchool,
    dice: Random,
    is_anchor: bool,  # noqa: FBT001  hypothesis passes it by name
) -> None:
    _decided(small, dice, is_anchor=is_anchor)


@pytest.mark.invariant(16, 45)
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(dice=st.randoms(use_true_random=False))
def test_any_order_of_epochs_and_runs_gives_the_same_rows_without_anything_being_found_anew(
    small: SmallSchool, dice: Random
) -> None:
    _projected(small, dice)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.invariant(16, 25, 45)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(dice=st.randoms(use_true_random=False), is_anchor=st.booleans())
def test_many_orders_of_epochs_batches_runs_and_decisions_give_the_same_rows(
    small: SmallSchool,
    dice: Random,
    is_anchor: bool,  # noqa: FBT001  hypothesis passes it by name
) -> None:
    _decided(small, dice, is_anchor=is_anchor)
    _projected(small, dice)
