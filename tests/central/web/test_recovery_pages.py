"""The screens of attendance recovery: the fields and words of the source, and what each right allows."""

from datetime import date
from typing import Protocol

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from central.domain.recovery import ServiceKind
from central.store.models import AuditEvent, RecoveryRecord, RecoveryService, Viewing
from central.web import clock
from central.work.recovery_figures import update_services
from tests.central.web.test_pages import code, sign_in
from tests.fakes import recovery_school
from tests.fakes.recovery_school import CODE, RecoverySchool, at

pytestmark = pytest.mark.django_db
SATURDAY = date(2025, 10, 4)
NOVEMBER = date(2025, 11, 4)
TODAY = date(2025, 11, 10)
RECORDS, SERVICES = "/recovery/001001/", "/recovery/001001/services/"


@pytest.fixture
def school() -> RecoverySchool:
    return recovery_school.build(has_begun=True)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(TODAY, "09:00"))
    cache.clear()


def of(school: RecoverySchool, who: str = "clerk") -> Client:
    return sign_in(school.staff[who])


class Answer(Protocol):
    @property
    def content(self) -> bytes: ...


def text(answer: Answer) -> str:
    return " ".join(answer.content.decode().split())


def in_order(page: str, *words: str) -> None:
    """Assert that words follow each other on a page."""
    at_least = 0
    for word in words:
        found = page.find(word, at_least)
        assert found >= 0, (word, page[at_least : at_least + 300])
        at_least = found + len(word)


def test_the_program_editor_shows_the_records_of_the_source_newest_first(school: RecoverySchool) -> None:
    school.students["ana"].birth_on = date(2014, 9, 30)
    school.students["ana"].save()
    school.record("ana", date(2025, 9, 1), date(2025, 9, 15), "truant")
    school.record("ana", date(2025, 10, 5), date(2025, 10, 28))
    page = text(of(school).get(RECORDS))
    in_order(page, "Attendance Recovery", "Student Information", "State Programs", "Soto, Ana")
    in_order(page, "Student #: 001001 Grade: 09 DOB: 09/30/2014", "Related Tools", "Filter by Start Date")
    in_order(
        page,
        "Filter by End Date",
        "Apply",
        "10/05/2025",
        "10/28/2025",
        "Calaveras Unified 0561564; 08/11/2025",
    )
    in_order(page, "View", "09/01/2025", "09/15/2025", "Created By", "View", "New")
    assert "09/01/2025" not in text(of(school, "leader").get(f"{RECORDS}?since=2025-10-01"))
    assert "10/05/2025" not in text(of(school, "admin").get(f"{RECORDS}?until=2025-10-01"))
    assert Viewing.objects.filter(student=school.students["ana"], page="recovery").count() == 3


def test_a_record_is_added_changed_and_deleted_by_those_with_the_right(school: RecoverySchool) -> None:
    clerk = of(school)
    panel = text(clerk.get(f"{RECORDS}?new"))
    in_order(
        panel,
        "Program Information",
        "Start Date: (Required)",
        "End Date:",
        "Comments:",
        "Maximum 255 characters",
    )
    in_order(panel, "Save", "Cancel")
    new = {"do": "save", "start_date": "2025-09-01", "end_date": "", "comments": "truant"}
    assert clerk.post(f"{RECORDS}?new", new).status_code == 302
    record = RecoveryRecord.objects.get()
    assert (record.since, record.until, record.comment) == (date(2025, 9, 1), None, "truant")
    view = f"{RECORDS}?view=2025-09-01"
    in_order(text(clerk.get(view)), "Modified By: Clerk, Robin 11/10/2025", "Save", "Cancel")
    assert ">Delete<" not in text(clerk.get(view))
    changed = new | {"end_date": "2025-12-01", "comments": "moved\nhouse", "reason": "left"}
    assert clerk.post(view, changed).status_code == 302
    record.refresh_from_db()
    assert (record.until, record.comment) == (date(2025, 12, 1), "moved house")
    assert clerk.post(view, {"do": "delete", "reason": "twice"}).status_code == 409
    leader = of(school, "leader")
    assert ">Delete<" in text(leader.get(view))
    assert leader.post(view, {"do": "delete", "reason": "twice"}).status_code == 302
    assert not RecoveryRecord.objects.exists()
    assert AuditEvent.objects.filter(verb="delete-recovery-record", by="E006").exists()


