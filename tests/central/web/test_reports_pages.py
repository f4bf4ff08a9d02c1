"""Every kind of report as a page: dated, with what it would be if, its editions, and closing by a code."""

import csv
import io
import json
import re
from datetime import date
from html import unescape
from typing import Protocol

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from central.domain.period import PeriodKind
from central.reports.kinds import MEDIA_TYPES, kinds
from central.reports.periods import period_report
from central.reports.snapshots import Filing, close
from central.store.models import AuditEvent, ReportSnapshot, Room, Station, Viewing
from central.web import clock
from central.web.report_groups import named
from central.work import student_years
from tests.central.web.test_pages import code
from tests.fakes import school as schools
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


class Answer(Protocol):
    """What a browser is answered."""

    status_code: int
    content: bytes


SUMMER = date(2025, 6, 30)
P2 = "/reports/2024-25/p2/"
CHARTS = ("calendar", "ada", "funnel", "arrivals", "students", "stations")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    """Certify forty days of Ana's and thirty of Dan's, and look back on the year from its end."""
    monkeypatch.setattr(clock, "now", lambda: at(SUMMER, "12:00"))
    cache.clear()
    small = schools.build()
    register = Register(small)
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    register.certified(small.english, small.dan, schools.taught("B")[:30])
    student_years.rebuild(small.year)
    return small


def browser(small: SmallSchool, role: str = "admin") -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(schools.give_login(small.staff[role]))
    return client


def text(answer: Answer, status: int = 200) -> str:
    assert answer.status_code == status
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def test_every_kind_has_a_page_and_its_files(small: SmallSchool) -> None:
    client = browser(small, "auditor")
    listed = client.get("/reports/").content.decode()
    for word, kind in kinds().items():
        assert f'href="/reports/2024-25/{word}/"' in listed
        answer = client.get(f"/reports/2024-25/{word}/?as-of=2025-05-30")
        said = text(answer)
        assert "as of the end of 05/30/2025" in said
        if word == "recovery":
            assert "before 07/01/2025, when attendance recovery began" in said
            continue
        suffixes = "|".join(MEDIA_TYPES)
        pattern = rf'href="(/reports/2024-25/{word}/[^"]+\.(?:{suffixes})\?[^"]*)"'
        files = re.findall(pattern, answer.content.decode())
        assert {found.split("/")[-1].split("?")[0] for found in files} >= {
            f"report.{suffix}" for suffix in MEDIA_TYPES
        }
        # Every file of every kind is proven in tests of the reports; here that a page hands them out.
        for file in files if word in {"p2", "electronic-attendance"} else [f for f in files if ".json" in f]:
            handed = client.get(unescape(file))
            assert handed.status_code == 200, file
            assert "as-of_2025-05-30" in handed["Content-Disposition"]
        assert json.loads(client.get(unescape(next(f for f in files if "json" in f))).content)
        assert str(named(kind).title) in said
    assert client.get(f"{P2}nothing.csv").status_code == 404
    assert client.get(f"{P2}report.exe").status_code == 404


def test_a_supposition_is_marked_on_every_line_and_cannot_be_closed(small: SmallSchool) -> None:
    client = browser(small)
    asked = f"{P2}?drop-track=B&value=14000"
    said = text(client.get(asked))
    assert "Supposed, never to be filed." in said
    assert "WHAT-IF ADA 0.25 0.44 -0.19 -2660.00" in said
    assert 'name="code"' not in client.get(asked).content.decode()
    table = csv.reader(io.StringIO(client.get(asked.replace("p2/?", "p2/what-if.csv?")).content.decode()))
    _heading, *lines = table
    assert {line[0] for line in lines} == {"WHAT-IF"}
    refused = client.post(asked, {"code": code()})
    assert "A supposition cannot be closed." in text(refused, 409)
    assert "is not understood" in text(client.get(f"{P2}?what-if=nothing=1"))
    assert "of P-1, P-2 and Annual only" in text(client.get("/reports/2024-25/chronic/?what-if=project=yes"))
    assert not ReportSnapshot.objects.exists()


def test_a_report_is_closed_under_a_code_and_its_editions_stand_side_by_side(small: SmallSchool) -> None:
    client = browser(small)
    wrong = client.post(P2, {"code": "000000", "reason": "kept while typing"})
    assert "the code is not" in text(wrong, 409)
    assert "kept while typing" in wrong.content.decode()
    assert not ReportSnapshot.objects.exists()
    done = client.post(f"{P2}?as-of=2025-05-30", {"code": code()}, follow=True)
    assert done.redirect_chain == [(f"{P2}editions/", 302)]
    assert "closed P-2 2024-25 as revision 1, original: 0.44 ADA" in text(done)
    Register(small).correct(small.ana, MONDAY, "absent", at(SUMMER, "11:00"))
    student_years.rebuild(small.year)
    # Its code is spent, so that nobody closes twice with one look at the telephone.
    again = client.post(P2, {"code": code(), "reason": "a parent's letter"})
    assert "has been used" in text(again, 409)
    later = period_report(small.year, PeriodKind.P2, SUMMER, at(SUMMER, "12:00"))
    close(later, small.year, small.leader, at(SUMMER, "12:00"), Filing(reason="a parent's letter"))
    said = text(client.get(f"{P2}editions/"))
    assert "track A, 9-12, classroom 0.25 0.24 (-0.01)" in said
    assert "Total 0.44 0.43 (-0.01)" in said
    assert "E007" in said
    assert "a parent's letter" in said
    told = json.loads(client.get(f"{P2}editions.json").content)
    assert [each["ada"] for each in told["editions"]] == ["0.44", "0.43"]
    assert set(AuditEvent.objects.filter(verb="close-report").values_list("by", flat=True)) == {
        "E007",
        "E005",
    }


