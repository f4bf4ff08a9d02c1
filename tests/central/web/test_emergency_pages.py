"""Emergencies as pages: documented, announced, learned from, audited, and reported to the board."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from central.domain.emergency import Channel
from central.store.models import (
    AfterAction,
    CalendarDay,
    CheckInVerdict,
    DiscrepancyStep,
    Emergency,
    HotspotLoan,
    Participation,
    PartnerChange,
    Staff,
    Viewing,
)
from central.store.queries.emergencies import announcements_of
from central.web import clock
from tests.fakes import school as schools
from tests.fakes.closed_school import EIGHT, EN_ESPANOL, FOUR, WORDING, ClosedSchool
from tests.fakes.school import MONDAY, at

pytestmark = pytest.mark.django_db
ONE = "/emergencies/2024-25/E1/"


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> ClosedSchool:
    found = ClosedSchool()
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


def browser(staff: Staff, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(staff.user or schools.give_login(staff))
    return client


def text(content: bytes) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content.decode())))


def sent(client: Client, address: str, **form: object) -> str:
    answer = client.post(address, form, follow=True)
    assert answer.status_code == 200, text(answer.content)
    return text(answer.content)


def refused(client: Client, address: str, **form: object) -> str:
    answer = client.post(address, form)
    assert answer.status_code == 409
    return text(answer.content)


FORM = {
    "code": "E1",
    "cause": "a",
    "nature": "Smoke of the Cedar fire",
    "first-day": MONDAY.isoformat(),
    "until": FOUR[-1].isoformat(),
    "scope": "school",
}


def test_an_emergency_goes_from_its_first_word_to_closed_days_and_proven_announcements(
    closed: ClosedSchool,
) -> None:
    small, leader = closed.small, browser(closed.small.leader)
    assert "holds no teaching credential" in refused(browser(small.clerk), "/emergencies/", **FORM)
    said = sent(leader, "/emergencies/", **FORM)
    assert "a) natural disaster" in said
    assert "10 open" in said
    span = {"since": MONDAY.isoformat(), "until": FOUR[-1].isoformat()}
    assert "may not change calendar" in refused(browser(small.teacher), ONE, do="close", **span)
    said = sent(leader, ONE, do="close", **span)
    assert "Mon 09/09/2024 A, B 370, 370" in said
    assert not CalendarDay.objects.filter(on__in=FOUR, is_taught=True).exists()
    row = Emergency.objects.get()
    for each in (WORDING, EN_ESPANOL):
        words = {"nature": each.nature, "duration": each.duration, "remote": each.remote}
        sent(leader, ONE, do="announce", language=each.language.value, channel=list(Channel), **words)
    closed.now = at(MONDAY, "08:00")
    proof = {"sent-at": "2024-09-09T07:30", "sent-by": "Robin", "evidence": "screenshot 1"}
    said = sent(leader, ONE, do="sent", which="text message/es", **proof)
    assert "9 open" in said
    assert "09/09/2024 7:30 AM · Robin · screenshot 1" in said
    assert sum(not each.is_open for each in announcements_of(row)) == 1
    assert "Choose what was sent." in refused(leader, ONE, do="sent", which="radio/en", **proof)
    sent(leader, ONE, do="prove", duty="study offered", on=MONDAY.isoformat(), reason="letters, binder 2")
    assert "study offered 09/19/2024 met done on 09/09/2024" in text(leader.get(ONE).content)
    sent(leader, ONE, do="expect", on=EIGHT[-1].isoformat(), reason="the fire turned")
    assert "the fire turned" in sent(leader, ONE, do="end", on=MONDAY.isoformat(), reason="rain")
    page = text(browser(small.leader, "es").get(ONE).content)
    assert "Qué debe la escuela y para cuándo" in page
    assert "mensaje de texto" in page


def test_a_class_is_verified_and_takes_part_on_its_closed_day(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare(EIGHT)
    closed.close(row, EIGHT)
    closed.open_from_afar()
    call = closed.calls(small.ana, MONDAY)
    closed.checks_in(small.ben, MONDAY)
    closed.now = at(MONDAY, "16:00")
    teacher, clerk, address = browser(small.teacher), browser(small.clerk), f"{ONE}learning/"
    where = {"section": "ALG1-01", "on": MONDAY.isoformat()}
    page = text(teacher.get(address).content)
    assert "Soto, Ana 001001 phone call" in page
    assert "English 1" not in page
    assert Viewing.objects.filter(page="emergency-learning", section=small.algebra, on=MONDAY).exists()
    assert "no teaching credential" in refused(clerk, address, do="verify", reason="seen", **where)
    one = {"check-in": call.pk, "is": "refused", "reason": "her brother called"}
    sent(teacher, address, do="verify", **one, **where)
    sent(teacher, address, do="verify", reason="list of the online session", **where)
    assert list(CheckInVerdict.objects.order_by("pk").values_list("is_verified", flat=True)) == [False, True]
    both = {"student": [small.ana.pk, small.ben.pk], "way": "assignment"}
    said = sent(teacher, address, do="took-part", evidence="worksheet 3", **both, **where)
    assert "completed an assignment worksheet 3" in said
    sent(teacher, address, do="took-part", evidence="worksheet 3", **both, **where)
    assert Participation.objects.count() == 2
    assert "at least one student" in refused(teacher, address, do="took-part", way="contact", **where)
    back = {"student": "001002", "way": "assignment", "reason": "of another day"}
    sent(teacher, address, do="take-back", **back, **where)
    other = browser(small.other_teacher)
    assert "Choose a class" in refused(other, address, do="verify", reason="x", **where)
    lend = {"student": "001001", "device": "HS-07", "day": MONDAY.isoformat()}
    assert "Soto, Ana" in sent(clerk, address, do="lend", **lend)
    assert "is lent already" in refused(clerk, address, do="lend", **lend)
    told = {"partner": "County WIOA board", "what": "weekly instead of daily", "evidence": "mail 4"}
    sent(clerk, address, do="tell-partner", day=MONDAY.isoformat(), **told)
    change = PartnerChange.objects.get()
    answer = {"change": change.pk, "is": "approved", "who": "J. Doe", "evidence": "mail 5"}
    assert "approved J. Doe" in sent(clerk, address, do="partner-answer", day=MONDAY.isoformat(), **answer)
    gone = {"device": "HS-07", "is": "lost", "reason": "left in the shelter", "day": MONDAY.isoformat()}
    assert "left in the shelter" in sent(clerk, address, do="give-back", **gone)
    assert HotspotLoan.objects.get().returns.get().is_back is False


def test_the_return_to_normal_is_audited_reviewed_and_reported(
    closed: ClosedSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    small, row = closed.small, closed.declare(EIGHT)
    closed.close(row, EIGHT)
    closed.calls(small.ana, MONDAY)
    closed.now = at(EIGHT[-1], "16:00")
    leader, address = browser(small.leader), f"{ONE}return/"
    page = text(leader.get(address).content)
    assert "check-in without participation 09/09/2024 ALG1-01 001001 open" in page
    assert "check-in not verified 09/09/2024" in page
    line = f"check_in_alone:001001/{MONDAY}"
    assert "needs a reason" in refused(leader, address, do="resolve", line=[line], reason=" ")
    assert "may not change emergencies" in refused(
        browser(small.teacher), address, do="resolve", line=[line], reason="seen"
    )
    sent(leader, address, do="resolve", line=[line], reason="was at the shelter")
    assert DiscrepancyStep.objects.get().reason == "was at the shelter"
    sent(leader, ONE, do="end", on=EIGHT[-1].isoformat(), reason="clean air")
    sent(leader, address, do="review", on=EIGHT[-1].isoformat(), reason="phones worked, the app did not")
    due = (EIGHT[-1] + timedelta(30)).isoformat()
    said = sent(leader, address, do="action", what="A second phone line", owner="E004", due=due)
    assert "A second phone line" in said
    step = {"action": AfterAction.objects.get().pk, "state": "done", "reason": "ordered and tested"}
    assert "Done ordered and tested" in sent(leader, address, do="action-step", **step)
    book = leader.get(f"{address}?form=xlsx")
    assert book["Content-Disposition"] == 'attachment; filename="emergency_E1_2024-25.xlsx"'
    kept = CalamineWorkbook.from_filelike(io.BytesIO(book.content))
    assert "Discrepancies" in kept.sheet_names
    flat = str(kept.get_sheet_by_name("Discrepancies").to_python())
    assert "was at the shelter" in flat
    assert leader.get(f"{address}?form=pdf").content.startswith(b"%PDF")
    with django_assert_max_num_queries(12):
        leader.get("/emergencies/")
    assert leader.get("/emergencies/2024-25/E9/").status_code == 404


def test_a_request_is_prefilled_its_sheets_handed_out_and_its_effect_shown(closed: ClosedSchool) -> None:
    row = closed.declare()
    closed.close(row)
    closed.now = at(FOUR[-1] + timedelta(20), "12:00")
    leader = browser(closed.small.leader)
    page = leader.get("/closures/?prefill=closure&since=2024-09-01&until=2024-09-30").content.decode()
    days = "\n".join(f"{track},{on},370" for track in "AB" for on in FOUR)
    assert f"track,date,minutes\n{days}" in page
    draft = {"do": "draft", "code": "J1", "kind": "closure", "cause": "smoke"}
    sent(leader, "/closures/", days=f"track,date,minutes\n{days}", **draft)
    assert leader.get("/closures/?request=J1&form=pdf").content.startswith(b"%PDF")
    assert leader.get("/closures/?request=J9&form=pdf").status_code == 404
    shown = text(leader.get("/closures/?request=J1&period=p2").content)
    assert "as it stands" in shown
    assert "if approved" in shown
    assert "Only the first case of each track may be certified" in shown
    nothing = leader.get("/closures/?prefill=lost+records&since=2024-09-01&until=2024-09-30")
    assert "nothing on file" in text(nothing.content)
