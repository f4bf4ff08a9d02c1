"""Certify a session: a teacher's signature turns provisional records into attendance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import IntegrityError, transaction

from central.errors import RefusedError
from central.store.models import AttendanceRecord, Section, SessionCertification, Staff
from central.store.timetable import placed
from central.work import record_moves, review, session_day, signing_off
from central.work.changes import Change, Ledger, apply, counts

_Stage = AttendanceRecord.Stage


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs, when, and how; with the reasons a late or repeated signature needs."""

    by: Staff
    at: datetime
    signed_with: str = signing_off.TOTP_SIGNATURE
    late_reason: str = ""
    reason: str = ""


def certify_with_code(
    section: Section, on: date, signature: Signature, code: str, changes: Sequence[Change] = ()
) -> SessionCertification:
    """Certify a session under a one-time code, as `certify_with` does."""
    return certify_with(signing_off.Code(code), section, on, signature, changes)


def certify_with(
    factor: signing_off.SecondFactor,
    section: Section,
    on: date,
    signature: Signature,
    changes: Sequence[Change] = (),
) -> SessionCertification:
    """Certify a session under a second factor; a wrong or used one leaves everything as it was.

    Raises RefusedError, and TryLaterError after too many wrong ones.
    """
    signature = replace(signature, signed_with=factor.signed_with)
    try:
        with transaction.atomic():
            certification = certify_session(section, on, signature, changes)
            factor.spend(signature.by, signature.at)
            return certification
    except signing_off.WrongCodeError:
        signing_off.note_refusal(signature.by, signature.at)
        raise


def certify_session(
    section: Section, on: date, signature: Signature, changes: Sequence[Change] = ()
) -> SessionCertification:
    """Make the changes and certify every standing record of a section's day, in one transaction.

    The caller has proven the signature (`certify_with` does). Only a teacher of the section
    with a credential valid that day may sign; only a day that was taught; only when no student
    placed is without a record. Signing after the day needs `late_reason`, signing again `reason`.
    Raises RefusedError saying what to do; then nothing is written.

    Source: EC 46300(a), EC 47605(l); CDE letter of August 3 2009 on electronic attendance.
    """
    author = record_moves.signer(signature.by, on, signature.at, signature.signed_with)
    signing_off.require_teacher_of(signature.by, section, on)
    session_day.require_held(section, on, signature.at)
    session_day.require_same_day(section, on, signature.at, signature.late_reason)
    try:
        with transaction.atomic():
            return _certify(Ledger(section, on, author), signature, changes)
    except IntegrityError as error:
        msg = f"section {section.code} on {on} was signed by somebody else at this moment; reload the session"
        raise RefusedError(msg) from error


def _certify(ledger: Ledger, signature: Signature, changes: Sequence[Change]) -> SessionCertification:
    section, on = ledger.section, ledger.on
    # One signs at a time: whoever comes second finds the first one's signature here.
    Section.objects.select_for_update().get(pk=section.pk)
    revision = _next_revision(section, on, signature)
    here = placed(section, on)
    apply(changes, here, ledger)
    _require_only(here, section, on)
    lacking = len(review.needed(section, on))
    if lacking:
        students = "1 student has" if lacking == 1 else f"{lacking} students have"
        msg = f"{students} no record in section {section.code} on {on}; mark them present or absent first"
        raise RefusedError(msg)
    found = counts(section, on)
    certification = SessionCertification.objects.create(
        section=section,
        on=on,
        revision=revision,
        by=signature.by,
        at=signature.at,
        signed_with=signature.signed_with,
        late_reason=signature.late_reason.strip(),
        reason=signature.reason.strip(),
        present=found[AttendanceRecord.Mark.PRESENT],
        absent=found[AttendanceRecord.Mark.ABSENT],
    )
    ledger.certify(certification)
    return certification


def _require_only(here: Sequence[int], section: Section, on: date) -> None:
    standing = AttendanceRecord.objects.filter(section=section, on=on).exclude(stage=_Stage.REMOVED)
    strangers = standing.exclude(student__in=here).count()
    if strangers:
        records = "1 record is" if strangers == 1 else f"{strangers} records are"
        msg = (
            f"{records} of students not placed or not enrolled in section {section.code} on {on}; "
            "remove them with a reason or correct the roster"
        )
        raise RefusedError(msg)


def _next_revision(section: Section, on: date, signature: Signature) -> int:
    standing = review.certification(section, on)
    if standing is None:
        return 1
    if not signature.reason.strip():
        msg = (
            f"section {section.code} on {on} was certified by employee {standing.by.number} at "
            f"{standing.at:%Y-%m-%d %H:%MZ}; to certify it again give a reason"
        )
        raise RefusedError(msg)
    return standing.revision + 1
