"""Certified records reach PowerSchool once, whatever the line does, and reading back proves each."""

import fcntl
from collections.abc import Iterator
from datetime import timedelta
from itertools import repeat
from pathlib import Path

import pytest

from central.errors import RefusedError, UnavailableError
from central.store.models import AttendanceRecord, AuditEvent, Delivery
from central.work.deliver import LOCK, deliver, usual_days
from central.work.deliver_check import check
from central.work.delivery_wish import Courier, Wish
from tests.fakes.school import MONDAY
from tests.powerschool import full_school, mirrored
from tests.powerschool.bench import ALL_CONFIRMED, AS_CERTIFIED, Bench, certified_class, of
from tests.powerschool.faults import WRITES, Fault, Faults

pytestmark = pytest.mark.django_db
Stage, State = AttendanceRecord.Stage, Delivery.State


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with certified_class(tmp_path) as made:
        yield made


@pytest.mark.parametrize("mode", ["meeting", "daily", "time"])
def test_certified_records_are_sent_and_confirmed_by_reading_back(bench: Bench, mode: str) -> None:
    bench.said = {"mode": mode}
    done = bench.run()
    assert (done.sent, done.confirmed, done.reopened, done.stopped) == (3, 3, [], "")
    assert bench.stages() == ALL_CONFIRMED
    assert bench.there() == AS_CERTIFIED
    again = bench.run()
    assert (again.sent, again.confirmed) == (0, 0)
    assert bench.sis.tables.inserted == 3
    assert AuditEvent.objects.filter(verb="deliver").count() == 2


@pytest.mark.parametrize("mode", ["meeting", "daily"])
def test_no_fault_of_the_line_makes_a_second_row(mode: str, tmp_path: Path) -> None:
    full = full_school.build(2, len(WRITES))
    with mirrored.mirrored() as sis:
        config = mirrored.config(sis.url, tmp_path, mode=mode)
        now = full.signed_at
        for fault, on in zip(WRITES, full.days, strict=True):
            sis.faults = Faults(planned=[fault, fault])
            for _ in range(3):
                now += timedelta(minutes=10)
                client = mirrored.client(config)
                deliver(Wish(on, on), Courier(client, config, full.teacher, repeat(now).__next__), tmp_path)
                client.close()
                sis.let_late_ones_arrive()
            stages = set(AttendanceRecord.objects.filter(on=on).values_list("stage", flat=True))
            assert stages == {Stage.CONFIRMED}, fault
            assert sis.tables.duplicates() == 0, fault
            assert sis.faults.happened, fault


def test_what_may_still_arrive_is_left_to_rest(bench: Bench) -> None:
    bench.sis.faults = Faults(planned=[Fault.LATE] * 3)
    assert bench.run().sent == 3
    soon = bench.run(later=timedelta(minutes=1))
    assert (soon.sent, soon.resting) == (0, 3)
    bench.sis.let_late_ones_arrive()
    assert bench.run().confirmed == 3
    assert bench.sis.tables.inserted == 3


def test_half_a_batch_refused_is_sent_again_alone_and_one_never_taken_is_reopened(bench: Bench) -> None:
    bench.said = {"mode": "daily"}
    bench.sis.faults = Faults(planned=[Fault.HALF])
    bench.run()
    assert bench.stages() == ALL_CONFIRMED
    assert bench.sis.asked.count("/ws/attendance/batch_daily_time") == 1
    assert bench.sis.asked.count("/ws/attendance/daily_time") == 2


def test_one_that_is_never_taken_is_reopened_with_the_codes_of_why(bench: Bench) -> None:
    bench.said = {"mode": "daily"}
    bench.sis.faults = Faults(planned=[Fault.HALF] * 20)
    for _ in range(4):
        bench.run()
    assert bench.stages()["Ana"] == Stage.CERTIFIED
    said = of("Ana").difference
    assert said == "sent 5 times and never taken in there: refused there: attendance TRANSIENT"
    assert bench.sis.writes() <= 20


def test_a_key_that_went_stale_is_asked_anew(bench: Bench) -> None:
    tables = bench.sis.tables

    def renumbered() -> None:
        tables.codes["P"] = "601"

    bench.sis.before_writing = renumbered
    bench.run()
    assert bench.stages() == ALL_CONFIRMED


