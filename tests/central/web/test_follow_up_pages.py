"""The pages of what needs a person: what each shows, who settles what, and how few questions they ask."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from central.domain.calendar import DateSpan
from central.store.models import (
    AbsenceNotice,
    AuditSample,
    AuditSampleCheck,
    CheckIn,
    ExceptionStep,
    FaultReport,
    InterventionStep,
    NoticeDecision,
    SchoolPolicy,
    Tap,
    Viewing,
)
from central.web import clock
from central.web.views.interventions import KINDS
from central.work import interventions, notices, student_years
from central.work.exception_kinds import MEANINGS
from central.work.paper_verdict import Verdict
from central.work.school_settings import SETTINGS, Topic
from tests import texts
from tests.fakes import school as schools
from tests.fakes.one_class import provisional
from tests.fakes.page_readers import sign_in, text
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "16:00")
TODAY = MONDAY.isoformat()


@pytest.fixture(autouse=True)
def afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    cache.clear()


def test_the_leader_chooses_a_setting_and_it_sees_it(small: SmallSchool) -> None:
    leader = sign_in(small.leader)
    form = {"name": "tardy_after_minutes", "value": "7", "since": TODAY, "reason": "short passing time"}
    assert leader.post("/settings/", form).status_code == 302
    page = text(sign_in(small.staff["it"]), "/settings/")
    assert "short passing time" in page
    assert "Choose anew" not in page
    refused = leader.post("/settings/", form | {"value": "700"})
    assert refused.status_code == 409
    assert "from 0 to 120" in refused.content.decode()
    assert SchoolPolicy.objects.count() == 1


def test_the_clerk_settles_a_line_and_opens_it_again(small: SmallSchool) -> None:
    Tap.objects.create(
        school=small.school,
        station=small.station_101,
        server_sequence=1,
        position=1,
        epoch=1,
        sequence=1,
        leaf=bytes(32),
        token=small.token(small.ana),
        reader="r1",
        earliest_at=NOW,
        latest_at=NOW,
        time_quality="T1",
        on=MONDAY,
        outcome=Tap.Outcome.NO_SESSION,
    )
    clerk = sign_in(small.clerk)
    page = text(clerk, "/exceptions/?kind=no-class")
    assert "when no class was held there" in page
    assert "They count for no class." in page
    key = page.split('name="key" value="')[1].split('"')[0]
    form = {"kind": "no-class", "key": key, "reason": "waited for the bus"}
    assert clerk.post("/exceptions/?kind=no-class", form).status_code == 302
    assert "waited for the bus" in text(clerk, "/exceptions/?show=settled")
    assert "when no class was held there" not in text(clerk, "/exceptions/")
    assert clerk.post("/exceptions/", form | {"again": "open"}).status_code == 302
    assert "when no class was held there" in text(clerk, "/exceptions/")
    assert clerk.post("/exceptions/", form | {"key": "other"}).status_code == 404
    assert clerk.get("/exceptions/?kind=nonsense").status_code == 404
    assert ExceptionStep.objects.count() == 2


def test_the_clerk_takes_a_call_and_the_teacher_settles_what_contradicts_it(small: SmallSchool) -> None:
    provisional(small, small.ana)
    clerk, teacher = sign_in(small.clerk), sign_in(small.teacher)
    form = {"what": "notice", "student": small.ana.number, "since": TODAY, "says": "mother: fever"}
    assert clerk.post("/notices/", form).status_code == 302
    notice = AbsenceNotice.objects.get()
    address = f"/notices/{notice.pk}/{TODAY}/"
    assert address in text(teacher, "/notices/")
    assert address not in text(sign_in(small.other_teacher), "/notices/")
    assert "mother: fever" in text(teacher, address)
    assert Viewing.objects.filter(student=small.ana, by=small.teacher, page="notice").count() == 1
    assert teacher.post(address, {"reason": "she sat here"}).status_code == 409
    assert teacher.post(address, {"was": "present", "reason": "she sat here"}).status_code == 302
    assert NoticeDecision.objects.get().by == small.teacher
    assert teacher.get(f"/notices/{notice.pk}/2024-12-24/").status_code == 404
    for wrong in ({"student": "999999"}, {"since": "soon"}, {"until": "2024-09-01"}, {"says": " "}):
        assert clerk.post("/notices/", form | wrong).status_code == 409, wrong
    assert AbsenceNotice.objects.count() == 1


def test_a_student_present_without_a_card_is_kept_by_the_staff_they_told(small: SmallSchool) -> None:
    form = {
        "what": "check-in",
        "student": small.ben.number,
        "section": "ALG1-01",
        "on": TODAY,
        "way": "told staff",
        "says": "forgot the card",
    }
    assert sign_in(small.teacher).post("/notices/", form).status_code == 302
    assert CheckIn.objects.get().taken_by == small.teacher
    other = sign_in(small.other_teacher)
    assert other.post("/notices/", form).status_code == 409
    assert other.post("/notices/", form | {"way": "by magic"}).status_code == 409


def test_a_teacher_sees_what_concerns_the_own_classes_and_nothing_else(small: SmallSchool) -> None:
    days = schools.taught("A")
    Register(small).certified(small.algebra, small.ben, days[:15])
    Register(small).certified(small.algebra, small.ben, days[15:19], mark="absent")
    student_years.rebuild(small.year)
    provisional(small, small.ana, MONDAY)
    given = notices.give(small.ana, DateSpan(MONDAY, MONDAY), "sick", small.clerk, NOW)
    teacher, other = sign_in(small.teacher), sign_in(small.other_teacher)
    for address in ("/exceptions/", "/notices/"):
        assert "Soto, Ana" in text(teacher, address), address
        assert "Soto, Ana" not in text(other, address), address
    assert "Soto, Ben" in text(teacher, "/interventions/")
    assert "Soto, Ben" not in text(other, "/interventions/")
    assert other.get(f"/notices/{given.pk}/{TODAY}/").status_code == 404
    form = {
        "student": small.ben.number,
        "kind": "in a row",
        "since": TODAY,
        "state": "contacted",
        "says": "rang",
    }
    assert other.post("/interventions/", form).status_code == 409
    assert teacher.post("/interventions/", form).status_code == 302


def test_the_leader_sees_what_is_not_signed_and_audits_a_sample(small: SmallSchool) -> None:
    Register(small).certified(small.algebra, small.ana, schools.taught("A")[:20])
    leader = sign_in(small.leader)
    page = text(leader, f"/desk/?on={TODAY}")
    assert "English 1" in page
    assert str(small.other_teacher) in page
    form = {"since": "2024-08-01", "until": TODAY, "size": "3", "seed": "4711"}
    answer = leader.post("/desk/", form)
    sample = AuditSample.objects.get()
    assert answer.headers["Location"] == f"/desk/sample/{sample.pk}/"
    assert "seed 4711" in text(leader, f"/desk/sample/{sample.pk}/")
    check = {"record": sample.records[0], "found": "wrong", "says": "the sheet says absent"}
    assert leader.post(f"/desk/sample/{sample.pk}/", check).status_code == 302
    assert leader.post(f"/desk/sample/{sample.pk}/", check | {"says": ""}).status_code == 409
    assert AuditSampleCheck.objects.get().is_right is False
    assert leader.post("/desk/", form | {"size": "many"}).status_code == 409
    assert sign_in(small.auditor).get(f"/desk/sample/{sample.pk}/").status_code == 200


def test_what_was_done_about_an_absence_is_kept_with_its_call(small: SmallSchool) -> None:
    days = schools.taught("A")
    Register(small).certified(small.algebra, small.ben, days[:15])
    Register(small).certified(small.algebra, small.ben, days[15:19], mark="absent")
    student_years.rebuild(small.year)
    clerk = sign_in(small.clerk)
    page = text(clerk, "/interventions/")
    assert "absent on 4 school days in a row" in page
    assert "Soto, Ben" in page
    since = days[15].isoformat()
    form = {
        "student": small.ben.number,
        "kind": "in a row",
        "since": since,
        "state": "closed",
        "says": "back",
    }
    assert clerk.post("/interventions/", form).status_code == 302
    assert InterventionStep.objects.get().since == days[15]
    assert "absent on 4 school days in a row" not in text(clerk, "/interventions/?kind=in+a+row")
    assert "absent on 4 school days in a row" in text(clerk, "/interventions/?show=closed")
    for wrong in ({"state": "sent a letter"}, {"student": "0"}, {"kind": "none"}, {"says": ""}):
        assert clerk.post("/interventions/", form | wrong).status_code == 409, wrong


MOST = {
    "/exceptions/": 30,
    "/interventions/": 15,
    "/notices/": 12,
    "/faults/": 12,
    "/paper/": 12,
    "/settings/": 12,
    "/desk/": 12,
}


def test_a_list_asks_no_more_questions_when_it_is_long(small: SmallSchool) -> None:
    days = schools.taught("A")
    for number in range(12):
        student = schools.enrol(f"s{number}", small.algebra, number=f"7{number:03d}")
        Register(small).certified(small.algebra, student, days[:10])
        Register(small).certified(small.algebra, student, days[10:14], mark="absent")
        provisional(small, student, MONDAY + timedelta(days=21))
        notices.give(student, DateSpan(MONDAY, MONDAY), "sick", small.clerk, NOW)
        FaultReport.objects.create(school=small.school, at=NOW, by=small.clerk, says="broken")
    student_years.rebuild(small.year)
    asked = {}
    for reader, addresses in ((small.clerk, list(MOST)[:5]), (small.leader, list(MOST)[5:])):
        client = sign_in(reader)
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                text(client, address)
            asked[address] = len(queries)
    assert {address for address, n in asked.items() if n > MOST[address]} == set()


def test_what_the_lists_and_settings_say_is_said_in_spanish_as_well() -> None:
    words = {text for each in MEANINGS.values() for text in (each.title, each.happened, each.why, each.do)}
    words |= {*interventions.SENTENCES.values(), *KINDS.values(), *map(str, Verdict)}
    words |= {setting.says for setting in SETTINGS} | {setting.unit for setting in SETTINGS} - {""}
    words |= {*map(str, Topic), *(state.label for state in InterventionStep.State)}
    spanish = {str(message.id) for part in texts.PARTS for message in texts.catalogue(part)}
    assert words - spanish == set()


def test_the_pages_speak_spanish(small: SmallSchool) -> None:
    student = sign_in(small.ana)
    student.post("/i18n/setlang/", {"language": "es", "next": "/"})
    assert "Voy a faltar" in text(student, "/me/notice/")
    clerk = sign_in(small.clerk)
    clerk.post("/i18n/setlang/", {"language": "es", "next": "/"})
    for address in ("/exceptions/", "/interventions/", "/notices/", "/paper/", "/faults/"):
        assert 'lang="es"' in text(clerk, address)
