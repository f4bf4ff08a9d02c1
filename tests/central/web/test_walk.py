"""An auditor walks from a printed number down to a single tap, and from a record up to its numbers."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from central.config import CentralConfig
from central.domain.period import PeriodKind
from central.reports import walk
from central.reports.groundwork import ground_of
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, Delivery, PaperLine, PaperSheet, Tap, Viewing
from central.web import clock
from central.work import project, student_years
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.resolve import resolve
from tests.fakes import school as schools
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
EVENING = at(MONDAY, "18:00")
PROOF = "/reports/2024-25/p2/proof/"


@pytest.fixture
def tapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    """Let Ana tap in and out on Monday, and her teacher certify the class."""
    small, evidence = schools.build(), EvidenceFile(tmp_path)
    room = JournallingStation(small.station_101.code, at(MONDAY, "06:00"))
    sent = [room.exchange(at(MONDAY, "06:01"))]
    for time in ("08:25", "09:55"):
        room.tap(at(MONDAY, time), small.token(small.ana))
        sent.append(room.exchange(at(MONDAY, f"{time}:30")))
    evidence.receive(*sent)
    project.project(Evidence(evidence.path), SERVER_KEY.verify_key)
    resolve(EVENING)
    others = [Change(each.pk, Action.ABSENT) for each in (small.ben, small.chloe)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, EVENING, "totp"), others)
    student_years.rebuild(small.year)
    monkeypatch.setattr(settings, "CONFIG", CentralConfig(data_dir=str(tmp_path)))
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return small


def auditor(small: SmallSchool) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(schools.give_login(small.auditor))
    return client


def follow(client: Client, page: str, like: str) -> tuple[str, str]:
    """Follow the first link whose address looks like `like`; return where it led and what is there."""
    address = unescape(next(found for found in re.findall(r'href="([^"]+)"', page) if re.search(like, found)))
    answer = client.get(address)
    assert answer.status_code == 200, address
    return address, answer.content.decode()


def test_a_number_leads_to_a_single_tap_and_the_record_leads_back(
    tapped: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = auditor(tapped)
    page = client.get("/reports/2024-25/p2/").content.decode()
    with django_assert_max_num_queries(19):
        _, page = follow(client, page, r"/proof/\?as-of=.*track=A")
    assert "1 student-days ÷ 161" in re.sub(r"<[^>]+>", "", page)
    with django_assert_max_num_queries(19):
        _, page = follow(client, page, r"month=2")
    with django_assert_max_num_queries(13):
        address, page = follow(client, page, r"^/records/\d+/$")
    assert "Soto, Ana" in page
    assert page.count("Tap at st-r101") == 2
    # What it counts in leads back to where the walk came from.
    up = [unescape(found) for found in re.findall(r'href="(/reports/[^"]+month=2)"', page)]
    assert [found.split("/")[3] for found in up] == ["p1", "p2", "annual"]
    assert address in client.get(up[1]).content.decode()
    assert client.get(f"{address}?verify=1").content.decode().count(">PROVEN<") == 2
    with django_assert_max_num_queries(12):
        _, page = follow(client, page, r"^/taps/st-r101/")
    tap = Tap.objects.get(sequence=re.findall(r"--sequence (\d+)", page)[0])
    assert bytes(tap.leaf).hex() in page
    assert f"prove-tap --station st-r101 --epoch {tap.epoch} --sequence {tap.sequence}" in page
    seen = Viewing.objects.filter(by=tapped.auditor, student=tapped.ana)
    assert set(seen.values_list("page", flat=True)) == {"trace-record", "trace-tap"}


def test_a_record_that_counts_nowhere_says_why(tapped: SmallSchool) -> None:
    client = auditor(tapped)
    absent = AttendanceRecord.objects.get(student=tapped.ben)
    assert "it says absent" in client.get(f"/records/{absent.pk}/").content.decode()
    loose = Register(tapped).provisional(tapped.english, tapped.dan, MONDAY)
    page = client.get(f"/records/{loose.pk}/").content.decode()
    assert "no certificated person stands behind it yet" in page
    assert "There is no tap and no sheet behind it" in page


def test_a_record_shows_its_sheet_and_what_was_sent_of_it(tapped: SmallSchool) -> None:
    record = AttendanceRecord.objects.get(student=tapped.ben)
    sheet = PaperSheet.objects.create(
        section=tapped.algebra,
        on=MONDAY,
        sheet="S-17",
        file_sha256="ab" * 32,
        imported_by=tapped.clerk,
        imported_at=EVENING,
    )
    PaperLine.objects.create(sheet=sheet, line=4, record=record, mark="absent", outcome="corroborates")
    Delivery.objects.create(
        record=record, key="k", mark="absent", file_sha256="", sent_by=tapped.clerk, sent_at=EVENING
    )
    page = re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", auditor(tapped).get(f"/records/{record.pk}/").content.decode())
    )
    assert (
        "Paper sheet S-17, line 4 absent · corroborates · keyed in by Clerk, Robin 09/09/2024 6:00 PM" in page
    )
    assert "ab" * 32 in page
    assert "09/09/2024 6:00 PM Clerk, Robin absent" in page


def test_the_months_of_a_number_add_up_to_it_weekend_classes_included(small_year: SmallSchool) -> None:
    ground = ground_of(small_year.year, PeriodKind.ANNUAL, MONDAY, EVENING)
    for row in walk.cells(ground):
        months = walk.months(ground, walk.CellName.of(row))
        assert sum(month.student_days for month in months) == row.numerator
        assert sum(month.days_taught for month in months) == row.divisor
        behind = [
            line
            for month in months
            for line in walk.student_days(ground, walk.CellName.of(row), month.month.number)
        ]
        assert len({(line.student, line.on) for line in behind}) == row.numerator


@pytest.fixture
def small_year() -> SmallSchool:
    small = schools.build()
    days = [on for on in schools.taught("A") if on <= MONDAY]
    register = Register(small)
    register.certified(small.algebra, small.ana, days)
    register.certified(small.algebra, small.ben, days[:7])
    register.certified(small.english, small.dan, days[3:])
    return small


def test_a_number_the_report_has_not_is_a_wrong_address(tapped: SmallSchool) -> None:
    client = auditor(tapped)
    for wrong in (
        f"{PROOF}?track=Z&span=9-12",
        f"{PROOF}?track=A&span=9-12&month=x",
        "/reports/2024-25/chronic/proof/",
        "/reports/2024-25/chronic/editions/",
        "/records/999999/",
        "/taps/st-r101/1/999999/",
    ):
        assert client.get(wrong).status_code == 404, wrong
