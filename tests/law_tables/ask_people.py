"""The questions of the tables about records, claims, eligibility and absence."""

from datetime import date

from central.domain.attendance import Mark, RecordedMark, Stage, may_move
from central.domain.calendar import DateSpan
from central.domain.enrolment import EnrolledSpan, Grade, Partner, PartnerAgreement, Programme
from central.domain.operator import Operator, TeacherCredential
from central.domain.student import FactKind, StudentFacts
from central.law.ada import attendance_days
from central.law.chronic import absence_rate, is_chronic_absentee
from central.law.eligibility import EligibilityPolicy, findings_on_credential, findings_on_student
from central.reports.rounding import percent
from tests.fakes.school_days import calendar_of
from tests.law_tables.given import Given

LONG_AGO = date(2000, 1, 1)


def who_may_move(given: Given) -> dict[str, object]:
    word = given.word("from")
    since = None if word == "nothing" else Stage(word)
    to = Stage(given.word("to"))
    return {"who": sorted(who.value for who in Operator if may_move(who, since, to))}


def _until(given: Given) -> date | None:
    return given.day("until") if "until" in given else None


def claimed(given: Given) -> dict[str, object]:
    taught = given.days("taught")
    tracks = {row.word("track") for row in given.each("marks")}
    marks = [
        RecordedMark("S1", row.day("on"), row.word("track"), Mark(row.word("mark")), Stage(row.word("stage")))
        for row in given.each("marks")
    ]
    spans = [
        EnrolledSpan(
            "S1",
            row.word("track"),
            Grade(row.word("grade")),
            Programme.PARTNERSHIP,
            row.day("since"),
            _until(row),
        )
        for row in given.each("enrolled")
    ]
    claim = attendance_days(marks, spans, {track: calendar_of(taught, track) for track in tracks})
    return {
        "days": [f"{day.on} {day.track} {day.grade}" for day in sorted(claim.days, key=lambda day: day.on)],
        "findings": [finding.rule for finding in claim.findings],
    }


def eligible(given: Given) -> dict[str, object]:
    """Ask for a student of an age or born on a date, with what is shown of them and since when."""
    on = given.day("on")
    born_on = given.day("born_on") if "born_on" in given else date(on.year - given.number("age"), 1, 1)
    at_nineteen = date(born_on.year + 19, 12, 1)
    facts = StudentFacts(
        student="S1",
        born_on=born_on,
        residency=_shown(given, FactKind.RESIDENCY, "resident", LONG_AGO),
        diploma_on=given.day("diploma_on") if "diploma_on" in given else None,
        diploma_courses=_shown(given, FactKind.DIPLOMA_COURSE_AT_19, "at_nineteen", at_nineteen),
        public_school=_shown(given, FactKind.UNBROKEN_SINCE_19, "unbroken", at_nineteen),
        progress=_shown(given, FactKind.PROGRESS, "progressing", LONG_AGO),
    )
    agreements = [
        PartnerAgreement(
            Partner(row.word("partner")), DateSpan(row.day("since"), _until(row)), row.flag("exclusive")
        )
        for row in given.each("agreements")
    ]
    policy = EligibilityPolicy(
        admits_diploma_holders="diploma holders" in given.words("school_choices"),
        asks_progress_of_partnerships="progress in partnerships" in given.words("school_choices"),
    )
    span = EnrolledSpan("S1", "A", Grade.G12, Programme(given.word("programme")), LONG_AGO)
    findings = findings_on_student(facts, span, agreements, policy, on)
    return {"against": sorted({finding.rule for finding in findings if finding.blocks})}


def _shown(given: Given, kind: FactKind, flag: str, since: date) -> tuple[DateSpan, ...]:
    """Return the spans a scenario shows: since long enough by its flag, and those it dates."""
    always = [DateSpan(since)] if flag in given and given.flag(flag) else []
    dated = [
        DateSpan(row.day("since"), _until(row)) for row in given.each("shown") if row.word("fact") == kind
    ]
    return (*always, *dated)


def credentialed(given: Given) -> dict[str, object]:
    held = [
        TeacherCredential(row.word("teacher"), DateSpan(row.day("since"), _until(row)))
        for row in given.each("credentials")
    ]
    return {"valid": not findings_on_credential(given.word("teacher"), held, given.day("on"))}


def chronically_absent(given: Given) -> dict[str, object]:
    absent, expected = given.number("absent"), given.number("expected")
    return {
        "chronic": is_chronic_absentee(absent, expected, given.day("on")),
        "rate": str(percent(absence_rate(absent, expected), 1)),
    }
