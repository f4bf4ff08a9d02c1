"""The questions of the tables about days of attendance, weekend classes, months and editions."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.attendance import Mark, RecordedMark, Stage
from central.domain.enrolment import EnrolledSpan, Grade, Modality, Programme
from central.domain.period import Edition, PeriodKind
from central.domain.school import LeaKind
from central.law.ada import attendance_days, attendance_share, average_daily_attendance
from central.law.attendance_day import ClassesOfDay, continuation_days, is_attendance_day
from central.law.monthly import MonthGround, month_cells
from central.law.periods import divisor_days
from central.law.reconciliation import (
    findings_on_months,
    findings_on_period,
    findings_on_submission,
    findings_on_total,
)
from central.law.revision import changes_between, disallowed_value, edition_that_follows
from central.law.weekend import countable_calendar
from central.reports.rounding import half_up, percent, total
from tests.fakes.school_days import calendar_of, some_weekdays
from tests.law_tables.given import Given


def day_of_attendance(given: Given) -> dict[str, object]:
    classes = ClassesOfDay(given.number("present"), given.number("absent"))
    kind, grade = LeaKind(given.word("agency")), Grade(given.word("grade"))
    return {"day": is_attendance_day(kind, classes, grade, given.number("minutes"), given.day("on"))}


def continuation(given: Given) -> dict[str, object]:
    monday = date(2024, 9, 9)
    weeks = {
        monday + timedelta(weeks=index): (Fraction(row.word("assigned")), Fraction(row.word("attended")))
        for index, row in enumerate(given.each("weeks"))
    }
    return {"days": str(continuation_days(weeks))}


def weekend_classes(given: Given) -> dict[str, object]:
    """Teach weekdays and weekend classes, and have a student present on so many first of them."""
    weekdays = some_weekdays(given.number("weekdays"), given.day("first_day"))
    calendar = calendar_of([*weekdays, *given.days("weekend_classes")])
    span = EnrolledSpan("S1", "A", Grade.G9, Programme.PARTNERSHIP, min(weekdays))
    came = [*weekdays[: given.number("weekdays_present")], *given.days("weekends_present")]
    marks = [RecordedMark("S1", on, "A", Mark.PRESENT, Stage.CERTIFIED) for on in came]
    claim = attendance_days(marks, [span], {"A": calendar})
    return {
        "divisor": len(divisor_days(calendar)),
        "days": len(claim.days),
        "ada": str(half_up(average_daily_attendance(claim.days, calendar))),
    }


def weekend_in_a_period(given: Given) -> dict[str, object]:
    """Teach every weekday from a first to a last day, and ask which weekend classes a period counts."""
    first, last = given.day("first_day"), given.day("last_day")
    days = [first + timedelta(days=index) for index in range((last - first).days + 1)]
    weekends = given.days("weekend_classes")
    calendar = calendar_of([*(on for on in days if on.weekday() < 5), *weekends])
    counted = countable_calendar(PeriodKind(given.word("period")), calendar).days_taught
    return {"counted": [on for on in weekends if on in counted]}


def share_attended(given: Given) -> dict[str, object]:
    possible = given.number("students") * given.number("days_taught")
    return {"percent": str(percent(attendance_share(given.number("attendance_days"), possible), 2))}


def month_of_one_student(given: Given) -> dict[str, object]:
    """Enrol one student in tracks taught on the same weekdays, and ask for the cells of a month."""
    taught = some_weekdays(given.number("weekdays"), given.day("first_day"))
    spans = [
        EnrolledSpan(
            "S1",
            row.word("track"),
            Grade(row.word("grade")),
            Programme.PARTNERSHIP,
            row.day("since"),
            row.day("until") if "until" in row else None,
            Modality(row.word("modality")) if "modality" in row else Modality.CLASSROOM,
        )
        for row in given.each("enrolled")
    ]
    calendars = {span.track: calendar_of(taught, span.track) for span in spans}
    marks = [
        RecordedMark("S1", on, row.word("track"), Mark.PRESENT, Stage.CERTIFIED)
        for row in given.each("present")
        for on in row.days("on")
    ]
    absences = [
        FullDayAbsence("S1", on, AbsenceReason(row.word("reason")))
        for row in given.each("absent")
        for on in row.days("on")
    ]
    claim = attendance_days(marks, spans, calendars)
    ground = MonthGround(
        spans=spans,
        calendars=calendars,
        attended=claim.days,
        absences=absences,
        lost={},
        until=given.day("until"),
    )
    cells = month_cells(ground)
    return {
        "cells": [
            f"{cell.key.track} month {cell.key.month} {cell.key.span.value} {cell.key.modality.value}: "
            f"{cell.at_start} + {cell.entries} - {cell.exits} = {cell.at_end}; "
            f"{cell.possible} possible, {cell.attended} attended, {sum(cell.absent.values())} absent, "
            f"{sum(cell.lost.values())} not claimable"
            for cell in cells
        ],
        "agrees": not findings_on_months(cells),
    }


def period_and_months(given: Given) -> dict[str, object]:
    """Hold printed averages against each other as if over a hundred days, as an auditor does."""
    row, months = (
        {"9-12": (int(Decimal(given.word(name)) * 100), 100)} for name in ("reported", "supported")
    )
    found = findings_on_period("P-2", row, months)
    return {"findings": [each.rule for each in found], "blocks": all(each.blocks for each in found)}


def submitted(given: Given) -> dict[str, object]:
    found = findings_on_submission(given.number("submitted"), given.number("confirmed"))
    return {"findings": [each.rule for each in found]}


def imported_total(given: Given) -> dict[str, object]:
    lines = [Decimal(line) for line in given.words("lines")]
    found = findings_on_total("an imported schedule", Decimal(given.word("total")), lines)
    return {"findings": [each.rule for each in found], "lines": str(sum(lines, start=Decimal(0)))}


def revised(given: Given) -> dict[str, object]:
    before = {row.word("span"): Decimal(row.word("ada")) for row in given.each("original")}
    after = {row.word("span"): Decimal(row.word("ada")) for row in given.each("revised")}
    changes = changes_between(before, after)
    answer: dict[str, object] = {
        "differences": {change.cell: str(change.difference) for change in changes},
        "totals": [str(total(before.values())), str(total(after.values()))],
    }
    if "value_per_ada" in given:
        value = Fraction(given.word("value_per_ada"))
        answer["dollars"] = str(half_up(disallowed_value(changes, dict.fromkeys(after | before, value))))
    return answer


def next_edition(given: Given) -> dict[str, object]:
    before, wished = given.word("before"), given.word("wished")
    found = edition_that_follows(
        None if before == "nothing" else Edition(before), None if wished == "nothing" else Edition(wished)
    )
    return {"edition": found.value}


QUESTIONS = {
    "day of attendance": day_of_attendance,
    "days of continuation education": continuation,
    "weekend classes": weekend_classes,
    "weekend classes of a period": weekend_in_a_period,
    "share of days attended": share_attended,
    "months of a student": month_of_one_student,
    "period against its months": period_and_months,
    "submitted records": submitted,
    "imported total": imported_total,
    "revised report": revised,
    "next edition": next_edition,
}
