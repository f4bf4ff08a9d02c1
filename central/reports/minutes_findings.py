"""What a report must say about days, minutes, the site's share of them and the time students sat there."""

from collections.abc import Iterator
from fractions import Fraction

from central.domain.attendance import Mark
from central.domain.calendar import SATURDAY
from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import GradeSpan, Modality
from central.domain.finding import Finding, Severity
from central.domain.minutes import DayMinutes
from central.domain.school import LeaKind
from central.law.classroom import findings_on_days_at_the_site
from central.law.district_days import findings_on_district_days
from central.law.emergency import credit
from central.law.minutes import findings_on_days, minimum_day
from central.law.nonclassroom import attendance_by_span, findings_on_classroom_share
from central.law.periods import divisor_days
from central.law.seat_time import SeatTimePolicy, findings_on_seat_time
from central.reports.ground import Ground
from central.store.queries.closures import requests
from central.store.queries.minutes import day_minutes
from central.store.queries.seat_times import seat_times
from central.work.minutes import MinutesKept, findings_on_the_year
from central.work.policies import Policies


def find(ground: Ground) -> Iterator[Finding]:
    """Yield what stands against the time offered and sat through, before anybody certifies it."""
    kind = LeaKind(ground.year.school.kind)
    days = day_minutes(ground.year.school_id, Year(ground.year.name))
    kept = MinutesKept(days, ground.calendars, requests(ground.year, ground.before))
    yield from findings_on_the_year(ground.year, kept)
    yield from _days_taught(kept, kind)
    yield from _short_days(days, kind)
    if kind is LeaKind.CHARTER:
        yield from findings_on_days_at_the_site(days, Year(ground.year.name).starts_on)
        yield from _classroom_share(ground)
    yield from _seat_time(ground)


def _days_taught(kept: MinutesKept, kind: LeaKind) -> Iterator[Finding]:
    """Count the weekdays taught and those the state has approved as if they had been."""
    for track, calendar in kept.calendars.items():
        credited = {on for on in credit(kept.asked, track).as_filed.days if on.weekday() < SATURDAY}
        days, on = len(divisor_days(calendar) | credited), calendar.school_year.starts_on
        if kind is LeaKind.CHARTER:
            yield from findings_on_days(f"track {track}", days, on)
        else:
            yield from findings_on_district_days(f"track {track}", days, on)


def _short_days(days: list[DayMinutes], kind: LeaKind) -> Iterator[Finding]:
    """Point at days shorter than a district's shortest; a charter's may be, and an auditor still asks."""
    short = sorted(
        {
            (day.on, day.track, day.offered)
            for day in days
            if day.on.weekday() < SATURDAY and day.offered < minimum_day(day.grade, day.on)
        }
    )
    for track in sorted({track for _, track, _ in short}):
        of_track = [(on, offered) for on, where, offered in short if where == track]
        yield Finding(
            rule="R-ADA-05",
            citation="EC 46112; EC 46113; EC 46117; EC 46141",
            subject=f"track {track}",
            on=of_track[0][0],
            says=f"{len({on for on, _ in of_track})} days offer less than the minimum day of a grade "
            f"(first {of_track[0][0]}: {of_track[0][1]} minutes)",
            remedy="look whether the day was cut short: then it is a closure for Form J-13A, or its minutes "
            "are wrong",
            severity=Severity.NOTICE if kind is LeaKind.CHARTER else Severity.WARNING,
        )


def _classroom_share(ground: Ground) -> Iterator[Finding]:
    parts: dict[Modality, dict[GradeSpan, Fraction]] = {modality: {} for modality in Modality}
    divisors = {track: len(divisor_days(calendar)) for track, calendar in ground.in_period.items()}
    for day in ground.counted:
        if divisor := divisors[day.track]:
            cell = parts[day.modality]
            cell[day.grade.span] = cell.get(day.grade.span, Fraction(0)) + Fraction(1, divisor)
    spans = attendance_by_span(parts[Modality.CLASSROOM], parts[Modality.INDEPENDENT_STUDY])
    on = Year(ground.year.name).starts_on
    yield from findings_on_classroom_share(ground.year.school.code, spans, on)


def _seat_time(ground: Ground) -> Iterator[Finding]:
    present = {
        record.record for record in ground.claimable if record.mark is Mark.PRESENT and record.stage.counts
    }
    asked = Policies.of(ground.year.school)
    policy = SeatTimePolicy(
        minutes_of_a_sign_in=asked.value("sign_in_minutes", ground.as_of),
        least_share=Fraction(asked.value("least_seat_percent", ground.as_of), 100),
    )
    yield from findings_on_seat_time(seat_times(ground.year, present, ground.days), policy)
