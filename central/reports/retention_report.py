"""Published: how long the records of a school year are kept, what holds them, and what the rule cites."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from central.domain.calendar import SchoolYear as Year
from central.domain.finding import Finding, Severity
from central.law.provision import in_force
from central.law.provision_file import Wording
from central.law.retention import RecordClass, destroyable_from
from central.reports.occasion import Occasion, occasion
from central.store.models import LegalHold, SchoolYear
from central.work.retention import kept_of

TITLE: Final = "Retention of records and legal holds"
ABOUT: Final = "Each class of record: how many, the first day it may be destroyed, and what holds it."
_RULE: Final = "R-RET-01"
_CITES: Final = "5 CCR 16022-16027"


@dataclass(frozen=True, slots=True)
class KeptClass:
    """One sort of record of the year; `by_rule` is the first day it may be destroyed were nothing held."""

    what: str
    count: int
    kept_as: RecordClass
    by_rule: date | None
    may_go_from: date | None
    """The same with the holds; None where it may not be destroyed as things stand."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold; `lifted_at` and what follows are None and empty while it stands."""

    name: str
    reason: str
    by: str
    at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lifted_why: str = ""


@dataclass(frozen=True, slots=True)
class OtherYear:
    """Another school year in one line."""

    name: str
    audited_on: date | None
    holds: int
    detail_may_go_from: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionReport:
    """The schedule of a school year as of a day."""

    of: Occasion
    audited_on: date | None
    kept: tuple[KeptClass, ...]
    holds: tuple[Hold, ...]
    years: tuple[OtherYear, ...]
    wording: Wording
    findings: tuple[Finding, ...]

    @property
    def standing(self) -> tuple[Hold, ...]:
        """The holds nobody has lifted."""
        return tuple(hold for hold in self.holds if hold.lifted_at is None)


def report(year: SchoolYear, as_of: date, now: datetime) -> RetentionReport:
    """Return the schedule of a school year; holds and audit as of the day, numbers of records as of now.

    Raises CentralError as `occasion` does.
    """
    of = occasion(year, as_of, now)
    audited = _audited(year, as_of)
    holds = _holds(year, of.before)
    is_held = any(hold.lifted_at is None for hold in holds)
    kept = [
        KeptClass(
            each.what,
            each.count,
            each.kept_as,
            destroyable_from(each.kept_as, Year(year.name), audited),
            destroyable_from(each.kept_as, Year(year.name), audited, is_held=is_held),
        )
        for each in kept_of(year)
    ]
    made = RetentionReport(
        of=of,
        audited_on=audited,
        kept=tuple(kept),
        holds=holds,
        years=tuple(_others(year, of)),
        wording=in_force("years_detail_is_kept", of.since),
        findings=(),
    )
    return replace(made, findings=tuple(_find(made)))


def _audited(year: SchoolYear, as_of: date) -> date | None:
    return year.audited_on if year.audited_on and year.audited_on <= as_of else None


def _holds(year: SchoolYear, before: datetime) -> tuple[Hold, ...]:
    """Return the holds put on a year before an instant, each with its end where it has one."""
    rows = LegalHold.objects.filter(school_year=year, at__lt=before).select_related("by").order_by("pk")
    found: list[Hold] = []
    for row in rows:
        if not row.is_lifted:
            found.append(Hold(row.name, row.reason, row.by.number, row.at))
            continue
        at = next(n for n, hold in enumerate(found) if hold.name == row.name and hold.lifted_at is None)
        found[at] = replace(found[at], lifted_at=row.at, lifted_by=row.by.number, lifted_why=row.reason)
    return tuple(found)


def _others(year: SchoolYear, of: Occasion) -> Iterator[OtherYear]:
    rows = SchoolYear.objects.filter(school=year.school).order_by("name").prefetch_related("holds")
    for row in rows:
        last = {hold.name: hold for hold in sorted(row.holds.all(), key=_by_key) if hold.at < of.before}
        standing = sum(not hold.is_lifted for hold in last.values())
        audited = _audited(row, of.as_of)
        detail = destroyable_from(RecordClass.DISPOSABLE, Year(row.name), audited, is_held=bool(standing))
        yield OtherYear(row.name, audited, standing, detail)


def _by_key(hold: LegalHold) -> int:
    return hold.pk


def _find(made: RetentionReport) -> Iterator[Finding]:
    if made.standing:
        yield _finding(
            _some([hold.name for hold in made.standing]),
            "held: no record of the year may be destroyed, whatever its class and its day",
            "keep everything until counsel says the hold may be lifted; then "
            "rollbook-central retention --lift NAME with the reason",
            Severity.WARNING,
        )
    if made.audited_on is None:
        yield _finding(
            made.of.year,
            "no audit of the year is on record as completed, so no day is known from which on detail may go",
            "keep everything; when the audit's report is there, rollbook-central retention --audited-on",
            Severity.NOTICE,
        )
    over = [each.what for each in made.kept if each.may_go_from and each.may_go_from <= made.of.as_of]
    if over:
        yield _finding(
            _some(over),
            "kept as long as the rule asks",
            "have the governing body decide on their destruction, and ask counsel for holds first; "
            "this program destroys nothing by itself",
            Severity.NOTICE,
        )


def _finding(subject: str, says: str, remedy: str, severity: Severity) -> Finding:
    return Finding(_RULE, _CITES, subject, None, says, remedy, severity)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names)
