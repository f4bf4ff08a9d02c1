"""The files of a OneRoster zip as tables of rows, with what the manifest and the status column say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from central.exchange import archive, table
from central.exchange.problem import Problem, Where
from central.exchange.spreadsheet import plain
from central.exchange.table import Columns, Row, normalised

_ALWAYS = ("status", "dateLastModified")
COLUMNS: Final = {
    "orgs": Columns(("sourcedId", "name", "type"), (*_ALWAYS, "identifier", "parentSourcedId")),
    "academicSessions": Columns(
        ("sourcedId", "type", "startDate", "endDate"), (*_ALWAYS, "title", "parentSourcedId", "schoolYear")
    ),
    "users": Columns(
        ("sourcedId", "givenName", "familyName", "identifier"),
        (
            *_ALWAYS,
            "orgSourcedIds",
            "role",
            "grades",
            "preferredFirstName",
            "metadata.ssid",
            "metadata.programme",
            "metadata.credential",
            "metadata.credentialBegin",
            "metadata.credentialEnd",
        ),
        # The law's spelling differs across the Atlantic; a header may follow either.
        {
            "metadata.program": "metadata.programme",
            "metadata.preferredname": "preferredFirstName",
            "preferredgivenname": "preferredFirstName",
        },
    ),
    "roles": Columns(("sourcedId", "userSourcedId", "role", "orgSourcedId"), (*_ALWAYS, "roleType")),
    "demographics": Columns(("sourcedId",), (*_ALWAYS, "birthDate")),
    "courses": Columns(("sourcedId",), (*_ALWAYS, "title")),
    "classes": Columns(
        ("sourcedId", "schoolSourcedId", "termSourcedIds"),
        (*_ALWAYS, "title", "courseSourcedId", "classCode", "location", "periods", "metadata.track"),
    ),
    "enrollments": Columns(
        ("sourcedId", "classSourcedId", "userSourcedId", "role"),
        (*_ALWAYS, "schoolSourcedId", "primary", "beginDate", "endDate", "metadata.track"),
    ),
}
NEEDED: Final = ("orgs", "academicSessions", "users", "classes", "enrollments")
_MANIFEST: Final = Columns(("propertyName", "value"))
_VERSIONS: Final = ("1.0", "1.1", "1.2")


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows by file and sourcedId; rows marked for deletion are only named, in `removed`."""

    version: str
    rows: dict[str, dict[str, Row]]
    partial: frozenset[str]
    problems: list[Problem]
    removed: dict[str, set[str]] = field(default_factory=dict)
    has_manifest: bool = True
    changed_at: list[datetime] = field(default_factory=list)
    """When rows say they were changed last; exports of everything often leave it out."""

    def is_whole(self, file: str) -> bool:
        """Tell whether what this file does not mention is gone."""
        return file in self.rows and file not in self.partial

    def of(self, file: str) -> dict[str, Row]:
        """Return a file's rows by sourcedId; a file that is not there has none."""
        return self.rows.get(file, {})


def read(name: str, data: bytes, asked: str = "") -> Tables:
    """Return the tables of a zip; everything wrong with its files is in `problems`.

    `asked` says "bulk" or "delta" of a zip whose manifest is missing.
    """
    problems: list[Problem] = []
    files = {normalised(key): content for key, content in archive.csv_files(name, data, problems).items()}
    manifest = _manifest(files, problems)
    version = manifest.get("oneroster.version", "")
    if not problems and version and not version.startswith(_VERSIONS):
        problems.append(
            Problem(Where("manifest.csv"), f"OneRoster {version} is not known; export 1.1 or 1.2")
        )
    has_manifest = "manifest" in files
    if not has_manifest:
        manifest = {f"file.{file}": asked or "bulk" for file in COLUMNS if normalised(file) in files}
        version = "1.2" if "role" in files else ""
    modes = _modes(name, files, manifest, problems)
    partial = frozenset(file for file, mode in modes.items() if mode == "delta")
    tables = Tables(version or "1.1", {}, partial, problems, has_manifest=has_manifest)
    for file in modes:
        read_rows = table.read(f"{file}.csv", files[normalised(file)], COLUMNS[file], problems)
        rows = [_as_meant(row) for row in read_rows]
        if file == "enrollments" and not has_manifest and not asked:
            _require_clear_mode(name, rows, problems)
        tables.rows[file] = _by_id(file, rows, tables)
    return tables


