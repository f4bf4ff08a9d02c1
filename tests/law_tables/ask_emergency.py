"""The questions of the tables about closed schools and requests to the state."""

from datetime import date, timedelta
from fractions import Fraction

from central.domain.attendance import AttendanceDay, Mark, RecordedMark, Stage
from central.domain.calendar import TrackCalendar
from central.domain.closure import RequestDay, RequestKind, RequestState, StateRequest
from central.domain.enrolment import Grade
from central.domain.school import LeaKind
from central.law.ada import average_daily_attendance
from central.law.emergency import (
    credit,
    days_of_attendance_credited,
    divisor_calendars,
    is_day_of_instruction,
    may_become,
    section_of,
)
from central.law.emergency_findings import (
    finding_on_old_law,
    findings_on_closed_days,
    findings_on_decrease,
    findings_on_plans,
    findings_on_state,
)
from central.law.minutes import days_shortfall, minutes_shortfall
from central.reports.rounding import half_up, percent
from tests.fakes.school_days import calendar_of, some_weekdays, spread
from tests.law_tables.given import Given


def _request(kind: RequestKind, days: tuple[RequestDay, ...], given: Given) -> StateRequest:
    return StateRequest(
        request="J1",
        kind=kind,
        cause="fire",
        days=days,
        state=RequestState(given.word("request")),
        is_emergency_declared="declared" in given and given.flag("declared"),
        continuity_plan_on=given.day("plan_on") if "plan_on" in given else None,
    )


def steps(given: Given) -> dict[str, object]:
    state = RequestState(given.word("from"))
    return {"to": sorted(other.value for other in RequestState if may_become(state, other))}


def day_of_instruction(given: Given) -> dict[str, object]:
    kind, grade = LeaKind(given.word("school")), Grade(given.word("grade"))
    return {"counts": is_day_of_instruction(kind, grade, given.number("minutes"), given.day("on"))}


def divisor(given: Given) -> dict[str, object]:
    """Ask for days taught, and days closed after them, all named by one request."""
    days = some_weekdays(given.number("taught") + given.number("closed"), date(2025, 8, 11))
    taught, closed = days[: given.number("taught")], days[given.number("taught") :]
    calendar = calendar_of(taught)
    asked = tuple(RequestDay("A", on, 240) for on in closed)
    request = _request(RequestKind.CLOSURE, asked, given)
    kind = LeaKind(given.word("school"))
    seen = divisor_calendars(kind, calendar, closed, [request])
    attended = spread(given.number("attendance_days"), taught)
    return {
        "as_filed": _ada(attended, seen.as_filed),
        "if_approved": _ada(attended, seen.if_approved),
    }


def _ada(attended: list[AttendanceDay], calendar: TrackCalendar) -> str:
    return str(half_up(average_daily_attendance(attended, calendar)))


def credited(given: Given) -> dict[str, object]:
    """Ask for days taught and minutes offered, and a request for so many days of these minutes each."""
    first = given.day("first_day")
    asked = tuple(
        RequestDay("A", first + timedelta(days=index), minutes)
        for index, minutes in enumerate(given.numbers("asked_minutes"))
    )
    seen = credit([_request(RequestKind.CLOSURE, asked, given)], "A")
    told: dict[str, object] = {}
    grade = Grade(given.word("grade"))
    for name, view in (("as_filed", seen.as_filed), ("if_approved", seen.if_approved)):
        days, minutes = given.number("taught") + len(view.days), given.number("offered") + view.minutes
        told[name] = {
            "days": days,
            "minutes": minutes,
            "short": f"{percent(minutes_shortfall(grade, minutes, first), 4)}%",
            "cut": f"{percent(days_shortfall(days, first), 4)}%",
        }
    return told


def decrease(given: Given) -> dict[str, object]:
    normal = Fraction(given.number("normal_hundredths"), 100)
    attended = given.number("attended") if "attended" in given else None
    day = RequestDay("A", given.day("on"), normal=normal, attended=attended)
    request = _request(RequestKind.MATERIAL_DECREASE, (day,), given)
    seen = days_of_attendance_credited([request], "A")
    return {
        "material": not findings_on_decrease(request),
        "as_filed": str(half_up(seen.as_filed)),
        "if_approved": str(half_up(seen.if_approved)),
    }


def plans(given: Given) -> dict[str, object]:
    asked = (RequestDay("A", given.day("closed_on"), 240),)
    kind = RequestKind(given.word("kind")) if "kind" in given else RequestKind.CLOSURE
    found = findings_on_plans(_request(kind, asked, given))
    return {"weighs": [finding.severity.value for finding in found], "says": [one.says for one in found]}


def standing(given: Given) -> dict[str, object]:
    kind = RequestKind(given.word("kind"))
    asked = tuple(RequestDay("A", on, 240) for on in given.days("days"))
    found = findings_on_state(_request(kind, asked, given))
    return {"section": section_of(kind), "findings": [finding.rule for finding in found]}


def closed_day(given: Given) -> dict[str, object]:
    """Ask for marks of track A, and one present mark of track B, on a closed day."""
    on = given.day("closed_on")
    words = [*given.words("marks")]
    marks = [RecordedMark(f"S{n}", on, "A", Mark(word), Stage.PROVISIONAL) for n, word in enumerate(words)]
    marks += [
        RecordedMark("S8", on, "B", Mark.PRESENT, Stage.CERTIFIED),
        RecordedMark("S9", on + timedelta(days=1), "A", Mark.PRESENT, Stage.CERTIFIED),
    ]
    return {"says": [finding.says for finding in findings_on_closed_days("A", {on}, marks)]}


def old_procedure(given: Given) -> dict[str, object]:
    return {"weighs": finding_on_old_law(given.word("school")).severity.value}


QUESTIONS = {
    "request as it stands": standing,
    "marks of a closed day": closed_day,
    "procedure of 2020": old_procedure,
    "steps of a request": steps,
    "day of instruction": day_of_instruction,
    "divisor after a closure": divisor,
    "credit of a closure": credited,
    "decrease of attendance": decrease,
    "plans of a request": plans,
}
