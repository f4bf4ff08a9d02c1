"""A roster is tried before it is taken in, and only the bytes that were tried go in."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from central.store.models import ColumnMapping, ImportedFile, Placement, Student, TeachingCredential
from central.web import clock
from tests.central.web.test_pages import sign_in
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
CSV = "Student ID,Last Name,First Name,Grade,Section,Start Date\n"
NEW = CSV + "001099,Núñez,Eva,9,ALG1-01,9/9/2024\n"


@pytest.fixture(autouse=True)
def after_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    cache.clear()


def sent(client: Client, text: str, form: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Send a file of students and return the answer: its status and the page."""
    file = SimpleUploadedFile("..\\students.csv", text.encode())
    answer = client.post("/roster/", {"file": file, "kind": "students", "verb": "try", **(form or {})})
    return answer.status_code, answer.content.decode()


def accept_form(page: str) -> dict[str, str]:
    """Return the hidden fields of the form that takes a tried file in."""
    form = page[page.index('value="accept"') - 50 :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_a_file_is_tried_shown_and_taken_in_as_the_same_bytes(small: SmallSchool) -> None:
    client = sign_in(small.clerk)
    status, page = sent(client, NEW)
    assert status == 200
    for text in ("What students.csv would change", "001099", "from 09/09/2024", "family name Núñez"):
        assert text in page, text
    assert not Student.objects.filter(number="001099").exists()
    assert not ImportedFile.objects.exists()
    form = accept_form(page)
    assert form["sha256"] == hashlib.sha256(NEW.encode()).hexdigest()
    status, refused = sent(client, NEW.replace("Eva", "Eve"), form)
    assert status == 409
    assert "not the file that was tried" in refused
    assert not Student.objects.filter(number="001099").exists()
    assert sent(client, NEW, form)[0] == 302
    assert Placement.objects.get(student__number="001099").since == MONDAY
    taken = ImportedFile.objects.get()
    assert (taken.name, taken.by, taken.kind) == ("students.csv", small.clerk.number, "roster-csv")
    after = client.get("/roster/").content.decode()
    assert "Taken in: 1 enrollments added, 1 placements added, 1 students added." in after
    assert "Nothing: the records say all of this already" in sent(client, NEW)[1]


def test_every_problem_is_shown_and_nothing_is_kept(small: SmallSchool) -> None:
    client = sign_in(small.clerk)
    status, page = sent(client, CSV + "1099,,Eva,13,ALG1-01,\n001098,A,B,9,NONE,\n")
    assert status == 409
    for text in ("4 problems", "row 2 column Last Name", "4 digits, where", "row 2 column Grade", "row 3"):
        assert text in page, text
    for wrong in ({"kind": "music"}, {"kind": "oneroster"}, {"mapping": "none"}, {"as_of": "soon"}):
        assert sent(client, NEW, wrong)[0] in {404, 409}, wrong
    assert client.post("/roster/", {"kind": "students"}).status_code == 409
    assert not ImportedFile.objects.exists()


def test_columns_are_kept_under_a_name_and_chosen_by_it(small: SmallSchool) -> None:
    client = sign_in(small.clerk)
    odd = NEW.replace("Student ID", "Nr").replace("Section", "Kurs")
    assert sent(client, odd)[0] == 409
    columns = {
        "number": "nr",
        "family name": "Last Name",
        "given name": "First Name",
        "grade": "Grade",
        "class": "Kurs",
    }
    form = {f"column {ours}": heading for ours, heading in columns.items()}
    kept = client.post("/roster/", {"verb": "columns", "name": "odd", **form})
    assert kept.status_code == 302
    assert ColumnMapping.objects.get().by == small.clerk.number
    assert "What students.csv would change" in sent(client, odd, {"mapping": "odd"})[1]


def test_documents_that_end_soon_are_told_of(small: SmallSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    TeachingCredential.objects.filter(staff=small.teacher).update(until=date(2024, 10, 31))
    client = sign_in(small.leader)
    page = client.get("/roster/").content.decode()
    assert "10/31/2024" in page
    assert "soon" in page
    assert 'type="file"' not in page
    assert sent(client, NEW)[0] == 403
    monkeypatch.setattr(clock, "now", lambda: datetime(2024, 11, 4, 18, tzinfo=UTC))
    assert '<span class="mark absent">over</span>' in client.get("/roster/").content.decode()
