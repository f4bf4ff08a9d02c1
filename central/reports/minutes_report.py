"""Published: compute a year's days and minutes, what is required of them, and what falling short costs."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from central.domain.calendar import SATURDAY, TrackCalendar
from central.domain.calendar import SchoolYear as Year
from central.domain.closure import Credit, Views
from central.domain.enrolment import Grade, GradeSpan
from central.domain.minutes import YearMinutes
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.law import classroom, funding, provision, question
from central.law import minutes as law_of_minutes
from central.law.district_days import affected_grade_shortfall, district_days_shortfall
from central.law.emergency import credit
from central.law.errors import LawError
from central.law.periods import divisor_days
from central.reports.ground import Ground
from central.reports.groundwork import ground_of
from central.reports.head import head
from central.reports.minutes import Condition, DaysRow, Dollars, MinutesReport, MinutesRow
from central.reports.minutes_conditions import conditions
from central.reports.minutes_findings import find
from central.store.models import SchoolYear
from central.store.queries.closures import requests
from central.store.queries.minutes import day_minutes

_RULES = (
    *("R-CAL-04", "R-MIN-01", "R-MIN-02", "R-DAY-01", "R-DAY-02", "R-TRK-06"),
    *("R-NCB-01", "R-NCB-02", "R-EMG-02", "R-EMG-04"),
)


@dataclass(frozen=True, slots=True)
class _Rest:
    """What every row of the report rests on."""

    kind: LeaKind
    year: Year
    ground: Ground
    credits: Mapping[str, Views[Credit]]
    worth: Mapping[GradeSpan, Fraction]
    attended: Counter[tuple[str, Grade]]
    """Days of attendance in P-2 by track and grade."""


def report(
    year: SchoolYear, as_of: date, now: datetime, worth: Mapping[GradeSpan, Fraction] | None = None
) -> MinutesReport:
    """Return a school year's days and minutes as its calendars plan them, seen as filed and if approved.

    `worth` is what a unit of attendance of a grade span brings in dollars; without it the base grants
    of the year are taken, where they are known. Raises CentralError as `ground_of` does.
    """
    school, span = year.school, Year(year.name)
    ground = ground_of(year, PeriodKind.P2, as_of, now)
    asked = requests(year, ground.before)
    seen = {track: credit(asked, track) for track in ground.calendars}
    rest = _Rest(
        kind=LeaKind(school.kind),
        year=span,
        ground=ground,
        credits=seen,
        worth=_base_grants(span) if worth is None else worth,
        attended=Counter((day.track, day.grade) for day in ground.counted),
    )
    days = day_minutes(year.school_id, span)
    rows = tuple(_row(found, rest) for found in law_of_minutes.minutes_of_the_year(days))
    made = MinutesReport(
        **head(year, as_of, now),
        days=tuple(_days(calendar, rest) for calendar in ground.calendars.values()),
        rows=rows,
        conditions=_conditions(rows, rest),
        proof=tuple(days),
        findings=tuple(find(ground)),
        caveats=question.caveats(_RULES, as_of),
        digest="",
    )
    return replace(made, digest=_digest(made))


def _base_grants(year: Year) -> dict[GradeSpan, Fraction]:
    """Return the base grants of a year; a span whose figure is not known is worth nothing certain."""
    found: dict[GradeSpan, Fraction] = {}
    for span in GradeSpan:
        try:
            found[span] = Fraction(funding.base_grant(span, year))
        except LawError:
            continue
    return found


def _days(calendar: TrackCalendar, rest: _Rest) -> DaysRow:
    on, taught = rest.year.starts_on, divisor_days(calendar)
    seen = rest.credits[calendar.track]
    extra = Views(*(len(_weekdays(view) - taught) for view in (seen.as_filed, seen.if_approved)))
    is_charter = rest.kind is LeaKind.CHARTER
    needed = provision.number("days_for_full_funding" if is_charter else "days_a_district_offers", on)
    shortfall = Views(
        _lost(rest.kind, len(taught) + extra.as_filed, on),
        _lost(rest.kind, len(taught) + extra.if_approved, on),
    )
    return DaysRow(calendar.track, len(taught), needed, extra, shortfall)


def _lost(kind: LeaKind, days: int, on: date) -> Fraction:
    """Return the share lost; of a district what each grade loses and what the whole does, at most all."""
    if kind is LeaKind.CHARTER:
        return law_of_minutes.days_shortfall(days, on)
    return min(affected_grade_shortfall(days, on) + district_days_shortfall(days, on), Fraction(1))


def _weekdays(credited: Credit) -> set[date]:
    return {on for on in credited.days if on.weekday() < SATURDAY}


def _row(found: YearMinutes, rest: _Rest) -> MinutesRow:
    on, seen = rest.year.starts_on, rest.credits[found.track]
    taught = len(rest.ground.calendars[found.track].weekdays_taught)
    credited = Views(seen.as_filed.minutes, seen.if_approved.minutes)
    shortfall = None
    if found.days >= taught:
        shortfall = Views(
            law_of_minutes.minutes_shortfall(found.grade, found.offered + credited.as_filed, on),
            law_of_minutes.minutes_shortfall(found.grade, found.offered + credited.if_approved, on),
        )
    is_judged = rest.kind is LeaKind.CHARTER and found.offered > 0
    return MinutesRow(
        year=found,
        days_taught=taught,
        required=law_of_minutes.minutes_required(found.grade, on),
        credited=credited,
        shortfall=shortfall,
        at_site=classroom.verdict_on_time_offered(found, on) if is_judged else None,
        required_at_site=classroom.verdict_on_time_required(found, on) if is_judged else None,
        least_at_site=classroom.minutes_required_at_the_site(found.grade, on),
        dollars=_dollars(found, shortfall, rest),
    )


def _dollars(found: YearMinutes, shortfall: Views[Fraction] | None, rest: _Rest) -> Dollars | None:
    worth = rest.worth.get(found.grade.span)
    if worth is None or shortfall is None:
        return None
    ada = _ada(found.track, found.grade, rest)
    lost = (
        None if ada is None else law_of_minutes.withheld(ada * worth, share)
        for share in (shortfall.as_filed, shortfall.if_approved)
    )
    return Dollars(worth, ada, Views(*lost))


def _ada(track: str, grade: Grade, rest: _Rest) -> Fraction | None:
    divisor = len(divisor_days(rest.ground.in_period[track]))
    return Fraction(rest.attended[track, grade], divisor) if divisor else None


def _conditions(rows: Sequence[MinutesRow], rest: _Rest) -> tuple[Condition, ...]:
    if rest.kind is not LeaKind.CHARTER:
        return ()
    return conditions(rows, len(rest.ground.without_credential))


def _digest(made: MinutesReport) -> str:
    """Hash what the numbers rest on: rules, days, credit, worth and every day's minutes."""
    ground = [
        made.school_code,
        made.year,
        made.rule_set,
        [
            [row.track, row.taught, row.needed, row.credited.as_filed, row.credited.if_approved]
            for row in made.days
        ],
        [
            [row.track, row.grade, row.credited.as_filed, row.credited.if_approved, _worth(row)]
            for row in made.rows
        ],
        [[day.track, str(day.on), day.grade, day.offered, day.on_site, day.required] for day in made.proof],
    ]
    text = json.dumps(ground, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _worth(row: MinutesRow) -> list[str]:
    return [] if row.dollars is None else [str(row.dollars.per_ada), str(row.dollars.ada)]
