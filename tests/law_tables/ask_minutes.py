"""The questions of the tables about due dates, days, classroom-based instruction, money and seat time."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from central.domain.calendar import SchoolYear
from central.domain.enrolment import Grade, GradeSpan
from central.domain.minutes import DayMinutes, SeatTime, YearMinutes
from central.domain.period import PeriodKind
from central.domain.school import LeaKind
from central.law.classroom import (
    findings_on_time_offered,
    findings_on_time_required,
    is_short_at_the_site,
    minutes_required_at_the_site,
    verdict_on_time_offered,
    verdict_on_time_required,
)
from central.law.district_days import affected_grade_shortfall, district_days_shortfall
from central.law.funding import base_grant, cost_of_living
from central.law.minutes import minutes_of_the_year, withheld
from central.law.nonclassroom import (
    attendance_by_span,
    classroom_share,
    funding_determination,
    is_classroom_based,
)
from central.law.periods import due_on
from central.law.seat_time import findings_on_seat_time, seat_of
from central.law.tracks import findings_on_minutes_of_track
from central.reports.rounding import half_up, percent
from tests.fakes.school_days import some_weekdays
from tests.law_tables.given import Given


def due(given: Given) -> dict[str, object]:
    kind, year = PeriodKind(given.word("period")), SchoolYear(given.word("year"))
    return {"due": due_on(kind, year, LeaKind(given.word("school")))}


def district_days(given: Given) -> dict[str, object]:
    taught, on = given.number("taught"), given.day("on")
    below_175, below_180 = district_days_shortfall(taught, on), affected_grade_shortfall(taught, on)
    answer: dict[str, object] = {
        "of_the_district": f"{percent(below_175, 3)}%",
        "of_each_grade": f"{percent(below_180, 2)}%",
    }
    if "apportionment" in given:
        answer["dollars"] = str(half_up(withheld(given.number("apportionment"), below_175)))
    return answer


def track_minutes(given: Given) -> dict[str, object]:
    offered = {Grade(row.word("grade")): row.number("offered") for row in given.each("grades")}
    findings = findings_on_minutes_of_track("A", offered, given.day("on"))
    return {"enough": not findings, "rules": [finding.rule for finding in findings]}


def classroom_based(given: Given) -> dict[str, object]:
    classroom, total = Decimal(given.word("classroom")), Decimal(given.word("total"))
    return {
        "classroom_based": is_classroom_based(classroom, total, given.day("on")),
        "share": f"{percent(classroom_share(classroom, total))}%",
    }


def columns(given: Given) -> dict[str, object]:
    classroom = {GradeSpan(row.word("span")): Fraction(row.word("ada")) for row in given.each("classroom")}
    elsewhere = {GradeSpan(row.word("span")): Fraction(row.word("ada")) for row in given.each("elsewhere")}
    found = attendance_by_span(classroom, elsewhere)
    return {"spans": [f"{row.span.value}: {half_up(row.classroom)} of {half_up(row.total)}" for row in found]}


def least_at_the_site(given: Given) -> dict[str, object]:
    return {"minutes": minutes_required_at_the_site(Grade(given.word("grade")), given.day("on"))}


def time_at_the_site(given: Given) -> dict[str, object]:
    """Ask for one year of a grade by its sums; what is left out was not said."""
    offered = given.number("offered")
    year = YearMinutes(
        track="A",
        grade=Grade(given.word("grade")),
        days=180,
        offered=offered,
        on_site=given.number("on_site") if "on_site" in given else 0,
        required=given.number("required") if "required" in given else 0,
        site_not_said=given.number("site_not_said") if "site_not_said" in given else 0,
        requirement_not_said=given.number("requirement_not_said") if "requirement_not_said" in given else 0,
    )
    on = given.day("on")
    findings = [*findings_on_time_offered([year], on), *findings_on_time_required([year], on)]
    return {
        "offered_at_the_site": verdict_on_time_offered(year, on).value,
        "required_at_the_site": verdict_on_time_required(year, on).value,
        "may_be_claimed": not findings,
    }


def day_at_the_site(given: Given) -> dict[str, object]:
    day = DayMinutes("A", given.day("on"), Grade.G9, given.number("offered"), given.number("on_site"))
    return {"too_little": is_short_at_the_site(day, given.day("on"))}


def year_of_days(given: Given) -> dict[str, object]:
    """Ask for so many weekdays of so many minutes, and weekend days besides."""
    days = some_weekdays(given.number("weekdays"))
    saturday = days[0] + timedelta(days=5 - days[0].weekday())
    weekend = [saturday + timedelta(weeks=index) for index in range(given.number("saturdays"))]
    minutes = given.number("minutes_a_day")
    (year,) = minutes_of_the_year(DayMinutes("A", on, Grade.G9, minutes) for on in [*days, *weekend])
    return {"days": year.days, "offered": year.offered}


def determination(given: Given) -> dict[str, object]:
    found = funding_determination(
        Fraction(given.word("certificated")) / 100,
        Fraction(given.word("instruction")) / 100,
        Fraction(given.number("pupils_a_teacher")),
        given.day("on"),
    )
    return {"funded": "a person decides" if found.funded is None else f"{percent(found.funded, 0)}%"}


def grants(given: Given) -> dict[str, object]:
    year = SchoolYear(given.word("year"))
    grant = base_grant(GradeSpan(given.word("span")), year)
    return {"dollars": grant, "rise": f"{percent(cost_of_living(year), 2)}%"}


def seats(given: Given) -> dict[str, object]:
    """Ask for presences in one class; no minutes between the taps are written as -1."""
    times = [
        SeatTime(f"S{index}", given.day("on"), "ALG1", given.number("scheduled"), None if of < 0 else of)
        for index, of in enumerate(given.numbers("proven"))
    ]
    return {
        "seats": [seat_of(time).value for time in times],
        "asked_about": [finding.says for finding in findings_on_seat_time(times)],
    }
