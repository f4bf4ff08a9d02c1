"""Late entry: the day a record was entered on, by whom, and the paper that allows a later one."""

from datetime import timedelta

import pytest

from central.domain.adjudication import Ruling, Verdict, Why
from central.exchange.named_file import NamedFile
from central.reports.render_late_entries import COLUMNS, late_entries_csv
from central.store.models import PaperLine
from central.work import paper
from central.work.adjudicate import keep
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.late_entry import Entry, late_entries, without_paper
from central.work.outages import Word, note, withdraw
from tests.fakes.paper import EVENING, shown
from tests.fakes.school import MONDAY, ZONE, SmallSchool, at

pytestmark = pytest.mark.django_db
NEXT_DAY = at(MONDAY + timedelta(days=1), "09:00")


def take_in(small: SmallSchool, *rows: str) -> None:
    """Key a sheet on the next day."""
    text = "\n".join(["student number,date,mark", *rows]).encode()
    paper.accept(paper.read(NamedFile("s.csv", text), small.algebra, "S-1"), small.clerk, NEXT_DAY)


def kinds(small: SmallSchool) -> dict[str, Entry]:
    return {each.record.student.number: each.entry for each in late_entries(small.school, MONDAY, MONDAY)}


def findings(small: SmallSchool) -> int:
    return without_paper(small.school, MONDAY, MONDAY, NEXT_DAY + timedelta(days=30))


def test_a_tap_enters_its_day_and_paper_of_an_outage_allows_a_later_entry(small: SmallSchool) -> None:
    take_in(small, "001001,2024-09-09,present", "001002,2024-09-09,present")
    word = Word(
        since_at=at(MONDAY, "08:00"),
        until_at=at(MONDAY, "12:00"),
        cause="power",
        says="the wing was dark",
        station=small.station_101,
    )
    outage = note(word, small.clerk, NEXT_DAY)
    # Ben's tap comes in late, and had entered the day all the same.
    shown(small, small.ben, "08:25")
    assert kinds(small) == {"001001": Entry.WITH_PAPER}
    assert findings(small) == 0
    rest = [Change(small.chloe.pk, Action.ABSENT, "the class says so")]
    signature = Signature(small.teacher, NEXT_DAY, late_reason="no power in the wing")
    certify_session(small.algebra, MONDAY, signature, rest)
    assert kinds(small) == {
        "001001": Entry.WITH_PAPER,
        "001002": Entry.SAME_DAY,
        "001003": Entry.WITHOUT_PAPER,
    }
    assert findings(small) == 1
    # What stood under a signature stays as it was judged, whatever is said of the outage later.
    withdraw(outage, small.clerk, "it was another day", NEXT_DAY)
    assert kinds(small)["001001"] is Entry.WITH_PAPER
    ana, *_ = late_entries(small.school, MONDAY, MONDAY)
    assert (ana.entered_by, ana.signed_by, ana.sheets) == (small.clerk.number, small.teacher.number, ("S-1",))
    assert ana.reasons == ("paper sheet S-1", "no power in the wing")


def test_the_list_names_dates_and_employees_and_no_student(small: SmallSchool) -> None:
    take_in(small, "001001,2024-09-09,present")
    heading, row = late_entries_csv(late_entries(small.school, MONDAY, MONDAY), ZONE).splitlines()
    assert heading == ",".join(COLUMNS)
    expected = f"001001,ALG1-01,{MONDAY},present,later-with-paper-of-an-outage,2024-09-10 09:00"
    assert row == f"{expected},{small.clerk.number},,,paper sheet S-1,S-1"


def test_what_was_entered_and_signed_on_its_day_is_not_in_the_list(small: SmallSchool) -> None:
    shown(small, small.ben, "08:25")
    rest = [Change(each.pk, Action.ABSENT) for each in (small.ana, small.chloe)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, EVENING), rest)
    assert kinds(small) == {}
    assert findings(small) == 0


def test_paper_kept_though_nothing_was_out_allows_no_later_entry(small: SmallSchool) -> None:
    take_in(small, "001001,2024-09-09,present")
    ruling = Ruling(Verdict.PAPER_WITHOUT_OUTAGE, Why.OTHERS_TAPPED, needs_person=True)
    keep([(PaperLine.objects.get(), ruling)], NEXT_DAY)
    assert kinds(small) == {"001001": Entry.WITHOUT_PAPER}
    assert findings(small) == 1
