"""The questions of the tables about independent study."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from central.domain.attendance import AttendanceDay
from central.domain.calendar import DateSpan, SchoolYear, monday_of
from central.domain.enrolment import Grade, Modality
from central.domain.independent_study import Signer, StudyAgreement, StudyCase, StudyWork
from central.domain.operator import TeacherCredential
from central.domain.school import LeaKind
from central.law.ada import Claim
from central.law.emergency_findings import finding_on_old_law
from central.law.independent_study import study_days, with_study_days
from central.law.study_agreement import days_agreed, findings_on_split_agreements, is_long, signers_needed
from central.law.study_engagement import misses_synchronous_time, needs_engagement, weeks_to_act_on
from central.law.study_ratio import full_time_equivalent, ineligible_ada, is_held_to_ratio, ratio_allowed
from central.reports.rounding import half_up
from tests.fakes.school_days import some_weekdays
from tests.law_tables.given import Given

TEACHER = TeacherCredential("T1", DateSpan(date(2020, 7, 1), date(2030, 6, 30)))
SIGNERS = (Signer.STUDENT, Signer.SUPERVISOR)


def _case(given: Given, taught: list[date], *, signs_on: date) -> StudyCase:
    """Return an adult with one agreement over all the days taught, signed by everybody on one day."""
    agreement = StudyAgreement(
        agreement="A1",
        student="S1",
        since=taught[0],
        until=taught[-1],
        signed_on=tuple((signer, signs_on) for signer in SIGNERS),
        missing=tuple(given.words("missing")),
    )
    return StudyCase(student="S1", born_on=date(1990, 1, 1), agreements=(agreement,))


def days_under_an_agreement(given: Given) -> dict[str, object]:
    """Ask for so many schooldays from a date on, signed on a date or on one of these days.

    `signatures` name signers and the schoolday each signed on, in place of one day for both.
    """
    taught = some_weekdays(given.number("schooldays"), given.day("first_day"))
    signs_on = given.day("signed_on") if "signed_on" in given else taught[given.number("signed_on_day") - 1]
    case = _case(given, taught, signs_on=signs_on)
    if "signatures" in given:
        rows = given.each("signatures")
        signed = tuple((Signer(row.word("signer")), taught[row.number("on_day") - 1]) for row in rows)
        case = replace(case, agreements=(replace(case.agreements[0], signed_on=signed),))
    agreed = days_agreed(case, taught, SchoolYear.of(taught[0]))
    return {
        "long": is_long(case.agreements[0], taught),
        "days": len(agreed.days),
        "lost": [taught.index(on) + 1 for on in sorted(agreed.against)],
        "because": sorted({found.rule for found in agreed.against.values()}),
    }


def signatures_needed(given: Given) -> dict[str, object]:
    taught = some_weekdays(given.number("schooldays"), given.day("first_day"))
    case = _case(given, taught, signs_on=taught[0])
    born = given.day("born_on") if "born_on" in given else None
    special = tuple(DateSpan(on) for on in given.days("special_education_since"))
    agreement = case.agreements[0]
    needed = signers_needed(StudyCase(student="S1", born_on=born, special_education=special), agreement)
    return {"signers": sorted(signer.value for signer in needed)}


def agreements_in_a_row(given: Given) -> dict[str, object]:
    """Ask for two agreements of so many schooldays each, with so many schooldays between them."""
    first, between, second = (given.number(name) for name in ("first", "between", "second"))
    taught = some_weekdays(first + between + second, given.day("first_day"))
    spans = (taught[:first], taught[first + between :])
    agreements = tuple(
        StudyAgreement(agreement=f"A{index}", student="S1", since=days[0], until=days[-1], signed_on=())
        for index, days in enumerate(spans)
    )
    found = findings_on_split_agreements(StudyCase(student="S1", agreements=agreements), taught)
    return {"findings": [finding.rule for finding in found]}


def days_of_study(given: Given) -> dict[str, object]:
    """Ask for one row of work a school day from a Monday on; every week is an assignment period.

    `late`, `not_engaged` and `nothing_evaluated` name days by their number; `credential` says whether
    the evaluator's was valid.
    """
    work, together = given.numbers("work"), given.numbers("synchronous")
    taught = some_weekdays(len(work), given.day("first_day"))
    grade, kind = Grade(given.word("grade")), LeaKind(given.word("school"))
    rows = tuple(
        _row(given, number, on, minutes, together[number - 1] if together else 0)
        for number, (on, minutes) in enumerate(zip(taught, work, strict=True), start=1)
        if number not in given.numbers("nothing_evaluated")
    )
    case = replace(_case(given, taught, signs_on=taught[0]), work=rows)
    agreed = days_agreed(case, taught, SchoolYear.of(taught[0]))
    credentials = [TEACHER] if "credential" not in given or given.flag("credential") else []
    found = study_days(case, dict.fromkeys(taught, grade), agreed, kind, credentials)
    return {"days": len(found.days), "because": sorted({finding.rule for finding in found.findings})}


def _row(given: Given, number: int, on: date, minutes: int, together: int) -> StudyWork:
    """Return the work of a period's day; late work comes in the Monday after."""
    due_on = monday_of(on) + timedelta(days=4)
    return StudyWork(
        student="S1",
        on=on,
        work_minutes=minutes,
        synchronous_minutes=together,
        is_engaged=number not in given.numbers("not_engaged"),
        evaluated_by="T1",
        evaluated_on=due_on + timedelta(days=7),
        due_on=due_on,
        handed_in_on=due_on + timedelta(days=3 if number in given.numbers("late") else 0),
    )