def test_closing_asks_for_the_right_the_reason_and_a_real_day(small: SmallSchool) -> None:
    assert browser(small, "auditor").post(P2, {"code": code()}).status_code == 403
    assert browser(small, "clerk").post(P2, {"code": code()}).status_code == 403
    client = browser(small, "leader")
    assert "runs until 04/11/2025" in text(client.post(f"{P2}?as-of=2024-12-01", {"code": code()}), 409)
    audited = client.post(P2, {"code": code(), "edition": "audited", "audited-on": "soon"})
    assert "Say when the audit was completed" in text(audited, 409)
    other = client.post("/reports/2024-25/chronic/", {"code": code()})
    assert "only P-1, P-2, Annual and the monthly report are closed" in text(other, 409)
    monthly = client.post("/reports/2024-25/monthly/?as-of=2025-05-30", {"code": code()})
    assert monthly["Location"] == "/reports/2024-25/monthly/?as-of=2025-05-30"
    assert ReportSnapshot.objects.get().kind == "Monthly"


def test_every_chart_stands_beside_its_table_and_its_file(
    small: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser(small, "auditor")
    listed = client.get("/charts/?year=2024-25").content.decode()
    for name in CHARTS:
        assert f'href="/charts/{name}/?year=2024-25"' in listed
        # That of stations reads the register of gaps as well, however many stations there are.
        with django_assert_max_num_queries(20 if name == "stations" else 12):
            page = client.get(f"/charts/{name}/?until=2024-09-30").content.decode()
        assert (
            f'class="chart {"cumulative" if name == "ada" else "strip" if name == "students" else name}"'
            in page
        )
        file = client.get(f"/charts/{name}.csv?until=2024-09-30")
        heading, *lines = csv.reader(io.StringIO(file.content.decode()))
        assert f"({len(lines)})" in page
        assert all(len(line) == len(heading) for line in lines)
    assert client.get("/charts/nothing.csv").status_code == 404
    assert client.get("/charts/funnel/?since=2025-01-01&until=2024-01-01").status_code == 404
    assert client.get("/charts/calendar/?year=1999-00").status_code == 404


def test_the_chart_of_stations_asks_as_often_for_many_as_for_few(
    small: SmallSchool, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, address = browser(small, "auditor"), "/charts/stations/?until=2024-09-09"
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    for number in range(20):
        room = Room.objects.create(school=small.school, name=f"X{number}")
        Station.objects.create(
            code=f"st-x{number}", school=small.school, room=room, commissioned_at=at(MONDAY, "07:00")
        )
    with django_assert_num_queries(len(asked)):
        assert "st-x19" in client.get(address).content.decode()


def test_what_charts_show_is_what_the_records_say(small: SmallSchool) -> None:
    client = browser(small, "auditor")
    figures = client.get("/charts/funnel.csv?since=2024-09-09&until=2024-09-13").content.decode()
    assert re.findall(r"^(\w+),(\d+)", figures, flags=re.MULTILINE) == [
        ("enrolled", "25"),
        ("present", "10"),
        ("certified", "10"),
        ("claimed", "10"),
    ]
    days = client.get("/charts/calendar.csv?until=2024-09-09").content.decode()
    assert days.splitlines()[-1] == "2024-09-09,5,2,40.0"
    ada = client.get("/charts/ada.csv?until=2024-09-09").content.decode()
    assert ada.splitlines()[-1].startswith("2024-09-09,2.00")
    strip = client.get("/charts/students.csv?section=ALG1-01&since=2024-09-09&until=2024-09-13")
    assert '001001,"Soto, Ana",5,0,0,0,0' in strip.content.decode()
    assert Viewing.objects.filter(page="chart-students", section=small.algebra).exists()


def test_numbers_are_written_alike_in_both_languages(small: SmallSchool) -> None:
    client = browser(small)
    client.cookies["django_language"] = "es"
    said = text(client.get(P2))
    assert "Asistencia diaria promedio" in said
    assert "Calendario Grados Renglón Días reclamables Días de clase ADA A 9-12 regular 40 161 0.25" in said
    assert "0.25 = 40 días-estudiante" in text(client.get(f"{P2}proof/?track=A&span=9-12"))
    assert "mes escolar" in text(client.get("/reports/2024-25/monthly/"))
