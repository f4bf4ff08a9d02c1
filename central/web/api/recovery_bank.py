"""The recovery bank: every student's account against the cap, one student's ledger, and its figures."""

from datetime import date

from ninja import Schema
from ninja.responses import Status

from central.reports import recovery_desk
from central.reports.recovery_desk import DeskLine
from central.reports.recovery_report import report
from central.reports.student_ledger import AbsenceLine, DateLine, student_ledger
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, DayOrNone, KnownFinding, Offset, finding
from central.work import viewings
from central.work.recovery_figures import update_services
from central.work.tool_rights import Right, Tool

PAGES = ("recovery-list", "recovery-file", "recovery-ledger")


class BankLine(Schema):
    """One student's account: minutes, days, what is waiting, and what is found of it."""

    student: str
    raw_minutes: int
    credited_minutes: int
    minutes_banked: int
    days_earned: int
    days_waiting: int
    absences_recoverable: int
    days_allowed: int
    days_used: int
    has_record: bool
    findings: list[KnownFinding]


class RecoveryBank(Schema):
    """Some students in recovery as of a day, by name, how many there are, and the cap of the year."""

    year: str
    as_of: date
    cap: int
    count: int
    students: list[BankLine]


class LedgerDate(Schema):
    """What the sessions of one date are good for."""

    on: date
    sessions: list[str]
    raw_minutes: int
    credited_minutes: int
    needed: int
    is_whole_day: bool
    is_earned: bool


class LedgerAbsence(Schema):
    """An absence that may be made up, and whether it is."""

    on: date
    is_made_up: bool


class Ledger(Schema):
    """A student's recovery as of a day, line by line; `takes_part` is false where there is none."""

    student: str
    year: str
    as_of: date
    takes_part: bool
    days_earned: int
    days_allowed: int
    days_used: int
    days_taken_back: int
    dates: list[LedgerDate]
    absences: list[LedgerAbsence]
    findings: list[KnownFinding]


class ServicesWritten(Schema):
    """What the ledger wrote into the services that leave their figures to it."""

    figures: int
    changed: int


def bank(request: Asked, year: Code, as_of: DayOrNone = None, offset: Offset = 0) -> RecoveryBank:
    """List the students in recovery as of a day, by name, today where none is named."""
    of = found.year(request, year)
    on = found.day_of(of, as_of)
    made = report(of, on, clock.now())
    lines = recovery_desk.desk(of, made)
    shown = lines[offset : offset + MOST]
    viewings.note_all(request.auth.staff, "api recovery bank", [one.student for one in shown], clock.now())
    return RecoveryBank(
        year=of.name,
        as_of=on,
        cap=recovery_desk.cap(made),
        count=len(lines),
        students=[_line(one) for one in shown],
    )


def ledger(request: Asked, number: Code, year: Code, as_of: DayOrNone = None) -> Ledger:
    """Show a student's minutes, days, caps and what was taken back, each line with its session."""
    student, of = found.student(request, number, "api recovery ledger"), found.year(request, year)
    on = min(found.day_of(of, as_of), clock.today(of.school))
    made = student_ledger(of, student.number, on, clock.now())
    account = made.account if made else None
    return Ledger(
        student=student.number,
        year=of.name,
        as_of=on,
        takes_part=made is not None,
        days_earned=account.days_earned if account else 0,
        days_allowed=account.days_allowed if account else 0,
        days_used=account.days_used if account else 0,
        days_taken_back=made.taken_back.days if made and made.taken_back else 0,
        dates=[_date(line) for line in made.lines] if made else [],
        absences=[_absence(line) for line in made.absences] if made else [],
        findings=[finding(one) for one in made.findings] if made else [],
    )


def update(request: Asked, year: Code, as_of: DayOrNone = None) -> Status[ServicesWritten]:
    """Let the ledger write its figures into the services that leave them to it."""
    of = found.year(request, year)
    done = update_services(of, found.day_of(of, as_of), found.act(request))
    return Status(201, ServicesWritten(figures=done.figures, changed=done.changed))


def _line(line: DeskLine) -> BankLine:
    account = line.account
    return BankLine(
        student=line.student.number,
        raw_minutes=account.raw_minutes,
        credited_minutes=account.credited_minutes,
        minutes_banked=account.minutes_banked,
        days_earned=account.days_earned,
        days_waiting=account.days_unused,
        absences_recoverable=len(account.recoverable),
        days_allowed=account.days_allowed,
        days_used=account.days_used,
        has_record=line.has_record,
        findings=[finding(one) for one in line.findings],
    )


def _date(line: DateLine) -> LedgerDate:
    credit = line.credit
    return LedgerDate(
        on=credit.on,
        sessions=[each.session.session for each in line.sessions],
        raw_minutes=credit.raw_minutes,
        credited_minutes=credit.credited_minutes,
        needed=credit.needed,
        is_whole_day=credit.is_whole_day,
        is_earned=credit.is_earned,
    )


def _absence(line: AbsenceLine) -> LedgerAbsence:
    return LedgerAbsence(on=line.absence.on, is_made_up=line.is_made_up)


_BEFORE = frozenset({409})
OPERATIONS = (
    Operation(
        "recoveryBank",
        "GET",
        "/recovery-bank/{year}",
        bank,
        RecoveryBank,
        Tool.RECORDS,
        may_be=_BEFORE,
    ),
    Operation(
        "recoveryLedger",
        "GET",
        "/students/{number}/recovery-ledger/{year}",
        ledger,
        Ledger,
        Tool.SERVICES,
        may_be=_BEFORE,
    ),
    Operation(
        "updateRecoveryServices",
        "POST",
        "/recovery-bank/{year}/figures",
        update,
        ServicesWritten,
        Tool.SERVICES,
        Right.WRITE,
    ),
)
