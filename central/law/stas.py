"""The rows of the state's student absence summary, and the checks each must pass before it is uploaded."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from central.domain.finding import Finding, Severity
from central.domain.school import LeaKind
from central.law.calpads import OWN_BESIDE_THE_SUM, AbsenceSummary, findings_on_absence_summaries

_NO_SUMMARY_OF: Final = ("0000001", "0000002")
_SSID_DIGITS: Final = 10
_AGENCY_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class Agency:
    """Who reports: the agency (field 13.04) and the school of attendance (13.05), seven digits each."""

    lea: str
    school: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StasRow:
    """One student's row; `summary` is None where every count stays blank.

    `unrecorded` counts the days expected that no certified record tells of: they are in no field.
    """

    student: str
    ssid: str
    agency: Agency
    summary: AbsenceSummary | None
    is_exempt: bool = False
    unrecorded: int = 0


@dataclass(frozen=True, slots=True)
class RecoveredBetween:
    """An absence made up: the agency whose school day was missed, and the one it was made up with."""

    student: str
    on: date
    absent_lea: str
    recovered_lea: str


def reporting_agency(kind: LeaKind, code: str, lea_code: str) -> Agency:
    """Return who reports a school's absences: a charter for itself, any other school by its agency.

    `code` is the school's CDS code of 14 digits, or the seven of the school alone. A charter that
    reports through its authorizer is told otherwise by whoever exports.

    Cites: state data dictionary, student absence summary, fields 13.04 and 13.05 (R-AR-13).
    """
    school = code[-_AGENCY_DIGITS:]
    if kind is LeaKind.CHARTER:
        return Agency(school, school)
    return Agency(lea_code[:_AGENCY_DIGITS] or code[:-_AGENCY_DIGITS], school)


def findings_on_stas(
    rows: Sequence[StasRow], on: date, elsewhere: Mapping[str, int], between: Iterable[RecoveredBetween] = ()
) -> tuple[Finding, ...]:
    """Report everything the state would reject of an agency's rows, and what its checks cannot see.

    `elsewhere` are the recovered days other schools of the agency tell, by student; `between` every
    absence made up. `on` is a date of the school year.

    Cites: EC 46211; state checks STAS0303, STAS0304, STAS0318, STAS0651, STAS0739 and
    STAS0740E1 (R-AR-06, R-AR-13, R-AR-15, R-CHR-02).
    """
    # What is exempt tells no counts, so that there is nothing in them to check.
    told = [_recorded(row, row.summary) for row in rows if row.summary is not None and not row.is_exempt]
    return (
        *(finding for row in rows for finding in _on_row(row)),
        *_on_numbers(rows),
        *findings_on_absence_summaries(told, on, elsewhere),
        *_on_agencies(between),
    )


def _recorded(row: StasRow, summary: AbsenceSummary) -> AbsenceSummary:
    """Return a summary without the days nothing is recorded of: those are said by themselves."""
    return replace(summary, days_expected=summary.days_expected - row.unrecorded)


def _on_row(row: StasRow) -> Iterator[Finding]:
    if row.agency.school in _NO_SUMMARY_OF:
        says = f"school {row.agency.school} has no absence summary"
        yield _finding(row.student, "CALPADS STAS0651", says, "leave the students of this school out")
    if row.summary is None and not row.is_exempt:
        says = "no day counts, though the student is not exempt"
        yield _finding(row.student, "CALPADS STAS0303", says, "tell the days, or mark the exemption")
    if row.summary is not None and row.is_exempt:
        says = "day counts of a student who is exempt"
        yield _finding(row.student, "CALPADS STAS0304", says, "leave every count blank")
    if row.unrecorded and not row.is_exempt:
        says = f"no certified record tells of {row.unrecorded} of the days expected"
        yield _finding(row.student, "CALPADS STAS0318", says, "certify the classes of these days first")
    for name, value, digits in (
        ("SSID", row.ssid, _SSID_DIGITS),
        ("reporting agency", row.agency.lea, _AGENCY_DIGITS),
        ("school of attendance", row.agency.school, _AGENCY_DIGITS),
    ):
        if not (value.isascii() and value.isdigit() and len(value) == digits):
            says = f"the {name} is no number of {digits} digits"
            remedy = "bring it with the roster" if name == "SSID" else "correct the school's code"
            yield _finding(row.student, "own check of the file's numbers", says, remedy)


def _on_numbers(rows: Iterable[StasRow]) -> Iterator[Finding]:
    held = Counter((row.ssid, row.agency.school) for row in rows if row.ssid)
    for row in rows:
        if held[row.ssid, row.agency.school] > 1:
            says = "another student of the file has this SSID"
            yield _finding(row.student, "own check of the file's numbers", says, "ask the state whose it is")


def _on_agencies(between: Iterable[RecoveredBetween]) -> Iterator[Finding]:
    for made_up in between:
        if made_up.absent_lea != made_up.recovered_lea:
            says = (
                f"the absence was at agency {made_up.absent_lea or 'unknown'} and is made up with agency "
                f"{made_up.recovered_lea or 'unknown'}; only what one agency has both of is reported"
            )
            yield Finding(
                rule="R-AR-15",
                citation=f"EC 46211; {OWN_BESIDE_THE_SUM}",
                subject=made_up.student,
                on=made_up.on,
                says=says,
                remedy="name a school of the same agency on the Used service, or take the day off it",
                severity=Severity.BLOCKING,
            )


def _finding(student: str, citation: str, says: str, remedy: str) -> Finding:
    return Finding(
        rule="R-CHR-02",
        citation=citation,
        subject=student,
        on=None,
        says=says,
        remedy=remedy,
        severity=Severity.BLOCKING,
    )
