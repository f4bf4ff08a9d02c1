"""Published: gather of every certified record of a year how it was entered, and what was changed since."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from central.law.entry_day import Entered, FirstEntry, how_entered
from central.reports.electronic_attendance import ChangedRecord, EntryDay, LateRecord
from central.reports.occasion import Occasion
from central.store.models import PaperLine, SchoolYear
from central.store.queries import record_entries
from central.store.queries.record_entries import Entry
from central.work.late_entry import is_of_outage
from central.work.provisional import PROCESS

_MONTH: Final = "%Y-%m"


@dataclass(slots=True)
class _Day:
    """What has been read of one day so far."""

    classes: set[str] = field(default_factory=set)
    records: Counter[Entered] = field(default_factory=Counter)
    first_at: datetime | None = None
    last_at: datetime | None = None

    def take(self, entry: Entry, entered: Entered, at: datetime | None) -> None:
        """Add one record; `at` is when it was entered, where that was on the day itself."""
        self.classes.add(entry.section)
        self.records[entered] += 1
        if at is not None:
            self.first_at = min(self.first_at or at, at)
            self.last_at = max(self.last_at or at, at)


@dataclass(slots=True)
class EntryBooks:
    """Days, late records and changes; the records themselves are read once and not kept."""

    days: defaultdict[date, _Day] = field(default_factory=lambda: defaultdict(_Day))
    late: list[LateRecord] = field(default_factory=list)
    changes: list[ChangedRecord] = field(default_factory=list)
    by_program: Counter[str] = field(default_factory=Counter)

    def rows(self) -> tuple[EntryDay, ...]:
        """Return the days in order."""
        return tuple(
            EntryDay(
                on=on,
                classes=len(day.classes),
                records=dict(day.records),
                first_at=day.first_at,
                last_at=day.last_at,
            )
            for on, day in sorted(self.days.items())
        )


def gather(year: SchoolYear, of: Occasion) -> EntryBooks:
    """Read the records of a year certified by the end of the day as of which; four queries."""
    taps = record_entries.tapped(year, of.until)
    papers = _papers(year, of.until)
    zone = ZoneInfo(of.zone)
    books = EntryBooks()
    for entry in record_entries.entries(year, of.until, of.before):
        if entry.is_standing:
            _enter(books, entry, taps.get(entry.record), papers.get(entry.record, ()))
        for change in entry.changes:
            if change.is_by_person or change.is_after_certification:
                books.changes.append(ChangedRecord(entry, change))
            else:
                books.by_program[change.at.astimezone(zone).strftime(_MONTH)] += 1
    books.late.sort(key=lambda each: _order(each.entry))
    books.changes.sort(key=lambda each: (each.change.at, *_order(each.entry)))
    return books


def _enter(
    books: EntryBooks, entry: Entry, tap: tuple[date, datetime | None] | None, papers: tuple[PaperLine, ...]
) -> None:
    tapped_on, tapped_at = tap or (None, None)
    entered = how_entered(
        FirstEntry(
            on=entry.on,
            tapped_on=tapped_on,
            is_same_day=entry.is_same_day,
            is_of_taps=entry.process == PROCESS,
            has_paper_of_outage=any(map(is_of_outage, papers)),
        )
    )
    on_the_day = {Entered.TAP: tapped_at, Entered.HAND: entry.entered_at}
    books.days[entry.on].take(entry, entered, on_the_day.get(entered))
    if entered not in on_the_day:
        sheets = tuple(dict.fromkeys(line.sheet.sheet for line in papers))
        books.late.append(LateRecord(entry, entered, sheets))


def _papers(year: SchoolYear, until: date) -> dict[int, tuple[PaperLine, ...]]:
    """Return the lines on paper behind each record, withdrawn ones left out."""
    rows = PaperLine.objects.filter(sheet__section__school_year=year, sheet__on__lte=until)
    found: dict[int, tuple[PaperLine, ...]] = {}
    for line in rows.select_related("sheet").prefetch_related("rulings").order_by("pk"):
        found[line.record_id] = (*found.get(line.record_id, ()), line)
    return found


def _order(entry: Entry) -> tuple[date, str, str]:
    return entry.on, entry.section, entry.student