def test_what_is_refused_stands_beside_its_field_and_keeps_what_was_typed(school: RecoverySchool) -> None:
    school.record("ana", date(2025, 9, 1))
    clerk = of(school)
    refused = {
        "overlaps the student&#x27;s record of 09/01/2025": {
            "start_date": "2025-10-01",
            "comments": "kept words",
        },
        "256 characters are more than the 255": {
            "start_date": "2025-08-11",
            "end_date": "2025-08-12",
            "comments": "x" * 256,
        },
        "meets no enrollment": {"start_date": "2020-01-01", "end_date": "2020-01-31"},
        "before it starts": {"start_date": "2025-08-12", "end_date": "2025-08-11"},
        "This field is required": {"start_date": ""},
        "Enter a valid date": {"start_date": "2025-02-30"},
    }
    for says, typed in refused.items():
        answer = clerk.post(f"{RECORDS}?new", {"do": "save", **typed})
        page = text(answer)
        assert answer.status_code == 409, says
        field = "id_comments" if "256" in says else "id_end_date" if "before" in says else "id_start_date"
        in_order(page, f'id="{field}"', 'class="errorlist"', says)
        assert typed.get("comments", "") in page
        assert typed["start_date"] in page
    assert RecoveryRecord.objects.count() == 1


def test_who_may_only_read_finds_no_button(school: RecoverySchool) -> None:
    record = school.record()
    school.service(record, ServiceKind.USED)
    service = RecoveryService.objects.get()
    for who in ("teacher", "auditor"):
        client = of(school, who)
        for address in (
            f"{RECORDS}?view=2025-08-11",
            f"{SERVICES}?view={service.pk}",
            f"{RECORDS}?new",
            f"{SERVICES}?new",
        ):
            page = text(client.get(address))
            for word in ("Save", "Delete", "New", "Add"):
                assert f">{word}<" not in page, (who, address, word)
        assert client.post(f"{RECORDS}?new", {"start_date": "2025-09-01"}).status_code == 403


def test_a_service_without_a_record_is_offered_one_to_those_with_the_right(school: RecoverySchool) -> None:
    clerk = of(school)
    chosen = text(clerk.get(f"{SERVICES}?new"))
    in_order(
        chosen, "Program Services", "Filters:", "Start Date", "End Date", "Service Tool", "New Service Record"
    )
    in_order(
        chosen,
        "To create a new Service record, begin by selecting a Service Tool",
        "Attendance Recovery Service",
    )
    panel = text(clerk.get(f"{SERVICES}?new=attendance-recovery"))
    in_order(panel, "Attendance Recovery Service", "Start Date: (Required)", "End Date:")
    in_order(
        panel,
        "Associated Attendance Recovery Record Dates:",
        "this list is empty",
        f'href="{RECORDS}?new#panel">Add<',
    )
    in_order(panel, "Attendance Recovery Type:", "Earned", "Used", "Comments:", "Maximum 255 characters")
    in_order(
        panel,
        "State Defined Elements",
        "Attendance Recovery School: (Required)",
        "Calendar",
        "Days Used:",
        "Time Earned:",
    )
    answer = clerk.post(f"{SERVICES}?new=attendance-recovery", {"do": "save", "start_date": "2025-09-01"})
    assert answer.status_code == 409
    assert not RecoveryService.objects.exists()


