"""What a period's report must say about the school's own data before anybody signs it."""

from collections import Counter
from collections.abc import Iterator

from central.domain.finding import Finding, Severity
from central.law import tracks
from central.law.periods import divisor_days, period_ends_on
from central.reports import (
    closure_findings,
    eligibility_findings,
    entry_findings,
    minutes_findings,
    recovery_findings,
    session_findings,
    study_findings,
)
from central.reports.ground import Ground


def find(ground: Ground) -> Iterator[Finding]:
    """Yield every finding, the weightiest kinds first."""
    yield from _practice(ground)
    yield from _unfinished(ground)
    yield from session_findings.find(ground)
    yield from _without_track(ground)
    yield from _credentials(ground)
    yield from _of_the_law(ground)
    yield from _tracks(ground)
    # One line for each room that looks for what is wrong: its own `find(ground)`.
    yield from eligibility_findings.find(ground)
    yield from minutes_findings.find(ground)
    yield from recovery_findings.find(ground)
    yield from study_findings.find(ground)
    yield from closure_findings.find(ground)
    yield from entry_findings.find(ground)


def _practice(ground: Ground) -> Iterator[Finding]:
    if ground.year.school.is_practice:
        yield Finding(
            "R-REC-01",
            "the school's own mark",
            ground.year.school.code,
            None,
            "this is a PRACTICE school: none of these numbers is about anybody",
            "claim nothing from it; begin a real school with rollbook-central init",
            Severity.BLOCKING,
        )


def _unfinished(ground: Ground) -> Iterator[Finding]:
    for track, calendar in ground.in_period.items():
        days = divisor_days(calendar)
        if not days:
            yield Finding(
                "R-CAL-03",
                "EC 41601",
                track,
                None,
                f"no full school month of the track lies in {ground.kind}, so it has no line",
                "see whether its calendar is imported whole",
                Severity.WARNING,
            )
        elif ground.as_of < max(days):
            until = period_ends_on(ground.kind, calendar.school_year)
            yield Finding(
                "R-CAL-03",
                "EC 41601",
                track,
                ground.as_of,
                f"{sum(on > ground.as_of for on in days)} days of the period are still to come "
                f"({ground.kind} ends by {until}); the divisor counts them already",
                "take the numbers as they will be filed only after the last day",
                Severity.WARNING,
            )


def _without_track(ground: Ground) -> Iterator[Finding]:
    lost = [record for record in ground.standing if record.track not in ground.calendars]
    if lost:
        yield Finding(
            "R-TRK-01",
            "EC 47612(d)(1)",
            f"{len({record.student for record in lost})} students",
            None,
            f"{len(lost)} records belong to no track that is taught; none of them is counted",
            "correct the enrollments, or name the section's track",
            Severity.BLOCKING,
        )


def _credentials(ground: Ground) -> Iterator[Finding]:
    without = sorted(key for key in ground.without_credential if key[1] in ground.days)
    for teacher, count in sorted(Counter(teacher for teacher, _ in without).items()):
        first = next(on for number, on in without if number == teacher)
        yield Finding(
            "R-AGE-05",
            "EC 47605(l)(1)",
            f"employee {teacher}",
            first,
            f"certified attendance of {count} days no credential on file is valid for; none is counted",
            "file the credential, or have a certificated teacher of the class certify again",
            Severity.BLOCKING,
        )


def _of_the_law(ground: Ground) -> Iterator[Finding]:
    """Yield what the law said while counting, one finding for all days that have it in common."""
    days = ground.days
    taught = {on for calendar in ground.calendars.values() for on in calendar.days_taught}
    grouped: dict[tuple[str, str, str, str, Severity], list[Finding]] = {}
    for found in ground.claim.findings:
        if found.rule in eligibility_findings.RULES:
            continue  # told there, many days at once
        if found.on in days or found.on not in taught:
            key = (found.rule, found.citation, found.says, found.remedy, found.severity)
            grouped.setdefault(key, []).append(found)
    for (rule, citation, says, remedy, severity), same in sorted(grouped.items()):
        first = min(found.on for found in same if found.on)
        times = "" if len(same) == 1 else f" ({len(same)} times)"
        yield Finding(rule, citation, f"student {same[0].subject}", first, f"{says}{times}", remedy, severity)


def _tracks(ground: Ground) -> Iterator[Finding]:
    year = next(iter(ground.calendars.values())).school_year
    yield from tracks.findings_on_number_of_tracks(list(ground.calendars), year.starts_on)
    for calendar in ground.calendars.values():
        yield from tracks.findings_on_length_of_track(
            calendar, is_conversion=ground.year.school.is_conversion
        )
        yield from tracks.findings_on_days_before_april(calendar)
    with_days = {track: calendar for track, calendar in ground.in_period.items() if divisor_days(calendar)}
    shares = tracks.ada_over_several_tracks(ground.counted, with_days)
    yield from tracks.findings_over_one_ada(shares)
