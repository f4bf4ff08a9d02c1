"""A day without power in one room: the class signs on paper, and its teacher signs for the paper."""

import csv
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from central.work.paper_verdict import Verdict
from demo.narrator import Narrator, StoryError
from demo.office import CLERK, Office
from demo.premises import Premises
from demo.school import School, Section, Student

DARK_DAY = date(2024, 10, 22)


class PowerOut:
    """Visits one class on the day its station is dead; everything is done by the office's commands."""

    has_power = False

    def __init__(self, made_up: School, premises: Premises, office: Office, narrator: Narrator) -> None:
        self.section: Section = made_up.sections[1]
        self._present = made_up.present[self.section.code, DARK_DAY]
        self._premises = premises
        self._office = office
        self._narrator = narrator
        self._sheet = ""

    def morning(self) -> None:
        """Print the class's sheet and let everybody who comes sign it."""
        self._narrator.chapter(f"{DARK_DAY:%A %m/%d/%Y}: no power in {self.section.room}, so the class signs")
        pdf = self._premises.files / f"sheet-{DARK_DAY}.pdf"
        pdf.unlink(missing_ok=True)
        said = self._office.central(
            *("sheets", "--section", self.section.code, "--on", DARK_DAY.isoformat()),
            *("--as", CLERK, "--out", str(pdf)),
        )
        found = re.search(rf"(\S+)\s+{re.escape(self.section.code)} ", said)
        if found is None:
            raise StoryError(said)
        self._sheet = found[1]
        self._narrator.say(f"the office prints {pdf.name}: sheet {self._sheet}, with a code to find it by")

    def certify(self) -> None:
        """Key the sheet, say why there are no taps, and let the teacher sign for both."""
        track = self.section.track
        self._narrator.say("after class the clerk keys the sheet and notes when the room was without power")
        since, until = (f"{DARK_DAY}T{clock}" for clock in (track.starts, track.ends))
        self._office.central(
            *("outage", "note", "--station", self.section.station, "--from", since, "--to", until),
            *("--cause", "power", "--says", "no power in the room all day", "--as", CLERK),
        )
        keyed = self._key(self._present, self._enrolled())
        kept = ("--collected-by", self.section.teacher.family, "--kept", "binder 3, October")
        said = self._take_in(keyed, *kept)
        self._narrator.check(
            "each line stands in for a tap", said.count(Verdict.FALLBACK) - 1, len(self._enrolled())
        )
        again = self._take_in(keyed)
        self._narrator.check(
            "the same sheet once more changes nothing", "0 records made" in again, expected=True
        )
        signed = (
            "certify",
            self.section.code,
            "--on",
            DARK_DAY.isoformat(),
            "--as",
            self.section.teacher.number,
        )
        said = self._office.central(*signed, "--practice-signature")
        come = len(self._present)
        expected = f"{come} present, {len(self._enrolled()) - come} absent"
        self._narrator.check("the teacher signs for the paper", expected in said, expected=True)

    def _take_in(self, keyed: Path, *kept: str) -> str:
        """Hand a keyed sheet to central; 1 says that somebody must look, and nobody must here."""
        named = ("--section", self.section.code, "--sheet", self._sheet, "--on", DARK_DAY.isoformat())
        return self._office.central("import-paper", str(keyed), *named, *kept, "--as", CLERK)

    def _enrolled(self) -> list[Student]:
        return [
            student
            for student in self.section.students
            if student.since <= DARK_DAY and (student.until is None or student.until >= DARK_DAY)
        ]

    def _key(self, present: frozenset[str], students: Sequence[Student]) -> Path:
        """Write the sheet as the clerk keys it in a spreadsheet."""
        file = self._premises.files / f"sheet-{DARK_DAY}.csv"
        track = self.section.track
        with file.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(("Student Number", "Name", "Date", "Mark", "In", "Out"))
            for student in students:
                came = student.number in present
                clocks = (track.starts, track.ends) if came else ("", "")
                name = f"{student.family}, {student.given}"
                rows.writerow((student.number, name, f"{DARK_DAY:%m/%d/%Y}", "P" if came else "A", *clocks))
        return file
