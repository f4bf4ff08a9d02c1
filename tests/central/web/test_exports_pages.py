"""The page of exports: what stands against a file, giving it out, and fetching it again."""

import base64
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from central.store.models import ExportedFile, School, Viewing
from central.web import clock
from tests.fakes import recovery_school
from tests.fakes import school as schools
from tests.fakes.recovery_school import FIRST_DAY, RecoverySchool, at

pytestmark = pytest.mark.django_db
POSITIVE = f"kind=ic-positive&year=2025-26&since={FIRST_DAY}&until={FIRST_DAY}"


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> RecoverySchool:
    monkeypatch.setattr(clock, "now", lambda: at(FIRST_DAY, "18:00"))
    return recovery_school.build(has_begun=True)


def sign_in(school: RecoverySchool, role: str) -> Client:
    client = Client()
    client.force_login(schools.give_login(school.staff[role]))
    return client


def times(school: RecoverySchool, student: str, came: str, left: str | None) -> None:
    """Let taps prove when somebody was in Algebra on the first day."""
    record = school.students[student].records.get(section=school.algebra)
    record.first_in_at = at(FIRST_DAY, came)
    record.last_out_at = at(FIRST_DAY, left) if left else None
    record.save()


def test_a_clerk_sees_what_is_wrong_gives_a_file_out_and_fetches_it(
    school: RecoverySchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    times(school, "ana", "08:29", "10:00")
    times(school, "ben", "08:31", None)
    clerk = sign_in(school, "clerk")
    with django_assert_max_num_queries(12):
        page = clerk.get(f"/exports/?{POSITIVE}").content.decode()
    assert "PRACTICE_ic-positive_2025-26_2025-08-11_2025-08-11.csv" in page
    assert "no time out of ALG1-01 is proven" in page
    assert "key the student&#x27;s time there by hand" in page
    assert Viewing.objects.filter(page="exports ic-positive").count() == 1
    form = dict(
        re.findall(r'name="([\w-]+)" value="([^"]*)"', page[page.index('method="post" class="noprint"') :])
    )
    answer = clerk.post("/exports/", form)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/exports/")
    kept = ExportedFile.objects.get()
    after = clerk.get(answer["Location"]).content.decode()
    assert "There is nothing to give out." in after
    assert f'<a href="/exports/{kept.pk}/">' in after
    file = clerk.get(f"/exports/{kept.pk}/")
    assert file.content.decode().splitlines()[1] == "001001,ALG1-01,08/11/2025,08:29,10:00"
    assert kept.name in file["Content-Disposition"]
    assert "no-store" in file["Cache-Control"]
    assert (
        "Entregado hasta ahora" in clerk.get("/exports/", headers={"Accept-Language": "es"}).content.decode()
    )


def test_what_is_kept_back_is_said_and_nothing_is_written(school: RecoverySchool) -> None:
    School.objects.update(is_practice=False)
    admin = sign_in(school, "admin")
    wanted = "kind=stas&year=2025-26"
    page = admin.get(f"/exports/?{wanted}").content.decode()
    assert page.count("keeps the file back") == 3
    assert "the SSID is no number of 10 digits" in page
    assert "Give it out" not in page
    refused = admin.post("/exports/", {"kind": "stas", "year": "2025-26"})
    assert refused.status_code == 409
    assert "the export stas is not made" in refused.content.decode()
    assert not ExportedFile.objects.exists()


def test_an_auditor_looks_and_gives_nothing_out_and_a_teacher_sees_nothing(school: RecoverySchool) -> None:
    times(school, "ana", "08:29", "10:00")
    auditor = sign_in(school, "auditor")
    assert "Give it out" not in auditor.get(f"/exports/?{POSITIVE}").content.decode()
    assert auditor.post("/exports/", {"kind": "ic-positive", "year": "2025-26"}).status_code == 403
    assert sign_in(school, "teacher").get("/exports/").status_code == 403


@pytest.mark.parametrize("wrong", ["kind=nothing&year=2025-26", "kind=stas&year=1999-00", "kind=stas"])
def test_a_wrong_address_is_one(school: RecoverySchool, wrong: str) -> None:
    assert sign_in(school, "clerk").get(f"/exports/?{wrong}").status_code == 404


def test_days_of_another_year_are_told_and_not_shown(school: RecoverySchool) -> None:
    page = sign_in(school, "clerk").get("/exports/?kind=edfi&year=2025-26&since=2020-01-01")
    assert page.status_code == 200
    assert "01/01/2020 to 08/11/2025 is not within 2025-26" in page.content.decode()


def test_a_program_checks_and_gives_the_same(school: RecoverySchool) -> None:
    times(school, "ana", "08:29", "10:00")
    clerk = sign_in(school, "clerk")
    checked = clerk.get("/api/v1/exports/2025-26/ic-positive").json()
    assert checked["files"] == [{"name": "PRACTICE_ic-positive_2025-26_2025-07-01_2025-08-11.csv", "rows": 1}]
    given = clerk.post("/api/v1/exports/2025-26/ic-positive", {}, content_type="application/json")
    assert given.status_code == 201
    (file,) = given.json()["files"]
    assert base64.b64decode(file["base64"]) == bytes(ExportedFile.objects.get().data)
    again = clerk.post("/api/v1/exports/2025-26/ic-positive", {}, content_type="application/json")
    assert again.json()["files"] == []
    assert clerk.get("/api/v1/exports/2025-26/nothing").status_code == 404
