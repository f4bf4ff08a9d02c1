"""Every kind of report in every form: stamped, whole, with no blank page, and the same when made again."""

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from central.domain.finding import Finding, Severity
from central.law import provision
from central.reports import canonical
from central.reports.files import What, report_files, written
from central.reports.kinds import FORMS, kinds
from central.store.models import SchoolYear
from tests.central.reports.written import blank_pages, cells, pages, sheets
from tests.fakes import school as schools
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import SmallSchool, at

pytestmark = pytest.mark.django_db
NOON = at(SUMMER, "12:00")
LONG = "Escuela Ñandú " + "Wolfeschlegelsteinhausenbergerdorff" * 4 + " 東京都立高等学校 مدرسة النور בית ספר"
CDS = "19647330112233"


@pytest.fixture
def year(small: SmallSchool) -> SchoolYear:
    """A year of a practice school with a very long name and some certified days."""
    register = Register(small)
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    register.certified(small.english, small.dan, schools.taught("B")[:30])
    small.school.code, small.school.name, small.school.is_practice = CDS, LONG[:200], True
    small.school.save()
    small.year.refresh_from_db()
    return small.year


WORDS = [word for word in kinds() if word != "recovery"]


def of(word: str, year: SchoolYear) -> What:
    return kinds()[word], year, SUMMER


@pytest.mark.parametrize("word", WORDS)
def test_a_report_bears_its_stamp_in_every_form_and_every_page_of_its_pdf(
    word: str, year: SchoolYear
) -> None:
    what = of(word, year)
    report = what[0].make(year, SUMMER, NOON)
    told = {form: written(report, what, form, NOON).files for form in FORMS}
    assert told["pdf"] == written(report, what, "pdf", NOON).files
    first = {form: next(iter(files.values())) for form, files in told.items()}
    members = json.loads(first["json"])
    stamp = members["stamp"]
    assert stamp["sha256"] == canonical.digest_of(members)
    assert stamp["rule_set"] == provision.rule_set_version()
    assert (members["school"]["code"], members["school_year"]) == (CDS, year.name)
    printed = pages(first["pdf"])
    for number, page in enumerate(printed, start=1):
        assert stamp["sha256"] in page.replace(" ", "")
        assert f"Rule set {stamp['rule_set']}" in page
        assert f"Page {number} of {len(printed)}" in page
        assert "PRACTICE" in page
    assert blank_pages(first["pdf"]) == []
    assert f"CDS code {CDS}" in printed[0]
    assert f"--as-of {SUMMER} --verify" in printed[-1]
    # A name of two hundred letters wraps, and no letter of it is lost that the fonts have.
    assert "Wolfeschlegelsteinhausenbergerdorff" * 2 in printed[0].replace(" ", "")
    about = {str(row[0]): row[1] for row in sheets(first["xlsx"])["About"] if len(row) > 1}
    beside = dict(csv.reader(io.StringIO(next(d for n, d in told["csv"].items() if "stamp" in n).decode())))
    for found in (about, beside):
        assert found["Data SHA-256"] == stamp["sha256"]
        assert found["CDS code"] == CDS
    assert f"Data SHA-256: {stamp['sha256']}" in first["text"].decode()


@pytest.mark.parametrize("word", ["p1", "monthly", "electronic-attendance"])
def test_a_report_made_again_has_the_same_digest_whatever_the_clock_says(word: str, year: SchoolYear) -> None:
    one, other = (
        json.loads(next(iter(report_files(of(word, year), when, "json").files.values())))
        for when in (NOON, at(SUMMER, "13:30"))
    )
    assert one["stamp"]["made_at"] != other["stamp"]["made_at"]
    assert one["stamp"]["sha256"] == other["stamp"]["sha256"]


def test_ids_stay_text_in_a_workbook_and_numbers_numbers(year: SchoolYear) -> None:
    data = next(iter(report_files(of("p1", year), NOON, "xlsx").files.values()))
    proof = sheets(data)["Proof sheet"]
    at_student, at_record = proof[2].index("Student"), proof[2].index("Record")
    assert {row[at_student] for row in proof[3:]} == {"001001", "001004"}
    assert all(isinstance(row[at_record], str) for row in proof[3:])
    assert isinstance(proof[3][proof[2].index("Date")], date | datetime)
    ada = sheets(data)["ADA"]
    assert [row[-1] for row in ada[-2:]] == [0.43, 0.33]
    assert [row[3:6] for row in ada[-2:]] == [[40.0, 93.0, "40/93"], [30.0, 92.0, "30/92"]]
    assert CDS in set(cells(data))


def test_signature_lines_and_the_words_to_verify_stand_on_one_page(year: SchoolYear) -> None:
    last = pages(next(iter(report_files(of("annual", year), NOON, "pdf").files.values())))[-1]
    for line in (
        "Teacher in charge: signature",
        "Administrator: signature",
        "Name in print",
        "Title",
        "Date",
    ):
        assert line in last
    assert last.index("Verification") < last.index("Teacher in charge: signature")


@pytest.mark.office
def test_every_workbook_opens_in_libreoffice_and_keeps_its_ids(year: SchoolYear, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not here: on Debian apt-get install libreoffice-calc-nogui")
    names = []
    for word in WORDS:
        ((name, data),) = report_files(of(word, year), NOON, "xlsx").files.items()
        (tmp_path / name).write_bytes(data)
        names.append(tmp_path / name)
    # Every sheet becomes a file of its own (-1); 76 is UTF-8.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    subprocess.run(
        [
            office,
            home,
            "--headless",
            "--convert-to",
            form,
            "--outdir",
            str(tmp_path / "csv"),
            *map(str, names),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    read = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "csv").iterdir()}
    for file in names:
        about = read[f"{file.stem}-About.csv"]
        assert CDS in about, file.stem
        assert "###" not in about
    proof = next(text for name, text in read.items() if "P-1" in name and "Proof sheet" in name)
    assert len(re.findall("^001001,", proof, flags=re.MULTILINE)) == 40
    assert "Err:" not in "".join(read.values())


def test_a_finding_of_any_length_is_printed_whole(year: SchoolYear) -> None:
    kind = kinds()["p1"]

    def make(of_year: SchoolYear, as_of: date, now: datetime) -> object:
        said = " ".join(f"word{number}" for number in range(3000))
        finding = Finding("R-X-01", "EC 1", "x" * 300, None, said, "a remedy", Severity.NOTICE)
        return replace(kind.make(of_year, as_of, now), findings=(finding,))  # type: ignore[type-var]  # a dataclass

    long = replace(kind, make=make)  # type: ignore[arg-type]  # as above
    printed = pages(next(iter(report_files((long, year, SUMMER), NOON, "pdf").files.values())))
    whole = " ".join(printed)
    assert all(f"word{number}" in whole for number in (0, 1499, 2999))
    assert len(printed) > 3
