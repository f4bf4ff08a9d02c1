"""Find in the records what a kit's hand-over names, and judge each of its sheets as paper is judged."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from central.domain.sheet_number import SheetNumberError, serial_of
from central.errors import InputError
from central.exchange.kit.hand_over import HandOver, Keyed, Printed, Row
from central.exchange.named_file import NamedFile
from central.store.models import PaperKit, PrintedSheet, School, Section, Staff
from central.work import paper

_MARKS: Final = {"P": "present", "T": "present", "A": "absent"}


class Reading:
    """Finds in the records what a file names, and notes all that cannot be found."""

    def __init__(self, over: HandOver, kit: PaperKit, school: School) -> None:
        """Look for what a kit of a school handed over."""
        self._over, self._kit, self._school = over, kit, school
        self._problems: list[str] = []
        self.staff = {each.number: each for each in Staff.objects.filter(school=school)}

    def sheets(self) -> tuple[paper.Sheet, ...]:
        """Return every keyed sheet as paper reads it; raises InputError naming all that is wrong."""
        for printed in self._over.printed:
            self._check_printed(printed)
        found = [sheet for keyed in self._over.keyed if (sheet := self._sheet(keyed)) is not None]
        if self._over.by not in self.staff:
            self._problems.append(f"employee {self._over.by}, who handed over, is not in these records")
        if self._problems:
            what = f"what kit {self._kit.name} handed over was not taken in:"
            raise InputError(what, self._problems)
        return tuple(found)

    def _check_printed(self, printed: Printed) -> None:
        where = f"sheet {printed.number}"
        if not self._kit.first_serial <= _serial(printed.number) <= self._kit.last_serial:
            self._problems.append(f"{where}: its number was not reserved for this kit")
        section = self.section(printed)
        before = PrintedSheet.objects.filter(number=printed.number).first()
        days = printed.on_first, printed.on_last
        if before and (before.section, before.on_first, before.on_last) != (section, *days):
            text = "its number was printed for another class or day too, as two laptops with one kit would do"
            self._problems.append(f"{where}: {text}; give the later one a number of its own")
        if section is None:
            self._problems.append(f"{where}: there is no section {printed.section} on {printed.on_first}")
        if printed.by not in self.staff:
            self._problems.append(f"{where}: employee {printed.by}, who printed it, is not in these records")

    def _sheet(self, keyed: Keyed) -> paper.Sheet | None:
        where = f"sheet {keyed.number}"
        section = self.section(keyed)
        before = len(self._problems)
        if section is None:
            self._problems.append(f"{where}: there is no section {keyed.section} on {keyed.on_first}")
        elif not self._is_printed(keyed, section):
            text = (
                "was printed for no such class and day, neither by this kit nor here; look at its top again"
            )
            self._problems.append(f"{where}: it {text}")
        if keyed.by not in self.staff:
            self._problems.append(f"{where}: employee {keyed.by}, who keyed it, is not in these records")
        if section is None or len(self._problems) > before:
            return None
        file = NamedFile(f"sheet-{keyed.number}.csv", _table(keyed.rows))
        try:
            return paper.read(file, section, keyed.number)
        except InputError as error:
            self._problems.extend(error.problems)
            return None

    def _is_printed(self, keyed: Keyed, section: Section) -> bool:
        mine = any(
            (each.number, each.section) == (keyed.number, keyed.section)
            and each.on_first <= keyed.on_first
            and keyed.on_last <= each.on_last
            for each in self._over.printed
        )
        there = PrintedSheet.objects.filter(
            number=keyed.number, section=section, on_first__lte=keyed.on_first, on_last__gte=keyed.on_last
        )
        return mine or there.exists()

    def section(self, each: Printed | Keyed) -> Section | None:
        """Return the section a sheet is of."""
        held = Section.objects.filter(school=self._school, since__lte=each.on_first, until__gte=each.on_first)
        return held.filter(code=each.section).select_related("school", "track", "room").first()


def _table(rows: Iterable[Row]) -> bytes:
    """Return rows as the table paper is read from, the same bytes every time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("student_number", "date", "mark", "in", "out"))
    for row in rows:
        came, left = ("" if at is None else f"{at:%H:%M}" for at in (row.came, row.left))
        writer.writerow((row.student, row.on.isoformat(), _MARKS.get(row.mark, row.mark), came, left))
    return text.getvalue().encode()


def _serial(number: str) -> int:
    try:
        return serial_of(number)
    except SheetNumberError:
        return 0