def test_a_service_is_kept_changed_and_refused_beside_its_field(school: RecoverySchool) -> None:
    school.record("ana", date(2025, 9, 1))
    clerk = of(school)
    new = {
        "do": "save",
        "start_date": "2025-09-02",
        "associated_record": "2025-09-01",
        "service_type": "Used",
        "comments": "by hand",
        "school_number": CODE,
        "days_used": "2",
    }
    address = f"{SERVICES}?new=attendance-recovery"
    early = text(clerk.post(address, new | {"start_date": "2025-08-01"}))
    in_order(early, 'id="id_start_date"', "08/01/2025 is outside its record of 09/01/2025")
    wrong = text(clerk.post(address, new | {"time_earned": "60"}))
    in_order(wrong, 'id="id_time_earned"', "stands on Earned services only")
    assert clerk.post(address, new).status_code == 302
    service = RecoveryService.objects.get()
    assert (service.days_used, service.comments, service.is_calendar) == (2, "by hand", False)
    view = f"{SERVICES}?view={service.pk}"
    kept = {name: value for name, value in new.items() if name not in {"associated_record", "service_type"}}
    assert clerk.post(view, kept | {"days_used": "", "reason": "miscounted"}).status_code == 302
    service.refresh_from_db()
    assert service.days_used is None
    listed = text(clerk.get(f"{SERVICES}?tool=attendance-recovery"))
    in_order(listed, "Service Tool: Attendance Recovery Service", "Attendance Recovery Type: Used")
    in_order(
        listed, "Start Date: 09/02/2025 End Date:", "Associated Record Created By: Calaveras Unified", "View"
    )
    assert clerk.post(view, {"do": "delete", "reason": "off"}).status_code == 409
    assert of(school, "leader").post(view, {"do": "delete", "reason": "off"}).status_code == 302


def a_recovered_day(school: RecoverySchool) -> RecoveryService:
    record = school.record()
    for kind in ServiceKind:
        school.service(record, kind)
    school.signed(SATURDAY, {"ana": 240}, hours=("09:00", "13:00"))
    school.certify(NOVEMBER, ["ana"])
    update_services(school.year, NOVEMBER, school.act(on=NOVEMBER, clock="20:00"))
    return RecoveryService.objects.get(kind="Used")


def test_the_versions_of_the_ledger_say_why_they_differ_and_the_ledger_what_was_taken_back(
    school: RecoverySchool,
) -> None:
    service = a_recovered_day(school)
    school.certify(NOVEMBER, [], at(NOVEMBER, "21:00"), "she was there")
    update_services(school.year, NOVEMBER, school.act(on=NOVEMBER, clock="22:00"))
    page = text(of(school).get(f"{SERVICES}?view={service.pk}"))
    in_order(
        page,
        "What the ledger wrote",
        "as of 11/04/2025",
        "version 2",
        "Days Used 0",
        "11/04/2025 is no longer an absence",
    )
    in_order(page, "version 1", "Days Used 1", "1 absences that may be made up")
    school.certify(date(2025, 11, 5), ["ana"])
    school.certify(date(2025, 11, 5), [], at(date(2025, 11, 6), "12:00"), "a mistake")
    ledger = text(of(school, "leader").get("/recovery/001001/ledger/?as-of=2025-11-05"))
    in_order(ledger, "Days Used", "<b>0</b>", "Taken back since", "1 day more was used")
    in_order(
        ledger,
        "11/05/2025 is no longer an absence that may be made up",
        "Minutes, date by date",
        "10/04/2025",
    )
    in_order(ledger, f"AR-{SATURDAY}", "240", "1 day", "EC 46211")


def test_the_list_shows_bank_and_cap_with_chart_table_and_file(school: RecoverySchool) -> None:
    a_recovered_day(school)
    school.signed(date(2025, 10, 11), {"ben": 119}, hours=("09:00", "13:00"))
    client = of(school, "auditor")
    page = text(client.get("/recovery/"))
    in_order(
        page, "<svg", "against 10 days a year", "Soto, Ana: 1 days used, 0 days waiting", "</svg>", "<table"
    )
    in_order(page, "Soto, Ana", "Soto, Ben", "no record")
    assert "Soto, Ana" not in text(client.get("/recovery/?keep=no-record")).split("</svg>")[1]
    file = client.get("/recovery/bank.csv").content.decode()
    assert '001001,"Soto, Ana",2025-11-10,240,240,0,1,0,1,10,1,' in file
    assert "let the ledger write" not in page.casefold()
    assert client.post("/recovery/").status_code == 403
    clerk = of(school)
    assert "dated figures" in text(clerk.post("/recovery/", follow=True))
    assert clerk.get("/recovery/?open=001002")["Location"] == "/recovery/001002/"


