"""A written report is proven against the records, and one number changed in it is found and named."""

import io
import json
import zlib
from base64 import a85decode, a85encode
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from central.errors import CentralError
from central.reports.files import report_files
from central.reports.kinds import FORMS, kinds
from central.reports.periods import period_report
from central.reports.snapshots import Filing, close
from central.reports.verification import Verified, Written, verify
from central.store.models import SchoolYear
from tests.central.reports.written import pages
from tests.fakes import school as schools
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOON, EVENING = at(SUMMER, "12:00"), at(SUMMER, "18:00")


@pytest.fixture
def year(small: SmallSchool, register: Register) -> SchoolYear:
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    return small.year


def made(year: SchoolYear, form: str, word: str = "p1", now: datetime = NOON) -> Written:
    name, data = next(iter(report_files((kinds()[word], year, SUMMER), now, form).files.items()))
    return Written(name, data)


def proven(file: Written, year: SchoolYear, word: str = "p1") -> Verified:
    return verify(file, kinds()[word], year, None, EVENING)


def in_a_workbook(data: bytes, before: bytes, after: bytes) -> bytes:
    """Return a workbook in which every cell that says one thing says another."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(before, after))
    return out.getvalue()


def in_a_pdf(data: bytes, before: bytes, after: bytes) -> bytes:
    """Return a PDF one of whose pages draws a number another way; its length is told anew."""
    at_stream = 0
    while True:
        begins = data.index(b"stream\n", at_stream) + len(b"stream\n")
        ends = data.index(b"endstream", begins)
        try:
            drawn = zlib.decompress(a85decode(data[begins:ends].strip().removesuffix(b"~>")))
        except (ValueError, zlib.error):
            drawn = b""
        if before in drawn:
            changed = a85encode(zlib.compress(drawn.replace(before, after, 1))) + b"~>"
            return data[:begins] + changed + data[ends:]
        at_stream = ends + len(b"endstream")


@pytest.mark.parametrize("word", ["p1", "chronic", "unduplicated"])
def test_what_was_written_is_proven_byte_for_byte_at_any_later_hour(word: str, year: SchoolYear) -> None:
    for form in FORMS:
        found = proven(made(year, form, word), year, word)
        assert found.is_same, (form, found.says)
        assert "byte for byte" in found.says[0]


def test_a_number_changed_in_any_form_is_found_and_named(year: SchoolYear) -> None:
    files = {form: made(year, form) for form in FORMS}
    changed = {
        "text": files["text"].data.replace(b"0.43", b"0.44"),
        "csv": files["csv"].data.replace(b"0.43", b"0.44"),
        "json": files["json"].data.replace(b'"ada": "0.43"', b'"ada": "0.44"'),
        "xlsx": in_a_workbook(files["xlsx"].data, b"<v>0.43</v>", b"<v>0.44</v>"),
    }
    named = {
        "text": "0.44",
        "csv": "0.44",
        "json": "total.ada: '0.44' in the file, '0.43' by the records",
        "xlsx": "ADA, cell G4: 0.44 in the file, 0.43 by the records",
    }
    for form, data in changed.items():
        assert data != files[form].data
        found = proven(Written(files[form].name, data), year)
        assert not found.is_same
        assert any(named[form] in line for line in found.says), (form, found.says)
        if form != "csv":
            assert any("what it says was changed after" in line for line in found.says), form


def test_a_number_printed_otherwise_on_a_page_is_named(year: SchoolYear) -> None:
    file = made(year, "pdf")
    changed = in_a_pdf(file.data, b"(0.43)", b"(0.44)")
    assert "0.44" in pages(changed)[0]
    found = proven(Written(file.name, changed), year)
    assert not found.is_same
    assert "page 1: '0.44' in the file, '0.43' by the records" in found.says


def test_a_record_corrected_since_is_told_apart_from_a_file_that_was_changed(
    year: SchoolYear, small: SmallSchool, register: Register
) -> None:
    file = made(year, "json")
    register.correct(small.ana, MONDAY, "absent", at(SUMMER, "13:00"))
    found = proven(file, year)
    assert not found.is_same
    stamped = json.loads(file.data)["stamp"]["sha256"]
    assert any(line.startswith(f"its stamp bears {stamped}; the records give") for line in found.says)


def test_the_digest_of_a_closed_report_is_known_after_the_records_changed(
    year: SchoolYear, small: SmallSchool, register: Register
) -> None:
    close(period_report(year, kinds()["p1"].period, SUMMER, NOON), year, small.leader, NOON, Filing())  # type: ignore[arg-type]  # p1 has one
    file = made(year, "pdf")
    assert proven(file, year).is_same
    register.correct(small.ana, MONDAY, "absent", at(SUMMER, "13:00"))
    found = proven(file, year)
    assert "its digest is that of the report closed as revision 1, original" in found.says


def test_a_proof_sheet_is_proven_by_its_name_and_an_unknown_file_is_refused(year: SchoolYear) -> None:
    files = report_files((kinds()["p1"], year, SUMMER), NOON, "csv").files
    name = next(name for name in files if name.endswith("_proof.csv"))
    assert proven(Written(name, files[name]), year).is_same
    found = proven(Written(name, files[name].replace(b"001001", b"001002", 1)), year)
    assert any("line 2: '001002," in line for line in found.says)
    with pytest.raises(CentralError, match="bears no stamp"):
        proven(Written("x.pdf", b"%PDF-1.4"), year)
    with pytest.raises(CentralError, match="no file of a report"):
        proven(Written("x.docx", b""), year)
    with pytest.raises(CentralError, match="does not say as of when"):
        proven(Written("x.csv", b"a"), year)
    with pytest.raises(CentralError, match=r"is the report p2 of 2024-25"):
        proven(made(year, "json", "p2"), year)