def _as_meant(row: Row) -> Row:
    """Take off the apostrophe an export of ours puts before what a spreadsheet would run."""
    return Row(row.where, {name: plain(cell) for name, cell in row.cells.items()}, row.problems)


def _require_clear_mode(name: str, rows: list[Row], problems: list[Problem]) -> None:
    """Refuse to guess: as everything, a file of changes would end whoever it does not mention."""
    if rows and all(row.cells.get("status") and row.cells.get("dateLastModified") for row in rows):
        text = (
            "there is no manifest.csv, and every enrollment says its status, as in a file of changes; "
            "say --files-are delta, or --files-are bulk where it names everybody"
        )
        problems.append(Problem(Where(name), text))


def _manifest(files: Mapping[str, bytes], problems: list[Problem]) -> dict[str, str]:
    if "manifest" not in files:
        return {}
    rows = table.read("manifest.csv", files["manifest"], _MANIFEST, problems)
    return {row.text("propertyName"): row.text("value") for row in rows}


def _modes(
    name: str, files: Mapping[str, bytes], manifest: Mapping[str, str], problems: list[Problem]
) -> dict[str, str]:
    """Return how each file that is to be read is meant: bulk or delta."""
    modes = {}
    for file in COLUMNS:
        is_there = normalised(file) in files
        mode = manifest.get(f"file.{file}", "bulk" if is_there else "absent").casefold()
        if mode not in {"bulk", "delta", "absent"}:
            text = f"file.{file} is {mode!r}; the standard knows bulk, delta and absent"
            problems.append(Problem(Where("manifest.csv"), text))
        elif mode != "absent" and not is_there:
            problems.append(
                Problem(Where(f"{file}.csv"), "the manifest promises this file; the zip lacks it")
            )
        elif mode != "absent":
            modes[file] = mode
    is_delta = "delta" in modes.values()
    missing = [file for file in NEEDED if file not in modes and not is_delta and not problems]
    problems.extend(Problem(Where(name), f"{file}.csv is missing; export it too") for file in missing)
    return modes


def _by_id(file: str, rows: list[Row], tables: Tables) -> dict[str, Row]:
    kept: dict[str, Row] = {}
    for row in rows:
        source_id = row.needed("sourcedId")
        if changed_at := _changed_at(row):
            tables.changed_at.append(changed_at)
        if not source_id:
            continue
        if source_id in kept or source_id in tables.removed.get(file, set()):
            row.problem("an earlier row has this sourcedId already", "sourcedId")
        elif _is_removed(row, is_delta=file in tables.partial):
            tables.removed.setdefault(file, set()).add(source_id)
        else:
            kept[source_id] = row
    return kept


def _changed_at(row: Row) -> datetime | None:
    """Return when a row says it was changed last; without a zone UTC is meant, as the standard has it."""
    text = row.text("dateLastModified")
    if not text:
        return None
    try:
        changed_at = datetime.fromisoformat(text)
    except ValueError:
        row.problem(f"{text!r} is no time; write it like 2024-08-19T08:00:00.000Z", "dateLastModified")
        return None
    return changed_at if changed_at.tzinfo else changed_at.replace(tzinfo=UTC)


def _is_removed(row: Row, *, is_delta: bool) -> bool:
    status = row.text("status").casefold()
    if status in {"tobedeleted", "inactive"}:
        return True
    if status not in {"", "active"} or (is_delta and not status):
        row.problem(f"{status!r} is no status; a delta file says active or tobedeleted", "status")
    return False
