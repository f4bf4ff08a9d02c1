"""The school's office: sets up the server, imports the files, commissions rooms, runs the reports."""

import re
from collections.abc import Collection
from datetime import date
from pathlib import Path

from demo import roster_file, school
from demo.narrator import Narrator
from demo.premises import Premises, Room
from demo.programs import Program, run
from demo.school import School, Teacher

ADMINISTRATOR = "8000"
CLERK = "8001"
PASSWORD = "tap-to-P2-is-one-chain"  # noqa: S105 -- of a made-up school, shown to whoever runs the demo


class Office:
    """Works with `rollbook-central` alone, as a school's people would."""

    def __init__(self, made_up: School, premises: Premises, narrator: Narrator) -> None:
        self._school = made_up
        self._premises = premises
        self._narrator = narrator

    def central(self, *arguments: str, expected: Collection[int] = (0,)) -> str:
        """Run one command of the server."""
        named = ("rollbook-central", "--config", str(self._premises.server_config))
        return run([*named, *arguments], expected)

    def found(self) -> None:
        """Make the practice server and take in the first year."""
        self.central("init", "--practice", "--school-code", school.CODE, "--school-name", school.NAME)
        self.take_in()

    def take_in(self) -> None:
        """Take in a year's calendar, roster and cards."""
        files, year = self._premises.files, self._school.year
        sections = {section.code: section.track for section in self._school.sections}
        calendar, bells = year.write(files, sections)
        excluded = [f"--exclude-week={monday}" for monday in year.excluded_weeks]
        days = ("import-calendar", str(calendar), "--year", year.name, *excluded)
        roster, cards = files / f"roster-{year.name}.zip", files / f"cards-{year.name}.csv"
        roster_file.write(self._school, roster)
        roster_file.write_credentials(self._school, cards)
        self._say(self.central(*days, "--decided-by", "the demo"))
        self._say(self.central("import-roster", str(roster)))
        # The bell schedule names sections, which the roster has just brought.
        self._say(self.central(*days, "--bells", str(bells), "--decided-by", "the demo"))
        self._say(self.central("import-credentials", str(cards)))

    def commission(self, room: Room) -> None:
        """Make a station's key on the station, and let the server know the public half."""
        printed = run(["rollbook-sync", "keygen", "--config", str(room.agent_config)])
        run(["rollbook-sync", "migrate", "--config", str(room.agent_config)])
        public = re.search(r"public ([0-9a-f]{64})", printed)
        section = room.section
        self.central(
            "commission", section.station, "--room", section.room, "--key", public[1] if public else ""
        )

    def give_logins(self, teacher: Teacher) -> Path:
        """Let a teacher, the administrator and the clerk sign in; return the file their codes come from."""
        password, seed = self._premises.files / "password", self._premises.files / "totp-seed"
        password.write_text(PASSWORD, encoding="utf-8")
        password.chmod(0o600)
        secrets = ("--password-file", str(password), "--totp-seed-file", str(seed))
        self.central("add-operator", teacher.number, *secrets)
        for number, role, family, given in (
            (ADMINISTRATOR, "admin", "Okafor", "Ruth"),
            (CLERK, "clerk", "Villanueva", "Tess"),
        ):
            hired = ("--role", role, "--family-name", family, "--given-name", given)
            self.central("add-operator", number, *hired, *secrets)
        return seed

    def issue_phone(self, student: str, public_key: str) -> str:
        """Certify a student's phone and return the certificate."""
        said = self.central("issue-phone", "--student", student, "--public-key", public_key)
        return said.splitlines()[0]

    def serve(self) -> Program:
        """Start the server on a free loopback port."""
        return Program(
            ["rollbook-central", "--config", str(self._premises.server_config), "serve", "--single"],
            self._premises.logs / "server.log",
        )

    def certify(self, section: school.Section, on: date, code: str) -> str:
        """Sign a class as its teacher, with the one-time code in a file."""
        file = self._premises.files / "code"
        file.write_text(code, encoding="ascii")
        file.chmod(0o600)
        signed = ("--as", section.teacher.number, "--code-file", str(file), "--absent-rest")
        return self.central("certify", section.code, "--on", on.isoformat(), *signed)

    def report(self, kind: str, as_of: date, form: str = "text") -> str:
        """Leave a report with its proof in the reports folder, and return the report itself."""
        said = self.paper(kind, as_of, form)
        # The report is the first of its files.
        return Path(said.splitlines()[0].removeprefix("wrote ")).read_text(encoding="utf-8")

    def paper(self, kind: str, as_of: date, form: str) -> str:
        """Leave a report in the reports folder as a file to be opened or signed; return what was said."""
        wanted = ("report", kind, "--year", self._school.year.name, "--as-of", as_of.isoformat())
        kept = ("--format", form, "--out", str(self._premises.reports))
        # 1 says that findings came with it; what they are is in the report.
        return self.central(*wanted, *kept, expected=(0, 1))

    def _say(self, printed: str) -> None:
        """Repeat what a command told its user."""
        for line in printed.strip().splitlines():
            self._narrator.say(line)
