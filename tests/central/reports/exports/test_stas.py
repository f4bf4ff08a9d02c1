"""The state's absence summary: the figures of the reports, and the state's checks before it sees them."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from central.domain.recovery import ServiceKind
from central.errors import InputError, RefusedError
from central.reports import chronic_report, recovery_report
from central.reports.exports import stas
from central.store.models import ExportedFile, School, Student, StudentFact
from central.work import exports
from tests.fakes import recovery_school
from tests.fakes.exporting import LATER, ask, told
from tests.fakes.recovery_school import CODE, FIRST_DAY, OTHER_CODE, RecoverySchool, at, taught

pytestmark = pytest.mark.django_db
SCHOOL = CODE[7:]
END = date(2025, 8, 17)
DAYS = [on for on in taught() if on <= END]
ABSENT = DAYS[1:4]
FREE_DAYS = (date(2025, 8, 16), END)


@pytest.fixture
def school() -> RecoverySchool:
    """Return the school, no practice; everybody came but Ana, who missed three days and made two up."""
    found = recovery_school.build()
    for on in DAYS:
        found.certify(on, ["ana"] if on in ABSENT else [])
    record = found.record("ana")
    found.service(record, ServiceKind.USED)
    for on in FREE_DAYS:
        found.signed(on, {"ana": 240}, hours=("09:00", "13:00"))
    for place, student in enumerate(found.students.values()):
        Student.objects.filter(pk=student.pk).update(
            ssid=f"123456789{place}", birth_on=date(2010, 5, place + 1)
        )
    School.objects.update(is_practice=False)
    found.school.refresh_from_db()
    found.year.refresh_from_db()
    return found


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode()), delimiter="^"))


def test_the_row_has_fields_1_to_24_and_the_figures_of_the_records(school: RecoverySchool) -> None:
    found = stas.make(ask(school, "stas", (FIRST_DAY, END)))
    assert told(found) == []
    ana, *others = lines(found.files[0].data)
    expected = str(len(DAYS))
    attended = str(int(expected) - 3)
    assert ana == [
        *("STAS", "", "2025-26-001001", SCHOOL, SCHOOL, "2025-2026", "1234567890", "001001", "Ana", "Soto"),
        *("20100501", "", "", "", expected, attended, "0", "0", "0", "3", "0", "0", "", "2"),
    ]
    assert len(others) == 2
    assert [row[23] for row in others] == ["", ""]


def test_the_figures_are_those_of_the_recovery_ledger_and_the_report_on_absence(
    school: RecoverySchool,
) -> None:
    rows = stas.told_of(stas.summary(ask(school, "stas", (FIRST_DAY, END))))
    ledger = recovery_report.report(school.year, END, at(LATER, "18:00"))
    chronic = chronic_report.report(school.year, END, at(LATER, "18:00"))
    theirs = {row.student: row for row in ledger.summaries}
    assert theirs.keys() == {"001001"}
    assert replace(rows["001001"], school=CODE) == theirs["001001"]
    assert ledger.students[0].now.days_used == rows["001001"].days_recovered == 2
    for line in chronic.students:
        row = rows[line.student]
        assert (row.days_expected, row.days_absent) == (line.expected, line.missed)
        assert (row.days_recovered or 0) == line.recovered


def test_days_no_certified_record_tells_of_are_not_attended(school: RecoverySchool) -> None:
    later = next(on for on in taught() if on > END)
    found = stas.make(ask(school, "stas", (FIRST_DAY, later)))
    assert [one for one in told(found) if "001002" in one] == [
        "001002: no certified record tells of 1 of the days expected (CALPADS STAS0318)"
    ]
    with pytest.raises(InputError, match="the export stas is not made") as refused:
        exports.give(found, school.staff["clerk"], at(LATER))
    assert len(refused.value.problems) == 3
    assert not ExportedFile.objects.exists()


def test_practice_never_goes_to_the_state(school: RecoverySchool) -> None:
    School.objects.update(is_practice=True)
    school.school.refresh_from_db()
    found = stas.make(ask(school, "stas", (FIRST_DAY, END)))
    assert found.files[0].name.startswith("PRACTICE_stas_2025-26_")
    with pytest.raises(RefusedError, match="practice school; nothing of it is ever sent to the state"):
        exports.give(found, school.staff["clerk"], at(LATER))


def test_a_day_made_up_with_another_agency_is_refused(school: RecoverySchool) -> None:
    used = school.students["ana"].recovery_records.get().services.get()
    used.school = school.other
    used.save()
    (said,) = told(made_by(school))[:1]
    other = OTHER_CODE[7:]
    assert said == (
        f"001001: the absence was at agency {SCHOOL} and is made up with agency {other}; only what one "
        "agency has both of is reported (EC 46211; own check beside CALPADS STAS0740E1)"
    )
    # Two schools of a district are one agency: then the other school tells the days, within ten of both.
    School.objects.update(kind="district")
    school.school.refresh_from_db()
    assert told(made_by(school)) == []


def made_by(school: RecoverySchool) -> exports.Made:
    school.year.refresh_from_db()
    return stas.make(ask(school, "stas", (FIRST_DAY, END)))


def test_days_of_another_school_count_towards_ten(school: RecoverySchool) -> None:
    StudentFact.objects.create(
        student=school.students["ana"],
        kind="prior recovery days",
        since=FIRST_DAY,
        value="9",
        evidence="the school before",
        by="E005",
        at=at(FIRST_DAY),
    )
    # The ledger itself leaves one of the two days then, so that ten are never passed.
    rows = stas.told_of(stas.summary(ask(school, "stas", (FIRST_DAY, END))))
    assert rows["001001"].days_recovered == 1
    assert told(made_by(school)) == []


def test_who_is_exempt_has_no_counts(school: RecoverySchool) -> None:
    StudentFact.objects.create(
        student=school.students["ben"],
        kind="absence exemption",
        since=FIRST_DAY,
        evidence="order of the board",
        by="E005",
        at=at(FIRST_DAY),
    )
    found = made_by(school)
    assert told(found) == []
    ben = lines(found.files[0].data)[1]
    assert (ben[7], ben[12], ben[14:]) == ("001002", "Y", [""] * 10)


def test_numbers_and_names_the_state_will_not_take_are_told(school: RecoverySchool) -> None:
    ben, chloe = school.students["ben"], school.students["chloe"]
    Student.objects.filter(pk=ben.pk).update(ssid="", family_name="Ñúñez O\u2019Dell", given_name="王")
    Student.objects.filter(pk=chloe.pk).update(ssid="1234567890")
    found = made_by(school)
    assert told(found) == [
        "001002: the SSID is no number of 10 digits (own check of the file's numbers)",
        "001001: another student of the file has this SSID (own check of the file's numbers)",
        "001003: another student of the file has this SSID (own check of the file's numbers)",
        "001002: a name has no letter the state takes (fields 13.09 and 13.10)",
        "names: 1 names are written in other letters than the records have them in (note on the file)",
    ]
    assert lines(found.files[0].data)[1][9] == "Nunez-O'Dell"
    assert Student.objects.get(pk=ben.pk).family_name == "Ñúñez O\u2019Dell"


def test_a_template_gives_what_is_not_verified(school: RecoverySchool, tmp_path: Path) -> None:
    path = tmp_path / "stas.toml"
    path.write_text(
        'agency = "0561564"\ntransaction = "A"\n[layout]\nseparator = "tab"\nhas_header = true\n'
        'columns = [{header = "Record", text = "STAS"}, {header = "SSID", field = "ssid"},\n'
        '  {header = "LEA", field = "agency"}, {header = "13.23", text = "X"},\n'
        '  {header = "AR", field = "recovered"}, {header = "Type", field = "transaction"}]\n',
        encoding="utf-8",
    )
    found = stas.make(ask(school, "stas", (FIRST_DAY, END), path))
    head, ana, *_ = found.files[0].data.decode().split("\r\n")
    assert head == "Record\tSSID\tLEA\t13.23\tAR\tType"
    assert ana == "STAS\t1234567890\t0561564\tX\t2\tA"


def test_the_file_is_kept_byte_for_byte(school: RecoverySchool) -> None:
    found = made_by(school)
    (kept,) = exports.give(found, school.staff["clerk"], at(LATER))
    assert bytes(kept.data) == found.files[0].data
    (again,) = exports.give(found, school.staff["clerk"], at(LATER) + timedelta(days=1))
    assert again == kept
