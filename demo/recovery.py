"""The next autumn: a student misses days, makes them up on Saturdays, and what is corrected is taken back."""

import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from central.config import CentralConfig
from demo import autumn, school
from demo.history import History
from demo.narrator import Narrator
from demo.office import ADMINISTRATOR, Office
from demo.premises import Premises, at

_MINUTES = 240


class Recovery:
    """One class from its first day to P-1, with the office's own commands for everything but the taps."""

    def __init__(self, premises: Premises, narrator: Narrator) -> None:
        self._school = autumn.found()
        self._premises = premises
        self._narrator = narrator
        self._office = Office(self._school, premises, narrator)
        self._section = self._school.sections[0]
        self._student = self._section.students[0].number

    def begin(self, furnish: Callable[[school.Section], None]) -> None:
        """Take the new year in and give its room a station; `furnish` connects it to the server."""
        self._narrator.chapter("The next autumn: a class whose students may recover days they missed")
        self._premises.move_clock(at(autumn.AUTUMN.first_day, "07:00"))
        self._office.take_in()
        furnish(self._section)

    def live(self, config: CentralConfig) -> None:
        """Live every day until the end of P-1; on two Saturdays a recovery session is held."""
        history = History(self._school, self._premises, config)
        days = [on for on in autumn.AUTUMN.weekdays() if on <= autumn.P1_ENDS]
        with history.open(), self._narrator.bar("school days", len(days)) as bar:
            for on in sorted([*days, *autumn.SATURDAYS]):
                if on in autumn.SATURDAYS:
                    self._session(history, on)
                else:
                    history.live(on)
                    bar.step()

    def _session(self, history: History, on: date) -> None:
        """Hold one session: tapped in and out, its minutes documented and signed the same day."""
        student, code = self._section.students[0], f"AR-{on}"
        for clock in ("09:00", "13:00"):
            self._premises.move_clock(at(on, clock))
            history.tap(self._section, student)
        self._premises.move_clock(at(on, "13:10"))
        by = ("--as", self._section.teacher.number)
        hours = ("--on", on.isoformat(), "--from", "09:00", "--to", "13:00", "--room", self._section.room)
        teacher = ("--teacher", self._section.teacher.number, "--standards", "CCSS.ELA-LITERACY.W.11-12.1")
        self._do("add-session", code, *hours, *teacher, *by)
        self._do("attendance", code, f"{self._student}:{_MINUTES}", *by)
        self._do("sign", code, *by, "--practice-signature")

    def use(self) -> None:
        """Let the ledger write what was earned and used, and report P-1; then correct and do it again."""
        self._narrator.say(f"{self._student} missed three days and came on two Saturdays")
        first = autumn.AUTUMN.first_day.isoformat()
        by = ("--as", ADMINISTRATOR)
        self._premises.move_clock(at(autumn.P1_ENDS, "16:00"))
        self._do("add-record", self._student, "--start", first, *by)
        for kind in ("Earned", "Used"):
            dates = ("--record", first, "--start", first, "--school", school.CODE)
            self._do("add-service", self._student, *dates, "--type", kind, "--calendar", "on", *by)
        self._premises.move_clock(at(autumn.P1_REPORTED, "09:00"))
        attended = self._at_p1(used=2, corrected=0)
        self._narrator.say("two of the three absences turn out to be none; their teacher signs anew")
        signed = ("certify", self._section.code, "--as", self._section.teacher.number)
        for on in autumn.CORRECTED:
            self._office.central(
                *(*signed, "--on", on.isoformat(), "--practice-signature"),
                *("--present", f"{self._student}:was at the counselor's all day"),
                *("--reason", "the counselor's log was found", "--late-reason", "the log was found later"),
            )
        # What was there already was counted without the two days; the ledger takes one back by itself.
        self._premises.move_clock(at(autumn.P1_REPORTED, "10:00"))
        again = self._at_p1(used=1, corrected=len(autumn.CORRECTED))
        self._narrator.check("both days now count as attended", again - attended, len(autumn.CORRECTED))
        self._narrator.quote(self._office.report("recovery", autumn.P1_REPORTED))

    def _at_p1(self, used: int, corrected: int) -> int:
        """Check services and P-1 against what must be; return the days attended in class."""
        as_of = ("--year", autumn.AUTUMN.name, "--as-of", autumn.P1_ENDS.isoformat())
        self._narrator.say(self._do("update-services", *as_of, "--as", ADMINISTRATOR).strip())
        told = json.loads(self._office.report("p1", autumn.P1_REPORTED, "json"))
        taught = [on for on in autumn.AUTUMN.days_taught(autumn.BRIDGE) if on <= autumn.P1_ENDS]
        recovered = [(row["track"], Fraction(row["exact"])) for row in told["recovered"]]
        divisor = len(taught)
        what = f"P-1 has {used} recovered of {divisor} days on a line of their own, in no divisor"
        self._narrator.check(what, recovered, [("C", Fraction(used, divisor))])
        days = sum(row["pupil_days"] for row in told["rows"] if row["track"] == autumn.BRIDGE.code)
        expected = len(self._section.students) * divisor - len(autumn.ABSENCES) + corrected
        self._narrator.check(f"P-1, track C (bridge): {days}/{divisor} in class", days, expected)
        return int(days)

    def _do(self, *arguments: str) -> str:
        return self._office.central("recovery", *arguments, expected=(0, 1))
