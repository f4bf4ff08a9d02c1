"""Published: read any file of paper sheets the way that fits the roster, telling each guess."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.sheet_number import SheetCode, SheetNumberError
from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.exchange.sheets import day_style, delimited, layout, sources
from central.exchange.sheets import entries as lines
from central.exchange.sheets.dates import ORDERS, Style
from central.exchange.sheets.dates import read as read_date
from central.exchange.sheets.entries import Entry, LeftOut
from central.exchange.sheets.guess import Choices, Guess
from central.exchange.sheets.known import Known
from central.exchange.sheets.layout import Layout
from central.exchange.sheets.line import MOST_BYTES, Table, UnreadableError
from central.exchange.sheets.said import Said, said

_CODE: Final = re.compile(r"RB1/\S+")
_IN_A_TITLE: Final = re.compile(r"\d{1,4}[/.\-]\d{1,2}(?:[/.\-]\d{2,4})?")
_TITLES: Final = 12
_NO_STUDENTS: Final = "no column of student numbers was found; name it with the choice `column number`"
_DAY_OF_TITLE: Final = said("the lines above the table say so")
_DAY_OF_CODE: Final = said("the code printed on the sheet says so")
_NO_DAY: Final = said(
    "no column and no line above the table says of which day this is; write it like 2024-08-19"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says and how it was read; while a guess `asks`, nothing of it is sure.

    `code` is what the printed code of a single sheet says, where a cell holds its text. `faults` are
    lines that cannot be taken apart at all.
    """

    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    faults: tuple[tuple[int, Said], ...]
    guesses: tuple[Guess, ...]
    headings: tuple[str, ...]
    code: SheetCode | None

    @property
    def asks(self) -> tuple[Guess, ...]:
        """The questions only a person can answer."""
        return tuple(guess for guess in self.guesses if guess.asks)


def read(file: NamedFile, known: Known, told: Mapping[str, str]) -> Reading:
    """Read a file of any kind; `told` is what a person said of how, by the keys of the guesses.

    Raises CentralError for a file that is too large, damaged, or holds no table of students.
    """
    if len(file.data) > MOST_BYTES:
        msg = f"{file.name} is larger than {MOST_BYTES // 1024 // 1024} MiB; split it and take in each part"
        raise CentralError(msg)
    choices = Choices(told)
    try:
        table = sources.table(file.data, known, choices)
    except UnreadableError as error:
        msg = f"{file.name} cannot be read: {error}"
        raise CentralError(msg) from error
    found = layout.decide(table, layout.find(table, known), choices, known)
    if "number" not in found.columns:
        msg = f"{file.name}: {_NO_STUDENTS}"
        raise CentralError(msg)
    faults = tuple(delimited.faults(table))
    faulty = {number for number, _ in faults}
    kept, left_out = lines.lines_of(table, found)
    code = _code(table)
    day = _day(table, found, code, choices)
    rows = lines.raw((line for line in kept if line.number not in faulty), found, day, known)
    style = day_style.decide(lines.numbers_by_day(rows), known, choices) or Style(order="")
    signs = lines.meanings(rows, choices) or {}
    return Reading(
        tuple(lines.entries(rows, found, style, signs)),
        tuple(left_out),
        faults,
        tuple(choices.guesses),
        found.headings,
        code,
    )


def _day(table: Table, found: Layout, code: SheetCode | None, choices: Choices) -> str:
    """Return the day of a file whose lines name none, as it is written there."""
    if "date" in found.columns or found.days:
        return ""
    if code is not None and code.on_first == code.on_last:
        return choices.decide("day", code.on_first.isoformat(), _DAY_OF_CODE)
    titles = [cell for line in table.lines[:_TITLES] if line.number < found.header for cell in line.cells]
    days = {text for cell in titles for text in _dates_in(cell)}
    if len(days) == 1:
        return choices.decide("day", days.pop(), _DAY_OF_TITLE)
    return choices.decide("day", "", _NO_DAY)


def _dates_in(cell: str) -> list[str]:
    tail = cell.rpartition(":")[2].strip()
    whole = [tail] if tail and any(_reads(tail, order) for order in ORDERS) else []
    return whole or [text for text in _IN_A_TITLE.findall(cell) if any(_reads(text, each) for each in ORDERS)]


def _reads(text: str, order: str) -> date | None:
    return read_date(text, Style(order))


def _code(table: Table) -> SheetCode | None:
    """Return the printed code of the sheet, where its text stands in one of the first lines."""
    for line in table.lines[:_TITLES]:
        for text in _CODE.findall(" ".join(line.cells)):
            try:
                return SheetCode.parse(text)
            except SheetNumberError:
                continue
    return None
