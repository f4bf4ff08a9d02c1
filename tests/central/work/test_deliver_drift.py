"""What people there do behind our back, and people here correct: reopened with its reason, never run over."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from central.exchange.attendance_file import Template
from central.store.models import AttendanceRecord, Decision, Delivery
from central.work.changes import Action, Change
from central.work.submit import Wish as FileWish
from central.work.submit import submit
from tests.fakes.school import MONDAY
from tests.powerschool.bench import ALL_CONFIRMED, AS_CERTIFIED, Bench, certified_class, of
from tests.powerschool.faults import Fault, Faults

pytestmark = pytest.mark.django_db
Stage, State = AttendanceRecord.Stage, Delivery.State


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with certified_class(tmp_path) as made:
        yield made


def test_an_edit_behind_our_back_reopens_the_record_and_waits_for_a_person(bench: Bench) -> None:
    bench.run()
    bench.sis.tables.edit(bench.key_of("Ana"), "A", by="4711")
    bench.sis.tables.remove(bench.key_of("Ben"))
    bench.sis.tables.double(bench.key_of("Chloe"))
    done = bench.run()
    assert set(bench.stages().values()) == {Stage.CERTIFIED}
    assert len(done.reopened) == 3
    assert of("Ana").difference == "read back as A: changed there by 4711"
    assert of("Ben").difference == "read back as missing: it was removed there"
    assert of("Chloe").difference.startswith("there 2 times: rows 9000")
    assert Decision.objects.filter(reason=of("Ana").difference).count() == 1
    held = bench.run()
    assert (held.sent, held.reopened) == (0, [])
    assert bench.there() == {"Ana": ["A"], "Chloe": ["A", "A"]}


def test_a_person_who_says_again_has_ours_written_but_never_over_two_rows(bench: Bench) -> None:
    test_an_edit_behind_our_back_reopens_the_record_and_waits_for_a_person(bench)
    bench.run(again=True)
    assert bench.stages() == {"Ana": Stage.CONFIRMED, "Ben": Stage.CONFIRMED, "Chloe": Stage.CERTIFIED}
    assert bench.there() == {"Ana": ["P"], "Ben": ["P"], "Chloe": ["A", "A"]}
    assert bench.sis.tables.inserted == 5  # three of ours, the doubled one, and Ben's anew


def test_what_is_put_right_there_is_confirmed_without_sending(bench: Bench) -> None:
    bench.run()
    bench.sis.tables.edit(bench.key_of("Ana"), "A")
    bench.run()
    bench.sis.tables.edit(bench.key_of("Ana"), "P")
    assert bench.run().confirmed == 1
    assert bench.stages() == ALL_CONFIRMED
    assert bench.sis.writes() == 3


def test_a_correction_changes_the_row_that_is_there(bench: Bench) -> None:
    bench.run()
    bench.correct(Change(bench.small.ana.pk, Action.ABSENT, "not her"))
    assert bench.run().confirmed == 1
    assert bench.there() == {**AS_CERTIFIED, "Ana": ["A"]}
    assert bench.sis.tables.inserted == 3


def test_a_correction_is_not_written_over_an_edit_nobody_here_has_seen(bench: Bench) -> None:
    bench.run()
    bench.sis.tables.edit(bench.key_of("Ana"), "T", by="88")
    bench.correct(Change(bench.small.ana.pk, Action.ABSENT, "not her"))
    bench.run()
    assert bench.there()["Ana"] == ["T"]
    assert of("Ana").difference == "read back as T: changed there by 88"
    bench.correct(
        Change(bench.small.ben.pk, Action.ABSENT, "nor him"),
        Change(bench.small.ana.pk, Action.PRESENT, "seen"),
    )
    bench.run()
    assert bench.there() == {"Ana": ["P"], "Ben": ["A"], "Chloe": ["A"]}
    assert bench.stages() == ALL_CONFIRMED


def entered_there(bench: Bench, name: str, code: str) -> None:
    """Let somebody there enter a student's attendance before it is delivered."""
    tables = bench.sis.tables
    student = tables.students[bench.number_of(name)]
    cc = tables.enrollments[student, bench.small.algebra.code]
    dcid, _ = tables.keep(
        {
            "studentid": student,
            "att_date": MONDAY.isoformat(),
            "att_mode_code": "ATT_ModeMeeting",
            "attendance_codeid": tables.codes[code],
            "ccid": cc,
        }
    )
    tables.edit(dcid, code, by="31")


def test_what_somebody_there_entered_first_is_adopted_where_it_agrees_and_left_alone(
    bench: Bench,
) -> None:
    entered_there(bench, "Ana", "P")
    entered_there(bench, "Ben", "A")
    done = bench.run()
    assert (done.sent, done.confirmed) == (1, 2)
    assert of("Ben").difference == "read back as A: entered there by 31"
    assert bench.there() == {"Ana": ["P"], "Ben": ["A"], "Chloe": ["A"]}
    bench.run(again=True)
    assert bench.there() == AS_CERTIFIED
    assert bench.stages() == ALL_CONFIRMED
    assert bench.sis.tables.duplicates() == 0


def test_a_record_corrected_while_it_is_under_way_is_sent_anew_as_a_change(bench: Bench) -> None:
    bench.while_under_way = lambda: bench.correct(Change(bench.small.ana.pk, Action.ABSENT, "not her"))
    bench.run()
    bench.run()
    assert bench.there() == {**AS_CERTIFIED, "Ana": ["A"]}
    assert bench.stages() == ALL_CONFIRMED
    assert bench.sis.tables.inserted == 3


def test_what_is_removed_here_is_named_until_it_is_deleted_there(bench: Bench) -> None:
    bench.run()
    AttendanceRecord.objects.filter(student=bench.small.ana).update(stage=Stage.REMOVED)
    (found,) = bench.run().problems
    assert found.says == "removed here, and still there as P: have it deleted there"
    bench.sis.tables.remove(bench.key_of("Ana"))
    assert bench.run().problems == []
    assert (of("Ana").state, of("Ana").seen) == (State.CONFIRMED, "gone")


def test_the_feed_of_changes_finds_what_changed_on_days_no_longer_read(bench: Bench) -> None:
    bench.said = {"change_feed": "rollbook"}
    bench.run()
    bench.sis.tables.edit(bench.key_of("Ana"), "A")
    later = MONDAY + timedelta(days=60)
    done = bench.run(days=(later, later))
    assert [each.says for each in done.reopened] == ["read back as A: changed there by 4711"]
    asked = [path for path in bench.sis.asked if "dataversion" in path]
    assert asked == ["/ws/dataversion/rollbook/0", "/ws/dataversion/rollbook/0"]
    bench.run(days=(later, later))
    assert bench.sis.asked[-1] == "/ws/dataversion/rollbook/4"


def test_a_record_goes_one_way_at_a_time_in_a_file_or_over_the_network(bench: Bench) -> None:
    def in_a_file(name: str) -> int:
        target = bench.folder / name
        return submit(FileWish(MONDAY, MONDAY), target, Template(), bench.small.teacher, bench.now).records

    bench.sis.faults = Faults(planned=[Fault.LATE])
    bench.run()
    assert of("Ana").state == State.UNKNOWN
    assert in_a_file("1.txt") == 0
    bench.sis.let_late_ones_arrive()
    bench.run()
    bench.correct(Change(bench.small.ana.pk, Action.ABSENT, "not her"))
    assert in_a_file("2.txt") == 1
    assert bench.run().sent == 0
    assert bench.there() == AS_CERTIFIED