def test_a_teacher_documents_and_signs_and_taps_stand_beside(school: RecoverySchool) -> None:
    school.record()
    teacher = of(school, "teacher")
    new = {
        "session": "AR-9",
        "on": "2025-11-08",
        "starts": "09:00",
        "ends": "13:00",
        "teachers": ["E001"],
        "room": "R101",
        "standards": "HSA-REI.4",
    }
    inside = teacher.post("/recovery/sessions/?new", new | {"on": "2025-11-07"})
    assert inside.status_code == 409
    assert "from 9:00 AM to 1:00 PM, inside the regular day (EC 46211; R-AR-03)" in text(inside)
    assert teacher.post("/recovery/sessions/?new", new)["Location"] == "/recovery/sessions/AR-9/"
    for clock_time in ("09:02", "10:30"):
        school.tap("ana", date(2025, 11, 8), clock_time)
    address, ana = "/recovery/sessions/AR-9/", school.students["ana"].pk
    page = text(teacher.get(address))
    in_order(page, "Soto, Ana", f'name="minutes-{ana}"', "9:02 AM, 10:30 AM", "88")
    assert teacher.post(address, {"do": "minutes", f"minutes-{ana}": "sixty"}).status_code == 409
    typed = {"do": "minutes", f"minutes-{ana}": "240", "more-number": "001002", "more-minutes": "60"}
    assert teacher.post(address, typed).status_code == 302
    page = text(teacher.get(address))
    in_order(
        page,
        "Ratio: 2:1",
        "no teacher has signed",
        "240 minutes are documented for a student whose taps tell 88",
    )
    assert teacher.post(address, {"do": "sign", "code": "000000"}).status_code == 409
    assert "Signed: 300 minutes" in text(teacher.post(address, {"do": "sign", "code": code()}, follow=True))
    assert "signed" in text(of(school, "auditor").get("/recovery/sessions/?since=2025-11-01"))
    assert 'name="code"' not in text(of(school, "clerk").get(address))
    assert (
        teacher.post(address, {"do": "minutes", f"minutes-{ana}": "88", "reason": "by the taps"}).status_code
        == 302
    )
    assert "changed after the last signature" in text(teacher.get(address))
    other = of(school, "other_teacher")
    assert f'name="minutes-{ana}"' not in text(other.get(address))
    assert other.post(address, {"do": "minutes", f"minutes-{ana}": "1"}).status_code == 409


def test_a_year_before_recovery_says_so_everywhere(
    school: RecoverySchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.year.name = "2024-25"
    school.year.save()
    monkeypatch.setattr(clock, "now", lambda: at(date(2025, 1, 10)))
    client = of(school)
    assert "when attendance recovery began" in text(client.get("/recovery/"))
    assert "no attendance recovery before 07/01/2025" in text(client.get("/recovery/001001/ledger/"))
    assert client.get("/recovery/bank.csv").status_code == 404


def test_the_list_asks_no_more_often_for_more_students(
    school: RecoverySchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = of(school)
    school.record("ana")
    with django_assert_max_num_queries(40) as few:
        client.get("/recovery/")
    for name, on in (("ben", date(2025, 10, 4)), ("chloe", date(2025, 10, 11))):
        record = school.record(name)
        school.service(record, ServiceKind.USED)
        school.signed(on, {name: 240}, hours=("09:00", "13:00"))
    client.get("/recovery/")
    with django_assert_max_num_queries(40) as some:
        client.get("/recovery/")
    school.signed(date(2025, 10, 18), {"ana": 60, "ben": 60, "chloe": 60}, hours=("09:00", "13:00"))
    with django_assert_max_num_queries(40) as more:
        client.get("/recovery/")
    assert len(few.captured_queries) <= len(some.captured_queries) == len(more.captured_queries)
    with django_assert_max_num_queries(12):
        client.get("/recovery/sessions/?since=2025-10-01")
