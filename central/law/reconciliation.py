"""The sums that must agree before anybody signs a report; each that does not is a finding that blocks."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from central.domain.finding import Finding, Severity
from central.law.monthly import CellKey, MonthCell

_CITATION = "EC 47612.5(a)(2); audit findings on reports that differ from their support"
_SHOWN = 3


def findings_on_months(cells: Iterable[MonthCell]) -> tuple[Finding, ...]:
    """Report months in which possible is not attended plus absent plus not claimable, cell by cell.

    Students at the end must be those at the start, plus entries, less exits.

    Cites: attendance reports to the authorizer (R-MON-01).
    """
    findings = []
    for cell in cells:
        absent, lost = sum(cell.absent.values()), sum(cell.lost.values())
        if cell.possible != cell.attended + absent + lost:
            says = (
                f"{cell.possible} days were possible, but {cell.attended} attended, {absent} absent and "
                f"{lost} not claimable make {cell.attended + absent + lost}"
            )
            findings.append(_broken(_name(cell.key), says))
        if cell.at_end != cell.at_start + cell.entries - cell.exits:
            says = (
                f"{cell.at_start} students at the start, {cell.entries} entries and {cell.exits} exits "
                f"do not make the {cell.at_end} at the end"
            )
            findings.append(_broken(_name(cell.key), says))
    return tuple(findings)


def findings_on_absences(given: int, cells: Iterable[MonthCell]) -> tuple[Finding, ...]:
    """Report full-day absences that no cell of the months counts, or that are counted twice.

    Cites: attendance reports to the authorizer (R-MON-01).
    """
    counted = sum(sum(cell.absent.values()) for cell in cells)
    if counted == given:
        return ()
    return (_broken("absences", f"{given} full-day absences are on record; the months count {counted}"),)


def findings_on_period(
    period: str, rows: Mapping[str, tuple[int, int]], months: Mapping[str, tuple[int, int]]
) -> tuple[Finding, ...]:
    """Report rows of a period that are not the sum of its school months: days attended, days taught.

    A row without attendance and no row at all are the same.

    Cites: audit finding 2024-02 on support that differs from the report (R-MON-01).
    """
    reported = {key: days for key, days in rows.items() if days[0]}
    summed = {key: days for key, days in months.items() if days[0]}
    return tuple(
        _broken(
            f"{period}, {key}",
            f"the period has {_of(reported.get(key))}; its school months come to {_of(summed.get(key))}",
        )
        for key in sorted(reported.keys() | summed.keys())
        if reported.get(key) != summed.get(key)
    )


def findings_on_submission(submitted: int, confirmed: int) -> tuple[Finding, ...]:
    """Report records sent to the student information system that it was not read back to hold.

    Cites: the school's procedure, stage 3; attendance reports to the authorizer (R-REC-04, R-MON-01).
    """
    if submitted == confirmed:
        return ()
    says = f"{submitted} records were submitted, {confirmed} of them are confirmed"
    remedy = "read the student information system back with rollbook-central confirm, and settle differences"
    return (_broken("submitted records", says, remedy),)


def findings_on_total(
    subject: str, total: Decimal | Fraction, lines: Iterable[Decimal | Fraction]
) -> tuple[Finding, ...]:
    """Report a total, printed or imported, that is not the sum of its lines.

    Of 116 published schedules of charter attendance one has such a total: a printing error.

    Cites: published audit schedules; house rule on totals (R-AUD-03, R-ADA-09).
    """
    summed = sum((Fraction(line) for line in lines), start=Fraction(0))
    if Fraction(total) == summed:
        return ()
    return (
        Finding(
            rule="R-AUD-03",
            citation="published audit schedules",
            subject=subject,
            on=None,
            says=f"the total is {_plain(Fraction(total))}; its lines come to {_plain(summed)}",
            remedy="find the line or the total that is wrong before anybody relies on either",
            severity=Severity.BLOCKING,
        ),
    )


def findings_on_projection(differences: Iterable[str]) -> tuple[Finding, ...]:
    """Report that the counted days of students differ from the records they were counted from.

    Cites: EC 47612.5(a)(2) (R-MON-01).
    """
    found = list(differences)
    if not found:
        return ()
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    says = f"counted days differ from the records: {'; '.join(found[:_SHOWN])}{more}"
    return (_broken("student years", says, "rebuild them with rollbook-central count, and find the cause"),)


def _of(days: tuple[int, int] | None) -> str:
    return "nothing" if days is None else f"{days[0]} days of attendance over {days[1]} taught"


def _plain(number: Fraction) -> str:
    """Write a number with as few decimals as it has, or as a fraction."""
    for places in range(5):
        scaled = number * 10**places
        if scaled.denominator == 1:
            return str(Decimal(scaled.numerator).scaleb(-places))
    return str(number)


def _name(key: CellKey) -> str:
    return f"track {key.track}, school month {key.month}, {key.span.value}, {key.modality.value}"


def _broken(
    subject: str,
    says: str,
    remedy: str = "do not certify; find the record, enrollment or day counted wrongly",
) -> Finding:
    return Finding(
        rule="R-MON-01",
        citation=_CITATION,
        subject=subject,
        on=None,
        says=says,
        remedy=remedy,
        severity=Severity.BLOCKING,
    )
