"""P-1, P-2 and Annual: only certified days count, exactly, and every number has its proof."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from central.domain.finding import Severity
from central.domain.period import PeriodKind
from central.errors import CentralError, RefusedError
from central.reports import render_csv, render_json, render_text
from central.reports.period import PeriodReport
from central.reports.periods import period_report
from central.reports.snapshots import close
from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    Decision,
    Enrollment,
    ReportSnapshot,
    Section,
    SessionCertification,
    Staff,
    Student,
    TeachingCredential,
)
from tests.fakes import school as schools
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
SUMMER = date(2025, 6, 30)
P1_DAYS_A, P1_DAYS_B = 93, 92


@pytest.fixture
def small() -> SmallSchool:
    return schools.build()


class Register:
    """Writes records the way certifying leaves them, without the ceremony."""

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


@pytest.fixture
def register(small: SmallSchool) -> Register:
    return Register(small)


def report(small: SmallSchool, kind: PeriodKind = PeriodKind.P1, as_of: date = SUMMER) -> PeriodReport:
    return period_report(small.year, kind, as_of, at(SUMMER, "12:00"))


def ada(of: PeriodReport) -> dict[str, tuple[str, Decimal]]:
    return {row.track: (row.exact, row.ada) for row in of.rows}


def flat(text: str) -> str:
    """Undo the line breaks of a text."""
    return " ".join(text.split())


def rules(of: PeriodReport) -> set[str]:
    return {found.rule for found in of.findings}


def says(of: PeriodReport, rule: str) -> str:
    return " | ".join(found.says for found in of.findings if found.rule == rule)


def test_each_track_is_divided_by_its_own_days_and_the_total_adds_the_cells(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    register.certified(small.english, small.dan, schools.taught("B")[:30])
    made = report(small)
    assert ada(made) == {
        "A": (f"40/{P1_DAYS_A}", Decimal("0.43")),
        "B": (f"30/{P1_DAYS_B}", Decimal("0.33")),
    }
    assert made.total == Decimal("0.76")
    assert len(made.proof) == 70


def test_a_printed_total_is_the_sum_of_printed_cells(small: SmallSchool, register: Register) -> None:
    for number, grade in enumerate(["K", "5", "8"], start=1):
        student = schools.enrol(f"g{grade}", small.algebra, number=f"G{number}", grade=grade)
        register.certified(small.algebra, student, schools.taught("A")[:43])
    made = report(small)
    # Three cells of 43/93 = 0.4623... print as 0.46; their exact sum 129/93 would print as 1.39.
    assert [row.exact for row in made.rows if row.numerator] == [f"43/{P1_DAYS_A}"] * 3
    assert made.total == Decimal("1.38")


def test_nothing_uncertified_is_counted_and_the_report_says_how_much_that_is(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    register.provisional(small.algebra, small.ben, MONDAY)
    made = report(small)
    assert ada(made)["A"] == (f"1/{P1_DAYS_A}", Decimal("0.01"))
    assert "1 records of 1 sessions are not certified" in says(made, "R-REC-04")


def test_removed_and_absent_records_are_no_attendance(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, [MONDAY], mark="absent")
    removed = register.provisional(small.algebra, small.ben, MONDAY)
    Decision.objects.create(
        record=removed,
        stage_from="provisional",
        stage_to="removed",
        mark="present",
        by=small.teacher,
        at=at(MONDAY, "15:00"),
        is_same_day=True,
    )
    assert ada(report(small))["A"][0] == f"0/{P1_DAYS_A}"


def test_three_classes_of_one_day_are_one_day(small: SmallSchool, register: Register) -> None:
    geometry = schools.add_section(small.algebra, "GEO-01", ("12:30", "14:00"))
    register.certified(small.algebra, small.ana, [MONDAY])
    register.certified(geometry, small.ana, [MONDAY], by=small.teacher)
    made = report(small)
    assert ada(made)["A"][0] == f"1/{P1_DAYS_A}"
    assert [line.section for line in made.proof] == ["ALG1-01"]


def test_presence_on_two_tracks_the_same_day_is_one_day_and_a_finding(
    small: SmallSchool, register: Register
) -> None:
    Enrollment.objects.create(student=small.ana, track=small.track_b, grade="9", since=schools.FIRST_DAY)
    register.certified(small.algebra, small.ana, [MONDAY])
    register.certified(small.english, small.ana, [MONDAY])
    made = report(small)
    assert sum(row.numerator for row in made.rows) == 1
    assert "one date, which is one day" in says(made, "R-ADA-04")


def test_a_certified_mark_on_a_day_not_taught_counts_for_nothing(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [LABOR_DAY])
    made = report(small)
    assert ada(made)["A"][0] == f"0/{P1_DAYS_A}"
    assert "was not taught" in says(made, "R-ADA-02")


def test_only_full_school_months_count(small: SmallSchool, register: Register) -> None:
    last_in, first_out = date(2024, 12, 20), date(2025, 1, 6)
    register.certified(small.algebra, small.ana, [last_in, first_out])
    assert ada(report(small))["A"][0] == f"1/{P1_DAYS_A}"
    assert ada(report(small, PeriodKind.ANNUAL))["A"][0] == "2/195"
    assert report(small).tracks[0].months == (1, 2, 3, 4, 5)
    assert [line.on for line in report(small).proof] == [last_in]


def test_a_report_as_of_a_day_knows_nothing_of_later_decisions(
    small: SmallSchool, register: Register
) -> None:
    friday, signed_late = date(2024, 12, 20), at(date(2025, 1, 10), "23:59")
    register.certified(small.algebra, small.ana, [MONDAY])
    register.certified(small.algebra, small.ben, [friday], signed_at=signed_late)
    register.correct(small.ana, MONDAY, "absent", at(date(2025, 2, 1), "09:00"))
    numerators = {
        as_of: report(small, as_of=as_of).rows[0].numerator
        for as_of in (date(2025, 1, 9), date(2025, 1, 10), date(2025, 2, 1))
    }
    assert list(numerators.values()) == [1, 2, 1]


def test_a_signature_no_credential_is_valid_for_is_not_counted(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY, MONDAY + timedelta(days=1)])
    TeachingCredential.objects.filter(staff=small.teacher).update(until=MONDAY)
    made = report(small)
    assert ada(made)["A"][0] == f"1/{P1_DAYS_A}"
    assert "1 days no credential on file is valid for" in says(made, "R-AGE-05")


def test_sessions_nobody_signed_are_counted_against_the_school(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:90])
    made = report(small)
    assert f"{3 + P1_DAYS_B} of {P1_DAYS_A + P1_DAYS_B} sessions held have no signature" in says(
        made, "R-REC-01"
    )


def test_a_late_signature_without_paper_is_listed(small: SmallSchool) -> None:
    SessionCertification.objects.create(
        section=small.algebra,
        on=MONDAY,
        revision=1,
        by=small.teacher,
        at=at(SUMMER, "09:00"),
        signed_with="totp",
        late_reason="forgot",
        present=0,
        absent=3,
    )
    assert "1 sessions were certified after their calendar day, 1 of them without" in says(
        report(small), "R-REC-03"
    )


def test_a_period_that_is_not_over_says_so(small: SmallSchool) -> None:
    made = report(small, as_of=date(2024, 10, 1))
    assert "days of the period are still to come" in says(made, "R-CAL-03")


def test_a_track_too_short_or_too_late_in_the_year_is_found(small: SmallSchool) -> None:
    CalendarDay.objects.filter(track=small.track_b, on__lt=date(2025, 3, 3)).delete()
    made = report(small)
    assert {"R-TRK-03", "R-TRK-04"} <= rules(made)
    assert "no full school month of the track" in says(made, "R-CAL-03")
    assert {row.track for row in made.rows} == {"A"}


def test_a_report_as_of_a_day_that_has_not_come_is_refused(small: SmallSchool) -> None:
    with pytest.raises(CentralError, match="has not come yet"):
        report(small, as_of=SUMMER + timedelta(days=1))


def test_without_a_calendar_there_is_no_report(small: SmallSchool) -> None:
    CalendarDay.objects.all().delete()
    with pytest.raises(CentralError, match="import the calendar first"):
        report(small)


def test_a_practice_school_is_marked_in_every_form(small: SmallSchool) -> None:
    small.school.is_practice = True
    small.school.save()
    small.year.refresh_from_db()
    made = report(small)
    assert "PRACTICE" in render_text.render(made)
    assert json.loads(render_json.render(made))["school"]["is_practice"] is True
    assert all(line.endswith("PRACTICE") for line in render_csv.render(made).splitlines()[1:])
    assert any(found.blocks for found in made.findings)


def test_the_digest_stays_while_the_ground_does_and_moves_with_one_day(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:3])
    first = report(small)
    assert period_report(small.year, PeriodKind.P1, SUMMER, at(SUMMER, "23:00")).digest == first.digest
    register.correct(small.ana, schools.taught("A")[0], "absent", at(MONDAY, "09:00"))
    register.certified(small.algebra, small.ben, schools.taught("A")[:1])
    second = report(small)
    assert second.total == first.total
    assert second.digest != first.digest


def test_the_proof_sheet_names_record_teacher_and_time_of_every_pupil_day(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    lines = list(csv.DictReader(io.StringIO(render_csv.render_proof(report(small)))))
    record = AttendanceRecord.objects.get()
    assert lines == [
        {
            "student_number": "001001",
            "date": "2024-09-09",
            "track": "A",
            "grade": "9",
            "section": "ALG1-01",
            "record": str(record.pk),
            "source": "tap",
            "stage": "certified",
            "certified_by": "E001",
            "certified_at": at(MONDAY, "15:00").isoformat(),
        }
    ]


def test_the_three_forms_say_the_same_numbers(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    made = report(small)
    as_json = json.loads(render_json.render(made))
    rows = list(csv.DictReader(io.StringIO(render_csv.render(made))))
    text = render_text.render(made)
    assert as_json["total"] == {"pupil_days": 40, "ada": "0.43"}
    assert (rows[-1]["grade_span"], rows[-1]["ada"]) == ("all", "0.43")
    assert f"40/{P1_DAYS_A}" in text
    assert made.digest in text
    assert as_json["digest"] == made.digest
    assert as_json["rule_set"] == made.rule_set
    assert list(as_json)[:5] == ["version", "report", "school", "school_year", "as_of"]


def test_the_text_fits_a_terminal_and_holds_nothing_but_text(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    small.school.name = "A very long name of a school that somebody once thought was a good idea " * 2
    small.school.save()
    small.year.refresh_from_db()
    lines = render_text.render(report(small)).splitlines()
    assert max(map(len, lines)) <= render_text.WIDTH
    assert not any(ord(character) < 32 for line in lines for character in line)


def test_closing_freezes_a_revision_and_later_changes_stand_beside_it(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    now = at(SUMMER, "12:00")
    first = close(report(small), small.year, small.admin, now)
    with pytest.raises(RefusedError, match="with these very numbers"):
        close(report(small), small.year, small.admin, now)
    register.correct(small.ana, schools.taught("A")[0], "absent", at(SUMMER, "11:00"))
    revised = report(small)
    assert revised.closed is not None
    assert (revised.closed.revision, revised.closed.total) == (1, "0.43")
    assert "now 0.42; a revision can be closed beside it" in flat(render_text.render(revised))
    second = close(revised, small.year, small.admin, now)
    first.refresh_from_db()
    assert (first.revision, first.body["total"]["ada"]) == (1, "0.43")
    assert (second.revision, second.body["total"]["ada"]) == (2, "0.42")
    assert len(second.body["proof"]) == 39
    assert ReportSnapshot.objects.count() == 2


@pytest.mark.parametrize("role", ["teacher", "clerk", "auditor", "it"])
def test_only_leaders_and_administrators_close_a_report(small: SmallSchool, role: str) -> None:
    with pytest.raises(RefusedError, match="may not close reports"):
        close(report(small), small.year, small.staff[role], at(SUMMER, "12:00"))


def test_a_period_that_is_not_over_is_not_closed(small: SmallSchool) -> None:
    early = report(small, as_of=date(2024, 12, 19))
    with pytest.raises(RefusedError, match="runs until 2024-12-20"):
        close(early, small.year, small.admin, at(SUMMER, "12:00"))


def test_eligibility_that_is_not_examined_is_admitted(small: SmallSchool) -> None:
    found = [each for each in report(small).findings if each.rule == "R-AGE-01"]
    assert [each.severity for each in found] == [Severity.NOTICE]


def test_a_year_of_records_takes_the_same_few_queries_as_a_day(
    small: SmallSchool, register: Register
) -> None:
    counts = []
    for days in (schools.taught("A")[:1], schools.taught("A")[1:60]):
        register.certified(small.algebra, small.ana, days)
        with CaptureQueriesContext(connection) as queries:
            report(small)
        counts.append(len(queries))
    assert counts[0] == counts[1] < 35


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
starts = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0@", "\uff1d", ""])


@given(st.lists(st.lists(st.builds(lambda a, b: a + b, starts, texts), min_size=1, max_size=4), max_size=5))
def test_no_cell_of_a_csv_can_run_as_a_formula_and_none_is_lost(lines: list[list[str]]) -> None:
    written = render_csv.table(lines)
    back = list(csv.reader(io.StringIO(written, newline="")))
    assert len(back) == len(lines)
    for line, cells in zip(lines, back, strict=True):
        for meant, cell in zip(line, cells, strict=True):
            assert not cell.strip().startswith(("=", "+", "-", "@"))
            assert not cell.startswith(("\t", "\r", "\n"))
            assert cell in {meant, f"'{meant}"}
