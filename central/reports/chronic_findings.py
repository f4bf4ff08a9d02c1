"""What a report on absence must say about the school's own data."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from central.domain.absence import AbsenceReason
from central.domain.finding import Finding, Severity
from central.domain.student import StudentFacts
from central.reports.chronic import StudentAbsence
from central.reports.ground import Ground
from central.store.models import School

_SHOWN = 5


def find(
    school: School,
    students: Sequence[StudentAbsence],
    facts: Mapping[str, StudentFacts],
    no_shows: Mapping[str, date],
) -> Iterator[Finding]:
    """Yield every finding, the weightiest kinds first."""
    if school.is_practice:
        yield Finding(
            "R-REC-01",
            "the school's own mark",
            school.code,
            None,
            "this is a PRACTICE school: none of these numbers is about anybody",
            "report nothing from it; begin a real school with rollbook-central init",
            Severity.BLOCKING,
        )
    yield from _unrecorded(students)
    yield from no_show_findings(no_shows)
    yield from _without_birth_date(students, facts)
    yield from _without_category(students)


def no_show_findings(no_shows: Mapping[str, date]) -> Iterator[Finding]:
    """Yield a finding on students enrolled who never came, with the first of their enrollments."""
    if no_shows:
        yield Finding(
            "R-MON-01",
            "state data dictionary, no-shows (N470)",
            some_students(no_shows),
            min(no_shows.values()),
            f"{len(no_shows)} students are enrolled and attended on no day; enrollment starts on the first "
            "day attended",
            "take the enrollments back as no-shows, or see why their attendance is not recorded",
            Severity.WARNING,
        )


def no_shows(ground: Ground) -> dict[str, date]:
    """Return who is enrolled with a school day behind them and has no attendance recorded at all."""
    came = {record.student for record in ground.standing if record.stage.counts and record.mark == "present"}
    came |= {day.student for day in ground.claim.days}
    found: dict[str, date] = {}
    for span in ground.spans:
        if span.student in came or span.track not in ground.calendars:
            continue
        days = ground.calendars[span.track].weekdays_taught
        if any(span.holds(on) and on <= ground.as_of for on in days):
            found[span.student] = min(found.get(span.student, span.since), span.since)
    return found


def some_students(numbers: Mapping[str, object] | Sequence[str]) -> str:
    """Name the first few students by number."""
    shown = sorted(numbers)[:_SHOWN]
    more = len(numbers) - len(shown)
    named = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    return f"student {named}" if len(numbers) == 1 else f"students {named}"


def _unrecorded(students: Sequence[StudentAbsence]) -> Iterator[Finding]:
    concerned = {row.student: row.unrecorded for row in students if row.unrecorded}
    if concerned:
        yield Finding(
            "R-CHR-01",
            "EC 60901(c)(1)",
            some_students(concerned),
            None,
            f"on {sum(concerned.values())} days students were expected no certified record says whether "
            "they came; these days count as expected and not as missed",
            "have the sessions certified before the rates are used",
            Severity.WARNING,
        )


def _without_birth_date(
    students: Sequence[StudentAbsence], facts: Mapping[str, StudentFacts]
) -> Iterator[Finding]:
    unknown = [row.student for row in students if row.student not in facts or not facts[row.student].born_on]
    if unknown:
        yield Finding(
            "R-TRU-01",
            "EC 48200",
            some_students(unknown),
            None,
            f"{len(unknown)} students have no birth date, so nobody can say whether truancy is about them",
            "complete the roster with their birth dates",
            Severity.NOTICE,
        )


def _without_category(students: Sequence[StudentAbsence]) -> Iterator[Finding]:
    excluded = [row.student for row in students if row.days.get(AbsenceReason.IMMUNIZATION)]
    if excluded:
        yield Finding(
            "R-CHR-02",
            "state data dictionary, student absence summary",
            some_students(excluded),
            None,
            f"{len(excluded)} students were sent home for want of an immunization record; no source at hand "
            "names the column of the state's absence file for such a day",
            "ask the department which column it is before the file is sent",
            Severity.NOTICE,
        )
