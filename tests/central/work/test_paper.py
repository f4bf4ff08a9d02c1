"""Paper is evidence beside taps: previewed, taken in whole, once, and never over a tap."""

from datetime import timedelta

import pytest

from central.errors import InputError, RefusedError
from central.exchange.named_file import NamedFile
from central.store.models import AttendanceRecord, Decision, PaperLine, PaperSheet, Tap
from central.work import paper
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.paper import Verdict
from central.work.resolve import resolve
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
EVENING = at(MONDAY, "18:00")
NEXT_DAY = at(MONDAY + timedelta(days=1), "09:00")


def keyed(*rows: str) -> NamedFile:
    return NamedFile("sheet.csv", "\n".join(["student number,date,in,out,mark", *rows]).encode())


ROLL = keyed("001001,2024-09-09,08:50,09:58,present", "001002,2024-09-09,,,A")


def take_in(small: SmallSchool, file: NamedFile = ROLL, sheet: str = "S-1") -> int:
    return paper.accept(paper.read(file, small.algebra, sheet), small.clerk, NEXT_DAY)


def tap_of_ben(small: SmallSchool) -> Tap:
    return Tap.objects.create(
        school=small.school,
        station=small.station_101,
        server_sequence=1,
        position=1,
        epoch=1,
        sequence=1,
        leaf=bytes(32),
        token=small.token(small.ben),
        reader="nfc",
        earliest_at=at(MONDAY, "08:25"),
        latest_at=at(MONDAY, "08:25"),
        time_quality="T1",
        on=MONDAY,
    )


def test_a_preview_writes_nothing(small: SmallSchool) -> None:
    sheet = paper.read(ROLL, small.algebra, "S-1")
    assert [row.verdict for row in sheet.rows] == [Verdict.FALLBACK] * 2
    assert not AttendanceRecord.objects.exists()
    assert not PaperSheet.objects.exists()


def test_rows_make_provisional_records_that_lead_back_to_their_sheet(small: SmallSchool) -> None:
    assert take_in(small) == 2
    ana = AttendanceRecord.objects.get(student=small.ana)
    assert (ana.mark, ana.stage, ana.source, ana.is_tardy) == ("present", "provisional", "paper", True)
    assert ana.first_in_at == at(MONDAY, "08:50")
    line = PaperLine.objects.get(record=ana)
    assert (line.line, line.sheet.sheet, line.sheet.on) == (2, "S-1", MONDAY)
    decision = Decision.objects.get(record=ana)
    assert (decision.by, decision.is_same_day, decision.reason) == (small.clerk, False, "paper sheet S-1")


def test_the_same_sheet_again_changes_nothing(small: SmallSchool) -> None:
    take_in(small)
    assert [row.verdict for row in paper.read(ROLL, small.algebra, "S-1").rows] == [Verdict.KNOWN] * 2
    assert take_in(small) == 0
    assert (PaperSheet.objects.count(), PaperLine.objects.count(), Decision.objects.count()) == (1, 2, 2)


def test_another_file_under_the_same_sheet_number_is_refused(small: SmallSchool) -> None:
    take_in(small)
    with pytest.raises(RefusedError, match="a number of its own"):
        take_in(small, keyed("001001,2024-09-09,,,absent"))


def test_a_second_sheet_that_says_the_same_only_stands_beside(small: SmallSchool) -> None:
    take_in(small)
    assert take_in(small, keyed("001001,2024-09-09,,,present"), "S-2") == 0
    assert PaperLine.objects.latest("pk").record == PaperLine.objects.earliest("pk").record


@pytest.mark.parametrize("role", ["paraeducator", "admin", "auditor"])
def test_only_teachers_and_clerks_key_in_paper(small: SmallSchool, role: str) -> None:
    sheet = paper.read(ROLL, small.algebra, "S-1")
    with pytest.raises(RefusedError, match="may not key in paper"):
        paper.accept(sheet, small.staff[role], NEXT_DAY)


def test_paper_never_overwrites_a_tap_and_both_are_shown(small: SmallSchool) -> None:
    tap_of_ben(small)
    resolve(EVENING)
    take_in(small)
    ben = AttendanceRecord.objects.get(student=small.ben)
    assert (ben.mark, ben.source) == ("present", "tap")
    assert PaperLine.objects.get(record=ben).outcome == PaperLine.Outcome.CONFLICTS


def test_a_tap_that_comes_in_after_the_paper_is_weighed_the_same(small: SmallSchool) -> None:
    take_in(small)
    tap = tap_of_ben(small)
    resolve(EVENING)
    ben = AttendanceRecord.objects.get(student=small.ben)
    assert (ben.mark, ben.stage) == ("present", "provisional")
    assert PaperLine.objects.get(record=ben).outcome == PaperLine.Outcome.CONFLICTS
    tap.refresh_from_db()
    assert (tap.outcome, tap.record) == (Tap.Outcome.RECORDED, ben)


def test_paper_after_the_signature_changes_nothing(small: SmallSchool) -> None:
    changes = [Change(student.pk, Action.ABSENT) for student in (small.ana, small.ben, small.chloe)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, at(MONDAY, "10:05")), changes)
    take_in(small)
    assert set(AttendanceRecord.objects.values_list("mark", "stage")) == {("absent", "certified")}
    assert set(PaperLine.objects.values_list("outcome", flat=True)) == {"conflicts", "corroborates"}


def test_a_late_signature_may_rest_on_the_sheet(small: SmallSchool) -> None:
    take_in(small)
    chloe = [Change(small.chloe.pk, Action.ABSENT)]
    signature = Signature(small.teacher, NEXT_DAY, late_reason="power was out, sheet S-1")
    assert certify_session(small.algebra, MONDAY, signature, chloe).present == 1


def test_every_row_that_is_wrong_is_named_at_once_and_nothing_is_written(small: SmallSchool) -> None:
    rows = [
        "001001,2024-09-09,08:50,,present",
        "1001,2024-09-09,,,present",
        "001004,2024-09-09,,,present",
        f"001001,{LABOR_DAY},,,present",
        f"001002,{LABOR_DAY},,,present",
        "001002,9/9/2024,,,present",
        "001003,2024-09-09,,,maybe",
        "001001,2024-09-09,,,present",
        "001002,2024-09-09,09:30,08:30,present",
        "001003,2024-09-09,08:30,,absent",
    ]
    with pytest.raises(InputError) as caught:
        take_in(small, keyed(*rows))
    lines = [problem.removeprefix("sheet.csv ").split(":")[0] for problem in caught.value.problems]
    assert lines == [
        "row 3 column student_number",
        "row 4 column student_number",
        "row 5 column date",
        "row 6 column date",
        "row 7 column date",
        "row 8 column mark",
        "row 9 column student_number",
        "row 10 column out",
        "row 11 column mark",
        "row 11 column student_number",
    ]
    assert "Soto" not in str(caught.value)
    assert not PaperSheet.objects.exists()


def test_an_empty_sheet_is_refused(small: SmallSchool) -> None:
    with pytest.raises(InputError, match="there is no row"):
        paper.read(keyed(), small.algebra, "S-1")
