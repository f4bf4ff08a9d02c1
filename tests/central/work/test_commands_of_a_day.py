"""One school day from the command line: taps, inbox, signature, delivery, report, trace."""

import argparse
import importlib
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from central.config import CentralConfig
from central.errors import CentralError, InputError, RefusedError
from central.store.models import AttendanceRecord, Enrollment, Placement, SessionCertification
from tests.fakes import school as schools
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation
from tests.fakes.school import MONDAY, TOTP_SECRET, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW_S = 1_726_000_000


class Desk:
    """A command line in front of the small school, with a clock set by hand."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        (folder / "keys").mkdir()
        (folder / "keys" / "server-ack.pub").write_text(SERVER_KEY.verify_key.public.hex(), encoding="ascii")
        self.config = CentralConfig(data_dir=str(folder))
        self.now = at(MONDAY, "10:10")
        self.out = ""
        self._capture = capture

    def run(self, name: str, *arguments: str | Path) -> int:
        """Run a command; what it printed is in `out`."""
        module = importlib.import_module(f"central.commands.{name}")
        parser = argparse.ArgumentParser()
        module.arguments(parser)
        args = parser.parse_args([str(argument) for argument in arguments])
        code = module.run(args, self.config, self._now)
        self.out = self._capture.readouterr().out
        return int(code)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def _now(self) -> datetime:
        return self.now


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


@pytest.fixture
def small(desk: Desk) -> SmallSchool:
    """Build the school and let Ana and Ben tap in, and a stranger."""
    small = schools.build()
    schools.give_login(small.teacher)
    evidence = EvidenceFile(desk.folder)
    room = JournallingStation(small.station_101.code, at(MONDAY, "06:00"))
    room.tap(at(MONDAY, "08:25"), small.token(small.ana))
    room.tap(at(MONDAY, "08:50"), small.token(small.ben))
    room.tap(at(MONDAY, "08:51"), b"a stranger's one")
    evidence.receive(room.exchange(at(MONDAY, "09:00")), room.exchange(at(MONDAY, "09:01")))
    return small


@pytest.fixture
def code(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stop the clock of the codes and return the file that holds the current one."""
    cache.clear()
    monkeypatch.setattr(auth.time, "time", lambda: NOW_S)
    return desk.file("code", auth.format_hotp_value(auth.hotp_value(TOTP_SECRET, NOW_S // 30)))


def signed_day(desk: Desk, code: Path) -> None:
    desk.run("resolve")
    desk.run("certify", "ALG1-01", "--on", "2024-09-09", "--as", "E001", "--code-file", code, "--absent-rest")


def test_a_day_goes_from_taps_to_a_confirmed_record_and_a_proven_number(
    desk: Desk, small: SmallSchool, code: Path
) -> None:
    assert desk.run("resolve") == 0
    assert "3 taps" in desk.out
    assert "1 tap of a card nobody is known to hold" in desk.out

    assert desk.run("inbox", "ALG1-01", "--on", "2024-09-09") == 1
    assert "001002       present  provisional  in 08:50:00" in desk.out
    assert "tardy" in desk.out
    assert "001003       needed" in desk.out
    assert "Soto" not in desk.out

    certify = ("certify", "ALG1-01", "--on", "2024-09-09", "--as", "E001", "--code-file", code)
    assert desk.run(*certify, "--absent-rest") == 0
    assert desk.out.splitlines() == [
        "certified section ALG1-01 on 2024-09-09: 2 present, 1 absent, by employee E001",
        "note: 1 tap of that day in the room belongs to nobody known yet",
    ]
    assert desk.run("inbox", "ALG1-01", "--on", "2024-09-09") == 0

    sis = desk.folder / "sis.txt"
    assert desk.run("submit", "--on", "2024-09-09", "--as", "E001", "--out", sis) == 0
    assert "wrote 3 records" in desk.out
    assert desk.run("submit", "--on", "2024-09-09", "--as", "E001", "--out", desk.folder / "2.txt") == 0
    assert "nothing new" in desk.out
    assert desk.run("confirm", sis, "--as", "E001") == 0
    assert set(AttendanceRecord.objects.values_list("stage", flat=True)) == {"confirmed"}

    desk.now = at(date(2025, 1, 3), "09:00")
    report = ("report", "p1", "--year", "2024-25", "--as-of", "2024-12-31")
    assert desk.run(*report) == 1
    assert "2/93" in desk.out
    assert desk.run(*report, "--format", "json") == 1
    assert json.loads(desk.out)["total"] == {"pupil_days": 2, "ada": "0.02"}

    assert desk.run("trace", "--student", small.ana.number, "--on", "2024-09-09") == 0
    assert "PROVEN: signed by key" in desk.out
    assert "submitted -> confirmed" in desk.out


def test_a_code_is_asked_for_where_no_file_holds_it(
    desk: Desk, small: SmallSchool, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del small
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return code.read_text()

    monkeypatch.setattr("getpass.getpass", answer)
    desk.run("resolve")
    desk.run("certify", "ALG1-01", "--on", "2024-09-09", "--as", "E001", "--absent-rest")
    assert asked == ["one-time code: "]
    assert SessionCertification.objects.count() == 1


def test_whoever_signs_before_the_class_is_over_is_told_what_that_means(
    desk: Desk, small: SmallSchool, code: Path
) -> None:
    del small
    desk.now = at(MONDAY, "09:30")
    signed_day(desk, code)
    assert "note: the class ends at 10:00; taps from now on will not change" in desk.out


def test_a_wrong_code_ends_with_64_and_a_used_one_too(desk: Desk, small: SmallSchool, code: Path) -> None:
    del small
    signed_day(desk, code)
    again = ("certify", "ALG1-01", "--on", "2024-09-09", "--as", "E001", "--reason", "again")
    with pytest.raises(RefusedError, match="nothing was written") as caught:
        desk.run(*again, "--code-file", code)
    assert caught.value.exit_code == 64
    assert SessionCertification.objects.count() == 1


def test_changes_are_named_by_student_number_with_their_reasons(
    desk: Desk, small: SmallSchool, code: Path
) -> None:
    desk.run("resolve")
    signature = ("certify", "ALG1-01", "--on", "2024-09-09", "--as", "E001", "--code-file", code)
    with pytest.raises(InputError, match="--absent: there is no student"):
        desk.run(*signature, "--absent", "999")
    desk.run(*signature, "--add", "001003:forgot her card", "--absent", "001002:was somebody else")
    marks = dict(AttendanceRecord.objects.values_list("student__given_name", "mark"))
    assert marks == {"Ana": "present", "Ben": "absent", "Chloe": "present"}
    assert "forgot her card" in small.chloe.records.get().decisions.values_list("reason", flat=True)


def test_a_practice_school_may_sign_without_a_code_and_says_practice_in_its_files(
    desk: Desk, small: SmallSchool
) -> None:
    signature = ("certify", "ALG1-01", "--on", "2024-09-09", "--as", "E001", "--practice-signature")
    desk.run("resolve")
    with pytest.raises(RefusedError, match="one-time code"):
        desk.run(*signature, "--absent-rest")
    small.school.is_practice = True
    small.school.save()
    assert desk.run(*signature, "--absent-rest") == 0
    assert desk.run("report", "p1", "--year", "2024-25", "--format", "csv", "--out", desk.folder / "out") == 1
    written = sorted(path.name for path in (desk.folder / "out").iterdir())
    assert len(written) == 4
    assert all(name.startswith("PRACTICE_P-1_2024-25_as-of_2024-09-09") for name in written)


def test_a_report_without_weighty_findings_ends_with_0_and_is_closed_with_a_name(
    desk: Desk, small: SmallSchool
) -> None:
    small.school.facts_kept_since = date(2024, 7, 1)
    small.school.save()
    # With nobody placed or enrolled there is no session to certify.
    Placement.objects.all().delete()
    Enrollment.objects.all().delete()
    desk.now = at(date(2025, 1, 3), "09:00")
    assert desk.run("report", "p1", "--year", "2024-25") == 0
    with pytest.raises(CentralError, match="--close needs --as"):
        desk.run("report", "p1", "--year", "2024-25", "--close")
    assert desk.run("report", "p1", "--year", "2024-25", "--close", "--as", "E007") == 0
    assert "closed P-1 2024-25 as revision 1, original: 0.00 ADA" in desk.out


def test_paper_is_previewed_and_taken_in(desk: Desk, small: SmallSchool) -> None:
    del small
    desk.run("resolve")
    sheet = desk.file(
        "sheet.csv",
        "student_number,date,in,out,mark\n001001,2024-09-09,,,absent\n001003,2024-09-09,,,present\n",
    )
    taken = ("import_paper", sheet, "--section", "ALG1-01", "--sheet", "S-1", "--as", "E004")
    assert desk.run(*taken, "--dry-run") == 1
    assert "differs from what is known" in desk.out
    assert "nothing was written" in desk.out
    assert desk.run(*taken) == 1
    assert "1 records made from sheet S-1" in desk.out
    assert desk.run(*taken) == 0
    assert "0 records made" in desk.out


def test_what_nobody_knows_is_refused_in_one_sentence(desk: Desk, small: SmallSchool) -> None:
    del small
    for arguments, says in [
        (("inbox", "NOPE", "--on", "2024-09-09"), "no section NOPE"),
        (("certify", "ALG1-01", "--on", "2024-09-09", "--as", "E999"), "no employee E999"),
        (("report", "p1", "--year", "2031-32"), "no school year 2031-32"),
        (("trace", "--student", "1", "--on", "2024-09-09"), "no student of that number"),
        (("submit", "--as", "E001", "--out", "x"), "say --on DATE"),
    ]:
        with pytest.raises(CentralError, match=says):
            desk.run(*arguments)


def test_a_station_nobody_commissioned_is_a_finding_of_resolve(desk: Desk, small: SmallSchool) -> None:
    del small
    room = JournallingStation("st-x", at(MONDAY, "06:00"))
    EvidenceFile(desk.folder).receive(room.exchange(at(MONDAY, "06:01")))
    assert desk.run("resolve") == 1
    assert "station st-x is not in the records" in desk.out
