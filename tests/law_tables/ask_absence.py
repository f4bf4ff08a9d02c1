"""The questions of the tables about days missed: their reasons, rates, truancy, and how long records stay."""

from datetime import date

from central.domain.absence import AbsenceCode, AbsenceReason
from central.domain.attendance import Mark, RecordedMark, Stage
from central.domain.calendar import DateSpan, SchoolYear
from central.domain.enrolment import EnrolledSpan, Grade, Programme
from central.domain.student import StudentFacts
from central.law.absence import (
    expected_days,
    findings_on_codes,
    findings_on_full_attendance,
    full_day_absences,
    is_credited,
)
from central.law.chronic import (
    absence_category,
    alternate_absence_rate,
    is_chronic_absentee,
    is_counted_in_rates,
    is_missed_day,
    published_rate,
)
from central.law.immunization import findings_on_immunization, immunization_due_on
from central.law.retention import RecordClass, destroyable_from
from central.law.truancy import (
    is_chronic_truant,
    is_habitual_truant,
    is_occasion,
    is_truant,
    is_under_compulsory_education,
)
from central.reports.rounding import percent
from tests.fakes.school_days import calendar_of
from tests.law_tables.given import Given


def _until(given: Given) -> date | None:
    return given.day("until") if "until" in given else None


def _enrolled(given: Given) -> list[EnrolledSpan]:
    return [
        EnrolledSpan("S1", row.word("track"), Grade.G9, Programme.PARTNERSHIP, row.day("since"), _until(row))
        for row in given.each("enrolled")
    ]


def reason_of_absence(given: Given) -> dict[str, object]:
    reason, on = AbsenceReason(given.word("reason")), given.day("on")
    category = absence_category(reason)
    return {
        "credited": is_credited(reason, on),
        "missed": is_missed_day(reason),
        "category": category.value if category else "no source names one",
    }


def table_of_codes(given: Given) -> dict[str, object]:
    codes = [
        AbsenceCode(row.word("code"), AbsenceReason(row.word("reason")), row.flag("credited"))
        for row in given.each("codes")
    ]
    found = findings_on_codes(codes, given.day("on"))
    return {"wrong": [f"{finding.subject}: {finding.severity}" for finding in found]}


def full_attendance(given: Given) -> dict[str, object]:
    found = findings_on_full_attendance("A", given.number("attended"), given.number("absent"))
    return {"implausible": bool(found)}


def days_missed(given: Given) -> dict[str, object]:
    marks = [
        RecordedMark("S1", row.day("on"), row.word("track"), Mark(row.word("mark")), Stage(row.word("stage")))
        for row in given.each("marks")
    ]
    tracks = {row.word("track") for row in given.each("enrolled")}
    calendars = {track: calendar_of(given.days("taught"), track) for track in tracks}
    reasons = {("S1", row.day("on")): AbsenceReason(row.word("reason")) for row in given.each("notes")}
    found = full_day_absences(marks, _enrolled(given), calendars, reasons)
    return {"absences": [f"{absence.on} {absence.reason}" for absence in found]}


def days_expected(given: Given) -> dict[str, object]:
    spans = _enrolled(given)
    calendars = {span.track: calendar_of(given.days("taught"), span.track) for span in spans}
    found = expected_days(spans, calendars, given.days("attended"), given.day("as_of"))
    return {"expected": [str(on) for on in sorted(found)]}


def recovered_rate(given: Given) -> dict[str, object]:
    absent, expected = given.number("absent"), given.number("expected")
    alternate = alternate_absence_rate(absent, given.number("recovered"), expected)
    return {
        "chronic": is_chronic_absentee(absent, expected, given.day("on")),
        "alternate": str(percent(alternate, 2)),
    }


def rate_published(given: Given) -> dict[str, object]:
    rate = published_rate(given.number("chronic"), given.number("counted"), given.day("on"))
    return {"printed": "*" if rate is None else str(percent(rate, 1))}


def counted_in_rates(given: Given) -> dict[str, object]:
    exempt = given.flag("exempt")
    return {"counted": is_counted_in_rates(given.number("expected"), given.day("on"), is_exempt=exempt)}


def truancy(given: Given) -> dict[str, object]:
    on = given.day("on")
    occasions = sum(is_occasion(minutes, on) for minutes in given.numbers("minutes_missed"))
    return {"truant": is_truant(given.number("unexcused"), occasions, on)}


def habitual_truancy(given: Given) -> dict[str, object]:
    sought = given.flag("conference_sought")
    habitual = is_habitual_truant(given.number("reports"), given.day("on"), was_conference_sought=sought)
    return {"habitual": habitual}


def chronic_truancy(given: Given) -> dict[str, object]:
    return {
        "chronic truant": is_chronic_truant(
            given.number("unexcused"), given.number("expected"), given.day("on")
        )
    }


def compulsory_education(given: Given) -> dict[str, object]:
    facts = StudentFacts(student="S1", born_on=given.day("born_on"))
    return {"binds": is_under_compulsory_education(facts, given.day("on"))}


def immunization(given: Given) -> dict[str, object]:
    """Ask with school taught on every date of a run of weekdays after admission."""
    due_on = immunization_due_on(given.day("admitted_on"), given.days("taught"))
    spans = tuple(DateSpan(row.day("since"), _until(row)) for row in given.each("shown"))
    facts = StudentFacts(student="S1", born_on=given.day("born_on"), immunized=spans)
    barred = [on for on in given.days("asked") if findings_on_immunization(facts, due_on, on)]
    return {"due": str(due_on), "barred": [str(on) for on in barred]}


def destruction(given: Given) -> dict[str, object]:
    audited_on = given.day("audited_on") if "audited_on" in given else None
    kept_as, held = RecordClass(given.word("class")), given.flag("held")
    found = destroyable_from(kept_as, SchoolYear(given.word("year")), audited_on, is_held=held)
    return {"not before": str(found) if found else "never yet"}
