"""Published: the tables of a packet: their columns, their one form of CSV, and their rows read again."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from central.auditor.packet.container import Container
from central.auditor.packet.layout import PacketError
from central.exchange.spreadsheet import neutral, plain

Cell: TypeAlias = "str | int | None"
RECORDS_FOLDER: Final = "records/"
RECORDS: Final = (
    *("record", "student", "class", "date", "mark", "stage", "source", "certified_by", "certified_at"),
    *("track", "month", "grade_span", "modality"),
)
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "sessions.csv": ("class", "date", "present", "absent", "not_certified", "removed"),
    "classes.csv": ("track", "month", "grade_span", "modality", "class", "date", "student_days"),
    "months.csv": (
        *("track", "month", "grade_span", "modality", "since", "until"),
        *("days_taught", "student_days", "ada"),
    ),
    "calendar.csv": ("track", "date", "month", "divides", "p1", "p2", "annual"),
    "periods.csv": (
        *("period", "track", "grade_span", "modality", "months"),
        *("student_days", "days_taught", "ada"),
    ),
    "sample.csv": ("place", "record", "student", "class", "date", "mark", "stage", "drawn_by"),
    "changes.csv": ("student", "date", "class", "track", "before", "after", "by", "at", "reason"),
    "sheets.csv": (
        *("sheet", "class", "date", "times_taken", "line", "record", "mark", "outcome"),
        *("imported_by", "imported_at", "file_sha256"),
    ),
    "gaps.csv": (
        *("gap", "station", "room", "kind", "from", "to", "missing", "what"),
        *("explanation", "by", "at"),
    ),
    "editions.csv": (
        *("report", "revision", "edition", "as_of", "made_at", "made_by", "reason"),
        *("total", "digest", "sha256", "closed_sha256", "file"),
    ),
    "closures.csv": (
        *("request", "kind", "cause", "emergency", "track", "date", "minutes", "normal_hundredths"),
        *("attended", "state", "state_on", "evidence"),
    ),
    "retention.csv": ("what", "count", "kept_as", "not_before"),
    "holds.csv": ("hold", "reason", "by", "at"),
}
"""Every table of its own; those of RECORDS_FOLDER, one a day, have the columns RECORDS."""
YES, NO = "yes", "no"
_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; every reading method raises PacketError."""

    member: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a cell as text."""
        return self.cells[column]

    def whole(self, column: str) -> int:
        """Return a cell that is a whole number from 0."""
        text = self.cells[column]
        if not (text.isascii() and text.isdigit()):
            raise self.wrong(column, "is no whole number")
        return int(text)

    def on(self, column: str = "date") -> date:
        """Return a cell that is a date."""
        try:
            return date.fromisoformat(self.cells[column])
        except ValueError as error:
            raise self.wrong(column, "is no date") from error

    def at(self, column: str) -> datetime:
        """Return a cell that is an instant."""
        try:
            found = datetime.fromisoformat(self.cells[column])
        except ValueError as error:
            raise self.wrong(column, "is no instant") from error
        if found.tzinfo is None:
            raise self.wrong(column, "names no time zone")
        return found

    def wrong(self, column: str, what: str) -> PacketError:
        """Return the error that says what is wrong with a cell of this line."""
        return PacketError(self.member, f"line {self.line}: {column} {what}")


def columns_of(member: str) -> Sequence[str]:
    """Return the columns of a table by the name of its member."""
    return RECORDS if member.startswith(RECORDS_FOLDER) else COLUMNS[member]


def written(member: str, rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a table as CSV with CR LF; text that could run as a formula stands behind an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns_of(member))
    for number, row in enumerate(rows, 1):
        writer.writerow(["" if cell is None else neutral(str(cell)) for cell in row])
        if number % _AT_ONCE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def rows(packet: Container, member: str) -> Iterator[Row]:
    """Yield the rows of a table; raises PacketError for one that is no table of ours."""
    columns = list(columns_of(member))
    reader = csv.reader(_lines(packet, member), strict=True)
    try:
        if next(reader, None) != columns:
            raise PacketError(member, f"its columns are not {', '.join(columns)}")
        for number, cells in enumerate(reader, 2):
            if len(cells) != len(columns):
                raise PacketError(member, f"line {number}: it has {len(cells)} cells, not {len(columns)}")
            yield Row(member, number, dict(zip(columns, map(plain, cells), strict=True)))
    except (csv.Error, UnicodeDecodeError) as error:
        raise PacketError(member, f"it cannot be read as a table: {error}") from error


def record_tables(packet: Container) -> list[str]:
    """Return the tables of records there are, by day."""
    return sorted(name for name in packet.members if name.startswith(RECORDS_FOLDER))


def _lines(packet: Container, member: str) -> Iterator[str]:
    rest = b""
    for chunk in packet.chunks(member):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode() + "\n"
    if rest:
        yield rest.decode()
