"""Find which line of a table names its columns and what each means; without one, by what they hold."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from central.exchange.column_mapping import plain
from central.exchange.sheets import clocks, marks
from central.exchange.sheets.dates import ORDERS, Style, read
from central.exchange.sheets.guess import Choices
from central.exchange.sheets.headings import COLUMNS, is_day, meaning
from central.exchange.sheets.known import Known
from central.exchange.sheets.line import Line, Table
from central.exchange.sheets.names import Agreement, Written, agreement
from central.exchange.sheets.said import said
from central.exchange.sheets.students import cleaned

_WITHIN: Final = 40
_SAMPLE: Final = 200
_FEWEST: Final = 2
_BY_HEADING: Final = said("its heading says so")
_BY_CONTENT: Final = said("no heading says so; what stands in it does")
_HEADER: Final = "this line names {} columns"
_NO_HEADER: Final = said("no line names columns, so what they hold was looked at")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which line names the columns (0 where none does), what they mean, and which are days of a register."""

    header: int
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    days: Mapping[int, str] = field(default_factory=dict)

    @property
    def names_somebody(self) -> bool:
        """Tell whether a line could be some student's."""
        return "number" in self.columns or "name" in self.columns or "family" in self.columns


def find(table: Table, known: Known) -> Layout:
    """Return the layout of a table as its headings, or else its cells, tell."""
    best: Layout | None = None
    for line in table.lines[:_WITHIN]:
        tried = _named(line, table, known)
        if (
            tried.names_somebody
            and _worth(tried) >= _FEWEST
            and (best is None or _worth(tried) > _worth(best))
        ):
            best = tried
    return best or _by_content(table, known)


def decide(table: Table, found: Layout, choices: Choices, known: Known) -> Layout:
    """Return the layout after what a person said of it; notes the guesses `header` and `column ...`."""
    why = said(_HEADER, len(found.columns) + len(found.days)) if found.header else _NO_HEADER
    told = choices.decide("header", str(found.header or "none"), why)
    if told != str(found.header or "none"):
        line = next((each for each in table.lines if str(each.number) == told), None)
        found = _named(line, table, known) if line else _by_content(table, known)
    columns = dict(found.columns)
    for ours in COLUMNS:
        at = columns.get(ours)
        word = _shown(found, at)
        told = choices.said.get(f"column {ours}", "")
        if at is None and not told:
            continue
        choices.decide(f"column {ours}", word or "none", _BY_HEADING if found.header else _BY_CONTENT)
        if told:
            columns.pop(ours, None)
            place = _place(found, told)
            if place is not None:
                columns[ours] = place
    return Layout(found.header, found.headings, columns, found.days)


def _shown(layout: Layout, at: int | None) -> str:
    if at is None:
        return ""
    heading = layout.headings[at] if at < len(layout.headings) else ""
    return heading or str(at + 1)


def _place(layout: Layout, told: str) -> int | None:
    """Return the place of a column somebody named by its heading, or by its number from 1."""
    for at, heading in enumerate(layout.headings):
        if heading == told or (plain(told) and plain(heading) == plain(told)):
            return at
    return int(told) - 1 if told.isascii() and told.isdigit() and int(told) else None


def _worth(layout: Layout) -> int:
    return len(layout.columns) + len(layout.days)


def _named(line: Line, table: Table, known: Known) -> Layout:
    columns: dict[str, int] = {}
    students = []
    for at, heading in enumerate(line.cells):
        means = meaning(heading)
        if means == "student":
            students.append(at)
        elif means:
            columns.setdefault(means, at)
    for at in students:
        columns.setdefault("number" if _numbers(table, at, known) else "name", at)
    days = {at: heading for at, heading in enumerate(line.cells) if heading and is_day(heading)}
    # One date among the headings is the day of the sheet; a register of days has no column for one.
    return Layout(line.number, line.cells, columns, {} if "date" in columns else days)


def _by_content(table: Table, known: Known) -> Layout:
    width = max((len(line.cells) for line in table.lines[:_SAMPLE]), default=0)
    columns: dict[str, int] = {}
    counts = [_kinds(table.lines[:_SAMPLE], at, known) for at in range(width)]
    number = max(range(width), key=lambda at: counts[at]["number"], default=None)
    if number is None or not counts[number]["number"]:
        return Layout(0, (), {})
    columns["number"] = number
    for at in range(width):
        # A column of running numbers holds a 1, which in a register would be a mark.
        kind = next((kind for kind, n in counts[at].items() if 2 * n > counts[at].total()), "")
        if at == number or kind == "number":
            continue
        if kind == "in" and "in" in columns:
            kind = "out"
        if kind:
            columns.setdefault(kind, at)
    return Layout(0, (), columns | _name_columns(table, number, set(columns.values()), known))


def _kinds(lines: Sequence[Line], at: int, known: Known) -> Counter[str]:
    found: Counter[str] = Counter()
    for cell in (line.cell(at) for line in lines):
        if not cell:
            continue
        if _is_number(cell, known):
            found["number"] += 1
        elif any(read(cell, Style(order)) for order in ORDERS):
            found["date"] += 1
        elif clocks.read(cell):
            found["in"] += 1
        elif marks.read(cell) or marks.sign(cell):
            found["mark"] += 1
        else:
            found[""] += 1
    return found


def _name_columns(table: Table, number: int, taken: set[int], known: Known) -> dict[str, int]:
    """Return the columns that hold names, told by whose number stands beside them."""
    votes: Counter[tuple[str, int]] = Counter()
    for line in table.lines[:_SAMPLE]:
        bare = cleaned(line.cell(number))
        person = known.people.get(bare) or next(iter(known.bare(bare)), None)
        for at, cell in enumerate(line.cells if person else ()):
            if person is None or at in taken or not cell:
                continue
            if agreement(Written(whole=cell), person) is Agreement.AGREES:
                votes["name", at] += 1
            elif cell == person.given:
                votes["given", at] += 1
            elif agreement(Written(family=cell), person) is Agreement.PARTLY:
                votes["family", at] += 1
    found: dict[str, int] = {}
    for (ours, at), _ in votes.most_common():
        if at not in found.values():
            found.setdefault(ours, at)
    return found


def _numbers(table: Table, at: int, known: Known) -> int:
    return sum(_is_number(line.cell(at), known) for line in table.lines[:_SAMPLE])


def _is_number(cell: str, known: Known) -> bool:
    number = cleaned(cell)
    return number in known.people or bool(known.bare(number))
