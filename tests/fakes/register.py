"""Records of the small school as certifying leaves them, without the ceremony, and reports made of them."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from central.domain.period import PeriodKind
from central.reports.period import PeriodReport
from central.reports.periods import period_report
from central.store.models import AttendanceRecord, Decision, Section, SessionCertification, Staff, Student
from tests.fakes.school import SmallSchool, at

SUMMER = date(2025, 6, 30)
P1_DAYS_A, P1_DAYS_B = 93, 92
"""The days the tracks are taught in P-1."""


class Register:
    """Writes certified, provisional and corrected records, each with its decisions."""

    def __init__(self, small: SmallSchool) -> None:
        self.small = small

    def certified(
        self,
        section: Section,
        student: Student,
        days: Iterable[date],
        mark: str = "present",
        signed_at: datetime | None = None,
        by: Staff | None = None,
    ) -> None:
        for on in days:
            signed = signed_at or at(on, "15:00")
            certification, _ = SessionCertification.objects.get_or_create(
                section=section,
                on=on,
                revision=1,
                defaults={
                    "by": by or self._teacher(section),
                    "at": signed,
                    "signed_with": "totp",
                    "present": 1,
                    "absent": 0,
                },
            )
            record = self._record(section, student, on, mark, "certified")
            Decision.objects.create(
                record=record,
                stage_from="provisional",
                stage_to="certified",
                mark=mark,
                by=certification.by,
                at=signed,
                is_same_day=True,
                certification=certification,
            )

    def provisional(self, section: Section, student: Student, on: date) -> AttendanceRecord:
        return self._record(section, student, on, "present", "provisional")

    def correct(self, student: Student, on: date, mark: str, when: datetime) -> None:
        record = AttendanceRecord.objects.get(student=student, on=on)
        last = record.decisions.latest("pk")
        Decision.objects.create(
            record=record,
            stage_from="certified",
            stage_to="certified",
            mark=mark,
            by=last.by,
            at=when,
            is_same_day=False,
            certification=last.certification,
            reason="corrected",
        )
        record.mark = mark
        record.save()

    def _record(
        self, section: Section, student: Student, on: date, mark: str, stage: str
    ) -> AttendanceRecord:
        record = AttendanceRecord.objects.create(
            school=self.small.school,
            student=student,
            section=section,
            on=on,
            mark=mark,
            stage=stage,
            source="tap",
        )
        Decision.objects.create(
            record=record,
            stage_to="provisional",
            mark=mark,
            by_process="resolve",
            at=at(on, "09:00"),
            is_same_day=True,
        )
        return record

    def _teacher(self, section: Section) -> Staff:
        return self.small.teacher if section == self.small.algebra else self.small.other_teacher


def report(small: SmallSchool, kind: PeriodKind = PeriodKind.P1, as_of: date = SUMMER) -> PeriodReport:
    """Compute a report of the small school, as of the end of its year unless told otherwise."""
    return period_report(small.year, kind, as_of, at(SUMMER, "12:00"))


def ada(of: PeriodReport) -> dict[str, tuple[str, Decimal]]:
    """Return the exact fraction and the printed cell of each track."""
    return {row.track: (row.exact, row.ada) for row in of.rows}


def rules(of: PeriodReport) -> set[str]:
    """Return the numbers of the rules a report has findings of."""
    return {found.rule for found in of.findings}


def says(of: PeriodReport, rule: str) -> str:
    """Return what a report's findings of one rule say."""
    return " | ".join(found.says for found in of.findings if found.rule == rule)


def flat(text: str) -> str:
    """Undo the line breaks of a text."""
    return " ".join(text.split())
