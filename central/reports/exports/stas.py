"""The state's student absence summary with recovered days, checked as the state will check it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import Modality
from central.domain.finding import Finding
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.exchange import layout
from central.exchange.calpads.absence_summary import DEFAULT, Identity, StasTemplate, cells
from central.exchange.calpads.names import transliterated
from central.law.calpads import AbsenceSummary, absence_summary
from central.law.recovery_ada import RecoveredDay
from central.law.stas import Agency, RecoveredBetween, StasRow, findings_on_stas, reporting_agency
from central.reports.chronic_books import ChronicBooks, gather
from central.reports.exports.asking import Ask, blocking, worth_knowing
from central.reports.groundwork import ground_of
from central.reports.recovery_books import RecoveryBooks, books
from central.store.models import School, Student
from central.work.exports import Made, OutFile
from central.work.recovery_year import is_in_force


@dataclass(frozen=True, slots=True)
class Summary:
    """Everybody's rows, and what is needed to check them."""

    rows: tuple[StasRow, ...]
    elsewhere: Mapping[str, int]
    between: tuple[RecoveredBetween, ...]


def make(ask: Ask) -> Made:
    """Return the file of the whole year so far, and every check it fails, each with its code."""
    template = layout.template(ask.template, StasTemplate)
    shape = DEFAULT.changed(template.layout)
    found = summary(ask, template.agency)
    people = _people(ask.school)
    year = Year(ask.year.name)
    data = layout.write(shape, [cells(row, people[row.student], year, shape, template) for row in found.rows])
    on = min(ask.as_of, year.ends_on)
    return ask.made(
        files=(OutFile(ask.name(".txt"), data, len(found.rows)),) if found.rows else (),
        findings=(
            *findings_on_stas(found.rows, on, found.elsewhere, found.between),
            *_on_names(found.rows, people, template.space),
        ),
        is_for_the_state=True,
    )


def summary(ask: Ask, agency: str = "") -> Summary:
    """Return everybody's day counts as the report on absence and the recovery ledger have them."""
    ground = ground_of(ask.year, PeriodKind.ANNUAL, ask.as_of, ask.now)
    year = Year(ask.year.name)
    held = gather(ask.year, ground, min(ask.as_of, year.ends_on))
    ledger = books(ask.year, ask.as_of, ask.before) if is_in_force(year) else None
    recovered = _recovered(ledger) if ledger else {}
    agencies = _Agencies(ask.school, agency)
    ssids = dict(Student.objects.filter(school=ask.school).values_list("number", "ssid"))
    studied: dict[str, set[date]] = defaultdict(set)
    for day in ground.claim.days:
        if day.modality is Modality.INDEPENDENT_STUDY:
            studied[day.student].add(day.on)
    rows = []
    for student in sorted(held.expected):
        if held.expected[student]:
            here = [day for day in recovered.get(student, ()) if day.school == ask.school.code]
            days = len(here) if student in recovered else None
            rows.append(_row(student, (held, studied), days, (ssids[student], agencies.ours)))
    return Summary(
        tuple(rows),
        _elsewhere(ledger, recovered, agencies) if ledger else {},
        tuple(
            RecoveredBetween(day.student, day.on, agencies.ours.lea, agencies.lea_of(day.school))
            for days in recovered.values()
            for day in days
        ),
    )


def _row(
    student: str,
    found: tuple[ChronicBooks, Mapping[str, set[date]]],
    recovered: int | None,
    who: tuple[str, Agency],
) -> StasRow:
    held, at_home = found
    expected = held.expected[student]
    absences = [absence for absence in held.absences.get(student, ()) if absence.on in expected]
    missed = {absence.on for absence in absences}
    attended = (held.attended.get(student, set()) & expected) - missed
    studied = at_home.get(student, set())
    told = absence_summary(student, who[1].school, len(expected), absences, recovered)
    told = replace(told, days_attended=len(attended - studied), study_with_ada=len(attended & studied))
    is_exempt = student in held.exempt
    return StasRow(
        student=student,
        ssid=who[0],
        agency=who[1],
        summary=None if is_exempt else told,
        is_exempt=is_exempt,
        unrecorded=len(expected - attended - missed),
    )


def _recovered(ledger: RecoveryBooks) -> dict[str, tuple[RecoveredDay, ...]]:
    """Return the absences each student of the ledger made up, each with the school it counts for."""
    return {student: ledger.placed(ledger.account(student)).days for student in ledger.ledger.students}


def _elsewhere(
    ledger: RecoveryBooks, recovered: Mapping[str, tuple[RecoveredDay, ...]], agencies: "_Agencies"
) -> dict[str, int]:
    """Return the days other schools of the agency tell: those placed there, and those they told us of."""
    found = {}
    for student, days in recovered.items():
        told = ledger.ledger.students[student].ground.days_used_elsewhere or 0
        found[student] = told + sum(agencies.is_beside(day.school) for day in days)
    return found


class _Agencies:
    """Which agency reports for which school of the records."""

    def __init__(self, school: School, agency: str) -> None:
        self._code = school.code
        self._schools = {row.code: row for row in School.objects.all()}
        self._agency = agency
        ours = self._agency_of(school)
        self.ours = replace(ours, lea=agency) if agency else ours

    def lea_of(self, code: str) -> str:
        """Return the agency that reports for a school."""
        if code == self._code:
            return self.ours.lea
        row = self._schools[code]
        if self._agency and row.lea_code == self._agency:
            return self._agency
        return self._agency_of(row).lea

    def is_beside(self, code: str) -> bool:
        """Tell whether another school reports to the same agency."""
        return code != self._code and self.lea_of(code) == self.ours.lea

    def _agency_of(self, row: School) -> Agency:
        return reporting_agency(LeaKind(row.kind), row.code, row.lea_code)


def _people(school: School) -> dict[str, Identity]:
    rows = Student.objects.filter(school=school)
    columns = ("number", "given_name", "family_name", "birth_on")
    return {
        number: Identity(given, family, born_on)
        for number, given, family, born_on in rows.values_list(*columns)
    }


def _on_names(rows: tuple[StasRow, ...], people: Mapping[str, Identity], space: str) -> Iterator[Finding]:
    changed = 0
    for row in rows:
        names = (people[row.student].first_name, people[row.student].last_name)
        written = [transliterated(name, space) for name in names]
        if not all(written):
            says = "a name has no letter the state takes"
            remedy = "write the name in Latin letters in the roster"
            yield blocking(row.student, says, remedy, "fields 13.09 and 13.10")
        changed += written != list(names)
    if changed:
        says = f"{changed} names are written in other letters than the records have them in"
        yield worth_knowing("names", says, "nothing is to be done; the records keep the names as they are")


def told_of(found: Summary) -> dict[str, AbsenceSummary]:
    """Return the summaries by student, those of exempt students left out."""
    return {row.student: row.summary for row in found.rows if row.summary is not None}
