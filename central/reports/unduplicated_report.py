"""Published: count a school year's students, each once: enrolled, attended, claimed."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from central.domain.attendance import Mark
from central.domain.enrolment import Grade
from central.domain.finding import Finding, Severity
from central.domain.period import PeriodKind
from central.law.months import month_of, school_months
from central.law.unduplicated import HeadCount, Rolls, head_counts, month_counts, rolls_of, student_tallies
from central.reports.ground import Ground
from central.reports.groundwork import ground_of
from central.reports.occasion import Occasion, occasion
from central.reports.unduplicated import Grouping, UnduplicatedReport
from central.store.models import SchoolYear

TITLE: Final = "Unduplicated counts of students"
ABOUT: Final = "Students by track, grade, programme and month, each once: enrolled, attended, claimed."
_SHOWN: Final = 5


def report(year: SchoolYear, as_of: date, now: datetime) -> UnduplicatedReport:
    """Return the counts of a school year up to a day; enrollments are those known now.

    Raises CentralError as `occasion` and `ground_of` do.
    """
    of = occasion(year, as_of, now)
    ground = ground_of(year, PeriodKind.ANNUAL, as_of, now)
    spans = [span for span in ground.spans if span.since <= of.until]
    present = {
        (record.student, record.on)
        for record in ground.standing
        if record.stage.counts and record.mark is Mark.PRESENT
    }
    rolls = rolls_of(spans, present, (day for day in ground.claim.days if day.on <= of.until))
    (whole,) = head_counts(rolls, lambda _: "all").values() or (HeadCount(),)
    grades = head_counts(rolls, lambda span: span.grade)
    by_month = month_counts(rolls, _months(ground, of))
    made = UnduplicatedReport(
        of=of,
        whole=whole,
        groupings=(
            Grouping("track", head_counts(rolls, lambda span: span.track)),
            Grouping("grade", {grade.value: grades[grade] for grade in Grade if grade in grades}),
            Grouping("programme", head_counts(rolls, lambda span: f"EC {span.programme.value}")),
            Grouping(
                "school month", {str(month) if month else "none": by_month[month] for month in by_month}
            ),
        ),
        students=student_tallies(rolls),
        findings=(),
    )
    return replace(made, findings=(*_sums(made), *_strangers(present, rolls)))


def _months(ground: Ground, of: Occasion) -> dict[str, dict[date, int]]:
    """Return the number of the school month of every day taught so far, by track."""
    found: dict[str, dict[date, int]] = {}
    for code, calendar in ground.calendars.items():
        months = school_months(calendar)
        numbers = {on: month_of(on, months) for on in calendar.days_taught if on <= of.until}
        found[code] = {on: month.number for on, month in numbers.items() if month is not None}
    return found


def _sums(made: UnduplicatedReport) -> Iterator[Finding]:
    """Yield each grouping that does not add up to the school, and each count above the one it is part of."""
    for grouping in made.groupings:
        counts = grouping.groups.values()
        is_nested = all(count.claimed <= count.attended <= count.enrolled for count in counts)
        if grouping.counted != made.whole.enrolled or not is_nested:
            yield Finding(
                "R-MON-01",
                "attendance reports to the authorizer",
                f"by {grouping.name}",
                None,
                f"the groups count {grouping.counted} students, the school {made.whole.enrolled}",
                "report this as a fault of the program, and file none of these counts",
                Severity.BLOCKING,
            )
    if made.whole.never_attended:
        yield Finding(
            "R-MON-01",
            "state data dictionary, no-shows",
            "1 student" if made.whole.never_attended == 1 else f"{made.whole.never_attended} students",
            None,
            "enrolled, and certified present on no day so far",
            "find out who never came, and end the enrollment in the student information system: "
            "enrollment starts on the first day attended",
            Severity.NOTICE,
        )


def _strangers(present: Collection[tuple[str, date]], rolls: Rolls) -> Iterator[Finding]:
    strangers = sorted({student for student, _ in present} - rolls.keys())
    if strangers:
        more = f" and {len(strangers) - _SHOWN} more" if len(strangers) > _SHOWN else ""
        yield Finding(
            "R-ADA-02",
            "5 CCR 11960(a)",
            f"students {', '.join(strangers[:_SHOWN])}{more}",
            None,
            "certified present, and enrolled on no track of the year; they are in no count here",
            "correct the enrollment in the roster, or remove the records",
            Severity.WARNING,
        )
