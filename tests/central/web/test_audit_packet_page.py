"""Audit packets as a page: who makes one, what is listed of it, who takes it, and what is noted of that."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.http import FileResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from central.auditor import public_keys
from central.auditor.packet.proof import prove
from central.reports.packet import shelf
from central.store.models import AuditEvent, Viewing
from central.web import api, clock
from tests.fakes import school as schools
from tests.fakes.data_folder import ACK_KEY, lay_out
from tests.fakes.register import Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY + timedelta(days=2), "18:00")
WISH = {"year": "2024-25", "as-of": "2024-09-11", "size": "2", "seed": "77", "month": ""}
ADDRESS = "/audit/packet/"


@pytest.fixture
def small(small: SmallSchool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    config = lay_out(tmp_path)
    (config.keys / "server-ack.pub").write_text(ACK_KEY.verify_key.public.hex())
    monkeypatch.setattr(settings, "CONFIG", config)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    register = Register(small)
    for student in (small.ana, small.ben, small.chloe):
        register.certified(small.algebra, student, [MONDAY])
    return small


def browser(small: SmallSchool, role: str, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(schools.give_login(small.staff[role]))
    return client


def taken(client: Client, digest: str) -> bytes:
    answer = client.get(f"{ADDRESS}{digest}/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="packet_2024-25_as-of-2024-09-11')
    assert isinstance(answer, FileResponse), "streamed, however large it is"
    return answer.getvalue()


def test_an_auditor_makes_a_packet_sees_it_listed_and_takes_it_away(
    small: SmallSchool, tmp_path: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser(small, "auditor")
    assert "No packet was made yet" in client.get(ADDRESS).content.decode()
    assert client.post(ADDRESS, WISH).status_code == 302
    event = AuditEvent.objects.get(verb="make-packet")
    digest = event.detail["sha256"]
    with django_assert_max_num_queries(12):
        page = client.get(ADDRESS).content.decode()
    for shown in (digest, "2 of 3 certified records", "77", small.auditor.number, "As of 09/11/2024"):
        assert shown in page
    assert AuditEvent.objects.filter(verb="take-packet").count() == 0
    assert not Viewing.objects.exists()
    out = tmp_path / "taken.zip"
    out.write_bytes(taken(client, digest))
    proof = prove(out, public_keys.read([settings.CONFIG.keys / "server-ack.pub"]), None)
    assert proof.wrong == []
    assert AuditEvent.objects.get(verb="take-packet").by == small.auditor.number
    looks = Viewing.objects.filter(page="audit-packet", by=small.auditor)
    assert looks.count() == 2, "one for each student whose way is in the packet"
    listed = client.get(f"/{api.AT}audit-packets").json()
    assert (listed["count"], listed["packets"][0]["sha256"], listed["packets"][0]["sample"]) == (1, digest, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": ""}, "Write a whole number"),
        ({"size": "0"}, "a sample has 1 to 2000 records"),
        ({"as-of": "tomorrow"}, "Choose a date."),
        ({"as-of": "2025-01-01"}, "a packet of 2024-25 is as of a day from"),
        ({"year": "1999-00"}, "Choose a school year."),
        ({"month": "9"}, "no record of 2024-25 is certified"),
    ],
)
def test_a_wish_nothing_answers_to_is_refused_and_nothing_is_kept(
    small: SmallSchool, change: dict[str, str], said: str
) -> None:
    answer = browser(small, "admin").post(ADDRESS, WISH | change)
    assert (answer.status_code, said in answer.content.decode()) == (409, True)
    assert not AuditEvent.objects.exists()
    folder = settings.CONFIG.data / "packets"
    assert not folder.exists() or not list(folder.iterdir())


def test_a_large_school_is_shown_what_to_type_instead_of_waiting(
    small: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "MOST_AT_ONCE", 2)
    client = browser(small, "auditor", "es")
    assert "3 registros son más de lo que una página puede esperar" in client.get(ADDRESS).content.decode()
    answer = client.post(ADDRESS, WISH)
    assert answer.status_code == 409
    typed = f"--as-of 2024-09-11 --sample 2 --seed 77 --as {small.auditor.number} --out packet.zip"
    assert f"rollbook-central packet --year 2024-25 {typed}" in answer.content.decode()


def test_what_is_not_here_is_not_handed_out(small: SmallSchool) -> None:
    client = browser(small, "auditor")
    assert client.get(f"{ADDRESS}{'0' * 64}/").status_code == 404
    client.post(ADDRESS, WISH)
    (kept,) = (settings.CONFIG.data / "packets").iterdir()
    digest = AuditEvent.objects.get().detail["sha256"]
    assert taken(client, digest) == kept.read_bytes()
    kept.unlink()
    assert client.get(f"{ADDRESS}{digest}/").status_code == 404
    assert "not kept here" in client.get(ADDRESS).content.decode()
    teacher = browser(small, "teacher")
    assert [teacher.get(ADDRESS).status_code, teacher.post(ADDRESS, WISH).status_code] == [403, 403]
