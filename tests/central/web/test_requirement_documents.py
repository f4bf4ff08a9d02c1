"""Documents brought for a requirement: kept where asked, and handed to whoever may read the requirements."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from central.register import counted
from central.store.models import RequirementEvidence, Viewing
from central.web import clock
from tests.central.web.test_claims_pages import DUTY, browser, text
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "18:00"))
    return schools.build()


def test_the_protocol_of_the_drawing_is_attached_to_a_year_and_read_by_the_auditor(
    small: SmallSchool, settings: Settings, tmp_path: Path
) -> None:
    settings.CONFIG = replace(settings.CONFIG, data_dir=str(tmp_path))
    data, row, address = b"%PDF drawn in public", "rule-drawing", "/requirements/?row=rule-drawing"
    sheet = SimpleUploadedFile('draw"ing 2024.pdf', data)
    sent = {"row": row, "says": "38 applied", "since": "2024-07-01", "until": "2025-06-30"}
    browser(small, "admin").post("/requirements/", {**sent, "file": sheet, "keep": "1"})
    at_digest = f"/requirements/document/{hashlib.sha256(data).hexdigest()}/"
    auditor = browser(small, "auditor")
    page = auditor.get(address)
    assert "met" in text(page)
    assert at_digest in page.content.decode()
    handed = auditor.get(at_digest)
    assert (handed.content, handed["Content-Type"]) == (data, "application/octet-stream")
    assert handed["Content-Disposition"] == 'attachment; filename="draw_ing_2024.pdf"'
    assert Viewing.objects.filter(page="requirement-document", by=small.staff["auditor"]).count() == 1
    teacher = Client()
    teacher.force_login(schools.give_login(small.teacher))
    assert teacher.get(at_digest).status_code == 403
    # Nobody brought this one, though it lies there.
    (tmp_path / "documents" / ("1" * 64)).write_bytes(b"x")
    assert auditor.get(f"/requirements/document/{'1' * 64}/").status_code == 404
    assert auditor.get("/requirements/document/..%2Frecords.sqlite/").status_code == 404


def test_a_file_that_is_not_to_be_kept_leaves_its_digest_alone(
    small: SmallSchool, settings: Settings, tmp_path: Path
) -> None:
    settings.CONFIG = replace(settings.CONFIG, data_dir=str(tmp_path))
    client = browser(small, "admin")
    client.post("/requirements/", {"row": DUTY, "file": SimpleUploadedFile("a.pdf", b"a")})
    assert RequirementEvidence.objects.get().sha256 == hashlib.sha256(b"a").hexdigest()
    assert list(tmp_path.iterdir()) == []
    assert client.get(f"/requirements/document/{hashlib.sha256(b'a').hexdigest()}/").status_code == 404


def test_a_large_school_is_told_when_its_records_were_counted(
    small: SmallSchool, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CONFIG = replace(settings.CONFIG, data_dir=str(tmp_path))
    client = browser(small, "admin")
    assert "every six hours" not in text(client.get("/requirements/"))
    monkeypatch.setattr(counted, "is_large", lambda _year: True)
    assert counted.count(tmp_path, small.school, at(MONDAY, "14:00"))
    assert "every six hours, the last time on 09/09/2024 2:00 PM." in text(client.get("/requirements/"))
    spanish = text(client.get("/requirements/", headers={"Accept-Language": "es"}))
    assert "cada seis horas; la última vez, el 09/09/2024 2:00 PM" in spanish
