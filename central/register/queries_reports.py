"""The questions of the register to closed reports, independent study and recovery."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from central.domain.enrolment import EnrolledSpan, Modality
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.law.months import school_months
from central.law.periods import due_on
from central.law.provision import number
from central.register.records import Records, some
from central.register.standing import Answer, at_risk, broken, met
from central.reports.monthly_report import KIND as MONTHLY
from central.store.models import RecoverySession, ReportSnapshot, StudyAgreement, StudyStaffing

_MONTH_WITHIN = timedelta(days=10)
_ONE_MONTH = timedelta(weeks=4)
_SOON = timedelta(days=30)
_SIGNERS = frozenset({"student", "supervisor"})
_FTE = 100
"""Full-time equivalents are kept in hundredths."""


def periods_closed(records: Records) -> Answer:
    """Ask whether P-1 and P-2 are closed by the day each is due."""
    return _closed(records, (PeriodKind.P1, PeriodKind.P2))


def annual_closed(records: Records) -> Answer:
    """Ask whether Annual is closed by the day it is due."""
    return _closed(records, (PeriodKind.ANNUAL,))


def months_reported(records: Records) -> Answer:
    """Ask for school months over for more than ten days without a closed monthly report of their own.

    A month's own report is as of a day before the month after it can end.
    """
    rows = ReportSnapshot.objects.filter(school_year=records.year, kind=MONTHLY, made_at__lt=records.before)
    closed = set(rows.values_list("as_of", flat=True))
    missing = sorted(
        {
            f"{month.number} of track {code}"
            for code, calendar in records.calendars.items()
            for month in school_months(calendar)
            if month.ends_on + _MONTH_WITHIN < records.as_of
            and not any(month.ends_on <= on < month.ends_on + _ONE_MONTH for on in closed)
        }
    )
    if missing:
        return broken(f"no closed report of month {some(missing)}")
    return met("every month over is reported")


def study_under_agreement(records: Records) -> Answer:
    """Ask for independent study without a complete agreement signed in time."""
    studies = _studies(records)
    lacking = [span.student for span in studies if not _is_covered(records, span)]
    if lacking:
        return broken(f"{len(set(lacking))} students without a complete agreement: {some(lacking)}")
    return met(f"{len(studies)} enrollments in independent study, each under an agreement")


def study_is_staffed(records: Records) -> Answer:
    """Ask whether independent study has certificated staff, within the ratio for the young."""
    studies = _studies(records)
    if not studies:
        return met("nobody is in independent study")
    staffing = StudyStaffing.objects.filter(school_year=records.year, at__lt=records.before).last()
    if staffing is None or not staffing.study_fte_hundredths:
        return broken("no certificated staff of independent study is on file")
    start = records.span.starts_on
    oldest, ratio = number("oldest_age_in_study_ratio", start), number("study_pupils_a_teacher", start)
    fte = Fraction(staffing.study_fte_hundredths, _FTE)
    young = {
        span.student
        for span in studies
        if (age := records.people[span.student].age_on(span.since)) is None or age <= oldest
    }
    if len(young) > ratio * fte:
        return broken(f"{len(young)} students of {oldest} or younger to {fte} teachers")
    return met(f"{len(studies)} enrollments to {fte} teachers, {len(young)} of them in the ratio")


def recovery_signed(records: Records) -> Answer:
    """Ask for recovery sessions whose minutes no teacher signed as they stand."""
    days = (records.span.starts_on, min(records.as_of, records.span.ends_on))
    sessions = RecoverySession.objects.filter(school=records.year.school_id, on__range=days)
    bare = [row.code for row in sessions if not _is_signed(row)]
    if bare:
        return broken(f"{len(bare)} recovery sessions are not signed: {some(bare)}")
    return met(f"{len(sessions)} recovery sessions, each signed")


def _closed(records: Records, kinds: Sequence[PeriodKind]) -> Answer:
    lea = LeaKind(records.year.school.kind)
    due = {kind: due_on(kind, records.span, lea) for kind in kinds}
    rows = ReportSnapshot.objects.filter(school_year=records.year, made_at__lt=records.before)
    closed = set(rows.values_list("kind", flat=True))
    missing = {kind: on for kind, on in due.items() if kind.value not in closed}
    late = [f"{kind.value} was due on {on}" for kind, on in missing.items() if on < records.as_of]
    near = [
        f"{kind.value} is due on {on}"
        for kind, on in missing.items()
        if records.as_of <= on < records.as_of + _SOON
    ]
    if late:
        return broken(f"{'; '.join(late)} and is not closed")
    if near:
        return at_risk(f"{'; '.join(near)} and is not closed")
    return met(", ".join(f"{kind.value} by {on}" for kind, on in due.items()))


def _studies(records: Records) -> list[EnrolledSpan]:
    return [span for span in records.enrolled if span.modality is Modality.INDEPENDENT_STUDY]


def _is_covered(records: Records, span: EnrolledSpan) -> bool:
    """Tell whether complete agreements, signed in time, cover every school day of an enrollment."""
    rows = StudyAgreement.objects.filter(student__number=span.student, student__school=records.year.school_id)
    good = [
        row
        for row in rows.prefetch_related("signatures")
        if not row.missing and _signed_in_time(records, row)
    ]
    return all(any(row.since <= on <= row.until for row in good) for on in records.school_days(span))


def _signed_in_time(records: Records, row: StudyAgreement) -> bool:
    signed = {found.signer: found.signed_on for found in row.signatures.all()}
    if not signed.keys() >= _SIGNERS:
        return False
    longest = number("short_study_schooldays", records.span.starts_on)
    days = max(
        (sum(row.since <= on <= row.until for on in found) for found in records.days.values()), default=0
    )
    return days <= longest or all(on <= row.since for on in signed.values())


def _is_signed(row: RecoverySession) -> bool:
    minutes = dict(row.attendance.order_by("pk").values_list("student__number", "minutes"))
    documented = {student: spent for student, spent in minutes.items() if spent}
    if not documented:
        return True
    last = row.signatures.order_by("revision").last()
    return (
        last is not None
        and {student: int(spent) for student, spent in last.minutes.items() if spent} == documented
    )
