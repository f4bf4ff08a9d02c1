"""Key sheets at a terminal: quick by keyboard, each line kept before it is confirmed, resumed at any time."""

from collections.abc import Callable
from typing import Final

from central.domain.class_sheet import Held, Listed
from central.domain.errors import DomainError
from central.errors import CentralError, RefusedError
from central.exchange.kit.hand_over import Row
from central.kit import typed
from central.kit.chosen import Talk, sheet_of
from central.kit.kit import Kit
from central.kit.roll import listed, name_of, roll_of, told
from central.kit.typed import Roll
from central.kit.work import Keying

HELP: Final = """\
  p 8:31 10:00     present, in and out as the sheet shows them     a   absent     t 8:50   tardy
  Enter            leave this line and go on
  12 p   soto a    speak of another line: its place, the student number, or first letters
  add 001005 p     somebody written in at the bottom
  undo 12          take a line back           list   show all lines        day tue   another day
  done             the sheet is keyed         quit   stop here; nothing is lost"""


class _StopError(Exception):
    """Somebody stopped; everything confirmed is kept."""


def key_sheets(kit: Kit, talk: Talk, number: str | None = None) -> None:
    """Key one sheet, or sheets until a number is left empty; what is confirmed is kept, however it ends."""
    try:
        while True:
            asked = number or talk.ask("sheet number (Enter to stop): ").strip()
            if not asked:
                return
            try:
                _Desk(kit, talk, sheet_of(kit, talk, asked)).work()
            except (CentralError, DomainError) as error:
                talk.say(f"  {error}")
                if number:
                    raise
            if number:
                return
    except (EOFError, _StopError):
        talk.say("  stopped; everything confirmed is kept")


class _Desk:
    """One sheet in front of somebody."""

    def __init__(self, kit: Kit, talk: Talk, sheet: Keying) -> None:
        self._kit, self._talk, self._sheet = kit, talk, sheet
        self._plan = kit.class_of(sheet.section).plan
        self._days = self._plan.held(sheet.first, sheet.last)
        self._listed = listed(kit, sheet)
        self._students = list(roll_of(kit, sheet))
        self._held = next((day for day in self._days if self._next(day, -1) is not None), self._days[0])
        self._place: int | None = self._next(self._held, -1)
        self._is_closing = False

    def work(self) -> None:
        """Ask line by line until the sheet is done; raises _StopError when somebody stops before."""
        of, days = self._plan.of, f"{self._days[0].on:%m/%d/%Y}"
        if len(self._days) > 1:
            days = f"{days} to {self._days[-1].on:%m/%d/%Y}"
        self._talk.say(f"  {of.title} ({of.code}), {days}, {len(self._students)} students; ? helps")
        while True:
            line = self._talk.ask(self._prompt()).strip()
            try:
                if self._is_over(line):
                    return
            except CentralError as error:
                self._talk.say(f"  {error}")

    def _is_over(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        acts: dict[str, Callable[[str], None]] = {
            "?": lambda _rest: self._talk.say(HELP),
            "list": lambda _rest: self._list(),
            "day": self._turn,
            "undo": self._undo,
            "add": self._add,
            "quit": self._stop,
        }
        if word.lower() == "done" and not rest:
            return self._is_closed()
        self._is_closing = False
        if not line:
            self._go_on()
        elif word.lower() in acts:
            acts[word.lower()](rest.strip())
        else:
            student, row = typed.row(line, self._roll(), self._current())
            self._keep(student, row)
        return False

    def _keep(self, student: Listed, row: Row) -> None:
        self._kit.work.keep(self._sheet.number, row, self._talk.hand())
        place = self._students.index(student)
        # Only now: whoever reads this may close the laptop.
        self._talk.say(f"  kept {place + 1} {student.name}: {told(row)}")
        if place == self._place:
            self._go_on()

    def _add(self, rest: str) -> None:
        number, _, said = rest.partition(" ")
        if not said or number not in {each.number for each in self._students}:
            self._require_number(number, said)
        added = Listed(number, name_of(self._kit, number))
        roll = Roll([added], self._held)
        _, row = typed.row(said, roll, added)
        if added.number not in {each.number for each in self._students}:
            self._students.append(added)
            self._talk.say("  written in: check says whether the school knows this student here")
        self._keep(next(each for each in self._students if each.number == number), row)

    def _require_number(self, number: str, said: str) -> None:
        if not number or not said:
            msg = "type the student number and the mark: add 001005 p 8:31"
            raise RefusedError(msg)

    def _undo(self, who: str) -> None:
        student = typed.find(who, self._roll())
        gone = Row(student.number, self._held.on, "")
        self._kit.work.keep(self._sheet.number, gone, self._talk.hand())
        place = self._students.index(student)
        self._talk.say(f"  taken back {place + 1} {student.name}")
        if student not in self._listed:
            self._students.remove(student)

    def _turn(self, day: str) -> None:
        for held in self._days:
            if day and f"{held.on:%A}".lower().startswith(day.lower()):
                self._held, self._place = held, self._next(held, -1)
                return
        msg = f"this sheet has {', '.join(f'{held.on:%a}' for held in self._days)}; type day and one of them"
        raise RefusedError(msg)

    def _is_closed(self) -> bool:
        open_lines = sum(
            (each.number, held.on) not in self._sheet.rows for each in self._students for held in self._days
        )
        if open_lines and not self._is_closing:
            self._is_closing = True
            self._talk.say(
                f"  {open_lines} lines have no mark and stay without one; type done again if that is so"
            )
            return False
        self._kit.work.close(self._sheet.number, self._talk.hand())
        self._talk.say(f"  sheet {self._sheet.number} is keyed: {len(self._sheet.rows)} lines")
        return True

    def _list(self) -> None:
        for place, each in enumerate(self._students, start=1):
            row = self._sheet.rows.get((each.number, self._held.on))
            self._talk.say(f"  {place:3} {each.name:30} {each.number:12} {told(row) if row else ''}")

    def _stop(self, _rest: str) -> None:
        raise _StopError

    def _go_on(self) -> None:
        self._place = None if self._place is None else self._next(self._held, self._place)
        later = [day for day in self._days if day.on > self._held.on and self._next(day, -1) is not None]
        if self._place is None and later:
            self._held, self._place = later[0], self._next(later[0], -1)

    def _next(self, held: Held, after: int) -> int | None:
        """Return the next line of a day without a mark."""
        open_lines = (
            place
            for place in range(after + 1, len(self._students))
            if (self._students[place].number, held.on) not in self._sheet.rows
        )
        return next(open_lines, None)

    def _current(self) -> Listed | None:
        return None if self._place is None else self._students[self._place]

    def _roll(self) -> Roll:
        return Roll(self._students, self._held)

    def _prompt(self) -> str:
        current = self._current()
        day = f"{self._held.on:%a %m/%d} "
        return (
            f"{day}{self._place + 1} {current.name} {current.number}: "
            if current and self._place is not None
            else f"{day}done? "
        )
