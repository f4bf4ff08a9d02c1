"""The questions of the tables about recovery accounts, their services, and what the state is told of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.calendar import DateSpan, SchoolYear
from central.domain.enrolment import Grade, Modality, Programme
from central.domain.period import PeriodKind
from central.domain.recovery import (
    MinutesPolicy,
    RecoveryRecord,
    RecoveryService,
    RecoverySession,
    RegularDay,
    ServiceKind,
    SupervisingTeacher,
)
from central.domain.school import LeaKind, SchoolFacts
from central.law.calpads import AbsenceSummary, absence_summary, findings_on_absence_summaries
from central.law.chronic import alternate_absence_rate, is_chronic_absentee
from central.law.recovery import teachers_who_count
from central.law.recovery_account import RecoveryAccount, RecoveryGround, account
from central.law.recovery_ada import RecoveredDay, recovered_ada
from central.law.recovery_claw_back import claw_back
from central.law.recovery_eligibility import findings_on_recovery_school, recovery_bar
from central.law.recovery_ledger import minutes_policy
from central.law.recovery_offer import findings_on_recovery_terms, findings_on_session_beside
from central.law.recovery_periods import period_accounts, recovery_counts_to
from central.law.recovery_records import findings_on_records, findings_on_services_and_records
from central.law.recovery_services import findings_on_services, service_figures
from central.reports.rounding import half_up, percent
from tests.fakes.recovery_law import STUDENT, enrolled, missed, school_calendar, session_on, whole_days
from tests.fakes.school_days import calendar_of, some_weekdays
from tests.law_tables.given import Given

SCHOOL = "0101234"


def _sessions(given: Given) -> list[RecoverySession]:
    grade = Grade(given.word("grade")) if "grade" in given else Grade.G9
    held = whole_days(given.days("whole_days_on"), grade)
    for row in given.each("sessions"):
        begins = row.clock("begins") if "begins" in row else time(9)
        session = session_on(row.day("on"), row.number("minutes"), grade, begins)
        session = replace(session, is_signed="unsigned" not in row)
        held.append(replace(session, teachers=row.number("teachers") if "teachers" in row else 1))
    return held


def _absences(given: Given) -> list[FullDayAbsence]:
    special = [
        found
        for row in given.each("other_absences")
        for found in missed([row.day("on")], AbsenceReason(row.word("reason")))
    ]
    return [*missed(given.days("absent_on")), *special]


def _ground(given: Given) -> RecoveryGround:
    policy = MinutesPolicy(given.word("policy")) if "policy" in given else None
    hours = (
        RegularDay(given.clock("regular_begins"), given.clock("regular_ends"))
        if "taught_on" in given
        else None
    )
    return RecoveryGround(
        regular_days=dict.fromkeys(given.days("taught_on"), hours) if hours else {},
        days_attended=frozenset(given.days("attended_on")),
        days_used_elsewhere=given.number("used_elsewhere") if "used_elsewhere" in given else 0,
        policy_on=(lambda _on: policy) if policy else minutes_policy,
    )


def _account(given: Given) -> RecoveryAccount:
    as_of = given.day("as_of")
    year = SchoolYear(given.word("year")) if "year" in given else SchoolYear.of(as_of)
    return account(STUDENT, _sessions(given), _absences(given), year, as_of, _ground(given))


def recovery_account(given: Given) -> dict[str, object]:
    found = _account(given)
    return {
        "earned": found.days_earned,
        "used": found.days_used,
        "findings": [finding.rule for finding in found.findings],
    }


def time_kept(given: Given) -> dict[str, object]:
    found = _account(given)
    return {
        "raw": found.raw_minutes,
        "credited": found.credited_minutes,
        "earned": found.days_earned,
        "banked": found.minutes_banked,
        "unused_days": found.days_unused,
        "expired_days": found.days_expired,
        "expired_minutes": found.minutes_expired,
    }


def absences_made_up(given: Given) -> dict[str, object]:
    return {"made_up": [absence.on for absence in _account(given).offset]}


def other_reading(given: Given) -> dict[str, object]:
    found = _account(given)
    return {"used": found.days_used, "beside_attendance": found.days_used_beside_attendance}


def at_the_periods(given: Given) -> dict[str, object]:
    """Ask in the year of `school_calendar`: P-1 counts to December 19, P-2 to March 27."""
    found = period_accounts(STUDENT, _sessions(given), _absences(given), school_calendar(), _ground(given))
    return {kind.value: kept.days_used for kind, kept in found.items()}


def period_counts_to(given: Given) -> dict[str, object]:
    return {"date": recovery_counts_to(PeriodKind(given.word("period")), school_calendar())}


def clawed_back(given: Given) -> dict[str, object]:
    """Compare the account with the one after absences became presences, or sessions lost their signature."""
    before = _account(given)
    corrected, unsigned = given.days("corrected_to_present"), given.days("signature_withdrawn")
    absences = [absence for absence in _absences(given) if absence.on not in corrected]
    sessions = [
        replace(session, is_signed=session.on not in unsigned and session.is_signed)
        for session in _sessions(given)
    ]
    after = account(STUDENT, sessions, absences, before.year, before.as_of, _ground(given))
    change = claw_back(before, after)
    return {
        "before": before.days_used,
        "after": after.days_used,
        "taken_back": change.days,
        "no_longer_made_up": list(change.no_longer_offset),
        "now_made_up": list(change.newly_offset),
        "because": list(change.reasons),
    }


def recovered_average(given: Given) -> dict[str, object]:
    """Spread so many recovered days over as many students as it takes."""
    days = some_weekdays(given.number("days_taught"), date(2025, 8, 4))
    recovered = [
        RecoveredDay(f"S{index // len(days)}", days[index % len(days)], SCHOOL, "A", Grade.G9)
        for index in range(given.number("recovered_days"))
    ]
    lines = recovered_ada(recovered, {"A": calendar_of(days)})
    return {"ada": str(half_up(sum(lines.values())))}


def _services(given: Given) -> list[RecoveryService]:
    return [
        RecoveryService(
            student=STUDENT,
            kind=ServiceKind(row.word("kind")),
            since=row.day("since"),
            until=row.day("until") if "until" in row else None,
            school=row.word("school") if "school" in row else SCHOOL,
            is_calendar=row.flag("calendar"),
            days_used=row.number("days_used") if "days_used" in row else None,
            minutes_earned=row.number("minutes") if "minutes" in row else None,
            record=DateSpan(row.day("record")) if "record" in row else None,
            comments="x" * row.number("comment_characters") if "comment_characters" in row else "",
        )
        for row in given.each("services")
    ]


def what_services_show(given: Given) -> dict[str, object]:
    found, services = _account(given), _services(given)
    figures = service_figures(found, services)
    return {
        "figures": [
            shown.minutes_earned if shown.days_used is None else shown.days_used for shown in figures
        ],
        "findings": [finding.says for finding in findings_on_services(found, services)],
    }


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
        *findings_on_services_and_records(_services(given), records),
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
    "recovery account": recovery_account,
    "recovery time kept": time_kept,
    "absences made up": absences_made_up,
    "recovery under the other reading of the week": other_reading,
    "recovery at the periods": at_the_periods,
    "what recovery counts to": period_counts_to,
    "recovery clawed back": clawed_back,
    "recovered average daily attendance": recovered_average,
    "what recovery services show": what_services_show,
    "recovery records and services": records_and_services,
    "who may recover beside independent study": may_recover,
    "recovery in a school": school_may_recover,
    "recovery offered each term": offered_each_term,
    "recovery beside other programmes": beside_other_programmes,
    "who supervises a recovery session": supervising,
    "what the state is told of a student": told_to_the_state,
    "rows of the state's absence summary": rows_of_the_state,
}
