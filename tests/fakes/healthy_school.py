"""A school with nothing amiss: every requirement its records can answer for is met."""

from dataclasses import dataclass
from datetime import date, timedelta

from central.domain.calendar import SchoolYear as Year
from central.law.months import school_months
from central.reports.monthly_report import KIND as MONTHLY
from central.store.models import (
    CalendarDay,
    Enrollment,
    Meeting,
    ProgrammeAgreement,
    RecoveryAttendance,
    RecoverySession,
    RecoverySignature,
    ReportSnapshot,
    School,
    StateRequest,
    StateRequestDay,
    StateRequestStep,
    Student,
    StudentFact,
    StudyAgreement,
    StudySignature,
    StudyStaffing,
    StudyWork,
)
from central.store.queries.calendars import track_calendars
from tests.fakes import school as schools
from tests.fakes.register import Register
from tests.fakes.school import FIRST_DAY, LABOR_DAY, LAST_DAY, SmallSchool, at, taught
from tests.fakes.written_once import written_once

AS_OF = date(2025, 7, 20)
"""All is taught, and all three periods are due."""
EARLY = at(date(2024, 8, 1), "12:00")
SINCE = date(2024, 7, 1)
_OFFERED, _ON_SITE, _REQUIRED = 380, 360, 360
_STUDIED = 5
Kind = StudentFact.Kind
_OF_EVERYBODY = {
    Kind.RESIDENCY: "",
    Kind.WIOA: "yes",
    Kind.AEBG: "yes",
    Kind.ENGLISH_LEARNER: "no",
    Kind.FREE_OR_REDUCED_MEALS: "yes",
}


@dataclass(frozen=True)
class HealthySchool:
    """The small school, whose classes meet on Mondays; Fay studies at home, Gus is in no partnership."""

    small: SmallSchool
    register: Register
    fay: Student
    gus: Student

    def fact(
        self,
        student: Student,
        kind: str,
        since: date = SINCE,
        *,
        until: date | None = None,
        value: str = "",
        is_withdrawn: bool = False,
    ) -> None:
        """Write a fact about a student, over the one of the same kind and start."""
        StudentFact.objects.create(
            student=student,
            kind=kind,
            since=since,
            until=until,
            value=value,
            is_withdrawn=is_withdrawn,
            evidence="binder",
            by="clerk",
            at=EARLY,
        )

    def agreement(self, *, is_withdrawn: bool = False) -> None:
        """Write the agreement with the workforce partner, or withdraw it."""
        ProgrammeAgreement.objects.create(
            school=self.small.school,
            name="county",
            partner="WIOA",
            is_exclusive=True,
            since=SINCE,
            is_withdrawn=is_withdrawn,
            evidence="binder",
            by="leader",
            at=EARLY,
        )

    def recover(self, minutes: int) -> RecoverySession:
        """Write what Ana spent in the recovery session."""
        session, _ = RecoverySession.objects.get_or_create(
            school=self.small.school,
            code="R1",
            defaults={
                "on": date(2024, 10, 5),
                "starts": at(SINCE, "09:00").time(),
                "ends": at(SINCE, "11:00").time(),
                "created_by": "teacher",
                "created_at": EARLY,
            },
        )
        RecoveryAttendance.objects.create(
            session=session, student=self.small.ana, grade="9", minutes=minutes, by="teacher", at=EARLY
        )
        return session

    def study(self, days: list[date]) -> None:
        """Write what Fay's work of some days was worth."""
        for on in days:
            StudyWork.objects.create(
                student=self.fay,
                on=on,
                work_minutes=360,
                synchronous_minutes=0,
                is_engaged=True,
                evaluated_by=self.small.teacher,
                evaluated_on=on + timedelta(days=3),
                due_on=on,
                handed_in_on=on,
                by="teacher",
                at=at(on, "15:00"),
            )

    def staff_study(self, hundredths: int) -> None:
        """Write how many teachers independent study has, in hundredths."""
        StudyStaffing.objects.create(
            school_year=self.small.year, study_fte_hundredths=hundredths, by="leader", at=EARLY
        )

    def close(self, kind: str, as_of: date = AS_OF, revision: int = 1) -> None:
        """Write a closed report as closing leaves it, as far as the register asks."""
        ReportSnapshot.objects.create(
            school_year=self.small.year,
            kind=kind,
            revision=revision,
            as_of=as_of,
            made_at=at(date(2025, 7, 1), "12:00"),
            body={},
            sha256="",
        )


