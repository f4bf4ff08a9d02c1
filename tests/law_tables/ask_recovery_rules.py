"""The questions of the tables about who may recover, recovery records, and what the state is told."""

from collections.abc import Callable
from datetime import date, timedelta

from central.domain.calendar import DateSpan
from central.domain.enrolment import Modality, Programme
from central.domain.recovery import RecoveryRecord, SupervisingTeacher
from central.domain.school import LeaKind, SchoolFacts
from central.law.calpads import AbsenceSummary, absence_summary, findings_on_absence_summaries
from central.law.chronic import alternate_absence_rate, is_chronic_absentee
from central.law.recovery import teachers_who_count
from central.law.recovery_eligibility import findings_on_recovery_school, recovery_bar
from central.law.recovery_offer import findings_on_recovery_terms, findings_on_session_beside
from central.law.recovery_records import findings_on_records, findings_on_services_and_records
from central.reports.rounding import percent
from tests.fakes.recovery_law import STUDENT, enrolled, missed, session_on, whole_days
from tests.fakes.school_days import calendar_of, some_weekdays
from tests.law_tables.ask_recovery import SCHOOL, services_of
from tests.law_tables.ask_stas import checks_of_the_state
from tests.law_tables.given import Given


def records_and_services(given: Given) -> dict[str, object]:
    records = [
        RecoveryRecord(
            student=STUDENT,
            since=row.day("since"),
            until=row.day("until") if "until" in row else None,
            comment="x" * row.number("comment_characters") if "comment_characters" in row else "",
        )
        for row in given.each("records")
    ]
    spans = [enrolled(given.day("enrolled_since"), given.day("enrolled_until"))]
    findings = [
        *findings_on_records(records, spans),
        *findings_on_services_and_records(services_of(given), records),
    ]
    return {"findings": [finding.says for finding in findings]}


def may_recover(given: Given) -> dict[str, object]:
    """Ask for a date between a first day in class, some schooldays of independent study, and class again."""
    days = some_weekdays(60, date(2025, 9, 1))
    study = given.number("schooldays_of_study")
    programme = Programme(given.word("programme")) if "programme" in given else Programme.ORDINARY_CHARTER
    spans = [enrolled(days[0], days[4], programme=programme), enrolled(days[5 + study], programme=programme)]
    if study:
        until = days[5 + study] - timedelta(days=1)
        spans.append(enrolled(days[5], until, modality=Modality.INDEPENDENT_STUDY))
    bar = recovery_bar(spans, {"A": calendar_of(days)})
    asked = days[5 + given.number("after_schooldays_of_study")]
    return {"barred_by": [finding.rule for finding in bar(asked)]}


def school_may_recover(given: Given) -> dict[str, object]:
    school = SchoolFacts(SCHOOL, LeaKind(given.word("kind")))
    findings = findings_on_recovery_school(school, is_classroom_based=given.flag("classroom_based"))
    return {"allowed": not findings}


def offered_each_term(given: Given) -> dict[str, object]:
    terms = {row.word("term"): DateSpan(row.day("since"), row.day("until")) for row in given.each("terms")}
    sessions = whole_days(given.days("sessions_on"))
    found = findings_on_recovery_terms(SCHOOL, terms, sessions, given.day("as_of"))
    return {"findings": [finding.says for finding in found]}


def beside_other_programmes(given: Given) -> dict[str, object]:
    found = findings_on_session_beside(
        session_on(given.day("on"), 240),
        given.days("makeup_classes"),
        is_expanded_learning=given.flag("expanded_learning"),
        serves_meals=given.flag("meals"),
    )
    return {"findings": [finding.severity.value for finding in found]}


def supervising(given: Given) -> dict[str, object]:
    teachers = [
        SupervisingTeacher(
            row.word("who"),
            is_employee=row.flag("employee"),
            documents=(DateSpan(row.day("valid_from"), row.day("valid_to")),) if "valid_from" in row else (),
        )
        for row in given.each("teachers")
    ]
    return {"count": teachers_who_count(teachers, given.day("on"))}


def told_to_the_state(given: Given) -> dict[str, object]:
    """Make a summary of so many unexcused absences and recovered days, and ask what the rules say of it."""
    days = some_weekdays(given.number("absences"), date(2025, 9, 1))
    recovered = given.number("recovered")
    row = absence_summary(STUDENT, SCHOOL, given.number("expected"), missed(days), recovered)
    rejected = findings_on_absence_summaries([row], date(2025, 9, 1))
    answer: dict[str, object] = {
        "rejected_by": [finding.citation for finding in rejected],
        "absences": row.days_absent,
        "field_13_24": row.days_recovered,
        "chronic": is_chronic_absentee(row.days_absent, row.days_expected, date(2025, 9, 1)),
    }
    if not rejected:
        share = alternate_absence_rate(row.days_absent, recovered, row.days_expected)
        answer["alternate"] = f"{percent(share)}%"
    return answer


def rows_of_the_state(given: Given) -> dict[str, object]:
    rows = [
        AbsenceSummary(
            student=row.word("student"),
            school=row.word("school"),
            days_expected=row.number("expected"),
            days_attended=row.number("attended"),
            out_of_school_suspension=row.number("suspended"),
            excused=row.number("excused"),
            days_recovered=row.number("recovered"),
        )
        for row in given.each("rows")
    ]
    found = findings_on_absence_summaries(rows, date(2025, 9, 1))
    return {"rejected": [finding.says for finding in found]}


QUESTIONS: dict[str, Callable[[Given], dict[str, object]]] = {
    "recovery records and services": records_and_services,
    "who may recover beside independent study": may_recover,
    "recovery in a school": school_may_recover,
    "recovery offered each term": offered_each_term,
    "recovery beside other programmes": beside_other_programmes,
    "who supervises a recovery session": supervising,
    "what the state is told of a student": told_to_the_state,
    "rows of the state's absence summary": rows_of_the_state,
    "checks of the state on an agency's rows": checks_of_the_state,
}
