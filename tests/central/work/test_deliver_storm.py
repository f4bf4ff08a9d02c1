"""A PowerSchool at which much goes wrong: every record ends confirmed once, or reopened with its reason."""

import random
import time
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest

from central.errors import RefusedError, UnavailableError
from central.store.models import AttendanceRecord, Decision, Delivery
from central.work.deliver import deliver
from central.work.delivery_wish import Courier, Wish
from tests.powerschool import full_school, mirrored
from tests.powerschool.faults import Faults
from tests.powerschool.full_school import FullSchool
from tests.powerschool.server import Pretended
from tests.powerschool.tables import AttendanceRow, Tables

pytestmark = pytest.mark.django_db
Stage, State = AttendanceRecord.Stage, Delivery.State
SEED = 8
SOAK = [pytest.mark.soak, pytest.mark.timeout(1_800)]


def meddle(tables: Tables, dice: random.Random, share: float) -> set[int]:
    """Let people there edit, remove and double a share of the rows; return the rows they touched."""
    touched = {dcid for dcid in list(tables.attendance) if dice.random() < share}
    for dcid in touched:
        row = tables.attendance[dcid]
        deed = dice.randrange(3)
        if deed == 0:
            tables.edit(dcid, dice.choice([code for code in "PAT" if code != tables.code_of(row)]))
        elif deed == 1:
            tables.remove(dcid)
        else:
            tables.double(dcid)
    return touched


def storm(full: FullSchool, sis: Pretended, folder: Path, mode: str) -> int:
    """Deliver again and again while things go wrong and people meddle; return how many runs it took."""
    dice = random.Random(SEED)  # noqa: S311  what people do in a test
    config = mirrored.config(sis.url, folder, mode=mode, batch=7)
    now = full.signed_at
    for number in range(1, 30):
        now += timedelta(minutes=10)
        client = mirrored.client(config)
        courier = Courier(client, config, full.teacher, lambda: now)  # noqa: B023  called within the round
        done = None
        # A run that gives up, as on a token refused twice, is gone on with by the next.
        with suppress(RefusedError, UnavailableError):
            done = deliver(Wish(full.days[0], full.days[-1]), courier, folder)
        client.close()
        sis.let_late_ones_arrive()
        if number <= 3:
            meddle(sis.tables, dice, 0.02)
        elif done and not (done.sent or done.resting or done.to_send or done.reopened or done.stopped):
            return number
    return 0


def certain_ends(sis: Pretended, mode: str) -> Counter[str]:
    """Return how many records ended how, after looking at each here and there."""
    ends: Counter[str] = Counter()
    places: dict[tuple[str, date, str], list[AttendanceRow]] = defaultdict(list)
    for row in sis.tables.attendance.values():
        places[row.studentid, row.on, row.ccid].append(row)
    rows = AttendanceRecord.objects.select_related("student", "section").prefetch_related("deliveries")
    for record in rows:
        last = max(record.deliveries.all(), key=lambda each: each.pk)
        student = sis.tables.students[record.student.number]
        cc = sis.tables.enrollments[student, record.section.code] if mode == "meeting" else ""
        there = places[student, record.on, cc]
        if record.stage == Stage.CONFIRMED:
            assert [sis.tables.code_of(row) for row in there] == [last.value], record.pk
            assert last.state == State.CONFIRMED
        else:
            assert (record.stage, last.state) == (Stage.CERTIFIED, State.REOPENED), record.pk
            assert last.difference, record.pk
        ends[last.difference.split(":")[0].split(" by ")[0] or "confirmed"] += 1
    return ends


def confirmed_once() -> None:
    """Look at the history: who is confirmed was so once more than the record was reopened from there."""
    steps: Counter[tuple[int, str, str]] = Counter(
        Decision.objects.values_list("record", "stage_from", "stage_to")
    )
    for key, stage in AttendanceRecord.objects.values_list("pk", "stage"):
        reached = steps[key, Stage.SUBMITTED, Stage.CONFIRMED]
        assert reached - steps[key, Stage.CONFIRMED, Stage.CERTIFIED] == (stage == Stage.CONFIRMED), key


@pytest.mark.parametrize(
    ("mode", "students", "days"),
    [
        ("meeting", 50, 3),
        pytest.param("daily", 60, 5, marks=SOAK),
        pytest.param("meeting", 250, 10, marks=SOAK),
    ],
)
def test_in_a_storm_every_record_ends_confirmed_once_or_reopened_with_its_reason(
    mode: str, students: int, days: int, tmp_path: Path
) -> None:
    full = full_school.build(students, days)
    with mirrored.mirrored(Faults(SEED, share=0.2)) as sis:
        began = time.monotonic()
        runs = storm(full, sis, tmp_path, mode)
        took_s = time.monotonic() - began
        assert runs
        ends = certain_ends(sis, mode)
        confirmed_once()
        assert sis.tables.duplicates() == 0
        assert sum(ends.values()) == students * days * 2
        assert ends["confirmed"] > 0.8 * students * days * 2
        assert sum(sis.faults.happened.values()) > 10
        told = f"{runs} runs, {sis.writes()} writing calls, {len(sis.asked)} in all, {took_s:.0f} s"
        print(f"\n{dict(ends)}\n{dict(sis.faults.told())}\n{told}")  # noqa: T201  the figures of the soak
