"""What a report must say about who may generate attendance: what was held back, and what nobody examined."""

from collections import Counter
from collections.abc import Iterator

from central.domain.enrolment import Modality
from central.domain.finding import Finding, Severity
from central.law.absence import findings_on_full_attendance
from central.reports.chronic_findings import no_show_findings, no_shows, some_students
from central.reports.ground import Ground

RULES = ("R-AGE-01", "R-AGE-02", "R-AGE-03", "R-AGE-04", "R-AGE-06", "R-REC-07", "R-IS-01")
"""The rules whose findings on single days are told here, many at once."""


def find(ground: Ground) -> Iterator[Finding]:
    """Yield what was held back and why, what was not examined, and what is hard to believe."""
    yield from _held_back(ground)
    yield from _not_examined(ground)
    yield from _full_attendance(ground)
    yield from _course_based_study(ground)
    yield from no_show_findings(no_shows(ground))


def _held_back(ground: Ground) -> Iterator[Finding]:
    """Yield one finding for all days of the period that one thing stands against."""
    days = ground.days
    grouped: dict[tuple[str, str, str, str, Severity], list[Finding]] = {}
    for found in ground.claim.findings:
        if found.rule in RULES and found.on in days:
            key = (found.rule, found.citation, found.says, found.remedy, found.severity)
            grouped.setdefault(key, []).append(found)
    for (rule, citation, says, remedy, severity), same in sorted(grouped.items()):
        students = Counter(found.subject for found in same)
        first = min(found.on for found in same if found.on)
        told = "held back" if severity is Severity.BLOCKING else "looked at"
        whom = "1 student" if len(students) == 1 else f"{len(students)} students"
        of = f"{len({(found.subject, found.on) for found in same})} days of {whom} are {told}: {says}"
        yield Finding(rule, citation, some_students(students), first, of, remedy, severity)


def _not_examined(ground: Ground) -> Iterator[Finding]:
    kept_since = ground.year.school.facts_kept_since
    counted = [day for day in ground.counted if kept_since is None or day.on < kept_since]
    if kept_since is None:
        says = "residency, age, diploma and immunization are not in these records, so no day was held back "
        says += "for them"
    elif counted:
        says = f"{len(counted)} days counted are before {kept_since}, from which facts are kept; residency, "
        says += "age, diploma and immunization were not examined for them"
    else:
        return
    yield Finding(
        "R-AGE-01",
        "EC 47612(b)",
        ground.year.school.code,
        kept_since,
        says,
        "check eligibility by hand before claiming, or take the facts in with rollbook-central import-facts",
        Severity.WARNING,
    )


def _full_attendance(ground: Ground) -> Iterator[Finding]:
    tracks = {(span.student, span.track): span for span in ground.spans}
    present = Counter(day.track for day in ground.counted if day.modality is not Modality.INDEPENDENT_STUDY)
    absent: Counter[str] = Counter()
    for absence in ground.absences:
        for track, calendar in ground.in_period.items():
            absent[track] += (absence.student, track) in tracks and absence.on in calendar.days_taught
    for track in ground.in_period:
        yield from findings_on_full_attendance(track, present[track], absent[track])


def _course_based_study(ground: Ground) -> Iterator[Finding]:
    studied = {day.student: day.on for day in ground.counted if day.modality is Modality.INDEPENDENT_STUDY}
    if studied:
        yield Finding(
            "R-IS-01",
            "EC 51749.5",
            some_students(studied),
            min(studied.values()),
            "independent study is counted by time value; course-based independent study (EC 51749.5) has "
            "rules of its own, which were not read",
            "where courses are taught under EC 51749.5, have counsel confirm those days before claiming them",
            Severity.NOTICE,
        )