@written_once
def build() -> HealthySchool:
    """Write the school into the records database."""
    small = schools.build()
    School.objects.filter(pk=small.school.pk).update(facts_kept_since=FIRST_DAY)
    small.school.refresh_from_db()
    small.year.refresh_from_db()
    Meeting.objects.exclude(weekday=0).delete()
    CalendarDay.objects.filter(is_taught=True).update(
        minutes_offered=_OFFERED, minutes_on_site=_ON_SITE, minutes_required=_REQUIRED
    )
    Student.objects.update(birth_on=date(1985, 3, 3))
    Enrollment.objects.update(programme="47612.1")
    fay, gus = _fay(small), _gus(small)
    made = HealthySchool(small, Register(small), fay, gus)
    made.agreement()
    for student in Student.objects.all():
        for kind, value in _OF_EVERYBODY.items():
            made.fact(student, kind, value=value)
    for conditions in (Kind.UNBROKEN_SINCE_19, Kind.PROGRESS, Kind.DIPLOMA_COURSE_AT_19):
        made.fact(gus, conditions, date(2021, 7, 1))
    _attend(made)
    made.study(taught("A")[:_STUDIED])
    made.staff_study(100)
    _close_the_school(small)
    _recover(made)
    for closed in ("P-1", "P-2", "Annual"):
        made.close(closed)
    for number, end in _months(small).items():
        made.close(MONTHLY, end + timedelta(days=3), number)
    return made


def mondays(track: str) -> list[date]:
    """Return the Mondays a track is taught."""
    return [on for on in taught(track) if on.weekday() == 0]


def _fay(small: SmallSchool) -> Student:
    fay = Student.objects.create(
        school=small.school, number="001099", family_name="Soto", given_name="Fay", birth_on=date(1990, 1, 1)
    )
    Enrollment.objects.create(
        student=fay,
        track=small.track_a,
        grade="9",
        programme="47612.1",
        modality="independent study",
        since=FIRST_DAY,
    )
    agreement = StudyAgreement.objects.create(
        student=fay, code="IS-1", since=FIRST_DAY, until=LAST_DAY, evidence="binder", by="clerk", at=EARLY
    )
    for signer in ("student", "supervisor"):
        StudySignature.objects.create(
            agreement=agreement, signer=signer, signed_on=date(2024, 8, 1), by="clerk", at=EARLY
        )
    return fay


def _gus(small: SmallSchool) -> Student:
    gus = schools.enrol("gus", small.algebra, number="001098")
    Student.objects.filter(pk=gus.pk).update(birth_on=date(2002, 7, 15))
    return gus


def _attend(made: HealthySchool) -> None:
    small = made.small
    for student in (small.ana, small.ben, small.chloe, made.gus):
        made.register.certified(small.algebra, student, mondays("A"))
    for student in (small.dan, small.eva):
        made.register.certified(small.english, student, mondays("B"))


def _close_the_school(small: SmallSchool) -> None:
    """Let a storm close the school on the day others keep as Labor Day, and the state know it."""
    CalendarDay.objects.filter(on=LABOR_DAY).update(kind="closure")
    request = StateRequest.objects.create(
        school_year=small.year, code="J1", kind="closure", cause="storm", by="leader", at=EARLY
    )
    for track in (small.track_a, small.track_b):
        StateRequestDay.objects.create(request=request, track=track, on=LABOR_DAY, minutes=380)
    StateRequestStep.objects.create(
        request=request, state="filed", on=date(2024, 9, 20), by="leader", at=at(LABOR_DAY, "12:00")
    )


def _recover(made: HealthySchool) -> None:
    session = made.recover(60)
    RecoverySignature.objects.create(
        session=session,
        revision=1,
        by=made.small.teacher,
        at=EARLY,
        signed_with="totp",
        minutes={made.small.ana.number: 60},
    )


def _months(small: SmallSchool) -> dict[int, date]:
    """Return the last day of each school month, by its number."""
    calendars = track_calendars(small.school.pk, Year(small.year.name))
    months = [month for calendar in calendars.values() for month in school_months(calendar)]
    return {month.number: month.ends_on for month in months}
