"""Attendance recovery is kept from the command line, and what is refused leaves everything as it was."""

import json
import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from central import cli
from central.config import CentralConfig
from central.errors import CentralError, InputError, RefusedError
from central.store.models import RecoveryService, SchoolYear
from central.work.recovery_attendance import sign
from tests.central.commands.conftest import Central
from tests.fakes import recovery_school
from tests.fakes.every_row import content
from tests.fakes.recovery_school import CODE, JUNE_30, OTHER_CODE, RecoverySchool, at
from tests.fakes.school import TOTP_SECRET, give_login

ANA, CLERK, TEACHER, LEADER, AUDITOR = "001001", "E005", "E001", "E006", "E009"
NOVEMBER = date(2025, 11, 4)


@pytest.fixture
def school(db: None) -> RecoverySchool:
    del db
    return recovery_school.build(has_begun=True)


@pytest.fixture
def central(school: RecoverySchool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Central:
    del school
    return Central(CentralConfig(data_dir=str(tmp_path)), tmp_path, capsys, at(date(2025, 10, 11), "14:00"))


def do(central: Central, line: str, by: str = CLERK) -> str:
    """Run one verb as somebody, words parted by spaces."""
    return central.run("recovery", *line.split(), "--as", by)


def refused(central: Central, line: str, by: str = CLERK, kind: type[Exception] = InputError) -> str:
    """Return what a refused verb says; nothing may be written."""
    before = content()
    with pytest.raises(kind) as said:
        do(central, line, by)
    assert content() == before
    return str(said.value)


def a_session(central: Central) -> None:
    """Document and sign Ana's four hours of one Saturday."""
    do(
        central,
        "add-session AR-1 --on 2025-10-11 --from 09:00 --to 13:00 --teacher E001 --room R101",
        TEACHER,
    )
    do(central, f"attendance AR-1 {ANA}:240", TEACHER)
    do(central, "sign AR-1 --practice-signature", TEACHER)


def test_the_path_from_record_to_report_on_the_command_line(central: Central, school: RecoverySchool) -> None:
    do(central, f"add-record {ANA} --start 2025-08-11 --comment Saturdays")
    for kind in ("Earned", "Used"):
        do(
            central,
            f"add-service {ANA} --record 2025-08-11 --type {kind} --start 2025-08-11 "
            f"--school {CODE} --calendar on",
        )
    a_session(central)
    school.certify(NOVEMBER, ["ana"])
    central.at = at(JUNE_30, "20:00")
    said = do(central, "update-services --year 2025-26")
    assert said == (
        "as of 2026-06-30: 2 services with the calendar flag, 6 dated figures written, 2 services changed\n"
    )
    assert "Days Used: 1" in do(central, f"services {ANA}", AUDITOR)
    central.at = at(JUNE_30, "21:00")
    made = json.loads(central.run("report", "recovery", "--year", "2025-26", "--format", "json"))
    assert [period["ada"] for period in made["periods"]] == ["0.01", "0.01", "0.01"]
    assert [account["days_used"] for account in made["students"][0]["accounts"]] == [1, 1, 1, 1]
    assert made["sessions"][0]["ratio"] == "1:1"


def test_records_are_listed_as_the_source_shows_them(central: Central) -> None:
    do(central, f"add-record {ANA} --start 2025-10-01 --end 2025-10-31 --comment truant")
    do(central, f"add-record {ANA} --start 2025-11-01")
    said = do(central, "records", AUDITOR).splitlines()
    assert said[0] == "student 001001  Start Date: 2025-11-01  End Date: open  services: 0"
    assert said[2] == "student 001001  Start Date: 2025-10-01  End Date: 2025-10-31  services: 0"
    assert said[3] == "    truant"
    assert said[4] == (
        "    Created By: Calaveras Unified 0561564; 10/11/2025 14:00  "
        "Modified By: Clerk, Robin (E005) 10/11/2025 14:00"
    )
    assert said[5] == "2 recovery records"
    assert do(central, "records --to 2025-10-31").endswith("1 recovery record\n")


def test_a_record_is_changed_and_deleted_with_the_reason(central: Central) -> None:
    do(central, f"add-record {ANA} --start 2025-10-01")
    said = do(central, f"edit-record {ANA} 2025-10-01 --end 2025-12-01 --reason left")
    assert said == "the recovery record is now from 2025-10-01 to 2025-12-01\n"
    assert "to open" in do(central, f"edit-record {ANA} 2025-10-01 --open --reason stays")
    refused(central, f"delete-record {ANA} 2025-10-01 --reason twice", kind=RefusedError)
    assert "audit log" in do(central, f"delete-record {ANA} 2025-10-01 --reason twice", LEADER)


def test_bad_input_is_refused_whole_with_what_to_do(central: Central) -> None:
    do(central, f"add-record {ANA} --start 2025-10-01")
    assert "overlaps the student's record" in refused(central, f"add-record {ANA} --start 2025-11-01")
    long = f"add-record 001002 --start 2025-10-01 --comment {'x' * 256}"
    assert "256 characters are more than the 255" in refused(central, long)
    orphan = f"add-service {ANA} --record 2025-09-01 --type Used --start 2025-10-01 --school {CODE}"
    assert "no recovery record that starts on 2025-09-01" in refused(central, orphan, kind=RefusedError)
    inside = "add-session AR-2 --on 2025-10-07 --from 09:00 --to 10:00 --teacher E001"
    said = refused(central, inside, TEACHER)
    assert "inside the regular day (EC 46211" in said
    assert "hold it before or after school" in said


def test_a_service_is_changed_by_its_number(central: Central) -> None:
    do(central, f"add-record {ANA} --start 2025-10-01")
    plain = (
        f"add-service {ANA} --record 2025-10-01 --type Used --start 2025-10-01 --school {CODE} --days-used 2"
    )
    number = do(central, plain).split()[-1]
    said = do(central, f"edit-service {number} --days-used 1 --school {OTHER_CODE} --reason miscounted")
    assert said == f"changed Used service {number}: Days Used: 1\n"
    assert RecoveryService.objects.get().school.code == OTHER_CODE
    assert "deleted" in do(central, f"delete-service {number} --reason twice", LEADER)


def test_sessions_are_listed_with_ratio_and_signature(central: Central) -> None:
    do(
        central,
        "add-session AR-1 --on 2025-10-11 --from 09:00 --to 13:00 --teacher E001 --teacher E002",
        TEACHER,
    )
    do(central, f"attendance AR-1 {ANA}:240 001002:60", TEACHER)
    said = do(central, "sessions", AUDITOR).splitlines()
    assert said[0] == "2025-10-11 09:00-13:00  AR-1  no room  2 students to 2 certificated  NOT SIGNED"
    do(central, "sign AR-1 --practice-signature", TEACHER)
    assert "  signed" in do(central, "sessions --from 2025-10-11", AUDITOR)
    do(central, "edit-session AR-1 --room R101 --standards HSA-REI.4 --reason forgotten", TEACHER)
    refused(central, "delete-session AR-1 --reason off", LEADER, RefusedError)


def test_a_teacher_signs_with_the_code_in_a_file(
    central: Central, school: RecoverySchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    give_login(school.staff["teacher"])
    monkeypatch.setattr(auth.time, "time", lambda: 1_760_000_000)
    code = str(auth.format_hotp_value(auth.hotp_value(TOTP_SECRET, 1_760_000_000 // 30)))
    do(central, "add-session AR-1 --on 2025-10-11 --from 09:00 --to 13:00 --teacher E001", TEACHER)
    do(central, f"attendance AR-1 {ANA}:60", TEACHER)
    said = do(central, f"sign AR-1 --code-file {central.file('code', code)}", TEACHER)
    assert said == "signed session AR-1: 60 minutes of 1 students\n"


def test_minutes_that_cannot_be_read_are_told_line_by_line(central: Central) -> None:
    do(central, "add-session AR-1 --on 2025-10-11 --from 09:00 --to 13:00 --teacher E001", TEACHER)
    said = refused(central, f"attendance AR-1 {ANA}:sixty 009999:60 {ANA}:60", TEACHER)
    assert "line 1: write STUDENT:MINUTES, like 001001:60" in said
    assert "line 2: there is no student of that number" in said


def test_files_go_out_and_in_again(central: Central) -> None:
    do(central, f"add-record {ANA} --start 2025-10-01 --comment =1+1")
    folder = central.folder / "out"
    do(central, f"export --year 2025-26 --out {folder}", AUDITOR)
    records = folder / "recovery_records_2025-26.csv"
    assert records.stat().st_mode & 0o777 == 0o600
    assert do(central, f"import --records {records}") == (
        "nothing changed: the records say all of this already\n"
    )
    refused(central, "import", kind=CentralError)


def test_a_year_before_recovery_has_no_report_and_no_figures(
    central: Central, school: RecoverySchool
) -> None:
    SchoolYear.objects.create(school=school.school, name="2024-25")
    with pytest.raises(CentralError, match="2024-25 is before 2025-07-01, when attendance recovery began"):
        central.run("report", "recovery", "--year", "2024-25", "--as-of", "2025-06-30")
    said = refused(central, "update-services --year 2024-25 --as-of 2025-06-30", kind=RefusedError)
    assert "when attendance recovery began" in said


def test_a_report_is_written_with_its_proof_and_findings(central: Central) -> None:
    a_session(central)
    central.at = at(date(2025, 10, 12), "09:00")
    central.run("report", "recovery", "--year", "2025-26", "--format", "csv", "--out", central.folder / "out")
    names = sorted(path.name for path in (central.folder / "out").iterdir())
    stem = "PRACTICE_recovery_2025-26_as-of_2025-10-12"
    assert names == [f"{stem}{part}.csv" for part in ("", "_findings", "_proof", "_stamp")]
    proof = (central.folder / "out" / f"{stem}_proof.csv").read_text(encoding="utf-8")
    assert "session,001001,2025-10-11,AR-1,240," in proof
    findings = (central.folder / "out" / f"{stem}_findings.csv").read_text(encoding="utf-8")
    assert "took part in 1 sessions outside every recovery record" in findings


def test_the_howto_can_be_followed_line_by_line(central: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parents[3] / "docs/howto/attendance-recovery.md"
    monkeypatch.chdir(central.folder)
    # Nobody is there to be asked for a code.
    monkeypatch.setattr("central.commands.recovery.sessions.sign_with_code", lambda *of: sign(*of[:2]))
    monkeypatch.setattr("central.commands.recovery.sessions.one_time_code", lambda _path: "000000")
    done = []
    for line in page.read_text(encoding="utf-8").splitlines():
        if not line.startswith("    "):
            continue
        words = shlex.split(line)
        central.at += timedelta(seconds=1)
        if words[0] == "rollbook-central":
            central.run(words[3], *words[4:])
            done.append(words[3])
        else:
            central.run("recovery", *words)
            done.append(words[0])
    assert len(done) >= 14
    assert (central.folder / "out" / "recovery_services_2025-26.csv").exists()
    assert {row.is_calendar for row in RecoveryService.objects.all()} == {True}


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["recovery", "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    verbs = "records add-record edit-record delete-record services add-service edit-service delete-service"
    verbs += " update-services sessions add-session edit-session delete-session attendance sign import export"
    assert [verb for verb in verbs.split() if f"\n    {verb}" not in said] == []
