"""What an export is asked for, what its files are called, and how a row's fault is said."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from central.domain.finding import Finding, Severity
from central.domain.local_day import end_of
from central.store.models import School, SchoolYear
from central.work.exports import Made, OutFile


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One export of a school year: the days `since` to `until`, as known by the end of `as_of`."""

    kind: str
    year: SchoolYear
    since: date
    until: date
    as_of: date
    now: datetime
    template: Path | None = None
    version: str = ""

    @property
    def school(self) -> School:
        """The school whose records are given out."""
        return self.year.school

    @cached_property
    def zone(self) -> ZoneInfo:
        """The school's own time."""
        return ZoneInfo(self.school.time_zone)

    @cached_property
    def before(self) -> datetime:
        """The instant up to which decisions count."""
        return end_of(self.as_of, self.zone)

    def name(self, suffix: str) -> str:
        """Return what a file of the export is called; practice says so in its name."""
        practice = "PRACTICE_" if self.school.is_practice else ""
        return f"{practice}{self.kind}_{self.year.name}_{self.since}_{self.until}{suffix}"

    def made(
        self,
        files: tuple[OutFile, ...],
        findings: tuple[Finding, ...] = (),
        *,
        is_for_the_state: bool = False,
    ) -> Made:
        """Return the export as it would be given."""
        return Made(
            kind=self.kind,
            school=self.school,
            since=self.since,
            until=self.until,
            files=files,
            findings=findings,
            is_for_the_state=is_for_the_state,
        )

    def in_days(self, on: date) -> bool:
        """Tell whether a date is among the days asked for."""
        return self.since <= on <= self.until


def left_out(subject: str, on: date | None, says: str, remedy: str) -> Finding:
    """Say why a row is in no file."""
    return Finding("EXPORT", "left out of the file", subject, on, says, remedy, Severity.WARNING)


def blocking(subject: str, says: str, remedy: str, citation: str = "own check before the export") -> Finding:
    """Say what keeps the whole file back."""
    return Finding("EXPORT", citation, subject, None, says, remedy, Severity.BLOCKING)


def worth_knowing(subject: str, says: str, remedy: str) -> Finding:
    """Say what a person should know of a file that is made."""
    return Finding("EXPORT", "note on the file", subject, None, says, remedy, Severity.NOTICE)
