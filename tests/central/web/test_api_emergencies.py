"""Emergencies through the staff API: documented, announced, learned from, audited; refusals as problems."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any  # JSON

import pytest
from django.http import HttpResponse
from django.test import Client

from central.domain.emergency import Channel
from central.store.models import (
    AfterAction,
    CalendarDay,
    CheckInVerdict,
    DiscrepancyStep,
    Participation,
    PartnerChange,
    Staff,
    Viewing,
)
from central.web import clock
from tests.central.web.test_api import post, problem
from tests.fakes import school as schools
from tests.fakes.closed_school import EIGHT, FOUR, WORDING, ClosedSchool
from tests.fakes.school import MONDAY, at

pytestmark = pytest.mark.django_db
YEAR = "/emergencies/2024-25"
ONE = f"{YEAR}/E1"
CLASS = f"{ONE}/classes/ALG1-01/{MONDAY}"


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> ClosedSchool:
    found = ClosedSchool()
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


class Program:
    """A program somebody runs in their own name."""

    def __init__(self, staff: Staff) -> None:
        self._client = Client()
        self._client.force_login(staff.user or schools.give_login(staff))

    def reads(self, address: str) -> dict[str, Any]:
        answer = self._client.get(f"/api/v1{address}")
        assert answer.status_code == 200, answer.content
        return dict(json.loads(answer.content))

    def does(self, address: str, body: Mapping[str, object]) -> dict[str, Any]:
        answer = post(self._client, address, body)
        assert answer.status_code == 201, answer.content
        return dict(json.loads(answer.content))

    def finds_nothing(self, address: str) -> bool:
        return self._client.get(f"/api/v1{address}").status_code == 404

    def asks(self, address: str, body: Mapping[str, object]) -> HttpResponse:
        return post(self._client, address, body)


DECLARED = {
    "code": "E1",
    "cause": "a",
    "nature": "Smoke of the Cedar fire",
    "first_day": str(MONDAY),
    "expected_end": str(FOUR[-1]),
}


def test_an_emergency_goes_from_its_first_word_to_closed_days_and_proven_announcements(
    closed: ClosedSchool,
) -> None:
    small, leader = closed.small, Program(closed.small.leader)
    status, name, why = problem(Program(small.clerk).asks(YEAR, DECLARED))
    assert (status, name) == (409, "refused")
    assert "holds no teaching credential" in why
    assert leader.does(YEAR, DECLARED)["is_over"] is False
    span = {"do": "close", "since": str(MONDAY), "until": str(FOUR[-1])}
    assert problem(Program(small.teacher).asks(f"{ONE}/days", span))[0] in {403, 409}
    assert problem(leader.asks(f"{ONE}/days", span | {"until": "2023-01-01"}))[0] == 409
    assert leader.does(f"{ONE}/days", span) == {"days": 8}
    assert not CalendarDay.objects.filter(on__in=FOUR, is_taught=True).exists()
    words = {"nature": WORDING.nature, "duration": WORDING.duration, "remote": WORDING.remote}
    told = {"language": "en", "channels": list(Channel), **words}
    assert leader.does(f"{ONE}/announcements", told) == {"channels": 5}
    assert problem(leader.asks(f"{ONE}/announcements", told | {"channels": []}))[0] == 422
    closed.now = at(MONDAY, "08:00")
    sent = {"sent_at": "2024-09-09T07:30:00-07:00", "sent_by": "Robin", "evidence": "screenshot 1"}
    leader.does(f"{ONE}/sendings", {"channel": "text message", "language": "en", **sent})
    nothing_said = {"channel": "text message", "language": "es", **sent}
    assert "no text" in problem(leader.asks(f"{ONE}/sendings", nothing_said))[2]
    leader.does(f"{ONE}/proofs", {"duty": "study offered", "on": str(MONDAY), "reason": "letters, binder 2"})
    leader.does(f"{ONE}/steps", {"do": "expect", "on": str(EIGHT[-1]), "reason": "the fire turned"})
    assert problem(leader.asks(f"{ONE}/steps", {"do": "end", "reason": "rain"}))[2] == "name the day it ends"
    leader.does(f"{ONE}/steps", {"do": "end", "on": str(MONDAY), "reason": "rain"})
    found = leader.reads(ONE)
    assert found["emergency"] == leader.reads(YEAR)["emergencies"][0]
    assert found["emergency"]["is_over"] is True
    assert [word["says"] for word in found["words"]] == ["the fire turned", "rain"]
    assert len(found["closed"]) == 8
    proven = [each for each in found["announcements"] if each["sent_at"]]
    assert [each["channel"] for each in proven] == ["text message"]
    assert "met" in {each["state"] for each in found["duties"]}
    reopened = {"do": "reopen", "since": str(FOUR[-1]), "until": str(FOUR[-1]), "reason": "rain came early"}
    assert leader.does(f"{ONE}/days", reopened) == {"days": 2}
    assert problem(leader.asks(f"{ONE}/steps", {"do": "withdraw", "reason": "x"}))[0] == 409
    assert problem(leader.asks(f"{YEAR}/E9/steps", {"do": "withdraw", "reason": "x"}))[0] == 404


def test_a_class_is_verified_and_takes_part_on_its_closed_day(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare(EIGHT)
    closed.close(row, EIGHT)
    closed.open_from_afar()
    call = closed.calls(small.ana, MONDAY)
    closed.checks_in(small.ben, MONDAY)
    closed.now = at(MONDAY, "16:00")
    teacher, clerk = Program(small.teacher), Program(small.clerk)
    students = teacher.reads(CLASS)["students"]
    assert {each["student"] for each in students} >= {"001001", "001002"}
    assert Viewing.objects.filter(page="api emergency learning", section=small.algebra).exists()
    assert "no teaching credential" in problem(clerk.asks(f"{CLASS}/verifications", {"reason": "seen"}))[2]
    one = {"check_in": str(call.pk), "is_verified": False, "reason": "her brother called"}
    teacher.does(f"{CLASS}/verifications", one)
    assert problem(teacher.asks(f"{CLASS}/verifications", one | {"check_in": "999999"}))[0] == 409
    assert teacher.does(f"{CLASS}/verifications", {"reason": "list of the session"}) == {"check_ins": 1}
    assert list(CheckInVerdict.objects.order_by("pk").values_list("is_verified", flat=True)) == [False, True]
    both = {"students": ["001001", "001002"], "way": "assignment", "evidence": "worksheet 3"}
    assert teacher.does(f"{CLASS}/participation", both) == {"new": 2}
    assert teacher.does(f"{CLASS}/participation", both) == {"new": 0}
    strange = both | {"students": ["001001", "no one"]}
    assert "no student of that number" in problem(teacher.asks(f"{CLASS}/participation", strange))[2]
    back = {"student": "001002", "way": "assignment", "reason": "of another day"}
    teacher.does(f"{CLASS}/withdrawals", back)
    assert Participation.objects.filter(is_withdrawn=True).count() == 1
    assert problem(Program(small.other_teacher).asks(f"{CLASS}/verifications", {"reason": "x"}))[0] == 404


def test_hotspots_and_partners_are_kept_with_what_became_of_them(closed: ClosedSchool) -> None:
    small = closed.small
    closed.close(closed.declare())
    clerk = Program(small.clerk)
    lend = {"student": "001001", "device": "HS-07", "on": str(MONDAY)}
    assert clerk.does(f"{ONE}/loans", lend)["is_back"] is None
    assert "is lent already" in problem(clerk.asks(f"{ONE}/loans", lend))[2]
    gone = {"device": "HS-07", "is_back": False, "reason": "left in the shelter", "on": str(MONDAY)}
    assert clerk.does(f"{ONE}/returns", gone)["is_back"] is False
    told = {"partner": "County WIOA board", "what": "weekly instead of daily", "evidence": "mail 4"}
    clerk.does(f"{ONE}/partners", told | {"on": str(MONDAY)})
    answer = {"change": str(PartnerChange.objects.get().pk), "is_approved": True, "on": str(MONDAY)}
    answered = clerk.does(f"{ONE}/partner-answers", answer | {"who": "J. Doe", "evidence": "mail 5"})
    assert answered["is_approved"] is True
    found = clerk.reads(f"{ONE}/loans")
    assert (found["hotspots"], found["changes"]) == (1, 1)
    assert found["loans"][0]["student"] == "001001"


def test_the_return_to_normal_is_audited_reviewed_and_listed(closed: ClosedSchool) -> None:
    small, row = closed.small, closed.declare(EIGHT)
    closed.close(row, EIGHT)
    closed.calls(small.ana, MONDAY)
    closed.now = at(EIGHT[-1], "16:00")
    leader = Program(small.leader)
    before = leader.reads(f"{ONE}/audit")
    line = f"check_in_alone:001001/{MONDAY}"
    assert line in {each["name"] for each in before["lines"]}
    settled = {"do": "resolve", "lines": [line], "reason": "was at the shelter"}
    assert problem(Program(small.teacher).asks(f"{ONE}/audit", settled))[0] == 403
    assert problem(leader.asks(f"{ONE}/audit", settled | {"lines": ["tap:nothing"]}))[0] == 409
    leader.does(f"{ONE}/audit", settled)
    assert DiscrepancyStep.objects.get().reason == "was at the shelter"
    assert leader.reads(f"{ONE}/audit")["open"] == int(str(before["open"])) - 1
    assert "is not over" in problem(leader.asks(f"{ONE}/reviews", {"on": str(EIGHT[-1]), "reason": "x"}))[2]
    leader.does(f"{ONE}/steps", {"do": "end", "on": str(EIGHT[-1]), "reason": "clean air"})
    leader.does(f"{ONE}/reviews", {"on": str(EIGHT[-1]), "reason": "phones worked, the app did not"})
    due = str(EIGHT[-1] + timedelta(30))
    made = leader.does(f"{ONE}/actions", {"what": "A second line", "owner": "E004", "due_on": due})
    step = {"state": "done", "reason": "ordered and tested"}
    assert leader.does(f"{ONE}/actions/{made['id']}/steps", step)["state"] == "done"
    assert "was done" in problem(leader.asks(f"{ONE}/actions/{made['id']}/steps", step))[2]
    assert AfterAction.objects.count() == 1
