"""Aeries' supplemental attendance detail: whole hours of each student in each signed recovery session."""

from collections.abc import Iterator
from typing import Final

from central.domain.calendar import SchoolYear as Year
from central.domain.finding import Finding
from central.exchange import layout
from central.exchange.aeries.tables import DETAIL, AeriesTemplate, DetailRow, detail_cells
from central.reports.exports.asking import Ask, blocking, left_out
from central.work.exports import Made, OutFile
from central.work.recovery_gathering import recovery_year
from central.work.recovery_year import is_in_force

_HOUR: Final = 60


def make(ask: Ask) -> Made:
    """Return the hours the ledger counts; the bank (ARB) is calculated there and never given."""
    template = layout.template(ask.template, AeriesTemplate)
    shape = DETAIL.changed(template.layout)
    findings: list[Finding] = []
    rows = list(_rows(ask, findings))
    if not template.school and rows:
        says = "the template does not name the school, and Aeries knows it by a number of its own"
        findings.append(blocking("code school", says, "write school into the template"))
    data = layout.write(shape, [detail_cells(row, template.school, shape) for row in rows])
    return ask.made(
        files=(OutFile(ask.name(".csv"), data, len(rows)),) if rows else (),
        findings=tuple(findings),
    )


def _rows(ask: Ask, findings: list[Finding]) -> Iterator[DetailRow]:
    if not is_in_force(Year(ask.year.name)):
        return
    ledger = recovery_year(ask.year, ask.before)
    for student in ledger.students:
        account = ledger.account(student, ask.as_of)
        findings += [found for found in account.sessions.findings if found.blocks]
        for session in account.sessions.counted:
            if not ask.in_days(session.on):
                continue
            # Each session counts its whole hours (R-AR-07); what is over a day's minimum is lost there too.
            hours = session.minutes_of(student) // _HOUR
            if hours:
                yield DetailRow(student=student, session=session.session, on=session.on, hours=hours)
            else:
                says = f"session {session.session} was under an hour for the student"
                findings.append(
                    left_out(student, session.on, says, "nothing is to be done; it earns nothing")
                )
