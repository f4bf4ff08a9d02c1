"""Facts, notes and agreements written straight into the records, as an import leaves them."""

from datetime import UTC, date, datetime

from central.store.models import AbsenceNote, ProgrammeAgreement, School, Student, StudentFact

KEPT_AT = datetime(2024, 8, 1, 12, tzinfo=UTC)


def fact(
    student: Student, kind: str, since: date, until: date | None = None, *, withdrawn: bool = False
) -> StudentFact:
    """Write one fact about a student."""
    return StudentFact.objects.create(
        student=student,
        kind=kind,
        since=since,
        until=until,
        is_withdrawn=withdrawn,
        evidence="seen",
        by="E004",
        at=KEPT_AT,
    )


def note(student: Student, on: date, code: str, at: datetime = KEPT_AT) -> AbsenceNote:
    """Write why a student was absent."""
    return AbsenceNote.objects.create(student=student, on=on, code=code, by="E004", at=at)


def agreement(
    school: School, since: date, until: date | None = None, *, name: str = "WIOA", exclusive: bool = True
) -> ProgrammeAgreement:
    """Write an agreement with a workforce partner."""
    return ProgrammeAgreement.objects.create(
        school=school,
        name=name,
        partner="WIOA",
        is_exclusive=exclusive,
        since=since,
        until=until,
        evidence="drawer",
        by="E004",
        at=KEPT_AT,
    )


def keep_facts(school: School, since: date) -> None:
    """Let days from here on count only with their facts."""
    school.facts_kept_since = since
    school.save()
