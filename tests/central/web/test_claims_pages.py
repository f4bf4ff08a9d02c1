"""Requirements, audit, calendar and closures as pages: what they show, and what may be done there."""

import csv
import hashlib
import io
import re
from datetime import timedelta
from html import unescape
from typing import Protocol

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from central.store.models import (
    AuditEvent,
    CalendarDay,
    ExcludedWeek,
    RequirementEvidence,
    StateRequest,
    StateRequestStep,
    Viewing,
)
from central.web import clock, pages
from central.work.tool_rights import Right, Tool, may
from tests.fakes import school as schools
from tests.fakes.register import Register
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


class Answer(Protocol):
    """What a browser is answered."""

    status_code: int
    content: bytes


DUTY = "duty-staff-training"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "18:00"))
    return schools.build()


def browser(small: SmallSchool, role: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(schools.give_login(small.staff[role]))
    return client


def text(answer: Answer, status: int = 200) -> str:
    assert answer.status_code == status
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def rows_of(answer: Answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_a_requirement_says_what_it_needs_and_takes_evidence(small: SmallSchool) -> None:
    client = browser(small, "clerk")
    said = text(client.get("/requirements/"))
    assert "School leader the sign-in sheet of the training and its slides needs evidence" in said
    address = f"/requirements/?row={DUTY}"
    assert "by 2024-08-15" in text(client.get(address))
    data = b"who was there"
    sheet = SimpleUploadedFile("sign-in.pdf", data)
    brought = client.post("/requirements/", {"row": DUTY, "document": "binder 4", "file": sheet}, follow=True)
    assert brought.redirect_chain == [(address, 302)]
    kept = RequirementEvidence.objects.get()
    assert (kept.document, kept.sha256) == ("binder 4: sign-in.pdf", hashlib.sha256(data).hexdigest())
    assert "met" in text(client.get(address))
    met = rows_of(client.get("/requirements/?state=met&form=csv"))
    assert DUTY in {row["key"] for row in met}
    assert {row["state"] for row in met} == {"met"}
    empty = client.post("/requirements/", {"row": DUTY, "do": "withdraw", "reason": " "})
    assert "withdrawing needs a reason" in text(empty, 409)
    client.post("/requirements/", {"row": DUTY, "do": "withdraw", "reason": "of another year"})
    assert "withdrawn by employee E004 (of another year)" in text(client.get(address))


def test_naming_a_place_opens_no_file_of_the_server(small: SmallSchool) -> None:
    client = browser(small, "leader")
    client.post("/requirements/", {"row": DUTY, "document": __file__})
    assert RequirementEvidence.objects.get().sha256 == ""


def test_the_register_refuses_what_its_rows_do_not_take(small: SmallSchool) -> None:
    client = browser(small, "admin")
    assert "must say something" in text(client.post("/requirements/", {"row": DUTY}), 409)
    wrong = client.post("/requirements/", {"row": DUTY, "says": "x", "since": "soon"})
    assert "Write the days it holds as dates." in text(wrong, 409)
    assert client.post("/requirements/", {"row": "nothing"}).status_code == 404
    assert browser(small, "auditor").post("/requirements/", {"row": DUTY, "says": "x"}).status_code == 403
    assert not RequirementEvidence.objects.exists()


def test_the_audit_is_sought_by_person_verb_subject_and_day_and_paged(
    small: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(120):
        AuditEvent.objects.create(
            at=at(MONDAY - timedelta(days=number % 2), "09:00"),
            by=f"E00{number % 3}",
            verb="change-thing",
            subject=f"thing {number}",
            detail={"reason": "because <b>", "before": 1},
        )
    client = browser(small, "auditor")
    with django_assert_max_num_queries(12):
        page = client.get("/audit/")
    assert "page 1 of 3" in text(page)
    assert "because &lt;b&gt;" in page.content.decode()
    assert "page 3 of 3" in text(client.get("/audit/?page=3"))
    sought = client.get(f"/audit/?person=E001&verb=change&subject=thing+1&since={MONDAY}&form=csv")
    found = rows_of(sought)
    assert {row["by"] for row in found} == {"E001"}
    assert all(row["about"].startswith("thing 1") and row["at"].startswith("2024-09-09") for row in found)
    assert found
    assert "Nothing is on file like this." in text(client.get("/audit/?subject=nowhere"))
    assert client.get("/audit/?what=everything").status_code == 404
    assert client.get("/audit/?since=yesterday").status_code == 404


def test_the_audit_knows_every_step_and_every_change_after_a_signature(small: SmallSchool) -> None:
    register = Register(small)
    register.certified(small.algebra, small.ana, [MONDAY])
    register.correct(small.ana, MONDAY, "absent", at(MONDAY, "17:00"))
    client = browser(small, "leader")
    steps = rows_of(client.get("/audit/?what=decisions&subject=001001&form=csv"))
    assert [row["what"] for row in steps] == ["certified", "certified", "provisional"]
    assert "signed by" not in steps[2]["detail"]
    record = steps[0]["record"]
    assert f'href="/records/{record}/"' in client.get("/audit/?what=decisions&person=E001").content.decode()
    changed = rows_of(client.get("/audit/?what=corrections&form=csv"))
    assert [(row["what"], row["why"], row["about"]) for row in changed] == [
        ("present to absent", "corrected", "001001, ALG1-01, 2024-09-09")
    ]
    assert "present to absent" in text(client.get("/audit/?what=corrections&year=2024-25"))
    assert rows_of(client.get(f"/audit/?what=corrections&until={MONDAY - timedelta(1)}&form=csv")) == []


def test_who_looked_at_a_student_is_told_and_the_telling_is_noted(small: SmallSchool) -> None:
    client = browser(small, "auditor")
    record = Register(small).provisional(small.algebra, small.ana, MONDAY)
    client.get(f"/records/{record.pk}/")
    said = text(client.get("/audit/?what=looks&student=001001"))
    assert "employee E008 trace-record the student" in said
    assert Viewing.objects.filter(page="audit", student=small.ana, by=small.auditor).exists()
    assert "Say the number of the student" in text(client.get("/audit/?what=looks"))
    assert client.get("/audit/?what=looks&student=999").status_code == 404
    assert browser(small, "clerk").get("/audit/").status_code == 403


def calendar_file(closed: str = "") -> SimpleUploadedFile:
    lines = ["track,date,taught,kind,minutes"]
    for on in schools.taught("A"):
        is_closed = on.isoformat() == closed
        lines.append(f"A,{on},no,closure," if is_closed else f"A,{on},yes,regular,300")
    return SimpleUploadedFile("year.csv", "\n".join(lines).encode())


def test_a_calendar_is_looked_at_before_it_counts(small: SmallSchool) -> None:
    client = browser(small, "clerk")
    said = text(client.get("/calendar/"))
    assert "track A" in said
    assert "takes full school months that end by 12/31/2024" in said
    assert "days without minutes" in said
    form = {"year": "2024-25", "decided-by": "the board, 06/11/2024"}
    looked = client.post("/calendar/", {**form, "do": "look", "days": calendar_file("2024-10-01")})
    assert "This would change" in text(looked)
    assert "days" in text(looked)
    assert not CalendarDay.objects.filter(minutes_offered=300).exists()
    hidden = dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', looked.content.decode()))
    assert hidden["days-name"] == "year.csv"
    done = client.post("/calendar/", {**{k: unescape(v) for k, v in hidden.items()}, "do": "take-in"})
    assert done.status_code == 302
    closed = CalendarDay.objects.get(track=small.track_a, on="2024-10-01")
    assert (closed.is_taught, closed.kind) == (False, "closure")
    assert AuditEvent.objects.get(verb="import-calendar").by == "employee E004 for the board, 06/11/2024"


def test_a_week_is_kept_out_of_the_school_months_with_the_name_of_who_decided(small: SmallSchool) -> None:
    client = browser(small, "leader")
    form = {"year": "2024-25", "decided-by": "the board", "exclude-week": "A:2024-12-23", "do": "take-in"}
    assert client.post("/calendar/", form).status_code == 302
    assert ExcludedWeek.objects.get().decided_by == "the board"
    assert "The week of 12/23/2024 is kept out" in text(client.get("/calendar/?year=2024-25"))


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"year": "2024-25", "exclude-week": "2024-12-23"}, "Say who decided"),
        ({"year": "2024-25", "decided-by": "x"}, "Name a calendar file"),
        ({"year": "2024-25", "decided-by": "x", "exclude-week": "Christmas"}, "Write days like"),
        ({"year": "24", "decided-by": "x", "exclude-week": "2024-12-23"}, "is no school year"),
        (
            {"year": "2024-25", "decided-by": "x", "exclude-week": "2024-09-09"},
            "kept out of its school months",
        ),
        ({"year": "2024-25", "decided-by": "x", "days-kept": "&&&"}, "choose it again"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_whole(
    small: SmallSchool, form: dict[str, str], says: str
) -> None:
    assert says in text(browser(small, "clerk").post("/calendar/", {**form, "do": "take-in"}), 409)
    assert not ExcludedWeek.objects.exists()


def test_an_ics_file_needs_its_tracks_and_days(small: SmallSchool) -> None:
    file = SimpleUploadedFile("year.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    form = {"year": "2024-25", "decided-by": "x", "days": file, "do": "look"}
    assert "name tracks, first and last day" in text(browser(small, "clerk").post("/calendar/", form), 409)


def test_a_request_goes_from_draft_to_approved_and_only_then_counts(small: SmallSchool) -> None:
    CalendarDay.objects.filter(track=small.track_a, on=LABOR_DAY).update(kind="closure")
    client = browser(small, "clerk")
    draft = {
        "do": "draft",
        "code": "SMOKE-1",
        "kind": "closure",
        "cause": "smoke",
        "days": f"track,date,minutes\nA,{LABOR_DAY},360\n",
    }
    assert client.post("/closures/", draft).status_code == 302
    assert StateRequest.objects.get().cause == "smoke"
    assert "already" in text(client.post("/closures/", draft), 409)
    step = {"do": "step", "code": "SMOKE-1", "on": "2024-09-05", "evidence": "binder 7"}
    early = client.post("/closures/", {**step, "state": "filed", "on": "2024-09-02"})
    assert "it is filed after the event" in text(early, 409)
    assert client.post("/closures/", {**step, "state": "filed"}).status_code == 302
    said = text(client.get("/closures/?year=2024-25"))
    assert "A 09/02/2024 0 0 1 360" in said
    assert "ask the school leader" in text(client.post("/closures/", {**step, "state": "approved"}), 409)
    head = browser(small, "leader")
    assert head.post("/closures/", {**step, "state": "approved"}).status_code == 302
    assert "A 09/02/2024 1 360 1 360" in text(head.get("/closures/"))
    assert StateRequestStep.objects.filter(by="E005", evidence="binder 7").count() == 1
    gone = head.post("/closures/", {"do": "step", "code": "SMOKE-1", "state": "lost"})
    assert "reload the page" in text(gone, 409)


def test_a_draft_takes_other_days_with_a_reason(small: SmallSchool) -> None:
    CalendarDay.objects.filter(track=small.track_a, on=LABOR_DAY).update(kind="closure")
    client = browser(small, "admin")
    days = f"track,date,minutes\nA,{LABOR_DAY},"
    client.post(
        "/closures/", {"do": "draft", "code": "S", "kind": "closure", "cause": "x", "days": f"{days}300"}
    )
    client.post("/closures/", {"do": "days", "code": "S", "days": f"{days}200", "reason": "the other bell"})
    assert StateRequest.objects.get().days.get().minutes == 200
    teacher = browser(small, "teacher")
    assert "ask the attendance clerk" in text(
        teacher.post("/closures/", {"do": "draft", "code": "T", "kind": "closure", "cause": "x"}), 409
    )


def test_an_auditor_reads_everything_and_finds_no_form_to_change_anything(small: SmallSchool) -> None:
    record = Register(small).provisional(small.algebra, small.ana, MONDAY)
    client = browser(small, "auditor")
    known: dict[str, object] = {"year": "2024-25", "kind": "p2", "record": record.pk}
    own = Tool.TOKENS
    looked_at = 0
    assert "Bring evidence" not in client.get(f"/requirements/?row={DUTY}").content.decode()
    for page in pages.STAFF:
        # Of no tool is what everybody may do; telling of a fault or taking a packet changes nothing audited.
        changes_nothing = page.tool in {None, own} or page.name in {"fault-report", "audit-packet"}
        if changes_nothing or not page.may_open(small.auditor):
            continue
        words = set(re.findall(r"<\w+:(\w+)>", page.route))
        if not words <= known.keys():
            continue
        address = "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(known[found[1]]), page.route)
        shown = client.get(address)
        body = shown.content.decode()
        forms = [form for form in re.findall(r"<form[^>]*>", body) if 'method="post"' in form]
        assert all(re.search(r'action="/(accounts/logout|i18n/setlang)/"', form) for form in forms), address
        assert client.post(address).status_code in {403, 405}, address
        looked_at += 1
    assert looked_at > 15
    assert not any(
        may(small.auditor, tool, right)
        for tool in Tool
        for right in Right
        if right != "read" and tool is not own
    )
