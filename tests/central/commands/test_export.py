"""The command `export`: checks first, keeps what it gives, and gives it again byte for byte."""

import re
from datetime import date
from pathlib import Path

import pytest

from central.config import CentralConfig
from central.errors import CentralError, InputError, RefusedError
from central.store.models import AuditEvent, ExportedFile
from tests.central.commands.conftest import Central
from tests.fakes import recovery_school
from tests.fakes.recovery_school import FIRST_DAY, RecoverySchool, at

CLERK, AUDITOR, TEACHER = "E005", "E009", "E001"


@pytest.fixture
def school(db: None) -> RecoverySchool:
    del db
    found = recovery_school.build(has_begun=True)
    record = found.students["ana"].records.get(section=found.algebra)
    record.first_in_at, record.last_out_at = at(FIRST_DAY, "08:30"), at(FIRST_DAY, "10:00")
    record.save()
    found.record("ana", comment="=1+1")
    return found


@pytest.fixture
def central(school: RecoverySchool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Central:
    del school
    return Central(CentralConfig(data_dir=str(tmp_path)), tmp_path, capsys, at(date(2025, 8, 12), "14:00"))


def test_a_file_is_checked_given_out_listed_and_written_again(central: Central, tmp_path: Path) -> None:
    out = tmp_path / "out"
    line = ("ic-positive", "--year", "2025-26", "--as", CLERK)
    assert "nothing stands against it" in central.run("export", *line, "--check")
    assert not out.exists()
    assert not ExportedFile.objects.exists()
    said = central.run("export", *line, "--out", out)
    (file,) = out.iterdir()
    assert file.name == "PRACTICE_ic-positive_2025-26_2025-07-01_2025-08-12.csv"
    assert file.stat().st_mode & 0o777 == 0o600
    kept = ExportedFile.objects.get()
    assert file.read_bytes() == bytes(kept.data)
    assert f"1 rows (SHA-256 {kept.sha256}), kept as number {kept.pk}" in said
    assert AuditEvent.objects.get(verb="export").detail["sha256"] == kept.sha256
    assert "there is nothing to give out" in central.run("export", *line, "--out", out)
    assert re.search(
        rf"{kept.pk}  PRACTICE_ic-positive\S+  1 rows .* by {CLERK}", central.run("export", "given")
    )
    again = tmp_path / "again"
    central.run("export", "again", str(kept.pk), "--as", AUDITOR, "--out", again)
    assert (again / file.name).read_bytes() == file.read_bytes()
    with pytest.raises(RefusedError, match="no exported file has the number 999"):
        central.run("export", "again", "999", "--as", CLERK)


def test_every_problem_is_told_at_once_and_ends_with_1(central: Central, tmp_path: Path) -> None:
    said = central.run("export", "edfi", "--year", "2025-26", "--check", "--as", CLERK)
    assert central.code == 1
    assert said.count("blocking: template:") == 2
    assert "2 things to look at" in said
    with pytest.raises(InputError, match="the export edfi is not made; nothing was written"):
        central.run("export", "edfi", "--year", "2025-26", "--as", CLERK, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_template_beside_the_records_is_taken_unless_another_is_named(
    central: Central, tmp_path: Path
) -> None:
    (tmp_path / "exports").mkdir()
    kept = tmp_path / "exports" / "ic-positive.toml"
    kept.write_text('[layout]\nseparator = "tab"\n', encoding="utf-8")
    line = ("ic-positive", "--year", "2025-26", "--as", CLERK)
    central.run("export", *line, "--out", tmp_path / "out")
    (file,) = (tmp_path / "out").iterdir()
    assert file.name.endswith(".tsv")
    other = tmp_path / "other.toml"
    other.write_text("shoe = 1\n", encoding="utf-8")
    with pytest.raises(CentralError, match="this key is not known; allowed here: layout"):
        central.run("export", *line, "--template", other)


def test_who_may_not_gives_nothing_out(central: Central) -> None:
    line = ("ic-recovery", "--year", "2025-26")
    with pytest.raises(RefusedError, match="may not read exports"):
        central.run("export", *line, "--as", TEACHER)
    central.run("export", *line, "--as", AUDITOR, "--check")
    with pytest.raises(RefusedError, match="may not add exports"):
        central.run("export", *line, "--as", AUDITOR)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--since", "2025-08-12", "--until", "2025-08-11"), "2025-08-12 is after 2025-08-11"),
        (("--since", "2024-08-12"), "2024-08-12 to 2025-08-12 is not within 2025-26"),
        (("--as-of", "2026-01-01"), "2026-01-01 has not come yet"),
    ],
)
def test_days_that_cannot_be_are_refused(central: Central, more: tuple[str, str], says: str) -> None:
    with pytest.raises(CentralError, match=says):
        central.run("export", "edfi", "--year", "2025-26", "--as", CLERK, *more)


def test_what_recovery_gives_out_by_either_command_is_the_same(central: Central, tmp_path: Path) -> None:
    central.run("export", "ic-recovery", "--year", "2025-26", "--as", CLERK, "--out", tmp_path / "one")
    central.run("recovery", "export", "--year", "2025-26", "--as", CLERK, "--out", tmp_path / "two")
    (one,) = (tmp_path / "one").iterdir()
    assert one.read_bytes() == (tmp_path / "two" / "recovery_records_2025-26.csv").read_bytes()
    changed = central.run("recovery", "import", "--records", one, "--as", CLERK)
    assert "nothing changed" in changed
