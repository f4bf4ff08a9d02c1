"""The pages of paper: looked at first, questions answered, taken in, its paper on record, withdrawn."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from central.config import CentralConfig
from central.store.models import AttendanceRecord, ColumnMapping, PaperBatch, PaperScan, Staff, Viewing
from central.web import clock
from tests.fakes import paper_school
from tests.fakes import school as schools
from tests.fakes.paper_school import NOW, PaperSchool

pytestmark = pytest.mark.django_db
SHEETS = Path(__file__).parents[2] / "data" / "paper"


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PaperSchool:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(settings, "CONFIG", CentralConfig(data_dir=str(tmp_path)))
    return paper_school.build()


def sign_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(schools.give_login(staff))
    return client


def sent(client: Client, name: str, data: bytes | None = None, **more: str) -> str:
    """Choose a file, and return the address where it is looked at."""
    content = (SHEETS / name).read_bytes() if data is None else data
    answer = client.post("/paper/", {"file": SimpleUploadedFile(name, content), **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.content.decode())


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    return found[1].replace("&quot;", '"')


def test_a_file_is_looked_at_before_anything_is_written(school: PaperSchool) -> None:
    clerk = sign_in(school.clerk)
    address = sent(clerk, "13_duplicate_rows_and_blank_lines.csv")
    page = text(clerk, address)
    assert "line 6 says something else of this student and day" in page
    assert "Nuñez, José" in page
    assert not PaperBatch.objects.exists()
    assert Viewing.objects.filter(page="paper sheet").count() == 2
    assert "says what a line above says already 1" in page
    only = text(clerk, f"{address}&show=REPEATED")
    assert ("line 2 says the same" in only, "strike out" in only) == (True, False)
    refused = clerk.post(address, {"seen": seen(page), "verb": "accept"})
    assert (refused.status_code, PaperBatch.objects.count()) == (409, 0)
    assert clerk.post(address, {"verb": "accept", "leave_out": "yes"}).status_code == 409
    form = {
        "seen": seen(page),
        "verb": "accept",
        "leave_out": "yes",
        "kept": "binder 3",
        "collected_by": "A. Baker",
    }
    taken = clerk.post(address, form)
    assert taken.status_code == 302
    assert AttendanceRecord.objects.get().source == "paper"
    batch = text(clerk, taken["Location"])
    assert "binder 3" in batch
    assert "collected by A. Baker" in batch
    assert "13_duplicate_rows" in text(clerk, "/paper/")
    # What was only looked at is not kept beside what was taken in.
    assert text(clerk, address, 409).count("no longer here") == 1


def test_a_question_is_asked_and_its_answer_kept_under_a_name(school: PaperSchool) -> None:
    clerk = sign_in(school.clerk)
    data = 'Student ID,Name,9/3\n0012345,"Nuñez, José",x\n'.encode()
    address = sent(clerk, "register.csv", data)
    page = text(clerk, address)
    assert "this sign means one thing in one register and another in the next" in page
    assert 'value="accept"' not in page
    told = text(clerk, f"{address}&read+mark+x=absent")
    form = {"seen": seen(told), "verb": "accept", "mapping_name": "Ms. Baker's register"}
    assert clerk.post(f"{address}&read+mark+x=absent", form).status_code == 302
    assert AttendanceRecord.objects.get().mark == "absent"
    kept = ColumnMapping.objects.get()
    assert (kept.name, kept.columns["mark x"]) == ("Ms. Baker's register", "absent")
    other = 'Student ID,Name,9/4\n0012345,"Nuñez, José",x\n'.encode()
    again = text(clerk, sent(clerk, "other.csv", other, mapping=kept.name))
    assert "as you said" in again
    assert 'value="accept"' in again


def test_a_batch_is_withdrawn_on_its_page_by_the_clerk_alone(school: PaperSchool) -> None:
    clerk, teacher = sign_in(school.clerk), sign_in(school.teacher)
    address = sent(clerk, "01_clean_utf8.csv")
    page = clerk.post(address, {"seen": seen(text(clerk, address)), "verb": "accept"})["Location"]
    picture = SimpleUploadedFile("scan.png", b"picture of a sheet")
    scan = {"verb": "attach", "scan": picture, "collected_by": "A. Baker", "collected_on": "2026-09-03"}
    assert clerk.post(page, scan).status_code == 302
    kept = Path(settings.CONFIG.data) / "paper" / PaperScan.objects.get().sha256
    assert kept.read_bytes() == b"picture of a sheet"
    assert "Withdraw this file" not in text(teacher, page)
    assert teacher.post(page, {"verb": "withdraw", "why": "the wrong week"}).status_code == 409
    assert clerk.post(page, {"verb": "withdraw", "why": " "}).status_code == 409
    assert clerk.post(page, {"verb": "withdraw", "why": "the wrong week"}).status_code == 302
    assert "the wrong week" in text(clerk, page)
    assert set(AttendanceRecord.objects.values_list("stage", flat=True)) == {"removed"}


def test_somebody_elses_file_and_one_of_nobody_lead_nowhere(school: PaperSchool) -> None:
    clerk = sign_in(school.clerk)
    assert clerk.get("/paper/look/?file=../../keys&name=x").status_code == 409
    assert clerk.get(f"/paper/look/?file={'0' * 64}").status_code == 409
    assert clerk.get("/paper/7/").status_code == 404
    assert clerk.post("/paper/", {"sheet": "1"}).status_code == 409
    address = sent(clerk, "01_clean_utf8.csv")
    assert clerk.post(address, {"verb": "leave"}).status_code == 302
    assert clerk.get(address).status_code == 409


def test_the_list_asks_no_more_when_it_is_long(
    school: PaperSchool, django_assert_max_num_queries: "pytest.FixtureRequest"
) -> None:
    for n in range(12):
        PaperBatch.objects.create(
            school=school.school,
            name=f"{n}.csv",
            file_sha256=f"{n:064d}",
            choices={},
            counts={},
            imported_by=school.clerk,
            imported_at=NOW,
        )
    clerk = sign_in(school.clerk)
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # the fixture is a function
        clerk.get("/paper/")


def test_the_pages_speak_spanish(school: PaperSchool) -> None:
    clerk = sign_in(school.clerk)
    clerk.post("/i18n/setlang/", {"language": "es", "next": "/"})
    page = text(clerk, sent(clerk, "13_duplicate_rows_and_blank_lines.csv"))
    assert "la línea 6 dice otra cosa de este estudiante y día" in page
    assert "no se puede aceptar" in page
    assert "así se leen 4 nombres y 4 números de estudiante de la lista" in page
