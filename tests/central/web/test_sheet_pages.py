"""The pages that print class sheets and keep emergency kits, as those who use them do."""

import re
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from central.exchange.kit import sealed
from central.store.models import AttendanceRecord, PaperKit, PrintedSheet, Section
from central.web import clock
from central.work.print_sheets import print_sheets
from tests.central.web.test_pages import sign_in
from tests.fakes import kits as fakes
from tests.fakes import school as schools
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
PRINT, KIT = "/paper/print/", "/paper/kit/"


@pytest.fixture(autouse=True)
def in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "07:00"))


def posted(client: Client, page: str, **form: object) -> tuple[int, bytes]:
    """Send a form and return the status and body of the answer."""
    answer = client.post(page, form)
    return answer.status_code, answer.content


def test_the_clerk_prints_all_classes_of_a_day_in_one_go(small: SmallSchool) -> None:
    client = sign_in(small.clerk)
    page = client.get(f"{PRINT}?on={MONDAY}").content.decode()
    assert "Algebra 1 (ALG1-01)" in page
    assert "Print all 2" in page
    assert "Soto" not in page
    answer = client.post(PRINT, {"on": str(MONDAY), "all": "yes"})
    assert answer["Content-Type"] == "application/pdf"
    assert f'class-sheets-{MONDAY}.pdf"' in answer["Content-Disposition"]
    pdf = pypdfium2.PdfDocument(answer.content)
    assert len(pdf) == 2
    assert "Soto, Ana" in pdf[0].get_textpage().get_text_range()
    number = PrintedSheet.objects.order_by("pk")[0].number
    assert number in client.get(PRINT).content.decode()


def test_a_teacher_prints_the_own_class_for_its_week(small: SmallSchool) -> None:
    client = sign_in(small.teacher)
    page = client.get(f"{PRINT}?on={MONDAY}&span=week").content.decode()
    assert "English 1" not in page
    assert "/paper/kit/" not in page
    form = {"on": str(MONDAY), "span": "week"}
    status, body = posted(client, PRINT, section=["ALG1-01"], **form)
    assert status == 200
    assert pypdfium2.PdfDocument(body)[0].get_size() == (792, 612)
    assert posted(client, PRINT, section=["ENG1-01"], **form)[0] == 409
    assert posted(client, PRINT, **form)[0] == 409
    assert PrintedSheet.objects.count() == 1


def test_a_day_without_classes_says_so(small: SmallSchool) -> None:
    client = sign_in(small.clerk)
    assert "No class is held then." in client.get(f"{PRINT}?on={LABOR_DAY}").content.decode()
    status, body = posted(client, PRINT, on=str(LABOR_DAY), all="yes")
    assert status == 409
    assert b"no class chosen is held" in body


def test_the_pages_ask_few_queries_however_many_there_are(
    small: SmallSchool,
    django_assert_max_num_queries: object,  # the fixture's own type is not exported
) -> None:
    client = sign_in(small.clerk)
    for number in range(60):
        schools.add_section(small.algebra, f"ALG-{number}", ("08:30", "10:00"))
    for _ in range(2):
        print_sheets(Section.objects.all(), (MONDAY, MONDAY), small.clerk, clock.now())
    for page in (PRINT, KIT):
        with django_assert_max_num_queries(14):  # type: ignore[operator]  # as above
            assert client.get(page).status_code == 200
    assert "?page=2" in client.get(PRINT).content.decode()


def test_a_kit_is_saved_carried_away_keyed_and_taken_in(
    small: SmallSchool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = fakes.config_of(tmp_path / "data")
    monkeypatch.setattr(settings, "CONFIG", config)
    monkeypatch.setattr(sealed, "COST", fakes.CHEAP)
    client = sign_in(small.clerk)
    words = {"passphrase": fakes.PASSPHRASE, "again": fakes.PASSPHRASE}
    for wrong in ({"again": "another one, no?"}, {"passphrase": "short", "again": "short"}):
        assert posted(client, KIT, save="yes", **(words | wrong))[0] == 409
    assert not PaperKit.objects.exists()
    answer = client.post(KIT, {"save": "yes", **words})
    name = re.findall(r'filename="(.*)"', answer["Content-Disposition"])[0]
    path = tmp_path / name
    path.write_bytes(answer.content)
    file = fakes.Laptop(config, path).key_all()

    def upload() -> SimpleUploadedFile:
        return SimpleUploadedFile("over.json", file.data)

    status, body = posted(client, KIT, look="yes", file=upload())
    assert status == 200
    assert b"Every line can be taken in" in body
    assert not AttendanceRecord.objects.exists()
    assert posted(client, KIT, take="yes", file=upload())[0] == 302
    assert b"Taken in: 2 sheets, 5 new records." in client.get(KIT).content
    assert posted(client, KIT, take="yes", file=upload())[0] == 302
    assert b"This file was taken in before" in client.get(KIT).content
    assert AttendanceRecord.objects.count() == 5
    altered = SimpleUploadedFile("over.json", file.data.replace(b'\\"A\\"', b'\\"P\\"'))
    status, body = posted(client, KIT, take="yes", file=altered)
    assert (status, b"was altered" in body) == (409, True)
    assert posted(client, KIT, take="yes")[0] == 409
    withdrawn = {"withdraw": PaperKit.objects.get().name}
    assert posted(client, KIT, **withdrawn, why="")[0] == 409
    assert posted(client, KIT, **withdrawn, why="lost")[0] == 302
    assert b"withdrawn" in client.get(KIT).content
