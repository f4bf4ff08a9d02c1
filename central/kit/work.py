"""What was printed and keyed with a kit so far, rebuilt from its drawer step by step."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from central.domain.class_sheet import ClassSheet
from central.exchange.kit.hand_over import Printed, Row
from central.kit.drawer import Drawer, Step


@dataclass(frozen=True, slots=True)
class Hand:
    """Who did something on the laptop, and when by its clock."""

    by: str
    at: datetime

    def members(self) -> dict[str, str]:
        """Return it as it is kept."""
        return {"by": self.by, "at": self.at.isoformat()}


@dataclass(slots=True)
class Keying:
    """One sheet being keyed: its class, its days, and the newest word on each student and day."""

    number: str
    section: str
    first: date
    last: date
    rows: dict[tuple[str, date], Row] = field(default_factory=dict)
    done: Hand | None = None


class Work:
    """Everything done with a kit; a change is kept in the drawer before it is seen here."""

    def __init__(self, drawer: Drawer) -> None:
        """Read what was done before."""
        self._drawer = drawer
        self.printed: dict[str, Printed] = {}
        self.sheets: dict[str, Keying] = {}
        for step in drawer.steps():
            self._take(step)

    def print(self, sheets: Iterable[ClassSheet], hand: Hand) -> None:
        """Keep which sheets were printed, before anybody holds one in the hand."""
        for sheet in sheets:
            code = sheet.code
            days = {"first": code.on_first.isoformat(), "last": code.on_last.isoformat()}
            students = [each.number for each in sheet.students]
            self._do(
                {"do": "print", "number": code.number, "section": code.section, **days, "students": students},
                hand,
            )

    def begin(self, number: str, section: str, first: date, last: date, hand: Hand) -> Keying:
        """Begin a sheet."""
        days = {"first": first.isoformat(), "last": last.isoformat()}
        self._do({"do": "begin", "number": number, "section": section, **days}, hand)
        return self.sheets[number]

    def keep(self, number: str, row: Row, hand: Hand) -> None:
        """Keep a row of a sheet, in place of what was said of that student and day; no mark takes it back."""
        came, left = (None if at is None else at.isoformat() for at in (row.came, row.left))
        fields = {"student": row.student, "on": row.on.isoformat(), "mark": row.mark, "in": came, "out": left}
        self._do({"do": "row", "number": number, **fields}, hand)

    def close(self, number: str, hand: Hand) -> None:
        """Say that a sheet is keyed to its end."""
        self._do({"do": "done", "number": number}, hand)

    def _do(self, step: Step, hand: Hand) -> None:
        whole = {**step, **hand.members()}
        self._drawer.append(whole)
        self._take(whole)

    def _take(self, step: Step) -> None:
        number, hand = step["number"], Hand(step["by"], datetime.fromisoformat(step["at"]))
        if step["do"] == "print":
            first, last = (date.fromisoformat(step[name]) for name in ("first", "last"))
            students = tuple(step["students"])
            self.printed[number] = Printed(number, step["section"], first, last, students, hand.by, hand.at)
        elif step["do"] == "begin":
            first, last = (date.fromisoformat(step[name]) for name in ("first", "last"))
            self.sheets[number] = Keying(number, step["section"], first, last)
        elif step["do"] == "done":
            self.sheets[number].done = hand
        else:
            self._take_row(self.sheets[number], step)

    def _take_row(self, sheet: Keying, step: Step) -> None:
        came, left = (
            None if step[name] is None else time.fromisoformat(step[name]) for name in ("in", "out")
        )
        row = Row(step["student"], date.fromisoformat(step["on"]), step["mark"], came, left)
        sheet.done = None
        if row.mark:
            sheet.rows[row.student, row.on] = row
        else:
            sheet.rows.pop((row.student, row.on), None)
