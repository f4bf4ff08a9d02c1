"""What people brought for the register's rows: bringing it, withdrawing it, and how it stands on a day."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction

from central.domain.calendar import JULY
from central.domain.calendar import SchoolYear as Year
from central.errors import CentralError, RefusedError
from central.register.standing import Answer, at_risk, met, needs_evidence
from central.register.table import Needs, Row
from central.store.models import AuditEvent, RequirementEvidence, Staff
from central.work.roles import called

_BRINGS = {Staff.Role.CLERK, Staff.Role.LEADER, Staff.Role.ADMIN}
_ANSWERS = {Staff.Role.LEADER, Staff.Role.ADMIN}
_MOST_SAID, _MOST_NAMED = 1000, 255
_SOON = timedelta(days=30)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a document is kept, and its SHA-256 where somebody handed it in; no file here is opened."""

    place: str
    sha256: str = ""


def bring(
    row: Row, by: Staff, now: datetime, *, says: str, document: str | Kept, valid: tuple[date, date | None]
) -> RequirementEvidence:
    """File evidence or an answer for a row, in force over the days `valid`.

    A document that is named as a file of this machine is kept by its SHA-256, so that it can be
    recognised later. Raises RefusedError for a row the records answer, for nobody's role, and for
    evidence that says nothing.
    """
    _require_may_bring(row, by)
    since, until = valid
    place = document.place if isinstance(document, Kept) else document
    said, named = " ".join(says.split()), place.strip()
    if not said and not named:
        msg = f"evidence for {row.key} must say something or name a document; give --says or --document"
        raise RefusedError(msg)
    if len(said) > _MOST_SAID or len(named) > _MOST_NAMED:
        msg = f"say it in {_MOST_SAID} characters and name the document in {_MOST_NAMED}"
        raise RefusedError(msg)
    if until is not None and until < since:
        msg = f"evidence cannot end on {until}, before it begins on {since}; exchange the dates"
        raise RefusedError(msg)
    with transaction.atomic():
        kept = RequirementEvidence.objects.create(
            school=by.school,
            row=row.key,
            since=since,
            until=until,
            says=said,
            document=named,
            sha256=document.sha256 if isinstance(document, Kept) else _digest(named),
            by=by,
            at=now,
        )
        _note(kept, "bring-evidence")
    return kept


def withdraw(row: Row, by: Staff, now: datetime, reason: str) -> RequirementEvidence:
    """Withdraw all that was brought for a row.

    Raises RefusedError without a reason, and where nothing that was brought stands.
    """
    _require_may_bring(row, by)
    said = " ".join(reason.split())
    if not said or len(said) > _MOST_SAID:
        msg = f"withdrawing needs a reason of at most {_MOST_SAID} characters; say why"
        raise RefusedError(msg)
    last = RequirementEvidence.objects.filter(school=by.school, row=row.key).order_by("pk").last()
    if last is None or last.is_withdrawn:
        msg = f"nothing that was brought for {row.key} stands; there is nothing to withdraw"
        raise RefusedError(msg)
    with transaction.atomic():
        kept = RequirementEvidence.objects.create(
            school=by.school, row=row.key, since=last.since, says=said, is_withdrawn=True, by=by, at=now
        )
        _note(kept, "withdraw-evidence")
    return kept


def brought(school_id: int, before: datetime) -> dict[str, list[RequirementEvidence]]:
    """Return what was brought for each row before an instant and was not withdrawn since, oldest first."""
    found: dict[str, list[RequirementEvidence]] = {}
    rows = RequirementEvidence.objects.filter(school=school_id, at__lt=before)
    for kept in rows.select_related("by").order_by("pk"):
        if kept.is_withdrawn:
            found[kept.row] = [kept]
        else:
            earlier = [row for row in found.get(kept.row, []) if not row.is_withdrawn]
            found[kept.row] = [*earlier, kept]
    return found


def due_on(needs: Needs, on: date) -> date:
    """Return the day evidence must be there in the school year a date lies in."""
    year = Year.of(on)
    month, day = map(int, needs.due.split("-"))
    return date(year.starts_on.year if month >= JULY else year.ends_on.year, month, day)


def expires_on(needs: Needs, kept: RequirementEvidence) -> date | None:
    """Return the last day evidence holds: its own, or as many months as evidence of its row lasts."""
    if needs.months is None:
        return kept.until
    years, month = divmod(kept.since.month - 1 + needs.months, _MONTHS)
    first = date(kept.since.year + years, month + 1, 1)
    lasts = first + timedelta(days=kept.since.day - 2)
    return min(lasts, kept.until) if kept.until else lasts


def stands(needs: Needs, brought_for: list[RequirementEvidence], on: date) -> Answer:
    """Return how a row stands on a day by what was brought for it."""
    wanted = f"{needs.who} must bring {needs.what} by {due_on(needs, on)}"
    if not brought_for:
        return needs_evidence(wanted)
    if brought_for[-1].is_withdrawn:
        last = brought_for[-1]
        return needs_evidence(f"withdrawn by employee {last.by.number} ({last.says}); {wanted}")
    in_force = [
        kept
        for kept in brought_for
        if kept.since <= on and ((ends := expires_on(needs, kept)) is None or on <= ends)
    ]
    if not in_force:
        return _out_of_force(needs, brought_for[-1], on, wanted)
    kept = in_force[-1]
    ends = expires_on(needs, kept)
    said = f"{_what(kept)}, since {kept.since}, by employee {kept.by.number}"
    if ends is not None and ends - on < _SOON:
        return at_risk(f"{said}; it ends on {ends}: {needs.who} must renew it")
    return met(said if ends is None else f"{said}, until {ends}")


def _out_of_force(needs: Needs, kept: RequirementEvidence, on: date, wanted: str) -> Answer:
    if kept.since > on:
        return needs_evidence(f"what was brought begins only on {kept.since}; {wanted}")
    return needs_evidence(f"what was brought since {kept.since} ended on {expires_on(needs, kept)}; {wanted}")


def _what(kept: RequirementEvidence) -> str:
    return "; ".join(part for part in (kept.says, kept.document) if part)


def _require_may_bring(row: Row, by: Staff) -> None:
    if row.needs is None:
        msg = f"{row.key} is answered by the records, not by documents; see register show {row.key}"
        raise RefusedError(msg)
    if by.role not in (_ANSWERS if row.number is not None else _BRINGS):
        who = "the school leader or an administrator"
        who = who if row.number is not None else f"the attendance clerk, {who}"
        msg = f"employee {by.number} ({called(by)}) cannot file this; ask {who}"
        raise RefusedError(msg)


def _digest(document: str) -> str:
    """Return the SHA-256 of a document that is a file here, or nothing for one kept elsewhere."""
    path = Path(document)
    if not document or not path.is_file():
        return ""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        msg = (
            f"{document} cannot be read ({error.strerror}); see to its permissions, or name where it is kept"
        )
        raise CentralError(msg) from error


def _note(kept: RequirementEvidence, verb: str) -> None:
    AuditEvent.objects.create(
        at=kept.at,
        by=kept.by.number,
        verb=verb,
        subject=kept.row,
        detail={
            "since": str(kept.since),
            "until": str(kept.until),
            "says": kept.says,
            "document": kept.document,
        },
    )
