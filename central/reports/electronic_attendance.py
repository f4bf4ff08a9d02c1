"""Published: what the report on electronic attendance says: the six points, each with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.finding import Finding
from central.law.entry_day import Entered
from central.reports.occasion import Occasion
from central.store.queries.record_entries import Change, Entry
from central.store.queries.viewing_figures import Looks
from central.work.login_figures import LoginFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDay:
    """Point 2, one certified day: its records by how they were entered, and when the first and last were.

    `first_at` and `last_at` are the earliest and latest entry made on the day itself.
    """

    on: date
    classes: int
    records: Mapping[Entered, int]
    first_at: datetime | None
    last_at: datetime | None

    @property
    def total(self) -> int:
        """Every certified record of the day."""
        return sum(self.records.values())


@dataclass(frozen=True, slots=True)
class LateRecord:
    """A record not entered on the day it is about, with the paper it rests on."""

    entry: Entry
    entered: Entered
    sheets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """Point 3: one change of one record, beside the record's own entry."""

    entry: Entry
    change: Change


@dataclass(frozen=True, slots=True)
class RoleSight:
    """Point 4: what one role may open, how many of it can sign in, and how often they looked."""

    role: str
    signs: bool
    """Whether attendance is certified by this role."""
    sees_histories: bool
    sees_reports: bool
    people: int
    looks: Looks


@dataclass(frozen=True, slots=True)
class Letter:
    """Point 6: the auditor's letter as it was filed; `document` is where it is kept."""

    since: date
    until: date | None
    says: str
    document: str
    sha256: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicAttendanceReport:
    """The evidence of a school year, computed; what the school itself must add is left to be filled in."""

    of: Occasion
    days: tuple[EntryDay, ...]
    late: tuple[LateRecord, ...]
    changes: tuple[ChangedRecord, ...]
    """Changes a person made, and every change after certification."""
    program_changes: Mapping[str, int]
    """Changes the program made before certification, as more taps came in, by month as "2024-09"."""
    sight: tuple[RoleSight, ...]
    looks_by_page: Mapping[str, Looks]
    logins: LoginFigures
    letter: Letter | None
    findings: tuple[Finding, ...]
