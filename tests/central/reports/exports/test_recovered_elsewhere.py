"""Recovered days for Aeries and PowerSchool: the ledger's own figures, and no rule of theirs."""

from datetime import date
from pathlib import Path

import pytest

from central.domain.recovery import ServiceKind
from central.errors import InputError
from central.reports import recovery_report
from central.store.models import AttendanceRecord, Section
from central.work import exports
from tests.fakes import recovery_school
from tests.fakes.exporting import LATER, made, rows, told
from tests.fakes.recovery_school import RecoverySchool, at, taught

pytestmark = pytest.mark.django_db
DAYS = taught()[:5]
SATURDAYS = (date(2025, 8, 16), date(2025, 8, 23))
CODES = """
school = "990"
[codes]
unexcused = "U"
excused = "E"
absent_from_class = "A"
tardy = "T"
make_up = "R"
"""


@pytest.fixture
def school() -> RecoverySchool:
    """Return the school: Ana away on the second and third day, a whole Saturday and some hours made up."""
    found = recovery_school.build()
    for on in DAYS:
        found.certify(on, ["ana"] if on in DAYS[1:3] else [])
    record = found.record("ana")
    found.service(record, ServiceKind.USED)
    found.signed(SATURDAYS[0], {"ana": 250, "ben": 45}, hours=("09:00", "13:10"))
    found.signed(SATURDAYS[1], {"ana": 130}, hours=("09:00", "12:00"))
    return found


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "aeries.toml"
    path.write_text(CODES, encoding="utf-8")
    return path


def test_an_absence_keeps_its_code_and_gets_what_made_it_good(school: RecoverySchool, template: Path) -> None:
    Section.objects.filter(pk=school.algebra.pk).update(periods="2-3")
    late = AttendanceRecord.objects.filter(student=school.students["ben"], section=school.algebra, on=DAYS[4])
    late.update(is_tardy=True)
    found = made(school, "aeries-att", template)
    assert told(found) == []
    first, second, tardy = rows(found.files[0].data)
    assert (first["SC"], first["SN"], first["DY"], first["DT"]) == ("990", "001001", "2", "08/12/2025")
    assert (first["AL"], first["ADA"], first["ADT"], first["AMU"]) == ("U", "R", "08/16/2025", "240")
    assert first["ACO"] == "attendance recovery"
    assert (second["DY"], second["AL"], second["ADA"], second["ADT"], second["AMU"]) == ("3", "U", "", "", "")
    assert (tardy["SN"], tardy["DY"], tardy["AL"]) == ("001002", "5", "")
    assert [tardy[f"A{period}"] for period in range(5)] == ["", "", "T", "T", ""]


def test_codes_a_district_did_not_name_are_asked_for(school: RecoverySchool) -> None:
    found = made(school, "aeries-att")
    assert [one.subject for one in found.blocking] == ["code make_up", "code school", "code unexcused"]
    with pytest.raises(InputError, match="code make_up: the template does not name it"):
        exports.give(found, school.staff["clerk"], at(LATER))


def test_a_class_without_a_period_is_told(school: RecoverySchool, template: Path) -> None:
    late = AttendanceRecord.objects.filter(student=school.students["ben"], section=school.english, on=DAYS[4])
    late.update(is_tardy=True)
    (said,) = told(made(school, "aeries-att", template))
    assert said.startswith("001002: ENG1-01 names no period from 0 to 9")


def test_hours_of_signed_sessions_are_those_the_ledger_credits(
    school: RecoverySchool, template: Path
) -> None:
    school.document(school.session(date(2025, 8, 30), hours=("09:00", "12:00")), {"ana": 180})
    found = made(school, "aeries-atd", template)
    assert [list(row.values()) for row in rows(found.files[0].data)] == [
        ["990", "001001", "AR-2025-08-16", "08/16/2025", "4"],
        ["990", "001001", "AR-2025-08-23", "08/23/2025", "2"],
    ]
    ledger = recovery_report.report(school.year, LATER, at(LATER, "18:00"))
    ana = next(one for one in ledger.students if one.student == "001001")
    hours = sum(int(row["ARH"]) for row in rows(found.files[0].data))
    assert hours * 60 == ana.now.credited_minutes
    said = told(found)
    assert any("no teacher has signed" in one for one in said)
    assert any(one.startswith("001002: session AR-2025-08-16 was under an hour") for one in said)
    # The bank is calculated there: no column of ours is called so.
    assert b"ARB" not in found.files[0].data


def test_the_sheet_to_key_by_hand_has_the_ledgers_days_and_not_the_180_minutes(
    school: RecoverySchool,
) -> None:
    found = made(school, "powerschool-recovery")
    ana, ben = rows(found.files[0].data)
    assert (ana["TotalAbsentDays"], ana["MinutesAttendedOverride"], ana["RecoveryDaysOverride"]) == (
        *("2", "360", "1"),
    )
    # 360 minutes would be two days by PowerSchool's statement, and are one by the law.
    assert (ben["TotalAbsentDays"], ben["MinutesAttendedOverride"], ben["RecoveryDaysOverride"]) == (
        *("0", "0", "0"),
    )
    (said,) = told(found)
    assert "180 minutes" in said
    assert found.files[0].name.startswith("PRACTICE_powerschool-recovery_")
