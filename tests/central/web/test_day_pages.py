"""The day's pages: what they say of classes and students, what is done there, and how little they ask."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from central.domain.calendar import DateSpan
from central.exchange.named_file import NamedFile
from central.store.models import (
    AbsenceNotice,
    AttendanceRecord,
    CheckIn,
    Decision,
    Staff,
    Student,
    Viewing,
)
from central.store.queries.day_classes import ClassState
from central.web import clock
from central.work import check_in, notices, paper
from central.work.certify import certify_session
from central.work.changes import Action
from central.work.notices import Settled
from central.work.resolve import resolve
from tests import texts
from tests.fakes import school as schools
from tests.fakes.morning import Morning
from tests.fakes.one_class import Mark, Stage, absent, everybody_marked, signed
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
SESSION = f"/class/ALG1-01/{MONDAY}/"


@pytest.fixture(autouse=True)
def after_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    cache.clear()


def browser(staff: Staff) -> Client:
    client = Client()
    client.force_login(schools.give_login(staff))
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(page.split())


def record_of(student: Student) -> AttendanceRecord:
    return AttendanceRecord.objects.get(student=student)


def test_the_needed_are_marked_absent_in_one_action_and_it_can_be_taken_back(small: SmallSchool) -> None:
    Morning(small).tap(small.ana, "08:25")
    resolve(at(MONDAY, "10:00"))
    client = browser(small.teacher)
    done = client.post(SESSION, {"do": "absent"}, follow=True)
    assert done.redirect_chain == [(SESSION, 302)]
    assert "2 records changed; nothing counts before it is certified" in done.content.decode()
    assert set(AttendanceRecord.objects.values_list("student__given_name", "mark", "stage")) == {
        ("Ana", "present", "provisional"),
        ("Ben", "absent", "provisional"),
        ("Chloe", "absent", "provisional"),
    }
    assert "Nobody is needed" in text(client, SESSION)
    assert client.post(SESSION, {"undo": str(small.ben.pk)}).status_code == 302
    page = text(client, SESSION)
    assert "Needed (1)" in page
    assert record_of(small.ben).stage == Stage.REMOVED
    steps = record_of(small.ben).decisions.order_by("pk").values_list("stage_to", "by_process", "reason")
    assert list(steps) == [("provisional", "", ""), ("removed", "undo", "taken back")]
    again = client.post(SESSION, {"undo": str(small.ben.pk)})
    assert again.status_code == 409
    assert "nothing to take back" in again.content.decode()


def test_what_a_tap_said_holds_again_when_its_removal_is_taken_back(small: SmallSchool) -> None:
    morning, client = Morning(small), browser(small.teacher)
    morning.tap(small.ana, "08:25")
    resolve(at(MONDAY, "08:30"))
    removed = {f"action-{small.ana.pk}": "remove", f"why-{small.ana.pk}": "her sister", "do": "keep"}
    assert client.post(SESSION, removed).status_code == 302
    page = text(client, SESSION)
    assert "Removed (1)" in page
    assert "her sister" in page
    client.post(SESSION, {"undo": str(small.ana.pk)})
    assert (record_of(small.ana).stage, record_of(small.ana).mark) == (Stage.PROVISIONAL, Mark.PRESENT)
    # Nobody has decided on it any more: it follows its taps as before.
    morning.tap(small.ana, "09:58")
    resolve(at(MONDAY, "10:00"))
    assert record_of(small.ana).last_out_at == at(MONDAY, "09:58")


def test_the_page_says_why_each_record_is_there(small: SmallSchool) -> None:
    morning = Morning(small)
    morning.tap(small.ana, "08:50")
    morning.tap(b"somebody unknown", "08:52")
    resolve(at(MONDAY, "10:00"))
    roll = NamedFile("roll.csv", f"student number,date,mark\n{small.ben.number},{MONDAY},absent".encode())
    paper.accept(paper.read(roll, small.algebra, "S-7"), small.clerk, at(MONDAY, "10:01"))
    said = check_in.Said(small.algebra, MONDAY, CheckIn.Way.PHONE_CALL, "the bus is late")
    check_in.take(small.chloe, said, small.clerk, at(MONDAY, "09:00"))
    page = text(browser(small.teacher), SESSION)
    assert "tap 8:50:00 AM (to the second)" in page
    assert "tardy" in page
    assert "paper sheet S-7" in page
    assert "check-in 9:00 AM" in page
    assert "1 tap of that day in the room belongs to nobody known yet" in page
    assert "Clerk, Robin 09/09" in page


def test_a_paraeducator_adds_a_provisional_record_and_does_nothing_else(small: SmallSchool) -> None:
    schools.assign(small.paraeducator, small.algebra)
    client = browser(small.paraeducator)
    page = client.get(SESSION).content.decode()
    assert 'name="code"' not in page
    added = {f"action-{small.ana.pk}": "add", f"why-{small.ana.pk}": "no phone with her", "do": "keep"}
    assert client.post(SESSION, added).status_code == 302
    assert record_of(small.ana).stage == Stage.PROVISIONAL
    for action in (Action.REMOVE, Action.ABSENT):
        changed = {f"action-{small.ana.pk}": action, f"why-{small.ana.pk}": "no", "do": "keep"}
        assert client.post(SESSION, changed).status_code == 409, action
    assert client.post(SESSION, {"undo": str(small.ana.pk)}).status_code == 409
    assert client.post(SESSION, {"do": "certify", "code": "123456"}).status_code == 409
    assert Decision.objects.count() == 1


def test_the_clerk_proposes_and_removes_in_every_class_and_certifies_none(small: SmallSchool) -> None:
    client = browser(small.clerk)
    marked = {f"action-{small.ana.pk}": "add", f"why-{small.ana.pk}": "seen in the office", "do": "absent"}
    assert client.post(SESSION, marked).status_code == 302
    assert AttendanceRecord.objects.count() == 3
    changed = {f"action-{small.ana.pk}": "remove", f"why-{small.ana.pk}": "another Ana", "do": "keep"}
    assert client.post(SESSION, changed).status_code == 302
    assert client.post(SESSION, {"do": "certify", "code": "123456"}).status_code == 409
    certify_session(small.algebra, MONDAY, signed(small), absent(small.ana))
    touched = {f"action-{small.ben.pk}": "remove", f"why-{small.ben.pk}": "no", "do": "keep"}
    refused = client.post(SESSION, touched)
    assert (refused.status_code, "ask a certificated staffer" in refused.content.decode()) == (409, True)


def test_an_entry_after_its_day_needs_a_reason_and_is_marked_late(
    small: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY + timedelta(1), "08:00"))
    client = browser(small.teacher)
    refused = client.post(SESSION, {"do": "absent", "late_reason": " "})
    assert (refused.status_code, Decision.objects.count()) == (409, 0)
    assert client.post(SESSION, {"do": "absent", "late_reason": "the power was out"}).status_code == 302
    assert set(Decision.objects.values_list("is_same_day", "reason")) == {(False, "the power was out")}
    assert "late entry" in text(client, SESSION)


def test_today_says_what_is_left_over_once_the_day_has_ended(
    small: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    client = browser(small.leader)
    assert "The school day is over" not in text(client, "/today/")
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "16:00"))
    page = text(client, "/today/")
    assert "1 class is not certified. 1 class is certified and not submitted." in page
    AttendanceRecord.objects.update(stage=Stage.SUBMITTED)
    assert "1 class is not certified." in text(client, "/today/?state=submitted&room=R101")
    only = text(client, "/today/?teacher=Teacher,+Robin")
    assert ("Algebra 1" in only, "English 1" in only) == (True, False)
    assert "No class is left with this filter" in text(client, "/today/?room=R102&state=submitted")


def test_a_silent_station_is_named_while_its_class_is_held_and_not_after(
    small: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(small.teacher)
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "08:20"))
    assert "silent" not in text(client, "/today/")
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "09:15"))
    assert "do not mark anybody absent for want of a tap" in text(client, "/today/")
    assert "do not mark anybody absent for want of a tap" in text(client, SESSION)


def test_the_needed_of_the_day_are_listed_over_classes_and_marked_a_class_at_a_time(
    small: SmallSchool,
) -> None:
    client = browser(small.clerk)
    page = text(client, f"/needed/?on={MONDAY}")
    assert "5 students have no record yet" in page
    assert client.post(f"/needed/?on={MONDAY}", {"section": "ENG1-01"}).status_code == 409
    assert client.post(f"/needed/?on={MONDAY}", {"section": "ALG1-01"}).status_code == 302
    page = text(client, f"/needed/?on={MONDAY}")
    assert ("2 students have no record" in page, "Soto, Dan" in page, "Soto, Ana" in page) == (
        True,
        True,
        False,
    )
    assert client.post("/needed/", {"section": "nothing"}).status_code == 404


def test_a_class_s_month_is_a_grid_and_leaves_as_csv_as_it_is_shown(small: SmallSchool) -> None:
    Student.objects.filter(pk=small.chloe.pk).update(family_name="=Soto")
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    AttendanceRecord.objects.filter(student=small.ana).update(is_tardy=True)
    AttendanceRecord.objects.filter(student=small.ben).update(stage=Stage.PROVISIONAL)
    client = browser(small.teacher)
    address = "/class/ALG1-01/history/?month=2024-09"
    assert "In brackets" not in text(client, address)
    rows = client.get(f"{address}&format=csv").content.decode("utf-8-sig").split("\r\n")
    heading, *students = (row.split(",") for row in rows if row)
    assert heading[:3] == ["student_number", "student", "2024-09-03"]
    ninth = {row.split('"')[0]: row for row in rows[1:] if row}
    place = heading.index(MONDAY.isoformat()) + 1
    signs = {number.strip(","): row.split(",")[place] for number, row in ninth.items()}
    assert signs == {"001001": "T", "001002": "(A)", "001003": "A"}
    assert '"\'=Soto, Chloe"' in "".join(rows)
    assert len(students) == 3
    assert client.get("/class/ENG1-01/history/").status_code == 404
    assert client.get("/class/ALG1-01/history/?month=2024-13").status_code == 404


def test_a_student_s_history_leads_from_the_newest_record_down_to_taps_and_notes_who_looked(
    small: SmallSchool,
) -> None:
    Morning(small).tap(small.ana, "08:25")
    resolve(at(MONDAY, "10:00"))
    certify_session(small.algebra, MONDAY, signed(small), absent(small.ben, small.chloe))
    client = browser(small.teacher)
    page = text(client, "/students/001001/history/")
    assert "provisional, present" in page
    assert "provisional → certified, present · Teacher, Robin (E001) · signed (totp)" in page
    assert "tap 09/09/2024 8:25:00 AM" in page
    assert "st-r101 1/1" in page
    assert Viewing.objects.get().student == small.ana
    assert client.get("/students/001004/history/").status_code == 404


def test_every_state_of_a_class_is_said_in_spanish_too() -> None:
    known = {str(message.id) for part in texts.PARTS for message in texts.catalogue(part)}
    assert {state.value for state in ClassState} - known == set()


def test_whoever_certifies_is_told_of_a_notice_nobody_has_settled(small: SmallSchool) -> None:
    later = MONDAY + timedelta(days=7)
    # The other day's first, so that the notice bears another number than the section.
    notices.give(small.ben, DateSpan(later, later), "travels", small.clerk, at(MONDAY, "07:00"))
    notices.give(small.ana, DateSpan(MONDAY, MONDAY), "sick", small.clerk, at(MONDAY, "07:00"))
    told = "A notice says that Soto, Ana"
    teacher = browser(small.teacher)
    page = text(teacher, SESSION)
    assert told in page
    assert "held back from the claim" in page
    assert "Soto, Ben (" not in page
    assert "Settle it" in page
    assert told not in text(browser(small.clerk), SESSION), "who does not certify is shown it elsewhere"
    notice = AbsenceNotice.objects.get(student=small.ana)
    settled = Settled(was_present=True, by=small.teacher, reason="came at 9")
    notices.settle(notice, MONDAY, settled, at(MONDAY, "10:04"))
    assert told not in text(teacher, SESSION)
