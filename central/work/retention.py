"""What a school year left in the records, from when on it may be destroyed, and what is held back."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from central.domain.calendar import SchoolYear as Year
from central.errors import RefusedError
from central.law.retention import RecordClass, destroyable_from
from central.store.models import (
    AbsenceNote,
    AttendanceRecord,
    AuditEvent,
    Enrollment,
    LegalHold,
    PaperSheet,
    RecoverySession,
    ReportSnapshot,
    SchoolYear,
    SessionCertification,
    Staff,
    StudyWork,
    Tap,
)
from central.work import rights
from central.work.tool_rights import Right, Tool, require

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """One sort of record of a year: how many, of which class, and the first day it may be destroyed."""

    what: str
    count: int
    kept_as: RecordClass
    destroyable_from: date | None


def kept_of(year: SchoolYear) -> list[Kept]:
    """Return what there is of a school year, the permanent records first."""
    named = Year(year.name)
    held = bool(holds_of(year))
    on = (named.starts_on, named.ends_on)
    permanent, detail = RecordClass.PERMANENT, RecordClass.DISPOSABLE
    counts = (
        ("reports closed", ReportSnapshot.objects.filter(school_year=year).count(), permanent),
        ("enrollments", Enrollment.objects.filter(track__school_year=year).count(), permanent),
        (
            "attendance records",
            AttendanceRecord.objects.filter(section__school_year=year).count(),
            detail,
        ),
        ("signatures", SessionCertification.objects.filter(section__school_year=year).count(), detail),
        ("taps", Tap.objects.filter(school=year.school_id, on__range=on).count(), detail),
        ("paper sheets", PaperSheet.objects.filter(section__school_year=year).count(), detail),
        (
            "notes on absences",
            AbsenceNote.objects.filter(student__school=year.school_id, on__range=on).count(),
            detail,
        ),
        (
            "recovery sessions",
            RecoverySession.objects.filter(school=year.school_id, on__range=on).count(),
            detail,
        ),
        (
            "days of independent study",
            StudyWork.objects.filter(student__school=year.school_id, on__range=on).count(),
            detail,
        ),
    )
    return [
        Kept(what, count, kept_as, destroyable_from(kept_as, named, year.audited_on, is_held=held))
        for what, count, kept_as in counts
    ]


def holds_of(year: SchoolYear) -> list[LegalHold]:
    """Return the legal holds on a year that are not lifted, by name."""
    last = {row.name: row for row in LegalHold.objects.filter(school_year=year).order_by("pk")}
    return [row for _, row in sorted(last.items()) if not row.is_lifted]


def add_hold(year: SchoolYear, name: str, reason: str, by: Staff, now: datetime) -> None:
    """Hold back the records of a year; raises RefusedError for a hold that stands already."""
    _require_name(name)
    if any(hold.name == name for hold in holds_of(year)):
        msg = f"the hold {name!r} on {year.name} stands already"
        raise RefusedError(msg)
    _keep_hold(LegalHold(school_year=year, name=name, reason=reason, by=by, at=now))


def lift_hold(year: SchoolYear, name: str, reason: str, by: Staff, now: datetime) -> None:
    """End a hold; raises RefusedError where none of that name stands."""
    if all(hold.name != name for hold in holds_of(year)):
        msg = f"no hold {name!r} on {year.name} stands; rollbook-central retention lists them"
        raise RefusedError(msg)
    _keep_hold(LegalHold(school_year=year, name=name, is_lifted=True, reason=reason, by=by, at=now))


def complete_audit(year: SchoolYear, on: date, by: Staff, now: datetime) -> bool:
    """Keep the day the audit of a year was completed; False where it was that day already.

    Raises RefusedError for a day to come, and for one before the year began.
    """
    require(by, Tool.SETTINGS, Right.WRITE)
    if on <= Year(year.name).starts_on or on > now.date():
        msg = f"the audit of {year.name} cannot have been completed on {on}; give the day of its report"
        raise RefusedError(msg)
    with transaction.atomic():
        row = SchoolYear.objects.select_for_update().get(pk=year.pk)
        if row.audited_on == on:
            return False
        detail = {"before": row.audited_on and row.audited_on.isoformat(), "after": on.isoformat()}
        row.audited_on = year.audited_on = on
        row.save(update_fields=["audited_on"])
        AuditEvent.objects.create(
            at=now, by=by.number, verb="complete-audit", subject=year.name, detail=detail
        )
    return True


def _keep_hold(hold: LegalHold) -> None:
    require(hold.by, Tool.SETTINGS, Right.WRITE)
    hold.reason = rights.reason(hold.reason, "a legal hold, or its end,")
    with transaction.atomic():
        hold.save()
        AuditEvent.objects.create(
            at=hold.at,
            by=hold.by.number,
            verb="lift-hold" if hold.is_lifted else "add-hold",
            subject=f"{hold.school_year.name} {hold.name}",
            detail={"reason": hold.reason},
        )


def _require_name(name: str) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME:
        msg = f"the name of a hold has 1 to {_LONGEST_NAME} characters"
        raise RefusedError(msg)
