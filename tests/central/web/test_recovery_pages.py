"""The screens of attendance recovery: the fields and words of the source, and what each right allows."""

from datetime import date
from typing import Protocol

import pytest
from django.core.cache import cache
from django.test import Client

from central.domain.recovery import ServiceKind
from central.store.models import AuditEvent, RecoveryRecord, RecoveryService, Viewing
from central.web import clock
from tests.central.web.test_pages import sign_in
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
