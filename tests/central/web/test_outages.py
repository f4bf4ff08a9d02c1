"""The pages of outages: put down, confirmed, ended; their classes; paper decided on; late entries."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from central.exchange.named_file import NamedFile
from central.store.models import AttendanceRecord, Outage, PaperLine, PaperRuling
from central.web import clock
from central.work import paper
from tests.central.web.test_pages import sign_in
from tests.fakes.paper import shown
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NEXT_DAY = at(MONDAY + timedelta(days=1), "09:00")
DECIDE = f"/paper-decisions/ALG1-01/{MONDAY}/"


@pytest.fixture(autouse=True)
def next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NEXT_DAY)
    cache.clear()


def sheet(*rows: str) -> NamedFile:
    return NamedFile("s.csv", "\n".join(["student number,date,mark", *rows]).encode())


def noted(client: Client, small: SmallSchool, **changes: str) -> int:
    form = {
        "scope": "station",
        "station": small.station_101.code,
        "since": f"{MONDAY}T08:00",
        "until": f"{MONDAY}T15:00",
        "cause": "power",
        "says": "the wing was dark",
    }
    return int(client.post("/outages/", form | changes).status_code)


def test_an_outage_is_put_down_corrected_and_withdrawn_and_nothing_is_lost(small: SmallSchool) -> None:
    clerk = sign_in(small.clerk)
    assert noted(clerk, small, says=" ") == 409
    assert noted(clerk, small, until="2024-09-09T07:00") == 409
    assert noted(clerk, small, until="2031-01-01T07:00") == 409
    assert noted(clerk, small, since="0001-01-01T00:00") == 409
    assert noted(clerk, small, since=f"{MONDAY}T08:00Z") == 409
    assert noted(clerk, small, scope="school") == 409
    assert not Outage.objects.exists()
    assert noted(clerk, small) == 302
    row = Outage.objects.get()
    address = f"/outages/{row.pk}/"
    page = clerk.get(address).content.decode()
    assert "Algebra 1" in page
    assert "missing" in page
    late = {
        "do": "correct",
        "since": f"{MONDAY}T10:00",
        "until": f"{MONDAY}T15:00",
        "reason": "the log says so",
    }
    assert clerk.post(address, late).status_code == 302
    page = clerk.get(address).content.decode()
    assert "No class was held while it lasted." in page
    assert "the log says so" in page
    assert clerk.post(address, {"do": "withdraw", "reason": "it was the other wing"}).status_code == 302
    assert clerk.post(address, late).status_code == 409
    assert [step.kind for step in row.steps.order_by("pk")] == ["corrected", "withdrawn"]
    teacher = sign_in(small.teacher)
    assert noted(teacher, small) == 302
    assert teacher.post(address, late).status_code == 403


def test_a_silence_is_proposed_and_confirmed_once(small: SmallSchool) -> None:
    clerk = sign_in(small.clerk)
    page = clerk.get(f"/outages/?on={MONDAY}").content.decode()
    assert "Likely outages nobody has put down" in page
    found = page.split('name="found" value="')[1].split('"')[0]
    assert found.startswith("unheard/")
    assert noted(clerk, small, found=found) == 302
    assert noted(clerk, small, found=found) == 409
    assert Outage.objects.count() == 1


def test_paper_that_waits_is_decided_by_the_teacher_with_a_reason(small: SmallSchool) -> None:
    shown(small, small.ben, "08:25")
    file = NamedFile(
        "s.csv", b"student number,date,mark\n001002,2024-09-09,absent\n001001,2024-09-09,present"
    )
    paper.accept(paper.read(file, small.algebra, "S-1"), small.clerk, NEXT_DAY)
    line = PaperLine.objects.get(record__student=small.ben)
    clerk, teacher = sign_in(small.clerk), sign_in(small.teacher)
    assert "waits for a decision" in teacher.get(f"/class/ALG1-01/{MONDAY}/").content.decode()
    assert "Paper against other evidence" in clerk.get("/exceptions/").content.decode()
    form = {"line": str(line.pk), "choice": "paper", "reason": "the card was lent to a friend"}
    assert clerk.post(DECIDE, form).status_code == 409
    assert teacher.post(DECIDE, form | {"reason": ""}).status_code == 409
    assert teacher.post(DECIDE, form | {"choice": "neither"}).status_code == 409
    assert not PaperRuling.objects.exclude(choice="").exists()
    assert teacher.post(DECIDE, form).status_code == 302
    page = teacher.get(DECIDE).content.decode()
    assert "Nothing waits for a decision." in page
    assert "the card was lent to a friend" in page
    assert AttendanceRecord.objects.get(student=small.ben).mark == "absent"
    assert teacher.post(DECIDE, form).status_code == 409
    assert "Paper against other evidence" not in clerk.get("/exceptions/").content.decode()
    assert "1 record rests on paper" in teacher.get(f"/class/ALG1-01/{MONDAY}/").content.decode()


def test_late_entries_are_listed_and_downloaded(small: SmallSchool) -> None:
    file = sheet("001001,2024-09-09,present")
    paper.accept(paper.read(file, small.algebra, "=S-1"), small.clerk, NEXT_DAY)
    teacher = sign_in(small.teacher)
    assert "later, paper of an outage" in teacher.get("/outages/late-entries/").content.decode()
    written = teacher.get("/outages/late-entries/?format=csv").content.decode()
    assert "later-with-paper-of-an-outage" in written
    assert ",=S-1" not in written
    assert "001001" not in sign_in(small.other_teacher).get("/outages/late-entries/").content.decode()


def test_the_lists_cost_few_queries_however_long(
    small: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = sign_in(small.clerk)
    for day in range(60):
        Outage.objects.create(
            school=small.school,
            scope="school",
            since_at=at(MONDAY - timedelta(days=day), "09:00"),
            until_at=at(MONDAY - timedelta(days=day), "10:00"),
            cause="power",
            says="the wing was dark",
            by=small.clerk,
            at=NEXT_DAY,
        )
    paper.accept(paper.read(sheet("001001,2024-09-09,present"), small.algebra, "S-1"), small.clerk, NEXT_DAY)
    newest = Outage.objects.order_by("since_at").last()
    assert newest is not None
    for address in ("/outages/", f"/outages/{newest.pk}/", "/outages/late-entries/", DECIDE):
        clerk.get(address)
        with django_assert_max_num_queries(20):
            assert clerk.get(address).status_code == 200
    assert clerk.get("/outages/").content.decode().count("the wing was dark") == 50
