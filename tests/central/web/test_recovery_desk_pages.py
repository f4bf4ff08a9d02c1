"""The desk of attendance recovery: the list with its bank, the ledger of a student, and the sessions."""

from datetime import date

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from central.domain.recovery import ServiceKind
from central.store.models import RecoveryService
from central.web import clock
from central.work.recovery_figures import update_services
from tests.central.web.test_pages import code
from tests.central.web.test_recovery_pages import in_order, of, text
from tests.fakes import recovery_school
from tests.fakes.recovery_school import RecoverySchool, at

pytestmark = pytest.mark.django_db
SATURDAY = date(2025, 10, 4)
NOVEMBER = date(2025, 11, 4)
TODAY = date(2025, 11, 10)
SERVICES = "/recovery/001001/services/"


@pytest.fixture
def school() -> RecoverySchool:
    return recovery_school.build(has_begun=True)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(TODAY, "09:00"))
    cache.clear()


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


def test_figures_of_the_ledger_come_back_from_a_form_unchanged_and_are_nobodys_to_change(
    school: RecoverySchool,
) -> None:
    service = a_recovered_day(school)
    clerk, view = of(school), f"{SERVICES}?view={service.pk}"
    typed = {
        "do": "save",
        "start_date": str(service.since),
        "comments": "Saturdays",
        "school_number": service.school.code,
        "calendar": "on",
        "days_used": "1",
        "reason": "said what it is",
    }
    wrong = clerk.post(view, typed | {"days_used": "3"})
    assert wrong.status_code == 409
    in_order(text(wrong), 'id="id_days_used"', "is written by the ledger while the calendar flag is on")
    assert clerk.post(view, typed).status_code == 302
    service.refresh_from_db()
    assert (service.days_used, service.comments) == (1, "Saturdays")


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
    with django_assert_max_num_queries(41) as few:
        client.get("/recovery/")
    for name, on in (("ben", date(2025, 10, 4)), ("chloe", date(2025, 10, 11))):
        record = school.record(name)
        school.service(record, ServiceKind.USED)
        school.signed(on, {name: 240}, hours=("09:00", "13:00"))
    client.get("/recovery/")
    with django_assert_max_num_queries(41) as some:
        client.get("/recovery/")
    school.signed(date(2025, 10, 18), {"ana": 60, "ben": 60, "chloe": 60}, hours=("09:00", "13:00"))
    with django_assert_max_num_queries(41) as more:
        client.get("/recovery/")
    assert len(few.captured_queries) <= len(some.captured_queries) == len(more.captured_queries)
    with django_assert_max_num_queries(12):
        client.get("/recovery/sessions/?since=2025-10-01")
