"""OneRoster zips for tests: the sample file, changed cell by cell."""

import csv
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

SAMPLE = Path(__file__).parent.parent / "data" / "oneroster" / "oneroster11_bulk_min.zip"
SCHOOL_CODE = "34000000123456"


@dataclass
class Sheet:
    """One CSV file of a zip: its columns, and its rows by column."""

    columns: list[str]
    rows: list[dict[str, str]] = field(default_factory=list)

    def set(self, row: int, **cells: str) -> None:
        """Change cells of a row, counted as a spreadsheet counts: 2 is the first under the header."""
        for column, value in cells.items():
            self._column(column)
            self.rows[row - 2][column] = value

    def add(self, **cells: str) -> int:
        """Add a row and return its number."""
        for column in cells:
            self._column(column)
        self.rows.append(dict(cells))
        return len(self.rows) + 1

    def drop(self, row: int) -> None:
        """Take a row out."""
        del self.rows[row - 2]

    def text(self) -> str:
        """Write it as CSV."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.columns)
        writer.writerows([row.get(column, "") for column in self.columns] for row in self.rows)
        return out.getvalue()

    def _column(self, name: str) -> None:
        if name not in self.columns:
            self.columns.append(name)


@dataclass
class RosterZip:
    """A roster export, by file name without suffix."""

    sheets: dict[str, Sheet]
    raw: dict[str, bytes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Sheet:
        return self.sheets[name]

    def data(self) -> bytes:
        """Return the zip's bytes; `raw` replaces whole files."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, sheet in self.sheets.items():
                archive.writestr(f"{name}.csv", self.raw.get(name, sheet.text().encode()))
        return out.getvalue()

    def is_delta(self, *files: str) -> None:
        """Say in the manifest that these files hold changes only, and leave the others out."""
        manifest = self["manifest"]
        for line in manifest.rows:
            name = line["propertyName"].removeprefix("file.")
            if name != line["propertyName"]:
                line["value"] = "delta" if name in files else "absent"
        self.sheets = {name: sheet for name, sheet in self.sheets.items() if name in {*files, "manifest"}}


def sample() -> RosterZip:
    """Return the sample: one class of eight adults, one teacher, school year 2026-27."""
    sheets = {}
    with zipfile.ZipFile(SAMPLE) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8-sig")
            reader = csv.DictReader(io.StringIO(text, newline=""))
            sheets[name.removesuffix(".csv")] = Sheet(
                list(reader.fieldnames or ()), [dict(row) for row in reader]
            )
    return RosterZip(sheets)
