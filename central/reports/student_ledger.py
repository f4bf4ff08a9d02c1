"""Published: the recovery ledger of one student as of a date, line by line, and what was taken back since."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.domain.absence import FullDayAbsence
from central.domain.finding import Finding
from central.domain.local_day import end_of
from central.domain.period import PeriodKind
from central.domain.recovery import RecoverySession
from central.law.recovery_account import RecoveryAccount
from central.law.recovery_claw_back import ClawBack, claw_back
from central.law.recovery_ledger import DateCredit
from central.reports.recovery_books import RecoveryBooks, books
from central.reports.recovery_findings import of_student
from central.store.models import SchoolYear


@dataclass(frozen=True, slots=True)
class SessionMinutes:
    """The minutes of the student in one session that counts."""

    session: RecoverySession
    minutes: int


@dataclass(frozen=True, slots=True)
class DateLine:
    """What the sessions of one date are good for."""

    credit: DateCredit
    sessions: tuple[SessionMinutes, ...]


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """An absence that may be made up; `school` is the one it counts for where it is."""

    absence: FullDayAbsence
    school: str
    is_made_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentLedger:
    """One student's account with the lines behind it.

    `dates` names the reporting dates of the student, some of them perhaps still to come; `taken_back`
    is None where nothing known now changes what was known by the end of the ledger's day.
    """

    account: RecoveryAccount
    dates: tuple[tuple[PeriodKind, date], ...]
    lines: tuple[DateLine, ...]
    refused: tuple[SessionMinutes, ...]
    absences: tuple[AbsenceLine, ...]
    taken_back: ClawBack | None
    findings: tuple[Finding, ...]


def student_ledger(year: SchoolYear, student: str, as_of: date, now: datetime) -> StudentLedger | None:
    """Return a student's ledger as of a date by what is known now; None for who takes no part that year.

    What the same date looked like by the end of its own day is computed beside it, so that a day an
    absence or a minute corrected later took back is told. Raises LawError for a year before recovery.
    """
    held = books(year, as_of, now)
    if student not in held.ledger.students:
        return None
    account = held.account(student)
    return StudentLedger(
        account=account,
        dates=tuple(_dates(held, student)),
        lines=tuple(_lines(account)),
        refused=tuple(_minutes(account, account.sessions.refused)),
        absences=tuple(_absences(held, account)),
        taken_back=_taken_back(year, account, now),
        findings=tuple(dict.fromkeys(of_student(held, student))),
    )


def _dates(held: RecoveryBooks, student: str) -> Iterator[tuple[PeriodKind, date]]:
    for kind in PeriodKind:
        end = held.ledger.counts_to(student, kind)
        if end is not None:
            yield kind, end


def _lines(account: RecoveryAccount) -> Iterator[DateLine]:
    for credit in account.earned.dates:
        of_date = [session for session in account.sessions.counted if session.on == credit.on]
        yield DateLine(credit, tuple(_minutes(account, of_date)))


def _minutes(
    account: RecoveryAccount, sessions: list[RecoverySession] | tuple[RecoverySession, ...]
) -> Iterator[SessionMinutes]:
    for session in sessions:
        yield SessionMinutes(session, session.minutes_of(account.student))


def _absences(held: RecoveryBooks, account: RecoveryAccount) -> Iterator[AbsenceLine]:
    schools = {day.on: day.school for day in held.placed(account).days}
    offset = {absence.on for absence in account.offset}
    for absence in account.recoverable:
        yield AbsenceLine(absence, schools.get(absence.on, ""), absence.on in offset)


def _taken_back(year: SchoolYear, account: RecoveryAccount, now: datetime) -> ClawBack | None:
    ended = end_of(account.as_of, ZoneInfo(year.school.time_zone))
    if ended >= now:
        return None
    then = books(year, account.as_of, ended)
    if account.student not in then.ledger.students:
        return None
    change = claw_back(then.account(account.student), account)
    return change if change.reasons or change.no_longer_offset or change.newly_offset else None