def ratio(given: Given) -> dict[str, object]:
    """Ask for attendance in hundredths of ADA and staff in hundredths of full-time equivalents."""
    on = given.day("on")
    kind = LeaKind(given.word("school"))
    other = None
    if "other_ada" in given:
        other = Fraction(given.number("other_ada"), given.number("other_staff"))
    allowed = ratio_allowed(kind, other, on)
    held = [row for row in given.each("students") if is_held_to_ratio(row.number("age"), on)]
    ada = sum((Fraction(row.number("ada_hundredths"), 100) for row in held), start=Fraction(0))
    staff = Fraction(given.number("staff_hundredths"), 100)
    lost = ineligible_ada(ada, staff, allowed)
    return {
        "ratio": str(half_up(allowed)),
        "allowed": str(half_up(allowed * staff)),
        "ineligible": str(half_up(lost)),
    }


def staff_in_full_time(given: Given) -> dict[str, object]:
    part = full_time_equivalent(given.number("minutes_a_day"), given.number("days"), given.day("on"))
    return {"full_time": str(half_up(part, 4))}


def to_engage_again(given: Given) -> dict[str, object]:
    on, of, missed = given.day("on"), given.number("of_minutes"), given.number("missed_minutes")
    acts = misses_synchronous_time if given.word("time") == "synchronous" else needs_engagement
    return {"act": acts(missed, of, on)}


def weeks_too_thin(given: Given) -> dict[str, object]:
    """Ask for so many schooldays from a Monday on, of which some by number brought no attendance."""
    off = given.days("days_off")
    weekdays = some_weekdays(given.number("schooldays") + len(off), given.day("first_day"))
    days = [on for on in weekdays if on not in off]
    failing = {days[number - 1] for number in given.numbers("failing")}
    until = given.day("until") if "until" in given else days[-1]
    found = weeks_to_act_on(dict.fromkeys(days, Grade.G9), set(days) - failing, until)
    return {"begin": list(found)}


def class_and_study(given: Given) -> dict[str, object]:
    """Ask for the days of one student in class on track A and in study on track B."""
    attended = _days(given.days("in_class"), "A", Modality.CLASSROOM)
    studied = _days(given.days("in_study"), "B", Modality.INDEPENDENT_STUDY)
    made = with_study_days(
        Claim(attended, (finding_on_old_law("class"),)), Claim(studied, (finding_on_old_law("study"),))
    )
    return {
        "days": [f"{day.on} {day.modality}" for day in sorted(made.days, key=lambda day: day.on)],
        "findings": [finding.subject for finding in made.findings],
    }


def _days(dates: list[date], track: str, modality: Modality) -> frozenset[AttendanceDay]:
    return frozenset(AttendanceDay("S1", on, track, Grade.G9, modality) for on in dates)


QUESTIONS = {
    "weeks to act on": weeks_too_thin,
    "class and study": class_and_study,
    "days under an agreement": days_under_an_agreement,
    "signatures needed": signatures_needed,
    "agreements in a row": agreements_in_a_row,
    "days of study": days_of_study,
    "ratio to staff": ratio,
    "full-time equivalent": staff_in_full_time,
    "to engage again": to_engage_again,
}
