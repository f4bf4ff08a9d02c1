"""The same evidence gives the same records, however its batches are mixed and portioned."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from central.store.evidence import Evidence
from central.store.models import (
    AttendanceRecord,
    Decision,
    ProjectorPosition,
    StationTimeline,
    Tap,
)
from central.work import project
from central.work.resolve import Resolved, resolve
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation, SentBatch
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
Stage = AttendanceRecord.Stage
EVENING = at(MONDAY, "18:00")
DAY = timedelta(days=1)


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


@pytest.mark.invariant(45)
@pytest.mark.fault("M1")
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
