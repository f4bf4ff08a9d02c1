"""The pages of independent study: agreements, what they lack and by when, work, and the days that count."""

from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from central.store.models import AuditEvent, StudyAgreement, StudyWork
from central.web import clock
from central.work.recovery_act import Act
from central.work.study import set_staffing
from tests.central.web.test_pages import sign_in
from tests.central.web.test_recovery_pages import in_order, text
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
TODAY = date(2024, 9, 20)
ANA = "/study/001001/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(TODAY, "15:00"))
    cache.clear()


def enroll(client: Client) -> None:
    """Have Ana taught by independent study for the week of the Monday, as the clerk does."""
    typed = {"since": "2024-09-09", "until": "2024-09-13", "how": "independent study", "reason": "travels"}
    assert client.post(f"{ANA}?new=turn", typed).status_code == 302


def agree(client: Client, **said: str) -> int:
    typed = {"agreement": "A1", "since": "2024-09-09", "until": "2024-09-13", "evidence": "drawer 7"}
    return client.post(f"{ANA}?new=agreement", typed | said).status_code


def work(client: Client, **said: str) -> int:
    typed = {
        "date": str(MONDAY),
        "work_minutes": "240",
        "synchronous_minutes": "0",
        "engaged": "on",
        "evaluated_by": "E001",
        "evaluated_on": "2024-09-16",
        "due": "2024-09-13",
        "handed_in": "2024-09-13",
        "evidence": "folder 3",
    }
    return client.post(f"{ANA}?new=work", typed | said).status_code


def test_an_agreement_says_what_it_lacks_and_by_when_until_its_day_counts(
    small: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = sign_in(small.clerk)
    assert "Nobody is enrolled for independent study" in text(clerk.get("/study/"))
    enroll(clerk)
    assert "no agreement" in text(clerk.get("/study/"))
    assert agree(clerk, student_signed="2024-09-06") == 302
    set_staffing(small.year, 100, None, Act(small.clerk, at(TODAY, "10:00")))
    with django_assert_max_num_queries(20):
        page = text(clerk.get("/study/"))
    in_order(page, "25.00:1", "Soto, Ana", "A1 · 09/09/2024", "09/13/2024 · short", "not signed by everybody")
    in_order(page, "parent, supervisor · sign by 06/30/2025 · EC 51747 (R-IS-03)")
    assert work(clerk) == 302
    in_order(text(clerk.get(ANA)), "09/09/2024", "240", "does not count", "not signed by: parent, supervisor")
    signed = {
        "student_signed": "2024-09-06",
        "parent_signed": "2024-09-06",
        "supervisor_signed": "2024-09-17",
    }
    typed = {"do": "save", "since": "2024-09-09", "until": "2024-09-13", "evidence": "drawer 7", **signed}
    assert clerk.post(f"{ANA}?view=A1", typed).status_code == 302
    page = text(clerk.get(ANA))
    in_order(page, "Days of study", "5", "Days that count", "1", "A1", "holds", "signed 09/17/2024")
    in_order(page, "09/09/2024", "E001, 09/16/2024", "counts")


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_written(small: SmallSchool) -> None:
    teacher = sign_in(small.teacher)
    enroll(teacher)
    for said, field, says in (
        ({"student_signed": "2024-12-01"}, "id_student_signed", "12/01/2024 has not come yet"),
        ({"until": "2024-09-01"}, "panel-title", "ends (09/01/2024) before it begins (09/09/2024)"),
    ):
        typed = {"agreement": "A1", "since": "2024-09-09", "until": "2024-09-13", "evidence": "x", **said}
        answer = teacher.post(f"{ANA}?new=agreement", typed)
        assert answer.status_code == 409
        in_order(text(answer), field, "errorlist", says)
    early = teacher.post(f"{ANA}?new=work", {"date": "2024-09-09"})
    assert early.status_code == 409
    assert work(teacher, due="2024-09-01") == 409
    assert not StudyAgreement.objects.exists()
    assert not StudyWork.objects.exists()


def test_an_agreement_is_withdrawn_with_the_reason_and_stays_on_file(small: SmallSchool) -> None:
    clerk = sign_in(small.clerk)
    enroll(clerk)
    signed = dict.fromkeys(("student_signed", "parent_signed", "supervisor_signed"), "2024-09-06")
    assert agree(clerk, **signed) == 302
    assert work(clerk) == 302
    assert clerk.post(f"{ANA}?view=A1", {"do": "withdraw", "reason": ""}).status_code == 409
    assert clerk.post(f"{ANA}?view=A1", {"do": "withdraw", "reason": "of another student"}).status_code == 302
    page = text(clerk.get(ANA))
    in_order(page, "No agreement is on file", "A1", "withdrawn", "no agreement reaches this day of study")
    assert AuditEvent.objects.filter(verb="study-withdraw", detail__reason="of another student").exists()


def test_an_auditor_sees_it_and_changes_nothing(small: SmallSchool) -> None:
    enroll(sign_in(small.clerk))
    auditor = sign_in(small.auditor)
    for address in (ANA, f"{ANA}?new=work", f"{ANA}?new=turn"):
        page = text(auditor.get(address))
        assert ">Save<" not in page
        assert "New agreement" not in page
    assert auditor.post(f"{ANA}?new=turn", {"since": "2024-09-09"}).status_code == 403
    assert sign_in(small.paraeducator).get("/study/").status_code == 403
