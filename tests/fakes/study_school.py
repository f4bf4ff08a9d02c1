"""A central whose school has independent study: the small school, its commands, its files."""

import argparse
import importlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from central.config import CentralConfig
from central.store.models import AuditEvent, CalendarDay, Student
from tests.fakes import school as schools
from tests.fakes.school import FIRST_DAY, SmallSchool, at, taught

FRIDAY = date(2024, 9, 13)
"""The last day of the first week a test speaks of; September 9, 2024 is its Monday."""


@dataclass
class StudySchool:
    """One school in the test's database: run commands on it at an instant, and write files for them."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    small: SmallSchool = field(default_factory=schools.build)
    at: datetime = field(default_factory=lambda: at(date(2025, 6, 30), "16:00"))
    code: int = field(default=0, init=False)

    def run(self, name: str, *arguments: str | Path) -> str:
        """Run one command and return what it printed; its exit code stays in `code`."""
        module = importlib.import_module(f"central.commands.{name}")
        parser = argparse.ArgumentParser()
        module.arguments(parser)
        args = parser.parse_args([str(part) for part in arguments])
        self.code = module.run(args, CentralConfig(data_dir=str(self.folder)), lambda: self.at)
        return self.capture.readouterr().out

    def study(self, verb: str, *arguments: str | Path) -> str:
        """Run a verb of `study` as the clerk."""
        return self.run("study", verb, *arguments, "--as", self.small.clerk.number)

    def request(self, verb: str, *arguments: str | Path) -> str:
        """Run a verb of `j13a` as the school leader."""
        return self.run("j13a", verb, *arguments, "--year", "2024-25", "--as", self.small.leader.number)

    def file(self, name: str, text: str) -> Path:
        """Write a file to hand in."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def enroll(self, student: Student, since: date = FIRST_DAY, until: date | None = None) -> None:
        """Have a student taught by independent study."""
        end = ["--until", str(until)] if until else []
        self.study(
            "enroll", student.number, "--since", str(since), *end, "--reason", "asked for by the family"
        )

    def agree(self, student: Student, days: list[date], signed_on: date, code: str = "A1") -> None:
        """Have an agreement over some days signed by everybody on one day."""
        signed = [str(signed_on)] * 3
        text = "student,agreement,since,until,evidence,studentSigned,parentSigned,supervisorSigned\n"
        text += ",".join([student.number, code, str(days[0]), str(days[-1]), "drawer 7", *signed]) + "\n"
        self.study("import-agreements", self.file(f"{code}.csv", text))

    def works(self, student: Student, days: list[date], minutes: int = 240, **said: str) -> None:
        """Have a student's work of some days evaluated, each day being a period of its own."""
        self.study("import-work", self.file("work.csv", work_file(student, days, minutes, **said)))

    def close(self, on: date) -> None:
        """Let the calendar of track A call a day a closure."""
        CalendarDay.objects.filter(track=self.small.track_a, on=on).update(
            is_taught=False, kind=CalendarDay.Kind.CLOSURE
        )

    def audit(self, verb: str) -> list[AuditEvent]:
        """Return what was written down of a verb, oldest first."""
        return list(AuditEvent.objects.filter(verb=verb).order_by("pk"))


def work_file(student: Student, days: list[date], minutes: int = 240, **said: str) -> str:
    """Return the file of a student's work on some days; `said` puts other words into its columns."""
    lines = [
        "student,date,workMinutes,synchronousMinutes,engaged,evaluatedBy,evaluatedOn,due,handedIn,evidence"
    ]
    for on in days:
        row = {
            "student": student.number,
            "date": str(on),
            "workMinutes": str(minutes),
            "synchronousMinutes": "0",
            "engaged": "yes",
            "evaluatedBy": "E001",
            "evaluatedOn": str(on + timedelta(days=7)),
            "due": str(on),
            "handedIn": str(on),
            "evidence": "folder 3",
        }
        lines.append(",".join((row | said).values()))
    return "\n".join(lines) + "\n"


def week() -> list[date]:
    """Return the five school days that end on the Friday."""
    return [on for on in taught("A") if FRIDAY - timedelta(days=5) < on <= FRIDAY]
