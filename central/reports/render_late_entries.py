"""Write late entries as CSV: what each record says, when it was entered and signed by whom, on what paper."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from central.reports.render_csv import table
from central.work.late_entry import LateEntry

COLUMNS = (
    "student number",
    "class",
    "date",
    "mark",
    "entry",
    "entered at",
    "entered by",
    "signed at",
    "signed by",
    "reasons",
    "paper sheets",
)


def late_entries_csv(entries: Iterable[LateEntry], zone: ZoneInfo) -> str:
    """Return the list as CSV with the school's own times; no name stands in it."""
    return table([list(COLUMNS), *_rows(entries, zone)])


def _rows(entries: Iterable[LateEntry], zone: ZoneInfo) -> Iterator[list[str]]:
    for each in entries:
        record = each.record
        yield [
            record.student.number,
            record.section.code,
            record.on.isoformat(),
            record.mark,
            each.entry.value,
            _clock(each.entered_at, zone),
            each.entered_by,
            _clock(each.signed_at, zone) if each.signed_at else "",
            each.signed_by,
            "; ".join(each.reasons),
            "; ".join(each.sheets),
        ]


def _clock(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
