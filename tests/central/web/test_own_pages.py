"""A student's own pages, where each role begins, and a fault anybody reports."""

import pytest
from django.core.cache import cache

from central.store.models import (
    AbsenceNotice,
    Appeal,
    AttendanceRecord,
    FaultReport,
)
from central.web import clock
from central.work import notices
from central.work.policies import Choice, choose
from tests.fakes.one_class import provisional
from tests.fakes.page_readers import sign_in, text
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "16:00")
TODAY = MONDAY.isoformat()


@pytest.fixture(autouse=True)
def afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    cache.clear()


def test_each_role_begins_with_its_own_work(small: SmallSchool) -> None:
    begins = {
        "teacher": "/today/",
        "paraeducator": "/today/",
        "clerk": "/exceptions/",
        "leader": "/desk/",
        "it": "/stations/",
        "admin": "/reports/",
        "auditor": "/audit/",
    }
    for role, address in begins.items():
        assert sign_in(small.staff[role]).get("/").headers["Location"] == address
    assert sign_in(small.ana).get("/").headers["Location"] == "/me/"


def test_a_student_sees_the_own_record_alone_and_says_what_is_wrong(small: SmallSchool) -> None:
    record = provisional(small, small.ana)
    provisional(small, small.ben)
    student = sign_in(small.ana)
    page = text(student, "/me/")
    assert "Algebra 1" in page
    assert "not signed by your teacher yet" in page
    month = text(student, "/me/record/?month=2024-09")
    assert month.count("This is wrong") == 1
    assert str(small.ben) not in page + month
    address = f"/me/appeal/?on={TODAY}&class=ALG1-01"
    assert student.get("/me/appeal/?class=ENG1-01").status_code == 404
    assert student.post(address, {"says": ""}).status_code == 409
    assert student.post(address, {"says": "I stayed until the end"}).status_code == 302
    appeal = Appeal.objects.get()
    clerk = sign_in(small.clerk)
    assert "I stayed until the end" in text(clerk, "/exceptions/")
    form = {"answer": "stands", "reason": "no tap on leaving"}
    assert clerk.post(f"/appeals/{appeal.pk}/", {"reason": "x"}).status_code == 409
    assert text(clerk, f"/appeals/{appeal.pk}/")
    assert clerk.post(f"/appeals/{appeal.pk}/", form).status_code == 302
    assert "no tap on leaving" in text(student, "/me/record/?month=2024-09")
    looks = text(student, "/me/looks/")
    assert str(small.clerk) in looks
    assert "appeal" in looks
    record.refresh_from_db()
    assert record.mark == "present"
    assert student.get("/me/record/?month=2024-13").status_code == 404


def test_a_student_gives_notice_and_checks_in_only_where_it_is_open(small: SmallSchool) -> None:
    student = sign_in(small.ana)
    assert student.post("/me/notice/", {"since": TODAY, "says": "dentist"}).status_code == 302
    assert "dentist" in text(student, "/me/notice/")
    assert "The school has a notice" in text(student, "/me/")
    assert student.post("/me/notice/", {"since": TODAY, "says": ""}).status_code == 409
    assert "Check in from home" not in text(student, "/me/")
    assert student.post("/me/", {"section": "ALG1-01", "way": "remote"}).status_code == 409
    choose(Choice("remote_check_in", "ALG1-01", MONDAY, "smoke"), small.leader, NOW)
    assert "Check in from home" in text(student, "/me/")
    assert student.post("/me/", {"section": "ENG1-01", "way": "remote"}).status_code == 404
    assert student.post("/me/", {"section": "ALG1-01", "way": "remote"}).status_code == 302
    assert AttendanceRecord.objects.get().source == "check-in"
    assert "Checked in at" in text(student, "/me/")
    assert [each.pk for each in notices.unsettled(small.ana, MONDAY)] == [AbsenceNotice.objects.get().pk]


def test_a_fault_is_reported_from_a_page_or_a_label_and_solved_by_it(small: SmallSchool) -> None:
    student, it = sign_in(small.ana), sign_in(small.staff["it"])
    assert 'href="/faults/new/?page=/me/"' in text(student, "/me/")
    label = student.get("/faults/new/?station=st-r101")
    assert label.headers["Location"] == "/me/fault/?station=st-r101"
    assert student.post("/me/fault/?station=st-r101", {"says": "the light is off"}).status_code == 302
    assert it.get("/faults/new/?page=/gaps/").headers["Location"] == "/faults/report/?page=%2Fgaps%2F"
    assert it.post("/faults/report/", {"says": "slow", "page": "/gaps/"}).status_code == 302
    assert student.get("/me/fault/?station=nowhere").status_code == 404
    page = text(it, "/faults/")
    assert "the light is off" in page
    assert "st-r101" in page
    first = FaultReport.objects.get(says="slow")
    assert it.post("/faults/", {"fault": first.pk, "state": "solved", "says": "new cable"}).status_code == 302
    assert "new cable" not in text(it, "/faults/")
    assert "new cable" in text(it, "/faults/?show=all")
    for wrong in ({"fault": "x"}, {"state": "escalated"}, {"says": ""}):
        form = {"fault": first.pk, "state": "taken", "says": "again"} | wrong
        assert it.post("/faults/", form).status_code == 409, wrong
    assert "Report a fault" not in text(sign_in(small.auditor), "/audit/")