def test_what_cannot_be_found_there_is_named_all_at_once_and_waits(bench: Bench) -> None:
    del bench.sis.tables.students[bench.small.ana.number]
    del bench.sis.tables.codes["A"]
    done = bench.run()
    assert {each.says for each in done.problems} == {
        "no student of that number there",
        "no attendance code of that name in this year",
    }
    assert bench.stages() == {"Ana": Stage.CERTIFIED, "Ben": Stage.CONFIRMED, "Chloe": Stage.CERTIFIED}
    assert of("Ana").state == State.WAITING


def test_looking_alone_sends_nothing_and_writes_nothing(bench: Bench) -> None:
    done = bench.run(looks=True)
    assert (done.to_send, bench.sis.writes()) == (3, 0)
    assert not Delivery.objects.exists()
    assert not AuditEvent.objects.filter(verb="deliver").exists()
    bench.run()
    bench.sis.tables.edit(bench.key_of("Ana"), "A")
    assert len(bench.run(reads=True).reopened) == 1
    assert bench.stages()["Ana"] == Stage.CERTIFIED


def test_only_certificated_staff_deliver(bench: Bench) -> None:
    for bench.by in ("clerk", "admin", "paraeducator", "leader"):
        with pytest.raises(RefusedError, match="ask a certificated staffer"):
            bench.run()
    assert bench.sis.asked == []


def test_a_practice_school_never_leaves(bench: Bench) -> None:
    bench.small.school.is_practice = True
    bench.small.school.save()
    bench.small.teacher.refresh_from_db()
    with pytest.raises(RefusedError, match="practice school"):
        bench.run()
    assert bench.sis.asked == []


def test_what_is_not_certified_never_leaves_and_a_day_waits_for_all_its_classes(bench: Bench) -> None:
    AttendanceRecord.objects.filter(student=bench.small.ana).update(stage=Stage.PROVISIONAL)
    AttendanceRecord.objects.filter(student=bench.small.ben).update(stage=Stage.REMOVED)
    assert bench.run().sent == 1
    assert bench.there() == {"Chloe": ["A"]}


def test_a_plugin_that_may_not_is_named_and_the_run_stops(bench: Bench) -> None:
    bench.sis.forbidden = {"/ws/attendance"}
    assert "403" in bench.run().stopped
    bench.sis.forbidden = {"/ws/schema"}
    with pytest.raises(RefusedError, match="403"):
        bench.run()
    assert set(bench.stages().values()) == {Stage.CERTIFIED}
    bench.sis.forbidden = set()
    bench.run()
    assert bench.stages() == ALL_CONFIRMED


def test_two_runs_at_once_are_one(bench: Bench) -> None:
    with (bench.folder / LOCK).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(UnavailableError, match="another delivery is running"):
            bench.run()
    assert bench.sis.asked == []
    assert bench.run().confirmed == 3


def test_a_check_names_everything_that_is_missing_there_and_sends_nothing(bench: Bench) -> None:
    del bench.sis.tables.students[bench.small.ana.number]
    del bench.sis.tables.codes["T"]
    bench.sis.tables.periods.clear()
    config = mirrored.config(bench.sis.url, bench.folder)
    client = mirrored.client(config)
    found = check(Wish(MONDAY, MONDAY), Courier(client, config, bench.small.teacher, bench.clock))
    client.close()
    assert (found.looked_at, found.codes) == (3, ["T"])
    assert [each.says for each in found.problems] == [
        "no student of that number there",
        "no period of that name in this year",
        "no period of that name in this year",
    ]
    assert (found.rows["students"], found.rows["attendance"], bench.sis.writes()) == (4, 0, 0)


def test_a_run_told_no_days_looks_at_what_is_open_this_year_and_what_was_lately_sent(bench: Bench) -> None:
    config = mirrored.config(bench.sis.url, bench.folder)
    teacher, later = bench.small.teacher, MONDAY + timedelta(days=60)
    assert usual_days(teacher, config, later) == (MONDAY, later)
    bench.run()
    assert usual_days(teacher, config, later) == (later - timedelta(days=30), later)
    AttendanceRecord.objects.update(on=MONDAY - timedelta(days=365), stage=Stage.CERTIFIED)
    assert usual_days(teacher, config, later) == (later - timedelta(days=30), later)
