"""The staff API: who is let in by what, what a look leaves behind, and a class certified through it."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from central.store.models import (
    ApiToken,
    AttendanceRecord,
    RecoveryRecord,
    SessionCertification,
    Staff,
    Viewing,
)
from central.web import clock
from central.work import tokens
from central.work.tokens import TokenWish
from central.work.tool_rights import Tool
from tests.central.web.test_pages import code, tapped
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "10:05")
JSON = "application/json"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    cache.clear()
    return schools.build()


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(schools.give_login(staff))
    return client


def token(staff: Staff, *scopes: Tool) -> str:
    schools.give_login(staff)
    wish = TokenWish("trial", frozenset(scopes), NOW + timedelta(days=1))
    return tokens.make(staff, wish, lambda count: staff.number.encode().ljust(count), NOW).secret


def bearing(secret: str, address: str, method: str = "get") -> HttpResponse:
    answer: HttpResponse = getattr(Client(), method)(
        f"/api/v1{address}", headers={"Authorization": f"Bearer {secret}"}
    )
    return answer


def problem(answer: object) -> tuple[int, str, str]:
    """Return status, name and sentence of a refusal, which must be a proper problem."""
    assert isinstance(answer, HttpResponse)
    assert answer["Content-Type"] == "application/problem+json"
    said = json.loads(answer.content)
    assert said["status"] == answer.status_code
    return answer.status_code, said["type"].removeprefix("https://rollbook.invalid/problems/"), said["detail"]


def post(client: Client, address: str, body: Mapping[str, object], method: str = "post") -> HttpResponse:
    answer: HttpResponse = getattr(client, method)(f"/api/v1{address}", json.dumps(body), content_type=JSON)
    return answer


def test_a_token_reads_what_its_scopes_name_and_is_told_what_it_lacks(small: SmallSchool) -> None:
    secret = token(small.admin, Tool.GAPS)
    assert bearing(secret, "/gaps").status_code == 200
    status, name, detail = problem(bearing(secret, "/reports"))
    assert (status, name) == (403, "token-lacks-scope")
    assert detail == "token 'trial' lacks the scope reports; make one that has it"
    assert problem(bearing(secret, "/gaps/explanations", "post"))[1] == "token-reads-only"


def test_a_token_that_opens_nothing_is_told_why(small: SmallSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = token(small.admin, Tool.GAPS)
    assert problem(bearing("rb_wrong", "/gaps"))[:2] == (401, "token-unknown")
    assert (
        problem(Client().get("/api/v1/gaps", headers={"Authorization": "Basic eDp5"}))[1] == "not-signed-in"
    )
    answer = Client().get("/api/v1/gaps")
    assert problem(answer)[:2] == (401, "not-signed-in")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    tokens.revoke(ApiToken.objects.get(), small.admin, "lost", NOW)
    assert problem(bearing(secret, "/gaps")) == (
        401,
        "token-revoked",
        "token 'trial' was revoked on 2024-09-09; make a new one",
    )
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=2))
    fresh = token(small.leader, Tool.GAPS)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=9))
    assert problem(bearing(fresh, "/gaps"))[1] == "token-expired"


def test_what_changes_something_needs_the_form_s_token_beside_the_cookie(small: SmallSchool) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(schools.give_login(small.leader))
    asked = {"since": str(MONDAY)}
    address = f"/students/{small.ana.number}/recovery-records"
    assert problem(post(client, address, asked))[:2] == (403, "no-csrf-token")
    assert not RecoveryRecord.objects.exists()
    client.get("/tokens/")
    secret = client.cookies["csrftoken"].value
    answer = client.post(
        f"/api/v1{address}", json.dumps(asked), content_type=JSON, headers={"X-CSRFToken": secret}
    )
    assert answer.status_code == 201


def test_a_teacher_sees_and_certifies_the_own_class(small: SmallSchool) -> None:
    tapped(small)
    client = signed_in(small.teacher)
    listed = client.get("/api/v1/classes").json()
    assert [(one["code"], one["expected"], one["present"]) for one in listed["classes"]] == [
        ("ALG1-01", 3, 1)
    ]
    seen = client.get("/api/v1/session", {"code_of_class": "ALG1-01", "on": str(MONDAY)}).json()
    assert [line["student"] for line in seen["lines"]] == [small.ana.number]
    assert [one["student"] for one in seen["needed"]] == [small.ben.number, small.chloe.number]
    assert Viewing.objects.get().section == small.algebra
    others = client.get("/api/v1/session", {"code_of_class": "ENG1-01", "on": str(MONDAY)})
    assert problem(others)[:2] == (404, "not-found")
    form = {
        "code_of_class": "ALG1-01",
        "on": str(MONDAY),
        "one_time_code": "000000",
        "changes": [
            {"student": small.ben.number, "action": "absent"},
            {"student": small.chloe.number, "action": "add", "reason": "no card"},
        ],
    }
    assert problem(post(client, "/certifications", form))[:2] == (409, "refused")
    assert not SessionCertification.objects.exists()
    done = post(client, "/certifications", form | {"one_time_code": code()})
    assert (done.status_code, json.loads(done.content)["present"]) == (201, 2)
    assert SessionCertification.objects.get().by == small.teacher
    shown = client.get(f"/api/v1/students/{small.ana.number}/records").json()
    assert [step["stage_to"] for step in shown["records"][0]["decisions"]] == ["certified"]


def test_a_teacher_looks_at_no_student_of_another_class(small: SmallSchool) -> None:
    tapped(small)
    client = signed_in(small.teacher)
    assert client.get("/api/v1/students").json()["count"] == 3
    assert client.get(f"/api/v1/students/{small.dan.number}/records").status_code == 404
    assert not Viewing.objects.filter(student=small.dan).exists()
    assert signed_in(small.clerk).get("/api/v1/students", {"search": "da"}).json()["count"] == 1


def test_a_recovery_record_is_kept_changed_and_deleted_by_the_rules(small: SmallSchool) -> None:
    client = signed_in(small.leader)
    address = f"/students/{small.ana.number}/recovery-records"
    made = json.loads(post(client, address, {"since": str(MONDAY), "comment": "summer"}).content)
    again = post(client, address, {"since": str(MONDAY)})
    assert problem(again)[:2] == (409, "refused")
    assert json.loads(again.content)["problems"]
    changed = post(client, f"/recovery-records/{made['id']}", {"comment": "fall", "reason": "typo"}, "patch")
    assert json.loads(changed.content)["comment"] == "fall"
    gone = f"/recovery-records/{made['id']}/deletion"
    assert problem(post(client, gone, {"reason": ""}))[:2] == (422, "invalid")
    assert post(client, gone, {"reason": "entered twice"}).status_code == 201
    assert not RecoveryRecord.objects.exists()
    assert problem(post(signed_in(small.teacher), address, {"since": str(MONDAY)}))[1] == "forbidden"


def test_a_slip_in_what_is_sent_is_named_and_nothing_of_it_repeated(small: SmallSchool) -> None:
    client = signed_in(small.leader)
    address = f"/students/{small.ana.number}/recovery-records"
    status, name, detail = problem(post(client, address, {"since": "Robert'); --", "remark": "x"}))
    assert (status, name) == (422, "invalid")
    assert "since" in detail
    assert "remark" in detail
    assert "Robert" not in detail
    assert problem(client.post(f"/api/v1{address}", "{", content_type=JSON))[:2] == (400, "malformed")
    assert problem(client.get("/api/v1/classes", {"on": "2024-02-30"}))[:2] == (422, "invalid")
    assert problem(client.get("/api/v1/nothing/here"))[:2] == (404, "not-found")
    answer = client.put("/api/v1/classes")
    assert problem(answer)[:2] == (405, "method-not-allowed")
    assert answer["Allow"] == "GET"


def test_who_looked_at_a_student_is_told_to_those_who_may_know(small: SmallSchool) -> None:
    tapped(small)
    signed_in(small.teacher).get("/api/v1/session", {"code_of_class": "ALG1-01", "on": str(MONDAY)})
    looks = signed_in(small.auditor).get(f"/api/v1/students/{small.ana.number}/viewings").json()
    assert [(look["by"], look["at_what"]) for look in looks["looks"]] == [
        ("employee E008", "the student"),
        ("employee E001", f"class ALG1-01 on {MONDAY}"),
    ]


def test_a_token_is_made_shown_once_and_revoked_through_the_api(small: SmallSchool) -> None:
    client = signed_in(small.admin)
    asked = {"name": "x", "scopes": ["reports"], "until": str(MONDAY + timedelta(3))}
    made = json.loads(post(client, "/tokens", asked).content)
    assert bearing(made["secret"], "/reports").status_code == 200
    assert made["secret"] not in client.get("/api/v1/tokens").content.decode()
    assert post(client, f"/tokens/{made['id']}/revocation", {"reason": "done"}).status_code == 201
    assert problem(bearing(made["secret"], "/reports"))[1] == "token-revoked"
    assert AttendanceRecord.objects.count() == 0
