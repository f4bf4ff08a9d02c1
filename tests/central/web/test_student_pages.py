"""Students are found as people look for them, and cards go from hand to hand on the pages too."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from central.config import CentralConfig
from central.store.models import (
    AttendanceRecord,
    AuditEvent,
    Credential,
    CredentialEvent,
    Enrollment,
    Student,
    Viewing,
)
from central.web import clock
from central.work import keys
from central.work.credential_verbs import handle
from central.work.resolve import resolve
from tests.central.web.test_pages import sign_in
from tests.fakes import school as schools
from tests.fakes.morning import Morning
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
UNKNOWN = b"u" * 16


@pytest.fixture(autouse=True)
def after_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    cache.clear()


@pytest.fixture
def with_keys(settings: Settings, tmp_path: Path) -> None:
    keys.make(tmp_path / "keys", lambda n: bytes(range(n)))
    settings.CONFIG = CentralConfig(data_dir=str(tmp_path))


def tapped(small: SmallSchool) -> Morning:
    morning = Morning(small)
    morning.tap(UNKNOWN, "08:25", on=MONDAY - timedelta(3))
    morning.tap(UNKNOWN, "08:25")
    resolve(at(MONDAY, "10:00"))
    return morning


def listed(client: Client, asked: str) -> list[str]:
    page = client.get("/students/", {"q": asked}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    return re.findall(r'href="/students/(\w+)/"', page)


def test_a_student_is_found_by_any_part_of_a_name_or_number_and_without_accents(small: SmallSchool) -> None:
    Student.objects.filter(pk=small.ben.pk).update(family_name="Núñez", preferred_name="Benny")
    client = sign_in(small.clerk)
    assert listed(client, "") == ["001002", "001001", "001003", "001004", "001005"]
    assert listed(client, "nunez") == listed(client, "BENNY") == listed(client, "1002") == ["001002"]
    assert listed(client, "soto, a") == ["001001", "001004", "001005"]
    assert listed(client, "soto x") == []
    whole = client.get("/students/", {"q": "núñez"}).content.decode()
    assert "Núñez, Ben" in whole
    assert 'value="núñez"' in whole
    assert Viewing.objects.filter(by=small.clerk, page="students").exists()


def test_a_long_list_has_pages_and_asks_no_more_of_the_database(
    small: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    new = [
        Student(school=small.school, number=f"7{n:05}", family_name="Zeta", given_name=f"G{n:03}")
        for n in range(120)
    ]
    Student.objects.bulk_create(new)
    Enrollment.objects.bulk_create(
        Enrollment(student=each, track=small.track_a, grade="9", since=schools.FIRST_DAY) for each in new
    )
    client = sign_in(small.clerk)
    client.get("/students/")
    with django_assert_max_num_queries(12):
        page = client.get("/students/?page=2&q=zeta").content.decode()
    assert len(re.findall(r'href="/students/7', page)) == 50
    assert "120 students" in page
    assert 'href="?q=zeta&amp;page=3"' in page


def test_a_teacher_finds_the_own_students_only(small: SmallSchool) -> None:
    client = sign_in(small.teacher)
    assert listed(client, "") == ["001001", "001002", "001003"]
    assert client.get(f"/students/{small.dan.number}/").status_code == 404
    page = client.get(f"/students/{small.ana.number}/").content.decode()
    assert "Birth date" not in page
    assert "Give, lend" not in page


def test_a_student_s_page_tells_what_was_true_when_and_notes_who_looked(small: SmallSchool) -> None:
    Student.objects.filter(pk=small.ana.pk).update(birth_on=date(1990, 1, 31))
    Enrollment.objects.filter(student=small.ana).update(until=MONDAY - timedelta(1))
    Enrollment.objects.create(student=small.ana, track=small.track_a, grade="10", since=MONDAY)
    client = sign_in(small.clerk)
    page = client.get("/students/001001/").content.decode()
    for text in ("Soto, Ana", "01/31/1990", "grade 10", "08/05/2024", "09/08/2024", "Algebra 1 (ALG1-01)"):
        assert text in page, text
    assert handle(schools.card_token("001001")) in page
    seen = Viewing.objects.get(student=small.ana)
    assert (seen.by, seen.page) == (small.clerk, "student")
    for reader in (client, sign_in(small.teacher)):
        links = reader.get("/students/001001/").content.decode()
        for address in set(re.findall(r'href="(/[a-z-]+/001001/)"', links)):
            assert reader.get(address).status_code == 200, address


def test_a_preferred_name_stands_beside_the_legal_one(small: SmallSchool) -> None:
    clerk = sign_in(small.clerk)
    answer = clerk.post("/students/001001/", {"preferred_name": "  Anita "}, follow=True)
    assert answer.redirect_chain == [("/students/001001/", 302)]
    ana = Student.objects.get(number="001001")
    assert (str(ana), ana.preferred_name) == ("Soto, Ana", "Anita")
    assert "Anita" not in str(AuditEvent.objects.get(verb="prefer-name").detail)
    assert clerk.post("/students/001001/", {"preferred_name": "x" * 121}).status_code == 409
    assert sign_in(small.teacher).post("/students/001001/", {"preferred_name": "A"}).status_code == 403


def test_a_clerk_says_whose_an_unknown_card_is_and_its_earlier_taps_follow(small: SmallSchool) -> None:
    tapped(small)
    client = sign_in(small.clerk)
    name = handle(UNKNOWN)
    page = client.get("/credentials/").content.decode()
    assert name in page
    assert "09/09/2024 8:25 AM" in page
    assert "R101" in page
    form = {"verb": "learn", "card": name, "student": "nobody", "since": ""}
    assert client.post("/credentials/", form).status_code == 409
    assert not CredentialEvent.objects.exists()
    done = client.post("/credentials/", form | {"student": "soto ben"}, follow=True).content.decode()
    assert f"Card {name}: Soto, Ben, 09/06/2024 to now. 2 earlier taps are judged anew" in done
    resolve(at(MONDAY, "10:05"), only_new=True)
    assert AttendanceRecord.objects.filter(student=small.ben).count() == 2
    assert "Every card tapped in the last 30 days is somebody" in client.get("/credentials/").content.decode()


def test_a_card_laid_down_while_the_clerk_waits_is_offered(small: SmallSchool) -> None:
    client = sign_in(small.clerk)
    form = {"verb": "wait", "student": "001002", "station": "st-r101"}
    sent = client.post("/credentials/", form)
    asked = sent["Location"].removesuffix("#tap")
    assert "Lay the card on the station in R101 now" in client.get(asked).content.decode()
    Morning(small).tap(UNKNOWN, "10:07")
    resolve(at(MONDAY, "10:08"))
    offered = client.get(asked, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in offered
    assert f"Yes, {handle(UNKNOWN)} is theirs" in offered
    fields = dict(re.findall(r'name="(verb|card|student)" value="(\w+)"', offered))
    client.post("/credentials/", fields)
    assert CredentialEvent.objects.get().what == "learned"
    assert Credential.objects.get(token=UNKNOWN).student == small.ben


@pytest.mark.usefixtures("with_keys")
def test_cards_are_lost_replaced_lent_given_and_taken_back(small: SmallSchool) -> None:
    client = sign_in(small.clerk)
    held = small.ana.credentials.get()
    lose = {"verb": "lose", "credential": str(held.pk), "since": str(MONDAY)}
    assert client.post("/credentials/", lose).status_code == 409
    number = "04a1b2c3d4e5f6"
    replace = lose | {"verb": "replace", "reason": "torn", "kind": "uid", "value": number}
    assert client.post("/credentials/", replace).status_code == 302
    lend = {"verb": "lend", "student": "001002", "kind": "uid", "value": number[:-1] + "7"}
    refused = client.post("/credentials/", lend | {"until": "2025-01-01"})
    assert refused.status_code == 409
    assert number[:-1] not in refused.content.decode()
    assert client.post("/credentials/", lend | {"until": "2024-09-20"}).status_code == 302
    loan = Credential.objects.get(is_temporary=True)
    assert client.post("/credentials/", {"verb": "return", "credential": str(loan.pk)}).status_code == 302
    give = {"verb": "issue", "staff": "E001", "kind": "uid", "value": number[:-1] + "8"}
    assert client.post("/credentials/", give).status_code == 302
    steps = CredentialEvent.objects.order_by("pk").values_list("what", flat=True)
    assert list(steps) == ["lost", "replaced", "lent", "returned", "issued"]
    page = client.get("/credentials/?q=001001").content.decode()
    assert page.count("Soto, Ana") == 1
    for wrong in ({"verb": "melt"}, {"verb": "lose", "credential": "x"}, lose | {"since": "soon"}):
        assert client.post("/credentials/", wrong).status_code == 409


def test_who_may_only_read_cards_is_shown_no_forms(small: SmallSchool) -> None:
    tapped(small)
    page = sign_in(small.auditor).get("/credentials/").content.decode()
    assert handle(UNKNOWN) in page
    assert 'name="verb"' not in page


def test_the_list_of_cards_has_pages_and_asks_no_more_of_the_database(
    small: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Credential.objects.bulk_create(
        Credential(school=small.school, student=small.ana, token=bytes([n]) * 16, kind="uid", since=MONDAY)
        for n in range(100)
    )
    morning = Morning(small)
    for n in range(60):
        morning.tap(bytes([200 - n]) * 16, "08:25")
    resolve(at(MONDAY, "10:00"))
    client = sign_in(small.clerk)
    client.get("/credentials/")
    with django_assert_max_num_queries(12):
        page = client.get("/credentials/?page=2").content.decode()
    assert page.count('value="lose"') == 50
